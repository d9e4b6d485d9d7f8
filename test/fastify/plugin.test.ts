/** `tableloom/server` serving a project that is not the reference application. */

import Fastify, { type FastifyInstance } from 'fastify';
import { auditServer } from 'graphql-http';
import { type Database, tokenExpired } from 'tableloom/runtime';
import {
  type PluginOptions,
  type Principal,
  type ServerSettings,
  serverOptions,
  tableloom,
} from 'tableloom/server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as generated from '../fixtures/ok/computed-attributes/generated/index.js';
import { openTables } from '../support/databases.js';
import { openEngine } from '../support/engines.js';

const rules = {
  cellOf: ({ x, y }: { x: number; y: number }) => `${Math.floor(x)}:${Math.floor(y)}`,
  readingCellOf: ({ x, y }: { x: number; y: number }) => `${Math.floor(x)}:${Math.floor(y)}`,
  searchNameOf: ({ name }: { name: string }) => name.toLowerCase(),
  closingOf: () => null,
};
const engine = openEngine('embedded');
let database: Database;

beforeAll(async () => {
  const { open } = await openTables((await engine).client, generated.tables);
  database = open({ compute: rules });
});
afterAll(async () => (await engine).close());

const principal: Principal = { kind: 'USER', id: 'ada', sessionEpoch: 0, sessionId: 's' };

/** Its options in no more than their plain types: what this repository's own `AppContext` asks for is not asked for here. */
async function serve(
  options: Partial<PluginOptions> = {},
  settings: ServerSettings = {},
): Promise<FastifyInstance> {
  const app = Fastify(serverOptions(settings));
  onTestFinished(() => app.close());
  const all: PluginOptions = {
    ...generated,
    database,
    resolvers: generated.createResolvers(rules),
    ...options,
  };
  await app.register(tableloom as (app: FastifyInstance, options: PluginOptions) => Promise<void>, all);
  return app;
}

async function ask(app: FastifyInstance, query: string, authorization?: string, variables?: object) {
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: authorization === undefined ? {} : { authorization },
    payload: { query, variables },
  });
  const { data, errors } = response.json<{
    data?: Record<string, unknown> | null;
    errors?: { message: string; extensions: Record<string, unknown> }[];
  }>();
  return {
    response,
    status: response.statusCode,
    data,
    error: errors?.[0],
    code: errors?.[0]?.extensions?.code,
  };
}

