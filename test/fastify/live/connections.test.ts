/** Who may connect, how often, and when a connection ends. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tokenExpired, unauthenticated } from 'tableloom/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { orInstall } from '../../../src/fastify/optional.js';
import { until } from '../../support/until.js';
import { ada, authenticate, client, Raw, type Served, serve, subscribed } from './support.js';

const who = 'subscription { ticks { who } }';

async function toldWho(server: Served, raw: Raw): Promise<unknown> {
  const index = server.sources.length;
  raw.subscribe('w', who);
  (await server.source(index)).push({ ticks: {} });
  await until(() => raw.messages.some(({ type }) => type === 'next'));
  return raw.messages.find(({ type }) => type === 'next')?.payload;
}

describe('a token', () => {
  test.each([
    ['of connection_init', { authorization: 'Bearer ada' }, {}, 'ada'],
    ['as some clients spell it', { Authorization: 'Bearer ada' }, {}, 'ada'],
    ['of the request', undefined, { authorization: 'Bearer ada' }, 'ada'],
    [
      'of connection_init before that of the request',
      { authorization: 'Bearer bob' },
      { authorization: 'Bearer ada' },
      'bob',
    ],
    ['is not needed', undefined, {}, 'nobody'],
  ])('%s', async (_name, payload, headers, expected) => {
    const server = await serve({ authenticate });
    const raw = await new Raw(server, { headers }).init(payload);
    expect(await toldWho(server, raw)).toEqual({ data: { ticks: { who: expected } } });
  });

  test.each([
    ['Bearer old', 4403, 'TOKEN_EXPIRED'],
    ['Bearer forged', 4403, 'TOKEN_INVALID'],
    ['Bearer', 4403, 'TOKEN_INVALID'],
    ['Bearer broken', 1013, 'The token could not be checked.'],
  ])('%s is refused', async (authorization, code, reason) => {
    const server = await serve({ authenticate });
    const raw = new Raw(server);
    await once(raw.socket, 'open');
    raw.send({ type: 'connection_init', payload: { authorization } });
    expect(await raw.closed).toEqual({ code, reason });
    expect(raw.messages).toEqual([]);
    expect(JSON.stringify(server.logged).includes('key server')).toBe(code === 1013);
  });

  test('that is refused is one that clients fetch anew', async () => {
    const server = await serve({ authenticate });
    const tokens = ['old', 'ada'];
    const connection = client(server, {
      retryAttempts: 3,
      retryWait: async () => {},
      shouldRetry: () => true,
      connectionParams: () => ({ authorization: `Bearer ${tokens.shift()}` }),
    });
    const { results } = subscribed(connection, who);
    (await server.source()).push({ ticks: {} });
    await until(() => results.length === 1);
    expect(results).toEqual([{ data: { ticks: { who: 'ada' } } }]);
  });

  test('is checked again: one that expires, or whose session is revoked, ends the connection', async () => {
    let isExpired = false;
    let isRevoked = false;
    const principals: unknown[] = [];
    const server = await serve({
      authenticate: (token) => {
        if (token === 'expires' && isExpired) throw tokenExpired();
        return { ...ada, id: token };
      },
      revalidate: ({ principal, db }) => {
        expect(db.stats()).toMatchObject({ requests: 0 });
        principals.push(principal?.kind);
        if (isRevoked && (principal as typeof ada).id === 'revoked') throw unauthenticated();
      },
      live: { recheckMs: 20 },
    });
    const [expires, revoked, stays, nobody] = ['expires', 'revoked', 'stays', undefined].map((token) =>
      new Raw(server).init(token === undefined ? undefined : { authorization: `Bearer ${token}` }),
    );
    await Promise.all([expires, revoked, stays, nobody]);
    (await expires)?.subscribe('a');
    const source = await server.source();
    isExpired = true;
    expect(await (await expires)?.closed).toEqual({ code: 4403, reason: 'TOKEN_EXPIRED' });
    await until(() => source.returned === 1);
    isRevoked = true;
    expect(await (await revoked)?.closed).toEqual({ code: 4403, reason: 'UNAUTHENTICATED' });
    for (const raw of [await stays, await nobody]) expect(raw?.socket.readyState).toBe(raw?.socket.OPEN);
    expect(new Set(principals)).toEqual(new Set(['USER']));
  });

  test('that cannot be checked twice in a row ends the connection, for the client to come back', async () => {
    let failures = 0;
    let calls = 0;
    const server = await serve({
      authenticate: () => {
        calls += 1;
        if (failures-- > 0) throw new Error('the key server is away');
        return ada;
      },
      live: { recheckMs: 20 },
    });
    const raw = await new Raw(server).init({ authorization: 'Bearer a' });
    failures = 1;
    const before = calls;
    await until(() => calls > before + 2);
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
    failures = 2;
    expect(await raw.closed).toMatchObject({ code: 1013 });
    expect(server.logged.length).toBe(3);
  });
});

describe('limits', () => {
  test('connections of a principal, whatever its token; others connect', async () => {
    const server = await serve({
      authenticate,
      principalId: (principal) => (principal as typeof ada).id,
      live: { connectionsPerPrincipal: 2 },
    });
    const open = (token?: string) =>
      new Raw(server).init(token === undefined ? undefined : { authorization: `Bearer ${token}` });
    const [first] = [await open('ada'), await open('ada')];
    const third = new Raw(server);
    await once(third.socket, 'open');
    third.send({ type: 'connection_init', payload: { authorization: 'Bearer ada' } });
    expect(await third.closed).toEqual({ code: 1013, reason: 'TOO_MANY_CONNECTIONS' });
    await open('bob');
    await open();
    first?.socket.close();
    await first?.closed;
    await until(async () => {
      const again = new Raw(server);
      await once(again.socket, 'open');
      again.send({ type: 'connection_init', payload: { authorization: 'Bearer ada' } });
      await Promise.race([again.closed, until(() => again.messages.length > 0)]);
      return again.messages.length > 0;
    });
  });

  test('subscriptions of a connection', async () => {
    const server = await serve({ live: { subscriptionsPerConnection: 2 } });
    const raw = await new Raw(server).init();
    for (const id of ['a', 'b', 'c']) raw.subscribe(id);
    await until(() => raw.messages.length === 2);
    expect(raw.messages[1]).toMatchObject({
      type: 'error',
      id: 'c',
      payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 2 } }],
    });
    raw.send({ type: 'complete', id: 'a' });
    await until(() => server.sources.some(({ returned }) => returned === 1));
    raw.subscribe('d');
    await server.source(2);
  });

  test('a message', async () => {
    const server = await serve({ live: { messageBytes: 1000 } });
    const raw = await new Raw(server).init();
    raw.subscribe('a', `subscription { ticks(secret: "${'x'.repeat(1000)}") { number } }`);
    expect(await raw.closed).toMatchObject({ code: 1009 });
  });

  test('the time a socket takes to say who it is', async () => {
    const server = await serve({ live: { initMs: 20 } });
    expect(await new Raw(server).closed).toMatchObject({ code: 4408 });
  });
});

describe('misuse of the protocol', () => {
  test.each([
    [4400, (raw: Raw) => raw.send({ type: 'nonsense' })],
    [4400, (raw: Raw) => raw.socket.send('{')],
    [4400, (raw: Raw) => raw.send({ type: 'subscribe', id: 'a', payload: { query: { kind: 'Document' } } })],
    [4429, (raw: Raw) => raw.send({ type: 'connection_init' })],
    [
      4409,
      (raw: Raw) => {
        raw.subscribe('a');
        raw.subscribe('a');
      },
    ],
  ])('%i', async (code, misuse) => {
    const server = await serve();
    const raw = await new Raw(server).init();
    misuse(raw);
    expect(await raw.closed).toMatchObject({ code });
    await until(() => server.sources.every(({ returned }) => returned === 1));
  });

  test('another protocol, and a subscription before connection_init', async () => {
    const server = await serve();
    expect(await new Raw(server, {}, []).closed).toMatchObject({ code: 4406 });
    const raw = new Raw(server);
    await once(raw.socket, 'open');
    raw.subscribe('a');
    expect(await raw.closed).toMatchObject({ code: 4401 });
  });
});

describe('requests to open a socket', () => {
  const status = (server: Served, options: object) =>
    new Promise<number>((resolve) => {
      const { socket } = new Raw(server, options);
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('open', () => resolve(101));
    });

  test('of pages of other origins are refused, where origins are listed', async () => {
    const server = await serve({ corsOrigins: ['https://app.example'] });
    expect(await status(server, { origin: 'https://evil.example' })).toBe(403);
    expect(await status(server, { origin: 'null' })).toBe(403);
    expect(await status(server, { origin: 'https://app.example' })).toBe(101);
    expect(await status(server, { origin: server.url })).toBe(101);
    expect(await status(server, {})).toBe(101);
    expect(await status(await serve({ corsOrigins: ['*'] }), { origin: 'https://evil.example' })).toBe(101);
    expect(await status(await serve(), { origin: 'https://evil.example' })).toBe(101);
  });

  test('pass the hooks of the application', async () => {
    const server = await serve({}, {}, (app) =>
      app.addHook('onRequest', async (request, reply) => {
        if (request.headers['x-blocked']) return reply.code(429).send({ later: true });
        return undefined;
      }),
    );
    expect(await status(server, { headers: { 'x-blocked': '1' } })).toBe(429);
    expect(await status(server, {})).toBe(101);
  });

  test('for another protocol, or of another path, are requests as before', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    const body = JSON.stringify({ query: '{ stop(id: "q") { name } }' });
    const answered = async (request: string) => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.write(request);
      await once(socket, 'close');
      return answer;
    };
    const upgrade =
      'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
    // The server closes the connection after the second request.
    const last = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const posted = await answered(
      `POST /graphql HTTP/1.1\r\n${upgrade}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}${last}`,
    );
    expect(posted).toMatch(/^HTTP\/1\.1 200/);
    expect(posted).toContain('{"data":{"stop":null}}');
    expect(posted.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    const elsewhere =
      'GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await answered(elsewhere + last)).toMatch(/^HTTP\/1\.1 404/);
  });
});

test('an application behind a server that is not its own, as in development', async () => {
  const { app, source } = await serve();
  const front = createServer((request, response) => app.routing(request, response));
  front.on('upgrade', (...upgrade) => app.server.emit('upgrade', ...upgrade));
  onTestFinished(() => void front.close());
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const raw = await new Raw({ url: `http://127.0.0.1:${(front.address() as AddressInfo).port}` }).init();
  raw.subscribe('a');
  (await source()).push({ ticks: { number: 1 } });
  await until(() => raw.messages.some(({ type }) => type === 'next'));
  await app.close();
  expect(await raw.closed).toMatchObject({ code: 1012 });
});

test('a package that is missing is named, with how to install it', () => {
  const fail = orInstall('A schema with subscriptions needs', 'graphql-ws');
  expect(() => fail({ code: 'ERR_MODULE_NOT_FOUND' })).toThrow(
    'A schema with subscriptions needs the package graphql-ws. Install it: npm install graphql-ws',
  );
  const broken = new Error('broken');
  expect(() => fail(broken as never)).toThrow(broken);
});

describe('closing the application', () => {
  test('closes all sockets, so that clients go elsewhere, and refuses new ones', async () => {
    const server = await serve();
    const raw = await new Raw(server).init();
    raw.subscribe('a');
    const source = await server.source();
    await server.app.close();
    expect(await raw.closed).toEqual({ code: 1012, reason: 'Service restart' });
    await until(() => source.returned === 1);
    expect(server.logged).toEqual([]);
  });

  test('does not wait for a client that does not answer', async () => {
    const server = await serve({ live: { closeMs: 50 } });
    const raw = await new Raw(server).init();
    raw.socket.pause();
    await server.app.close();
    raw.socket.resume();
    expect(await raw.closed).toMatchObject({ code: 1012 });
  });

  test('refuses a socket that is about to open', async () => {
    let pass = () => {};
    let [isHeld, isClosing] = [false, false];
    const server = await serve({}, {}, (app) => {
      app.addHook('preClose', async () => {
        isClosing = true;
      });
      app.addHook('onRequest', async () => {
        isHeld = true;
        await new Promise<void>((resolve) => {
          pass = resolve;
        });
      });
    });
    const { socket } = new Raw(server);
    const refused = once(socket, 'unexpected-response');
    await until(() => isHeld);
    const closed = server.app.close();
    await until(() => isClosing);
    pass();
    const [, response] = await refused;
    expect(response.statusCode).toBe(503);
    await closed;
  });
});
