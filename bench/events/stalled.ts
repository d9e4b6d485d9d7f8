/** A client that stops reading: what it takes of the server, how it is cut off, and what it has when it comes back. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Memory, Publishing } from './given.js';
import { mutate } from './load.js';
import { onStage, type Stage } from './stage.js';

/** Of the client that stops reading. */
const subscriptions = 10;

/** Events a second. */
const perSecond = 500;

/** Characters of the field that events carry. */
const characters = 400;

/** How long the client stays away: until what was written is settled, in milliseconds. */
const awayMs = 25_000;

/** How long anything may take, in milliseconds. */
const patience = 120_000;

const query =
  'subscription ($since: String) { configChanged(since: $since) { cursor event { id type entity entityId timestamp after } } }';

export async function stalledTable(count: number): Promise<string[]> {
  const setting = { name: '', server: 'ours.ts', processes: 1, hasRedis: false } as const;
  return onStage(setting, 50, (stage) => stall(stage, count));
}

async function stall({ server, asker }: Stage, count: number): Promise<string[]> {
  const feeds = Array.from({ length: subscriptions }, () => new Feed());
  const client = await connect(server.ready, feeds);
  await until(() => feeds.every(({ cursor }) => cursor !== undefined));
  await mutate(asker, 'first');
  await until(() => feeds.every(({ times }) => times.has('first')));
  const before = await server.ask<Memory>('memory');
  client.pause();
  const started = performance.now();
  const since = (moment: number) => ((performance.now() - moment) / 1000).toFixed(0);
  const cut = cutOff(server).then(() => since(started));
  await server.ask('publish', { count, perSecond, characters, prefix: 'event-' } satisfies Publishing);
  const took = since(started);
  const written = await server.ask<Memory>('memory');
  const cutAfter = await cut;
  const closed = once(client, 'close');
  client.resume();
  const [code] = await closed;
  const had = Math.max(...feeds.map(({ times }) => times.size - 1));
  await sleep(awayMs);
  const away = await server.ask<Memory>('memory');
  const resumed = performance.now();
  const again = await connect(server.ready, feeds);
  await until(() => feeds.every(({ times }) => times.size > count));
  const tookAgain = since(resumed);
  // What would come twice had time to.
  await sleep(500);
  again.terminate();
  return [
    '| | |',
    '|---|---|',
    `| events, of ${characters} characters and more, to ${subscriptions} subscriptions of one connection | ${count} in ${took} s |`,
    `| cut off after the first of them, s | ${cutAfter}, close code ${code} |`,
    `| heap before / when all were written / ${awayMs / 1000} s after it was cut off, MB | ${megabytes(before.heap)} / ${megabytes(written.heap)} / ${megabytes(away.heap)} |`,
    `| RSS before / largest, MB | ${megabytes(before.rss)} / ${megabytes(written.rssPeak)} |`,
    `| events it had when it came back | ${had} |`,
    `| time until each subscription had all, s | ${tookAgain} |`,
    `| lost / twice | ${lossOf(feeds, count)} |`,
  ];
}

/** One subscription, over all its connections. */
class Feed {
  cursor: string | undefined;
  /** How often each event was delivered, by its record. */
  readonly times = new Map<string, number>();

  take({ cursor, event }: Delivery): void {
    this.cursor = cursor;
    if (event !== null) this.times.set(event.entityId, (this.times.get(event.entityId) ?? 0) + 1);
  }
}

interface Delivery {
  readonly cursor: string;
  readonly event: { readonly entityId: string } | null;
}

interface Message {
  readonly id: string;
  readonly type: string;
  readonly payload?: { readonly data?: { readonly configChanged: Delivery } };
}

async function connect(port: number, feeds: readonly Feed[]): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send('{"type":"connection_init","payload":{"authorization":"Bearer of-the-benchmark"}}');
  await acknowledged;
  socket.on('message', (data: Buffer) => {
    const { id, type, payload } = JSON.parse(String(data)) as Message;
    const delivery = payload?.data?.configChanged;
    if (type === 'next' && delivery) feeds[Number(id)]?.take(delivery);
    else if (type !== 'ping' && type !== 'pong') throw new Error(String(data));
  });
  for (const [at, { cursor: since }] of feeds.entries())
    socket.send(
      JSON.stringify({ id: String(at), type: 'subscribe', payload: { query, variables: { since } } }),
    );
  return socket;
}

async function cutOff(server: Stage['server']): Promise<void> {
  for (const end = performance.now() + patience; (await server.ask<number>('sockets')) > 0; ) {
    if (performance.now() > end) throw new Error('the client was not cut off');
    await sleep(500);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + patience; !isSo(); ) {
    if (performance.now() > end) throw new Error('not all of what was awaited arrived');
    await sleep(20);
  }
}

function lossOf(feeds: readonly Feed[], count: number): string {
  const lost = feeds.reduce((sum, { times }) => sum + Math.max(0, count + 1 - times.size), 0);
  const twice = feeds.reduce(
    (sum, { times }) => sum + [...times.values()].filter((each) => each > 1).length,
    0,
  );
  return `${lost} / ${twice}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
