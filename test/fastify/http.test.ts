import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { GraphQLError } from 'graphql';
import { auditServer } from 'graphql-http';
import mercurius from 'mercurius';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { negotiate } from '../../src/fastify/http/accept.js';
import { graphqlOverHttp } from '../../src/fastify/http/http.js';

const json = 'application/json';
const modern = 'application/graphql-response+json';

const schema = `
  type Item { x: Int! }
  type Query { hello: String list: [Item] required: Int! echo(n: Int!): Int typed: Int untyped: Int coded: Int }
  type Mutation { count: Int }
`;

class Refused extends Error {
  readonly extensions = { code: 'VERSION_CONFLICT', expected: 3 };
}

let counted = 0;
const logged: unknown[] = [];
let contextError: Error | undefined;
let app: FastifyInstance;

const resolvers = {
  Query: {
    hello: () => 'world',
    list: () => [{ x: 1 }, { x: null }],
    echo: (_: unknown, { n }: { n: number }) => n,
    required: () => null,
    typed: () => {
      throw new GraphQLError('sign in first', { extensions: { code: 'UNAUTHENTICATED' } });
    },
    untyped: () => {
      throw new Error('table tyler-setup-entities: ProvisionedThroughputExceededException');
    },
    coded: () => {
      throw new Refused('changed since');
    },
  },
  Mutation: { count: () => ++counted },
};

beforeAll(async () => {
  app = Fastify({
    logger: { level: 'error', stream: { write: (line: string) => logged.push(JSON.parse(line)) } },
  });
  await app.register(mercurius, {
    schema,
    resolvers,
    context: () => {
      if (contextError !== undefined) throw contextError;
      return {};
    },
    ...graphqlOverHttp,
  });
});
afterAll(() => app.close());

function post(
  payload: object | string,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': json, accept: modern, ...headers },
    payload,
  });
}

function get(parameters: Record<string, string>, accept = modern): Promise<LightMyRequestResponse> {
  return app.inject({ url: `/graphql?${new URLSearchParams(parameters)}`, headers: { accept } });
}

function code(answer: LightMyRequestResponse): unknown {
  return answer.json().errors[0].extensions?.code;
}

test('passes every audit of graphql-http', async () => {
  const audited = Fastify();
  await audited.register(mercurius, { schema, resolvers, ...graphqlOverHttp });
  const url = `${await audited.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
  const results = await auditServer({ url });
  const failed = results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`],
  );
  await audited.close();
  expect(results.length).toBeGreaterThan(50);
  expect(failed).toEqual([]);
});

describe('the media type', () => {
  test.each([
    [undefined, json],
    ['*/*', json],
    ['application/*', json],
    [json, json],
    [modern, modern],
    [`${modern}; charset=utf-8, ${json}; charset=utf-8`, modern],
    [`${json}, ${modern}`, json],
    [`${json};q=0.5, ${modern};q=0.9`, modern],
    [`${json};q=0.9, ${modern};q=0.5`, json],
    [`${modern}, ${json};q=0.9`, modern],
    [`text/html, ${modern};q=0.1`, modern],
    [`${json};q=0.1, */*`, modern],
    ['text/html,application/xhtml+xml,*/*;q=0.8', json],
    [`${json};q=0, ${modern};q=0.1`, modern],
    ['APPLICATION/GraphQL-Response+JSON', modern],
    ['text/html', undefined],
    [`${json};q=0`, undefined],
    [`${json};q=0, */*;q=0`, undefined],
    [`${json};q=nonsense`, undefined],
    ['', undefined],
  ])('for Accept: %s is %s', (accept, expected) => {
    expect(negotiate(accept)).toBe(expected);
  });

  test('is answered, with how to cache it', async () => {
    for (const accept of [json, modern]) {
      const answer = await post({ query: '{ hello }' }, { accept });
      expect(answer.headers).toMatchObject({
        'content-type': `${accept}; charset=utf-8`,
        vary: 'accept',
        'cache-control': 'no-store',
      });
      expect(answer.json()).toEqual({ data: { hello: 'world' } });
    }
  });

  test('adds to what answers vary with already', async () => {
    const other = Fastify();
    other.addHook('onRequest', async (_request, reply) => {
      reply.header('vary', 'origin');
    });
    await other.register(mercurius, { schema, ...graphqlOverHttp });
    const answer = await other.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } });
    expect(answer.headers.vary).toBe('origin, accept');
    await other.close();
  });

  test('is kept for an error', async () => {
    const answer = await post('{"query":', { accept: modern });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe(`${modern}; charset=utf-8`);
  });

  test('that cannot be had is 406, before the body is read', async () => {
    const answer = await post('{"query":', { accept: 'text/html' });
    expect(answer.statusCode).toBe(406);
    expect(code(answer)).toBe('NOT_ACCEPTABLE');
  });
});

