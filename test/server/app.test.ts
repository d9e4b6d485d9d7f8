import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as rules from '../../src/rules/index.js';
import { engineKind } from '../support/engines.js';
import { adminOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
  token = await server.tokenOf(adminOf(server.sample));
});
afterAll(() => server.close());

const code = (answer: Awaited<ReturnType<TestServer['ask']>>) => answer.errors[0]?.extensions?.code;

describe('a request that asks too much', () => {
  const nested = (depth: number) =>
    depth === 0
      ? ''
      : `{ user(id: "x") ${'{ createdBy '.repeat(depth - 2)} { id } ${'}'.repeat(depth - 2)} }`;

  test('ten levels are answered, eleven are not', async () => {
    expect(code(await server.ask(nested(10), { token }))).toBeUndefined();
    expect(await server.ask(nested(11), { token })).toMatchObject({
      data: null,
      errors: [
        {
          message: 'The query is 11 levels deep; at most 10 are allowed.',
          extensions: { code: 'QUERY_TOO_DEEP' },
        },
      ],
    });
  });

  test('fragments count where they are spread, and a circle of them is an error like any other', async () => {
    const deep = `query { user(id: "x") { createdBy { createdBy { createdBy { createdBy { createdBy { ...More } } } } } } }
      fragment More on User { createdBy { createdBy { createdBy { ...Last } } } } fragment Last on User { createdBy { id } }`;
    expect(code(await server.ask(deep, { token }))).toBe('QUERY_TOO_DEEP');
    const circle =
      'query { me { ...A } } fragment A on User { createdBy { ...B } } fragment B on User { createdBy { ...A } }';
    expect(code(await server.ask(circle, { token }))).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('an operation of up to a thousand requests is answered, a costlier one is not', async () => {
    const three = (outer: string, inner: string) =>
      `{ users(${outer}) { nodes { contractors(${inner}) { nodes { auditLogs { nodes { id } } } } } } }`;
    const codeOf = async (query: string, variables = {}) =>
      code(await server.ask(query, { token, variables }));
    expect(await codeOf(three('first: 10', 'first: 90'))).toBeUndefined();
    expect(await codeOf(three('first: 10', 'first: 100'))).toBe('QUERY_TOO_COSTLY');
    expect(await codeOf(three('last: 100', 'first: 20'))).toBe('QUERY_TOO_COSTLY');
    const withVariables = `query ($n: Int) ${three('first: $n', 'first: 50')}`;
    expect(await codeOf(withVariables, { n: 5 })).toBeUndefined();
    expect(await codeOf(withVariables, { n: 50 })).toBe('QUERY_TOO_COSTLY');
    expect(await codeOf(withVariables, { n: null })).toBe('QUERY_TOO_COSTLY');
    const withDefault = `query ($n: Int = 5) ${three('first: $n', 'first: 50')}`;
    expect(await codeOf(withDefault)).toBeUndefined();
    expect(await codeOf(withDefault, { n: 50 })).toBe('QUERY_TOO_COSTLY');
    const aliases = Array.from({ length: 11 }, (_, index) => `a${index}: users(first: 100) { ...U }`).join(
      ' ',
    );
    expect(
      await codeOf(
        `{ ${aliases} } fragment U on UserConnection { edges { node { sessions { nodes { id } } } } }`,
      ),
    ).toBe('QUERY_TOO_COSTLY');
  });

  // Gone through twice each, 200 of them would be 2^200 steps: this test would not end.
  test('of many fragments that spread one another twice each is gone through once', async () => {
    const count = 200;
    const fragments = Array.from({ length: count }, (_, index) => {
      const next = index + 1 < count ? `...F${index + 1} ...F${index + 1}` : 'id';
      return `fragment F${index} on User { ${next} }`;
    });
    const { errors } = await server.ask(`query { me { ...F0 } } ${fragments.join(' ')}`, { token });
    expect(errors).toEqual([]);
  });

  test('a document of endless nesting is refused', async () => {
    expect(code(await server.ask('{a'.repeat(50_000)))).toBe('GRAPHQL_PARSE_FAILED');
  });

  test('a body beyond the limit is refused', async () => {
    const { status } = await server.ask(`{ me { name } } # ${'x'.repeat(600_000)}`);
    expect(status).toBe(413);
  });

  test('a value of endless nesting is refused', async () => {
    const setConfig = 'mutation ($value: JSON!) { setConfig(input: { key: "deep", value: $value }) { key } }';
    const nest = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(code(await server.ask(setConfig, { token, variables: { value: nest(20) } }))).toBeUndefined();
    expect(code(await server.ask(setConfig, { token, variables: { value: nest(21) } }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(code(await server.ask(setConfig, { token, variables: { value: nest(1000) } }))).toBe(
      'BAD_REQUEST',
    );
    expect(code(await server.ask(setConfig, { token, variables: { value: 'x'.repeat(70_000) } }))).toBe(
      'BAD_USER_INPUT',
    );
  });
});

describe('what goes wrong inside', () => {
  test('is told to the log and not to the client', async () => {
    const lines: string[] = [];
    const broken = await startServer({
      sample: smallSample(),
      app: {
        rules: {
          ...rules,
          me: async () => {
            throw new Error('the inner words');
          },
        },
        logLevel: 'error',
        logStream: { write: (line) => void lines.push(line) },
      },
    });
    try {
      const { status, errors, text } = await broken.ask('{ me { name } }');
      expect(status).toBe(200);
      expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(text).not.toContain('inner words');
      const line = lines.find((one) => one.includes('the inner words'));
      expect(JSON.parse(line ?? '{}')).toMatchObject({ reqId: expect.any(String) });
    } finally {
      await broken.close();
    }
  });

  test('every answer names its request, for the log to be found', async () => {
    const { headers } = await server.app.inject({ url: '/health' });
    expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('health', () => {
  test.skipIf(engineKind() !== 'embedded')(
    'is good while storage answers, and 503 when it is gone',
    async () => {
      const own = await startServer({ sample: smallSample() });
      const good = await own.app.inject({ url: '/health' });
      expect([good.statusCode, good.json()]).toEqual([200, { status: 'ok', storage: 'ok' }]);
      await own.stopStorage();
      const bad = await own.app.inject({ url: '/health' });
      expect([bad.statusCode, bad.json()]).toEqual([503, { status: 'unavailable', storage: 'unreachable' }]);
      const { errors } = await own.ask('{ me { name } }', { token });
      expect(errors).toMatchObject([{ extensions: { code: 'STORAGE_UNAVAILABLE' } }]);
      await own.close();
    },
  );
});

describe('in production', () => {
  test('strangers cannot read the schema, nor be helped to guess it', async () => {
    const production = await startServer({ sample: smallSample(), app: { production: true } });
    try {
      const queries = [
        '{ __schema { types { name } } }',
        '{ __type(name: "User") { name } }',
        'query { ...A } fragment A on Query { __schema { types { name } } }',
      ];
      // Twice: what passed validation once is remembered.
      for (const query of [...queries, ...queries]) {
        expect(code(await production.ask(query))).toBe('UNAUTHENTICATED');
        expect(
          code(await production.ask(query, { token: await production.tokenOf(adminOf(production.sample)) })),
        ).toBeUndefined();
      }
      expect((await production.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
      expect((await production.ask('{ user_ { name } }')).text).not.toContain('Did you mean');
      expect((await production.app.inject({ url: '/graphiql' })).statusCode).toBe(404);
    } finally {
      await production.close();
    }
  });
});

describe('over HTTP', () => {
  test('queries come by GET, mutations do not', async () => {
    const get = (query: string) => server.app.inject({ url: '/graphql', query: { query } });
    expect((await get('{ me { name } }')).json()).toEqual({ data: { me: null } });
    expect((await get('mutation { signOutEverywhere }')).statusCode).toBe(405);
  });

  test('the query string, which may hold a token, is not logged', async () => {
    const lines: string[] = [];
    const own = await startServer({
      sample: smallSample(),
      app: { logLevel: 'trace', logStream: { write: (line) => void lines.push(line) } },
    });
    await own.app.inject({
      url: '/graphql',
      query: { query: '{ contractorByToken(token: "a-token-in-clear") { id } }' },
    });
    await own.close();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain('a-token-in-clear');
  });

  test('the IDE is served where it is wanted, and can read the schema', async () => {
    const own = await startServer({ sample: smallSample(), app: { ide: true } });
    const page = await own.app.inject({ url: '/graphiql' });
    expect(page.statusCode).toBe(200);
    expect(Buffer.byteLength(page.body)).toBeGreaterThan(500);
    const { getIntrospectionQuery } = await import('graphql');
    expect((await own.ask(getIntrospectionQuery())).errors).toEqual([]);
    await own.close();
  });
});
