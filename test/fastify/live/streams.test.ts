/** Subscriptions over server-sent events, by the client of graphql-sse and by hand. */

import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createClient, NetworkError } from 'graphql-sse';
import { deliveryContext, TableloomError, tokenExpired, unauthenticated } from 'tableloom/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../support/until.js';
import { ada, authenticate, type Served, serve } from './support.js';

function subscribed(
  { url }: Served,
  query = 'subscription { ticks { number } }',
  { headers = {}, retries = 0 }: { headers?: Record<string, string>; retries?: number } = {},
) {
  const client = createClient({
    url: `${url}/graphql/stream`,
    headers,
    retryAttempts: retries,
    retry: async () => {},
  });
  onTestFinished(() => client.dispose());
  const results: unknown[] = [];
  let stop = () => {};
  const ended = new Promise<unknown>((resolve) => {
    stop = client.subscribe(
      { query },
      { next: (result) => results.push(result), error: resolve, complete: () => resolve(null) },
    );
  });
  return { results, ended, stop: () => stop() };
}

/** A request by GET, whose answer is not read until the test does. */
async function opened(
  { url }: Served,
  query: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const request = httpGet(`${url}/graphql/stream?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', ...headers },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  onTestFinished(() => void response.destroy());
  return response;
}

const all = 'subscription { ticks { number } }';

test('delivers by POST, and ends with its client', async () => {
  const server = await serve({ authenticate });
  const one = subscribed(server, 'subscription { ticks { number who reads } }', {
    headers: { authorization: 'Bearer ada' },
  });
  const source = await server.source();
  source.push({ ticks: { number: 1 } });
  source.push({ ticks: { number: 2 }, [deliveryContext]: { principal: { id: 'renewed' }, reads: 3 } });
  await until(() => one.results.length === 2);
  expect(one.results).toEqual([
    { data: { ticks: { number: 1, who: 'ada', reads: 0 } } },
    { data: { ticks: { number: 2, who: 'renewed', reads: 3 } } },
  ]);
  expect(source.returned).toBe(0);
  one.stop();
  await until(() => source.returned === 1);
  expect(server.logged).toEqual([]);
});

test('delivers by GET, as EventSource asks, with comments that keep the connection', async () => {
  const server = await serve({ corsOrigins: ['https://app.example'], live: { pingMs: 20 } });
  const response = await opened(server, all, { origin: 'https://app.example' });
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'access-control-allow-origin': 'https://app.example',
    'x-request-id': expect.any(String),
  });
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await until(() => text.startsWith(':\n\n:\n\n'));
  const source = await server.source();
  source.push({ ticks: { number: 1 } });
  source.finish();
  await once(response, 'end');
  expect(text.replaceAll(/^:\n\n/gm, '')).toBe(
    'event: next\ndata: {"data":{"ticks":{"number":1}}}\n\nevent: complete\ndata:\n\n',
  );
});

describe('errors', () => {
  test.each([
    ['subscription { ticks { missing } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { ticks {', 'GRAPHQL_PARSE_FAILED'],
    ['{ stop(id: "q") { id } }', 'OPERATION_NOT_SERVED'],
    ['subscription { ticks { next { next { number } } } }', 'QUERY_TOO_DEEP'],
  ])('%s: %s', async (query, code) => {
    const server = await serve({ limits: { depth: 3 } });
    const one = subscribed(server, query);
    expect(await one.ended).toBe(null);
    expect(one.results).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    expect(server.sources).toEqual([]);
  });

  test('of a source end it', async () => {
    const server = await serve();
    const one = subscribed(server);
    const source = await server.source();
    source.push({ ticks: { number: 1 } });
    source.push(unauthenticated());
    expect(await one.ended).toBe(null);
    expect(one.results[1]).toEqual({
      errors: [{ message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    await until(() => source.returned === 1);
  });

  test.each([
    ['Bearer old', 401, 'TOKEN_EXPIRED'],
    ['Bearer forged', 401, 'TOKEN_INVALID'],
    ['Bearer broken', 500, 'INTERNAL_SERVER_ERROR'],
  ])('%s: %i', async (authorization, status, code) => {
    const server = await serve({ authenticate });
    const response = await server.app.inject({
      method: 'POST',
      url: '/graphql/stream',
      headers: { accept: 'text/event-stream', authorization },
      payload: { query: all },
    });
    expect(response.statusCode).toBe(status);
    expect(response.json().errors[0].extensions.code).toBe(code);
  });

  test.each([
    [
      406,
      {
        method: 'GET',
        url: `/graphql/stream?query=${encodeURIComponent(all)}`,
        headers: { accept: 'application/json' },
      },
    ],
    [400, { method: 'GET', url: '/graphql/stream' }],
    [400, { method: 'POST', url: '/graphql/stream', payload: { query: { kind: 'Document' } } }],
    [404, { method: 'DELETE', url: '/graphql/stream' }],
  ] as const)('of the request: %i', async (status, request) => {
    expect((await (await serve()).app.inject(request)).statusCode).toBe(status);
  });
});

test('a token that expires ends the stream, and the client that comes back is refused', async () => {
  let isExpired = false;
  const server = await serve({
    authenticate: () => {
      if (isExpired) throw tokenExpired();
      return ada;
    },
    live: { recheckMs: 20 },
  });
  const one = subscribed(server, all, { headers: { authorization: 'Bearer a' }, retries: 1 });
  const source = await server.source();
  isExpired = true;
  const error = await one.ended;
  expect(error).toBeInstanceOf(NetworkError);
  expect((error as NetworkError<Response>).response?.status).toBe(401);
  await until(() => source.returned === 1);
});

test('a principal has so many streams', async () => {
  const server = await serve({ authenticate, live: { connectionsPerPrincipal: 1 } });
  const headers = { authorization: 'Bearer ada' };
  const first = await opened(server, all, headers);
  expect((await opened(server, all, headers)).statusCode).toBe(429);
  expect((await opened(server, all)).statusCode).toBe(200);
  first.destroy();
  await until(async () => (await opened(server, all, headers)).statusCode === 200);
});

test('a client that goes away while its token is read does not count', async () => {
  let read = () => {};
  let calls = 0;
  const server = await serve({
    authenticate: async () => {
      calls += 1;
      if (calls === 1)
        await new Promise<void>((resolve) => {
          read = resolve;
        });
      return ada;
    },
    live: { connectionsPerPrincipal: 1 },
  });
  const sockets: Socket[] = [];
  server.app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const gone = subscribed(server, all, { headers: { authorization: 'Bearer a' } });
  await until(() => calls === 1);
  gone.stop();
  await until(() => sockets[0]?.destroyed === true);
  read();
  const next = await opened(server, all, { authorization: 'Bearer a' });
  expect(next.statusCode).toBe(200);
  expect(server.sources).toHaveLength(1);
});

describe('a client that does not read', () => {
  const large = { ticks: { size: 256 * 1024 } };
  const text = 'subscription { ticks { text } }';

  test('stops the reading, and is cut off', async () => {
    const server = await serve({ live: { pingMs: 200 } });
    const sockets: Socket[] = [];
    server.app.server.on('connection', (socket: Socket) => sockets.push(socket));
    await opened(server, text);
    const source = await server.source();
    for (let count = 0; count < 200; count++) source.push(large);
    await until(() => source.returned === 1);
    expect(source.pulled).toBeLessThan(100);
    expect(sockets[0]?.destroyed).toBe(true);
  });

  test('or too slowly, is cut off without `complete`, to resume', async () => {
    const server = await serve();
    const one = subscribed(server, all, { retries: 1 });
    const source = await server.source();
    source.push({ ticks: { number: 1 } });
    source.push(new TableloomError('SUBSCRIPTION_LAGGING' as never, 'Too slow.'));
    (await server.source(1)).push({ ticks: { number: 2 } });
    await until(() => one.results.length === 2);
  });
});

test('closing the application ends streams, for clients to go elsewhere', async () => {
  const server = await serve();
  const one = subscribed(server);
  const source = await server.source();
  await server.app.close();
  expect(await one.ended).toBeInstanceOf(NetworkError);
  await until(() => source.returned === 1);
  expect(server.logged).toEqual([]);
});

test('an injected request is refused: nobody would see a delivery before the last one', async () => {
  const server = await serve();
  const response = await server.app.inject({
    method: 'POST',
    url: '/graphql/stream',
    payload: { query: all },
  });
  expect(response.statusCode).toBe(501);
});
