/** Clients that read slowly, or not at all. */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TableloomError } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { until } from '../../support/until.js';
import { Raw, type Served, serve } from './support.js';

const text = 'subscription { ticks { text } }';
const size = 256 * 1024;
const large = { ticks: { size } };

/** Connections of the server, as the server sees them. */
function connectionsOf({ app }: Served): Socket[] {
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  return sockets;
}

function pause({ socket }: Raw): Socket {
  // Its own `pause` would do as much, but may be undone by a close.
  const connection = (socket as unknown as { readonly _socket: Socket })._socket;
  connection.pause();
  return connection;
}

/** Pushes until nothing more is read from the source. */
async function fill(served: Served): Promise<number> {
  const source = await served.source();
  for (let count = 0; count < 200; count++) source.push(large);
  let before = -1;
  await until(async () => {
    const now = source.pulled;
    await sleep(50);
    const isStill = now === before && now > 0;
    before = now;
    return isStill;
  });
  return source.pulled;
}

test('what a client does not take is not read for it, and a slow one is cut off to resume later', async () => {
  const server = await serve();
  const sockets = connectionsOf(server);
  const raw = await new Raw(server).init();
  const paused = pause(raw);
  raw.subscribe('a', text);
  const pulled = await fill(server);
  // What the kernel holds for both sides, and one message besides.
  expect(pulled).toBeLessThan(100);
  expect(sockets[0]?.writableLength).toBeLessThan(2 * size);

  // What the runtime throws once its own buffer is full: the client that reads again is sent away.
  const source = await server.source();
  source.clear(new TableloomError('SUBSCRIPTION_LAGGING' as never, 'Too slow.'));
  paused.resume();
  expect(await raw.closed).toEqual({ code: 1013, reason: 'SUBSCRIPTION_LAGGING' });
  await until(() => source.returned === 1);
  expect(raw.messages.some(({ type }) => type === 'error')).toBe(false);
});

test('a client that takes nothing is cut off, although it never sees why', async () => {
  const server = await serve({ live: { pingMs: 100, pongMs: 50 } });
  const sockets = connectionsOf(server);
  const raw = await new Raw(server).init();
  pause(raw);
  raw.subscribe('a', text);
  const source = await server.source();
  for (let count = 0; count < 200; count++) source.push(large);
  await until(() => source.returned === 1);
  expect(sockets[0]?.destroyed).toBe(true);
  expect(server.logged).toEqual([]);
});

test('so is one that answers pings, or pretends to, and takes nothing', async () => {
  const server = await serve({ live: { pingMs: 100, pongMs: 10_000 } });
  const raw = await new Raw(server).init();
  pause(raw);
  raw.subscribe('a', text);
  const source = await server.source();
  for (let count = 0; count < 200; count++) source.push(large);
  await until(() => source.returned === 1);
});

test('and one that answers no ping', async () => {
  const server = await serve({ live: { pingMs: 30, pongMs: 30 } });
  const good = await new Raw(server).init();
  const bad = await new Raw(server, { autoPong: false }).init();
  bad.subscribe('a');
  expect(await bad.closed).toMatchObject({ code: 1006 });
  expect(good.socket.readyState).toBe(good.socket.OPEN);
  await until(() => server.sources[0]?.returned === 1);
});

test('nothing more is read from a client that does not read the answers to what it sends', async () => {
  const server = await serve({ live: { pingMs: 100_000, bufferedBytes: 4096 } });
  const sockets = connectionsOf(server);
  const raw = await new Raw(server).init();
  const paused = pause(raw);
  const payload = { text: 'x'.repeat(8000) };
  const messages = 3000;
  for (let count = 0; count < messages; count++) {
    raw.send({ type: 'ping', payload });
    raw.socket.ping('y'.repeat(100));
  }
  await sleep(300);
  expect(sockets[0]?.writableLength).toBeLessThan(200 * 1024);
  expect(raw.socket.bufferedAmount).toBeGreaterThan(0);
  paused.resume();
  await until(() => raw.messages.filter(({ type }) => type === 'pong').length === messages);
});
