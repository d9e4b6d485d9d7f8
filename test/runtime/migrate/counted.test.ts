/** Numbers that begin with a migration: each record is counted once, by whoever comes first, however much is written meanwhile. */

import { afterEach, expect, test } from 'vitest';
import type { Play } from '../../fuzz/play/play.js';
import { seed } from '../../support/runs.js';
import { type ModelChange, number, withPatterns } from './support/changes.js';
import { during } from './support/during.js';
import { Historian } from './support/histories.js';
import { SideBySide } from './support/side-by-side.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** One number for all records: there is no moment at which nobody writes it. */
const change: ModelChange = {
  name: 'numbers of all records are new',
  to: withPatterns({
    ...number('allItems', { count: 'Item', shards: 2 }, {}),
    ...number('allRanks', { sum: 'Item', of: 'rank' }, {}),
  }),
};

/** More than a page of the walk. */
const records = 130;
const right = { changed: 0, deleted: 0, aggregates: 0, failed: 0, problems: [] };

async function opened() {
  const both = await SideBySide.open(change, seed, (end) => ends.push(end));
  const story = new Historian(both, seed, false);
  await story.seed(records);
  await both.migration.note(both.plans.from);
  const whileWriting = <T>(step: Promise<T>, servers: readonly Play[]) =>
    during(
      step,
      async () => {
        await Promise.all([0, 1, 2].map((part) => story.write(servers, part, 3)));
      },
      { least: 5, pause: 1 },
    );
  const isCounted = async () => {
    const { data } = await both.next.ask('{ allItems allRanks }', {});
    const ranks = [...story.alive.values()].map(({ rank }) => Number(rank));
    expect(data).toEqual({ allItems: ranks.length, allRanks: ranks.reduce((sum, rank) => sum + rank, 0) });
  };
  return { both, story, whileWriting, isCounted };
}

/** As a process that is killed leaves it. */
async function begunFill({ migration }: SideBySide): Promise<void> {
  const stop = new AbortController();
  const { cursor } = await migration.fill({
    segments: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(),
    pause: async () => undefined,
  });
  expect(cursor).not.toBeNull();
}

test('three processes fill at once, and writers never rest', async () => {
  const { both, story, whileWriting, isCounted } = await opened();
  const { old, next, migration } = both;
  await whileWriting(migration.expand(both.plans.to), [old]);
  await whileWriting(begunFill(both), [old]);
  // They read the same records at the same time.
  const fill = () => migration.fill({ segments: 1 });
  const fills = await whileWriting(Promise.all([fill(), fill(), fill()]), [old]);
  for (const fill of fills) expect(fill).toMatchObject({ problems: [], cursor: null });
  // Before each page that is read, something is written.
  const pause = () => story.write([old]);
  const verified = await migration.verify({ pause });
  expect(verified).toMatchObject(right);
  expect(verified.unsettled).toBeGreaterThan(0);
  await migration.open();
  await isCounted();
  for (let turn = 0; turn < 20; turn++) await story.write([old, next]);
  await isCounted();
  expect(await migration.verify()).toMatchObject({ ...right, unsettled: 0 });
  expect(await whileWriting(migration.contract(), [next])).toMatchObject({ failed: 0, cursor: null });
  await isCounted();
  for (const item of await story.stored('Item')) expect(item).not.toHaveProperty('_counted');
  story.settle();
  await both.isAlone(next);
});

test('what was counted is forgotten where it is taken back, and counted anew later', async () => {
  const { both, story, whileWriting, isCounted } = await opened();
  const { old, migration } = both;
  await whileWriting(migration.expand(both.plans.to), [old]);
  await whileWriting(begunFill(both), [old]);
  expect(await whileWriting(migration.rollBack(), [old])).toMatchObject({ failed: 0, cursor: null });
  for (const item of await story.stored('Item')) expect(item).not.toHaveProperty('_counted');
  story.settle();
  await both.isAlone(old);
  await whileWriting(migration.expand(both.plans.to), [old]);
  expect(await whileWriting(migration.fill(), [old])).toMatchObject({ problems: [] });
  expect(await migration.verify()).toMatchObject({ ...right, unsettled: 0 });
  await migration.open();
  await isCounted();
});