describe('a request that is none is 400 whatever is accepted:', () => {
  test.each([
    ['bad JSON', '{"query":'],
    ['no body', ''],
    ['null', 'null'],
    ['an array', '[{"query":"{ hello }"}]'],
    ['no query', '{"qeury":"{ hello }"}'],
    ['an empty query', '{"query":""}'],
    ['a number for query', '{"query":1}'],
    ['a number for operationName', '{"query":"{ hello }","operationName":1}'],
    ['text for variables', '{"query":"{ hello }","variables":"{}"}'],
    ['a list for variables', '{"query":"{ hello }","variables":[]}'],
    ['text for extensions', '{"query":"{ hello }","extensions":"x"}'],
  ])('%s', async (_name, body) => {
    for (const accept of [json, modern]) {
      const answer = await post(body, { accept });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).not.toHaveProperty('data');
      expect(code(answer)).toBe('BAD_REQUEST');
    }
  });

  test.each([
    ['no query', {}],
    ['variables that are no JSON', { query: '{ hello }', variables: '{' }],
    ['variables that are no object', { query: '{ hello }', variables: '5' }],
    ['extensions that are no object', { query: '{ hello }', extensions: '[]' }],
  ])('GET with %s', async (_name, parameters) => {
    const answer = await get(parameters);
    expect(answer.statusCode).toBe(400);
    expect(code(answer)).toBe('BAD_REQUEST');
  });

  test('GET with two queries', async () => {
    const answer = await app.inject('/graphql?query={hello}&query={hello}');
    expect(answer.statusCode).toBe(400);
  });
});

test('what is not JSON is 415', async () => {
  for (const contentType of [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'image/png',
  ]) {
    const answer = await post('query={hello}', { 'content-type': contentType });
    expect(answer.statusCode).toBe(415);
    expect(code(answer)).toBe('UNSUPPORTED_MEDIA_TYPE');
  }
});

test('text/plain, which any page may send across origins, is not read as JSON', async () => {
  const answer = await post('{"query":"mutation { count }"}', { 'content-type': 'text/plain' });
  expect(answer.statusCode).toBe(400);
  expect(counted).toBe(0);
});

