/** Subscriptions over WebSockets, by the client of graphql-ws. */

import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { deliveryContext, renewContext, type Session, unauthenticated } from 'tableloom/runtime';
import type { PluginOptions } from 'tableloom/server';
import { describe, expect, test } from 'vitest';
import { tables } from '../../fixtures/ok/computed-attributes/generated/index.js';
import { until } from '../../support/until.js';
import { ada, authenticate, client, Raw, serve, subscribed } from './support.js';

const tick = (number: number, more: object = {}) => ({ ticks: { number, ...more } });

test('delivers, and ends with its source or its client', async () => {
  const server = await serve();
  const one = subscribed(client(server));
  const source = await server.source();
  source.push(tick(1));
  source.push(tick(2));
  await until(() => one.results.length === 2);
  expect(one.results).toEqual([{ data: tick(1) }, { data: tick(2) }]);
  expect(source.returned).toBe(0);
  one.stop();
  await until(() => source.returned === 1);
  expect(server.logged).toEqual([]);
});

test('what one subscription of a connection does leaves the others as they are', async () => {
  const server = await serve();
  const connection = client(server);
  const [one, two] = [subscribed(connection), subscribed(connection)];
  await server.source(1);
  one.stop();
  await until(() => server.sources.some(({ returned }) => returned === 1));
  const [rest] = server.sources.filter(({ returned }) => returned === 0);
  rest?.push(tick(7));
  await until(() => two.results.length === 1);
});

test('each delivery has the context that its event brings, made of what the connection is', async () => {
  const server = await serve({ authenticate, context: () => ({ client: 'ours' }) as never });
  const one = subscribed(
    client(server, { connectionParams: { authorization: 'Bearer ada' } }),
    'subscription { ticks { number who reads } }',
  );
  const source = await server.source();
  const [context] = server.contexts;
  const renew = context?.[renewContext] as (db: Session) => Promise<Readonly<Record<string, unknown>>>;
  const db = context?.db as Session;
  const renewed = await renew(db);
  expect(renewed).toMatchObject({ principal: ada, client: 'ours' });
  expect(renewed.db).toBe(db);
  expect(renewed.loaders).not.toBe(context?.loaders);

  source.push({ ...tick(1), [deliveryContext]: { ...renewed, reads: 1 } });
  source.push({ ...tick(2), [deliveryContext]: { ...renewed, reads: 2 } });
  source.push(tick(3));
  await until(() => one.results.length === 3);
  expect(one.results.map(({ data }) => data)).toEqual([
    tick(1, { who: 'ada', reads: 1 }),
    tick(2, { who: 'ada', reads: 2 }),
    tick(3, { who: 'ada', reads: 0 }),
  ]);
});

test('the session of a subscription is aborted with it', async () => {
  const server = await serve();
  const raw = await new Raw(server).init();
  raw.subscribe('a');
  await server.source();
  const db = server.contexts[0]?.db as Session;
  raw.send({ type: 'complete', id: 'a' });
  await until(() => server.sources[0]?.returned === 1);
  const get = new GetCommand({ TableName: tables[0]?.table, Key: { PK: 'A', SK: 'B' } });
  await expect(db.document.send(get)).rejects.toMatchObject({ code: 'CANCELLED' });
});

describe('errors', () => {
  test('of a field are in its delivery; the log has what clients may not know', async () => {
    const server = await serve();
    const one = subscribed(client(server), 'subscription { ticks { number broken } }');
    (await server.source()).push(tick(1));
    await until(() => one.results.length === 1);
    expect(one.results[0]).toMatchObject({
      data: tick(1, { broken: null }),
      errors: [{ message: 'Internal server error.', path: ['ticks', 'broken'] }],
    });
    expect(JSON.stringify(server.logged)).toContain('out of order');
  });

  test('of a resolver that refuses end the subscription', async () => {
    const server = await serve(
      {},
      {
        forbidden: {
          subscribe: () => {
            throw unauthenticated();
          },
        },
      },
    );
    const { ended, results } = subscribed(client(server), 'subscription { forbidden { number } }');
    expect(await ended).toMatchObject([
      { message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(results).toEqual([]);
  });

  test.each([
    [unauthenticated('The session has ended.'), 'UNAUTHENTICATED', 'The session has ended.'],
    [new Error('table main'), 'INTERNAL_SERVER_ERROR', 'Internal server error.'],
  ])('of a source end it after what was delivered: %s', async (error, code, message) => {
    const server = await serve();
    const one = subscribed(client(server));
    const source = await server.source();
    source.push(tick(1));
    source.push(error);
    expect(await one.ended).toMatchObject([{ message, extensions: { code } }]);
    expect(one.results).toHaveLength(1);
    await until(() => source.returned === 1);
  });
});

describe('refuses', () => {
  const cases: [string, string, Partial<PluginOptions>?][] = [
    ['{ stop(id: "q") { name } }', 'OPERATION_NOT_SERVED'],
    [
      'mutation { addStop(input: { id: "q", name: "Q", line: 1, x: 1, y: 2 }) { id } }',
      'OPERATION_NOT_SERVED',
    ],
    ['subscription { ticks @include(if: false) { number } }', 'OPERATION_NOT_SERVED'],
    ['subscription { ticks { number', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { ticks { missing } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { a: ticks { number } b: ticks { number } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription A { ticks { number } } subscription B { ticks { number } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription ($n: Int!) { ticks(from: $n) { number } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { ticks { next { next { number } } } }', 'QUERY_TOO_DEEP', { limits: { depth: 3 } }],
    ['subscription { ticks { number } }', 'GRAPHQL_PARSE_FAILED', { limits: { tokens: 5 } }],
    [
      'subscription { ticks { stops { id } } }',
      'QUERY_TOO_COSTLY',
      {
        limits: { requests: 0 },
        costs: {
          fields: { 'Tick.stops': { kind: 'query', gives: 'list', of: 'Stop', index: 'GSI1' } },
          rules: {},
        },
      },
    ],
  ];

  test.each(cases)('%s: %s', async (query, code, options) => {
    const server = await serve(options);
    const raw = await new Raw(server).init();
    raw.subscribe('a', query);
    await until(() => raw.messages.length === 2);
    expect(raw.messages[1]).toMatchObject({ type: 'error', id: 'a', payload: [{ extensions: { code } }] });
    expect(server.sources).toEqual([]);
    expect(server.logged).toEqual([]);
  });

  test('subscriptions over HTTP', async () => {
    const server = await serve();
    const { errors } = (
      await server.app.inject({
        method: 'POST',
        url: '/graphql',
        payload: { query: 'subscription { ticks { number } }' },
      })
    ).json();
    expect(errors[0].extensions.code).toBe('OPERATION_NOT_SERVED');
  });

  test('in production, the schema, suggestions and values', async () => {
    const server = await serve({ production: true });
    const connection = client(server);
    const errors = async (query: string, variables?: Record<string, unknown>) =>
      (await subscribed(connection, query, variables).ended) as { message: string; extensions: object }[];
    expect((await errors('subscription { ticks { numbr } }'))[0]?.message).not.toContain('Did you mean');
    const [wrong] = await errors('subscription ($n: Int) { ticks(from: $n) { number } }', { n: 'hunter2' });
    expect(wrong?.message).toMatch(/has an invalid value at "n"/);
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
    const document = 'subscription A { ticks { number } } query B { __schema { queryType { name } } }';
    const raw = await new Raw(server).init();
    raw.send({ type: 'subscribe', id: 'a', payload: { query: document, operationName: 'A' } });
    await until(() => raw.messages.length === 2);
    expect(raw.messages[1]?.payload).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