test('serves generated code: GraphQL over HTTP, health and ids of requests', async () => {
  const app = await serve();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const failed = (await auditServer({ url: `${url}/graphql` })).filter(({ status }) => status !== 'ok');
  expect(failed).toEqual([]);
  const added = await ask(
    app,
    'mutation { addStop(input: { id: "q", name: "Quay", line: 1, x: 1.5, y: 2 }) { cell version } }',
  );
  expect(added.data).toEqual({ addStop: { cell: '1:2', version: 1 } });
  expect(added.response.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  for (const path of ['/health', '/livez', '/readyz'])
    expect((await app.inject(path)).statusCode, path).toBe(200);
});

test('leaves routes of the application as they are', async () => {
  const app = await serve({ corsOrigins: ['https://app.example'] });
  app.get('/page', (_request, reply) => reply.type('text/html').send('<p>ours</p>'));
  const { headers, statusCode } = await app.inject('/page');
  expect(statusCode).toBe(200);
  expect(headers['content-security-policy']).toBeUndefined();
  expect(headers['x-request-id']).toBeDefined();
});

describe('an access token', () => {
  const authenticated = () =>
    serve({
      authenticate: async (token) => {
        if (token === 'old') throw tokenExpired();
        if (token === 'broken') throw new Error('the key server is away');
        return token === 'good' ? principal : null;
      },
      context: (_request, caller) => ({ client: { ip: caller?.id ?? 'nobody', userAgent: null } }) as never,
      resolvers: {
        Query: {
          stop: (
            _parent: unknown,
            _args: unknown,
            context: { principal: Principal | null; client: { ip: string } },
          ) => ({
            id: context.principal?.id ?? 'none',
            name: context.client.ip,
          }),
        },
      },
    });
  const query = '{ stop(id: "x") { id name } }';

  test.each([
    ['Bearer good', { id: 'ada', name: 'ada' }],
    ['bearer good', { id: 'ada', name: 'ada' }],
    [undefined, { id: 'none', name: 'nobody' }],
    ['Basic YTpi', { id: 'none', name: 'nobody' }],
  ])('%s: says who sends the request', async (authorization, stop) => {
    expect((await ask(await authenticated(), query, authorization)).data).toEqual({ stop });
  });

  test.each([
    ['Bearer old', 401, 'TOKEN_EXPIRED'],
    ['Bearer forged', 401, 'TOKEN_INVALID'],
    ['Bearer', 401, 'TOKEN_INVALID'],
    ['Bearer ', 401, 'TOKEN_INVALID'],
    ['Bearer one two', 401, 'TOKEN_INVALID'],
    ['Bearer broken', 500, 'INTERNAL_SERVER_ERROR'],
  ])('%s: is refused as such', async (authorization, status, code) => {
    const answer = await ask(await authenticated(), query, authorization);
    expect(answer).toMatchObject({ status, code });
    expect(answer.data).toBeUndefined();
    expect(answer.response.headers['www-authenticate']).toBe(
      status === 401 ? 'Bearer error="invalid_token"' : undefined,
    );
    expect(answer.response.body).not.toContain('key server');
  });
});

describe('dates', () => {
  const add = (app: FastifyInstance, at: unknown) =>
    ask(
      app,
      'mutation ($at: DateTime!) { addReading(input: { id: "r", x: 0, y: 0, at: $at }) { at } }',
      undefined,
      {
        at,
      },
    );

  test.each([
    '2026-02-30T10:00:00Z',
    '2026-03-09T10:00:00',
    'yesterday',
    1_772_000_000_000,
    '2026-03-09T25:00:00Z',
  ])('%s is refused where it is passed, by name', async (at) => {
    const { code, error } = await add(await serve(), at);
    expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(error?.message).toMatch(
      /^Variable "\$at" got invalid value .*a moment is needed, such as 2026-01-31T/,
    );
    const production = await add(await serve({ production: true }), at);
    expect(production.error?.message).toBe(
      'Variable "$at" has an invalid value at "at". The value is not valid: a moment is needed, such as 2026-01-31T09:30:00.000Z.',
    );
  });

  test('are moments in UTC, whatever zone they came in', async () => {
    const { data } = await add(await serve(), '2026-03-09T10:00:00+02:00');
    expect(data).toEqual({ addReading: { at: '2026-03-09T08:00:00.000Z' } });
  });
});

describe('limits', () => {
  test.each([
    [{ depth: 1 }, '{ stop(id: "q") { name } }', 'QUERY_TOO_DEEP'],
    [
      { requests: 1 },
      '{ a: stop(id: "q") { name } b: stopsInCell(cell: "1:2") { name } }',
      'QUERY_TOO_COSTLY',
    ],
    [{ tokens: 5 }, '{ stop(id: "q") { name } }', 'GRAPHQL_PARSE_FAILED'],
  ])('%j', async (limits, query, code) => {
    expect((await ask(await serve({ limits }), query)).code).toBe(code);
    expect((await ask(await serve(), query)).code).toBeUndefined();
  });
});

describe('in production', () => {
  const schema = '{ __schema { queryType { name } } }';

  test('the schema and the IDE are hidden, and what operations cost', async () => {
    const open = await serve({ production: false });
    const closed = await serve({ production: true });
    expect((await ask(open, schema)).data).toBeDefined();
    expect((await ask(closed, schema)).code).toBe('FORBIDDEN');
    expect((await open.inject('/graphiql')).statusCode).toBe(200);
    expect((await closed.inject('/graphiql')).statusCode).toBe(404);
    const cost = (app: FastifyInstance) =>
      app
        .inject({
          url: '/graphql',
          query: { query: '{ stop(id: "q") { name } }' },
          headers: { 'x-tableloom-cost': '1' },
        })
        .then((answer) => answer.json().extensions?.tableloom);
    expect(await cost(open)).toMatchObject({ requests: 1 });
    expect(await cost(closed)).toBeUndefined();
  });
});

test('a scalar that the schema has not is refused at the start', async () => {
  const { GraphQLJSON } = await import('graphql-scalars');
  await expect(serve({ scalars: { Jason: GraphQLJSON } })).rejects.toThrow('The schema has no scalar Jason.');
});

// Never called: what compiles, and what does not.
export function forgotten(app: FastifyInstance, resolvers: object) {
  const options = { ...generated, database, resolvers };
  const context = () => ({ client: { ip: null, userAgent: null }, auth: {} as never, note: () => undefined });
  const authenticate = () => principal;
  app.register(tableloom, { ...options, authenticate, context });
  // @ts-expect-error `AppContext` of this repository has a principal
  app.register(tableloom, { ...options, context });
  // @ts-expect-error it also has a client
  app.register(tableloom, { ...options, authenticate });
  const some = () => ({ client: { ip: null, userAgent: null } });
  // @ts-expect-error and that is not all
  app.register(tableloom, { ...options, authenticate, context: some });
}
