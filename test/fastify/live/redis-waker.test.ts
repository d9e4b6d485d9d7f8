/** Wakes through a real Redis. */

import { createClient } from 'redis';
import type { Wake, Waker } from 'tableloom/runtime';
import { redisWaker } from 'tableloom/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../../support/until.js';
import { Redis } from './redis.js';

const created: Wake = { type: 'USER_CREATED', timestamp: '2026-01-31T09:30:00.000Z' };
const deleted: Wake = { type: 'USER_DELETED', timestamp: '2026-01-31T09:30:00.001Z' };

interface Listening {
  readonly waker: Waker;
  readonly heard: Wake[];
}

async function listening(
  redis: Redis,
  options: { channel?: string; checkMs?: number } = {},
): Promise<Listening> {
  const waker = await redisWaker({ url: redis.url, ...options });
  onTestFinished(() => waker.close());
  const heard: Wake[] = [];
  waker.listen((wakes) => heard.push(...wakes));
  return { waker, heard };
}

const connected = (...all: readonly Listening[]) => until(() => all.every(({ waker }) => waker.isConnected));

test('tells the others, and not itself', async () => {
  const redis = await (await Redis.new()).start();
  const [one, two, other] = [
    await listening(redis),
    await listening(redis),
    await listening(redis, { channel: 'another' }),
  ];
  await connected(one, two, other);
  one.waker.wake([created, deleted]);
  two.waker.wake([]);
  two.waker.wake([deleted]);
  await until(() => two.heard.length === 2 && one.heard.length === 1);
  expect(two.heard).toEqual([created, deleted]);
  expect(one.heard).toEqual([deleted]);
  expect(other.heard).toEqual([]);
});

test('ignores what is not a message of ours', async () => {
  const redis = await (await Redis.new()).start();
  const one = await listening(redis);
  await connected(one);
  const stranger = await createClient({ url: redis.url }).connect();
  onTestFinished(() => stranger.destroy());
  const { timestamp } = created;
  const wakes = [
    { type: 1, timestamp: 2 },
    { type: 'A' },
    null,
    'B',
    ['B', timestamp],
    { type: 'C', timestamp: 'yesterday' },
    { type: 'D', timestamp, more: 'more', record: 1, actor: 'USER#1' },
  ];
  for (const message of [
    '',
    '{',
    'null',
    '1',
    '"x"',
    '[]',
    '{"wakes":{}}',
    JSON.stringify({ from: 'x', wakes }),
  ])
    await stranger.publish('tableloom:events', message);
  await until(() => one.heard.length > 0);
  expect(one.heard).toEqual([{ type: 'D', timestamp, actor: 'USER#1' }]);
});

test('does without Redis until it is there, and again when it is back', async () => {
  const logged = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
  const redis = await Redis.new();
  const [one, two] = [await listening(redis), await listening(redis)];
  expect(one.waker.isConnected).toBe(false);
  one.waker.wake([created]);

  for (const _ of ['first', 'second']) {
    await redis.start();
    await connected(one, two);
    one.waker.wake([created]);
    await until(() => two.heard.length === 1);
    two.heard.length = 0;
    await redis.stop();
    await until(() => !one.waker.isConnected && !two.waker.isConnected);
    one.waker.wake([deleted]);
  }
  for (const spy of logged) expect(spy).not.toHaveBeenCalled();
});

test('notices a Redis that answers nothing', async () => {
  const redis = await (await Redis.new()).start();
  const one = await listening(redis, { checkMs: 30 });
  await connected(one);
  redis.hang();
  await until(() => !one.waker.isConnected);
  for (let count = 0; count < 2000; count++) one.waker.wake([created]);
  redis.resume();
  await connected(one);
});

test('closes whatever state it is in', async () => {
  const redis = await Redis.new();
  const away = await listening(redis);
  await away.waker.close();
  await redis.start();
  const there = await listening(redis);
  await connected(there);
  await there.waker.close();
  expect(there.waker.isConnected).toBe(false);
  there.waker.wake([created]);
  await there.waker.close();
});
