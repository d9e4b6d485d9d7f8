/** What each caller may have of a server in a time, over all that it is served by. */

import { NetworkError, createClient as sseClient } from 'graphql-sse';
import type { Principal } from 'tableloom/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authenticate, client, Raw, type Served, serve, subscribed } from '../live/support.js';

/** So slow that nothing comes back while a test runs. */
const rateOf = (points: number) => ({ points, perSeconds: 100_000 });
const few = { perPrincipal: rateOf(3), perAddress: rateOf(3) };
const query = '{ stop(id: "q") { name } }';

interface Asked {
  readonly token?: string;
  readonly from?: string;
  readonly query?: string;
  readonly variables?: object;
}

async function ask(
  { app }: Served,
  { token, from = '192.0.2.1', query: text = query, variables }: Asked = {},
) {
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: from,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    payload: { query: text, variables },
  });
  const { errors } = response.json<{ errors?: { extensions: Record<string, unknown> }[] }>();
  return { status: response.statusCode, headers: response.headers, extensions: errors?.[0]?.extensions };
}

async function statuses(server: Served, count: number, asked: Asked = {}): Promise<number[]> {
  const found: number[] = [];
  for (let at = 0; at < count; at++) found.push((await ask(server, asked)).status);
  return found;
}

describe('operations', () => {
  test('of an address are answered until its points are used up, and then told when to come back', async () => {
    const server = await serve({ rates: { perAddress: { points: 3, perSeconds: 300 } } });
    expect(await statuses(server, 3)).toEqual([200, 200, 200]);
    const { status, headers, extensions } = await ask(server);
    expect(status).toBe(429);
    expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: 100 });
    expect(headers).toMatchObject({ 'retry-after': '100', 'cache-control': 'no-store' });
    expect((await ask(server, { from: '192.0.2.2' })).status).toBe(200);
  });

  test('of a principal are counted wherever they come from, and apart from those of its address', async () => {
    const principalId = (principal: Principal) => principal.id;
    const server = await serve({ authenticate, principalId, rates: few });
    expect(await statuses(server, 2, { token: 'ada' })).toEqual([200, 200]);
    expect(await statuses(server, 2, { token: 'ada', from: '192.0.2.9' })).toEqual([200, 429]);
    expect((await ask(server, { token: 'bob' })).status).toBe(200);
    expect((await ask(server)).status).toBe(200);
  });

  test('of IPv6 addresses are counted by their first 64 bits', async () => {
    const server = await serve({ rates: few });
    const froms = ['2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:0:1::', '2001:db8::2'];
    const found = await Promise.all(froms.map((from) => ask(server, { from })));
    expect(found.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect((await ask(server, { from: '2001:db8:0:1::1' })).status).toBe(200);
  });

  test('take as many points as they have requests, with the values of their variables', async () => {
    const server = await serve({ rates: { perAddress: rateOf(5) } });
    const three =
      'query ($id: ID!) { a: stop(id: $id) { name } b: stopsInCell(cell: "1") { id } c: stopsInCell(cell: "2") { id } }';
    const variables = { id: 'q' };
    expect((await ask(server, { query: three, variables })).status).toBe(200);
    expect((await ask(server, { query: three, variables })).status).toBe(429);
    // What was refused took one as well.
    expect(await statuses(server, 2)).toEqual([200, 429]);
  });

  test('that read the schema take one for each hundred fields of the answer', async () => {
    const server = await serve({ production: false, rates: { perAddress: rateOf(20) } });
    const whole =
      '{ __schema { types { name fields { name args { name type { name } } type { name kind } } } } }';
    const found = await statuses(server, 20, { query: whole });
    expect(found.filter((status) => status === 200).length).toBeLessThan(10);
    expect(found.at(-1)).toBe(429);
  });

  test('of a document that was not read before take one more for each hundred tokens, once', async () => {
    const server = await serve({ rates: { perAddress: rateOf(6) } });
    // 400 tokens: a name and a colon, and another name, for each field.
    const fields = Array.from({ length: 131 }, (_, at) => `a${at}: id`).join(' ');
    const large = `{ stop(id: "q") { ${fields} } }`;
    expect(await statuses(server, 3, { query: large })).toEqual([200, 200, 429]);
    expect((await ask(server, { query: large, from: '192.0.2.2' })).status).toBe(200);
  });

  test('are not limited outside of production, unless it is said how much', async () => {
    const open = await serve({ production: false, limits: { requests: 1000 } });
    expect(new Set(await statuses(open, 50))).toEqual(new Set([200]));
  });
});

describe('requests that are refused', () => {
  test.each([
    ['a document that does not parse', { query: '{' }],
    ['a document that does not fit the schema', { query: '{ nothing }' }],
    ['a token that is none of ours', { token: 'forged' }],
    ['a token that has expired', { token: 'old' }],
  ])('count for their address: %s', async (_, asked) => {
    const server = await serve({ authenticate, rates: few });
    const found = await statuses(server, 4, asked);
    expect(found.slice(0, 3)).not.toContain(429);
    expect(found[3]).toBe(429);
    // Nothing of the address is looked at any more, and of others all.
    expect((await ask(server, { token: 'ada' })).status).toBe(429);
    expect((await ask(server, { token: 'ada', from: '192.0.2.2' })).status).toBe(200);
  });

  test('count the more, the larger they are', async () => {
    const server = await serve({ rates: { perAddress: rateOf(10) } });
    const large = { query: `{ nothing } # ${'x'.repeat(60_000)}` };
    const payload = JSON.stringify(large);
    const send = () =>
      server.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json', 'content-length': String(payload.length) },
        payload,
      });
    // Four points each.
    const found = [await send(), await send(), await send(), await send()].map(
      ({ statusCode }) => statusCode,
    );
    expect(found).toEqual([200, 200, 200, 429]);
  });

  test('for being too many do not count again', async () => {
    const server = await serve({ authenticate, rates: few });
    expect(await statuses(server, 9)).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429]);
    expect((await ask(server, { token: 'ada' })).status).toBe(200);
  });
});

describe('subscriptions', () => {
  test('take points over a WebSocket, whatever the connection', async () => {
    const server = await serve({ rates: few });
    const one = client(server);
    for (let at = 0; at < 3; at++) {
      subscribed(one);
      await server.source(at);
    }
    expect(await subscribed(one).ended).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } },
    ]);
    expect(await subscribed(client(server)).ended).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  });

  test('take points over server-sent events, and are refused by the status', async () => {
    const server = await serve({ rates: few });
    const sse = sseClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
    onTestFinished(() => sse.dispose());
    const begin = () =>
      new Promise<unknown>((resolve) => {
        sse.subscribe(
          { query: 'subscription { ticks { number } }' },
          { next() {}, error: resolve, complete() {} },
        );
      });
    for (let at = 0; at < 3; at++) {
      void begin();
      await server.source(at);
    }
    const refused = await begin();
    expect(refused).toBeInstanceOf(NetworkError);
    expect((refused as NetworkError).response?.status).toBe(429);
  });

  test('that are refused count for their address, and then it may not connect', async () => {
    const server = await serve({ rates: few });
    const raw = await new Raw(server).init();
    for (const id of ['a', 'b', 'c']) raw.subscribe(id, 'subscription { nothing }');
    await expect.poll(() => raw.messages.filter(({ type }) => type === 'error').length).toBe(3);
    const { socket } = new Raw(server);
    const status = await new Promise((resolve) =>
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(429);
  });
});

test('a limit without points is refused at the start', async () => {
  await expect(serve({ rates: { perAddress: rateOf(0) } })).rejects.toThrow('`rates.perAddress` must have');
});
