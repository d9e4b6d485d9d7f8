/** A client that stops reading: what it takes of the server, how it is cut off, and what it has when it comes back. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Memory, Publishing } from './given.js';
import { mutate } from './load.js';
import { onStage, type Stage } from './stage.js';

const subscriptions = 10;

/** Characters of the field that events carry. */
const characters = 400;

/** How long anything may take, in milliseconds. */
const patience = 120_000;

const query =
  'subscription ($since: String) { configChanged(since: $since) { cursor event { id type entity entityId timestamp after } } }';

interface Found {
  readonly before: Memory;
  readonly after: Memory;
  readonly seconds: number;
  readonly rest: string;
}

export async function stalledTable(count: number): Promise<string[]> {
  const setting = { name: '', server: 'ours.ts', processes: 1, hasRedis: false } as const;
  const reading = await onStage(setting, 50, (stage) => follow(stage, count, false));
  const stalled = await onStage(setting, 50, (stage) => follow(stage, count, true));
  return [
    `| ${subscriptions} subscriptions of one client, ${count} events | heap before / after, MB | RSS before / largest, MB | writing them, s | |`,
    '|---|---|---|---|---|',
    rowOf('that reads', reading),
    rowOf('that stops reading', stalled),
  ];
}

function rowOf(name: string, { before, after, seconds, rest }: Found): string {
  const heaps = `${megabytes(before.heap)} / ${megabytes(after.heap)}`;
  return `| ${name} | ${heaps} | ${megabytes(before.rss)} / ${megabytes(after.rssPeak)} | ${seconds.toFixed(0)} | ${rest} |`;
}

async function follow({ server, asker }: Stage, count: number, isStalling: boolean): Promise<Found> {
  const feeds = Array.from({ length: subscriptions }, () => new Feed());
  const client = await connect(server.ready, feeds);
  await until(() => feeds.every(({ cursor }) => cursor !== undefined));
  await mutate(asker, 'first');
  await until(() => feeds.every(({ times }) => times.has('first')));
  const before = await server.ask<Memory>('memory');
  if (isStalling) client.pause();
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const cut = isStalling ? cutOff(server).then(since) : undefined;
  await server.ask('publish', { count, characters, prefix: 'event-' } satisfies Publishing);
  const seconds = since();
  const after = await server.ask<Memory>('memory');
  const isAll = () => feeds.every(({ times }) => times.size > count);
  if (cut === undefined) {
    await until(isAll);
    client.terminate();
    return { before, after, seconds, rest: `the last arrived after ${since().toFixed(0)} s; ${lossOf(feeds, count)}` };
  }
  const cutAfter = await cut;
  const closed = once(client, 'close');
  client.resume();
  const [code] = await closed;
  const had = Math.max(...feeds.map(({ times }) => times.size - 1));
  const resumed = performance.now();
  const again = await connect(server.ready, feeds);
  await until(isAll);
  // What would come twice had time to.
  await sleep(500);
  again.terminate();
  const took = ((performance.now() - resumed - 500) / 1000).toFixed(0);
  const rest = `cut off ${cutAfter.toFixed(0)} s after the first event, close code ${code}; had ${had} events; resumed, and had all after ${took} s; ${lossOf(feeds, count)}`;
  return { before, after, seconds, rest };
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
    if (performance.now() > end) throw new Error('not all events arrived');
    await sleep(20);
  }
}

function lossOf(feeds: readonly Feed[], count: number): string {
  const lost = feeds.reduce((sum, { times }) => sum + Math.max(0, count + 1 - times.size), 0);
  const twice = feeds.reduce((sum, { times }) => sum + [...times.values()].filter((each) => each > 1).length, 0);
  return `lost ${lost}, twice ${twice}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