describe('a document that cannot be executed has no data, and is 200 or 400 as the client reads it:', () => {
  test.each([
    ['a syntax error', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', { query: 'query Q($n: Int!) { echo(n: $n) }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a wrong variable',
      { query: 'query Q($n: Int!) { echo(n: $n) }', variables: { n: 'one' } },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['an unknown operation', { query: 'query Q { hello }', operationName: 'P' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'several operations and no name',
      { query: 'query Q { hello } query P { hello }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_name, body, expected) => {
    for (const [accept, status] of [
      [json, 200],
      [modern, 400],
    ] as const) {
      const { variables, ...rest } = body as { query: string; variables?: object };
      const parameters = { ...rest, ...(variables && { variables: JSON.stringify(variables) }) };
      for (const answer of [await post(body, { accept }), await get(parameters, accept)]) {
        expect(answer.statusCode).toBe(status);
        expect(answer.json()).not.toHaveProperty('data');
        expect(code(answer)).toBe(expected);
      }
    }
  });
});

describe('an executed document is 200:', () => {
  test('with null where a field failed, and data null where the whole failed', async () => {
    const partly = await post({ query: '{ hello typed }' });
    expect(partly.statusCode).toBe(200);
    expect(partly.json()).toMatchObject({
      data: { hello: 'world', typed: null },
      errors: [{ path: ['typed'] }],
    });
    const wholly = await post({ query: '{ required }' });
    expect(wholly.statusCode).toBe(200);
    expect(wholly.json().data).toBeNull();
  });

  test('and a path keeps its list positions as numbers', async () => {
    const answer = await post({ query: '{ list { x } }' });
    expect(answer.json().errors[0].path).toEqual(['list', 1, 'x']);
  });

  test('and null parameters are as good as none', async () => {
    const answer = await post({ query: '{ hello }', operationName: null, variables: null, extensions: null });
    expect(answer.json()).toEqual({ data: { hello: 'world' } });
  });

  test('by GET as well', async () => {
    const query = 'query Q($n: Int!) { echo(n: $n) }';
    const answer = await get({ query, operationName: '', variables: '{"n":7}', extensions: '{}' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ data: { echo: 7 } });
  });
});

describe('an error', () => {
  test('with a code is told', async () => {
    expect((await post({ query: '{ typed }' })).json().errors[0]).toMatchObject({
      message: 'sign in first',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect((await post({ query: '{ coded }' })).json().errors[0]).toMatchObject({
      message: 'changed since',
      extensions: { code: 'VERSION_CONFLICT', expected: 3 },
    });
  });

  test('without one is logged, and not told', async () => {
    logged.length = 0;
    const answer = await post({ query: '{ untyped }' });
    expect(answer.json().errors).toEqual([
      {
        message: 'Internal server error.',
        locations: [{ line: 1, column: 3 }],
        path: ['untyped'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
    expect(logged).toMatchObject([{ err: { message: expect.stringContaining('tyler-setup-entities') } }]);
  });
});

describe('an error while the context is made', () => {
  afterAll(() => {
    contextError = undefined;
  });

  test.each([
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 403],
    ['STORAGE_UNAVAILABLE', 503],
    ['SOMETHING_ELSE', 400],
  ])('%s is %i', async (name, status) => {
    contextError = new GraphQLError('no', { extensions: { code: name } });
    const answer = await post({ query: '{ hello }' });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ errors: [{ message: 'no', extensions: { code: name } }] });
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
  });

  test('that nobody foresaw is 500 and not told', async () => {
    contextError = new Error('connect ECONNREFUSED 10.0.0.1');
    logged.length = 0;
    const answer = await post({ query: '{ hello }' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('10.0.0.1');
    expect(code(answer)).toBe('INTERNAL_SERVER_ERROR');
    expect(logged).toHaveLength(1);
  });

  test('that names a status of its own keeps it, and is told if that is 4xx', async () => {
    contextError = Object.assign(new Error('slow down'), { statusCode: 429 });
    const told = await post({ query: '{ hello }' });
    expect(told.statusCode).toBe(429);
    expect(told.json().errors).toEqual([{ message: 'slow down', extensions: { code: 'TOO_MANY_REQUESTS' } }]);
    contextError = Object.assign(new Error('10.0.0.1 is down'), { statusCode: 503 });
    const masked = await post({ query: '{ hello }' });
    expect(masked.statusCode).toBe(503);
    expect(masked.body).not.toContain('10.0.0.1');
  });
});

test('nothing but POST runs a mutation', async () => {
  counted = 0;
  const byGet = await get({ query: 'mutation { count }' });
  expect(byGet.statusCode).toBe(405);
  expect(byGet.headers.allow).toBe('POST');
  expect(code(byGet)).toBe('METHOD_NOT_ALLOWED');
  const byHead = await app.inject({ method: 'HEAD', url: '/graphql?query=mutation{count}' });
  expect(byHead.statusCode).toBe(404);
  expect(counted).toBe(0);
  expect((await post({ query: 'mutation { count }' })).json()).toEqual({ data: { count: 1 } });
});
