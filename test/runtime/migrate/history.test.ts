/** Histories in a migration: whichever server writes a record, its history has every state that a client was acknowledged. */

import { afterEach, expect, test } from 'vitest';
import type { DrawnProject, Mapping } from '../../fuzz/draw/project.js';
import { pageArguments } from '../../fuzz/draw/project.js';
import type { Play } from '../../fuzz/play/play.js';
import { seed } from '../../support/runs.js';
import type { ModelChange } from './support/changes.js';
import { during } from './support/during.js';
import { Historian, kept, shownOf } from './support/histories.js';
import { SideBySide } from './support/side-by-side.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const records = 24;

const byKind =
  (word: string) =>
  (project: DrawnProject): DrawnProject => ({
    ...project,
    patterns: {
      ...project.patterns,
      byKind: {
        at: 'Query.byKind',
        args: { kind: 'State!', ...pageArguments },
        returns: 'ItemConnection!',
        ...project.patterns.byKind,
        yaml: {
          many: 'Item',
          where: { kind: '$kind' },
          sort: 'rank',
          index: 'GSI2',
          key: { GSI2PK: `${word}#{kind}`, GSI2SK: '{rank}#{id}' },
        },
      },
    },
  });

const keyed =
  (word: string) =>
  (project: DrawnProject): DrawnProject => ({
    ...project,
    entities: {
      ...project.entities,
      Item: { ...project.entities.Item, key: { PK: `${word}#{id}`, SK: 'METADATA' } },
    },
  });

const all =
  (...steps: readonly ((project: DrawnProject) => DrawnProject)[]) =>
  (project: DrawnProject) =>
    steps.reduce((one, step) => step(one), project);

const withTtl = (project: DrawnProject) => ({
  ...project,
  tables: { main: { ...(project.tables as { readonly main: Mapping }).main, ttl: 'ttl' } },
});

function without(project: DrawnProject): DrawnProject {
  const { ItemVersion: _type, ...types } = project.types;
  const { ItemVersion: _entity, ...entities } = project.entities;
  const { versionsOfItem: _pattern, ...patterns } = project.patterns;
  return { ...project, types, entities, patterns };
}

const moved = { PK: 'THING#{id}', SK: 'VERSION#{version}' };
const owned = { GSI3PK: 'OWNED#{owner}', GSI3SK: '{at}#{id}#{version}' };
const held = { GSI3PK: 'HELD#{owner}', GSI3SK: '{at}#{id}#{version}' };

/** Whether the version before has the history, and the one after; and of both the number of versions that are left of a record. */
interface HistoryChange extends ModelChange {
  readonly had: boolean;
  readonly has: boolean;
  readonly keeps?: number;
}

const histories: readonly HistoryChange[] = [
  { name: 'a history is new', from: withTtl, to: kept(), had: false, has: true },
  {
    name: 'a history is new that keeps three',
    from: withTtl,
    to: kept({ keep: 3 }),
    had: false,
    has: true,
    keeps: 3,
  },
  {
    name: 'a history is new that keeps each for a time',
    from: withTtl,
    to: kept({ keep: '90d' }),
    had: false,
    has: true,
  },
  {
    name: 'a history is new, and the primary key is another',
    from: withTtl,
    to: all(keyed('THING'), kept({ key: moved })),
    had: false,
    has: true,
  },
  { name: 'a history is gone', from: kept(), to: without, had: true, has: false },
  {
    name: 'a history is gone that kept three',
    from: kept({ keep: 3 }),
    to: without,
    had: true,
    has: false,
    keeps: 3,
  },
  { name: 'a key on an index is another', from: kept(), to: byKind('KIND'), had: true, has: true },
  { name: 'the primary key is another', from: kept(), to: keyed('THING'), had: true, has: true },
  {
    name: 'the primary key is another, and with it that of a history which keeps three',
    from: kept({ keep: 3 }),
    to: all(keyed('THING'), kept({ key: moved, keep: 3 })),
    had: true,
    has: true,
    keeps: 3,
  },
  {
    name: 'the key of a history is another, which keeps each version for a time',
    from: kept({ keep: '90d' }),
    to: kept({ key: moved, keep: '90d' }),
    had: true,
    has: true,
  },
  {
    name: 'the key of a history on an index is another',
    from: kept({ index: owned }),
    to: kept({ index: held }),
    had: true,
    has: true,
  },
];

/** A history that a version of the model has holds what was acknowledged, and nothing else. */
async function holds(story: Historian, play: Play, { keeps }: Pick<HistoryChange, 'keeps'>): Promise<void> {
  for (const [id, states] of story.kept) {
    const versions = await story.answered(play, id);
    const numbers = versions.map(({ version }) => Number(version));
    expect(numbers, id).toEqual([...numbers].sort((a, b) => a - b));
    const known = story.acknowledged.get(id);
    for (const version of versions) expect(version).toEqual(known?.get(Number(version.version)));
    const wanted = [...states.keys()].sort((a, b) => a - b).slice(-(keeps ?? 1000));
    expect(numbers, id).toEqual(expect.arrayContaining(wanted));
    // What was written before a history was kept may be in it, and no other.
    if (keeps !== undefined) expect(numbers.length, id).toBeLessThanOrEqual(keeps);
  }
}

async function isWhole(both: SideBySide, story: Historian, play: Play, change: HistoryChange): Promise<void> {
  story.settle();
  await both.isAlone(play);
  const versions = await story.stored('ItemVersion');
  if (!(play === both.old ? change.had : change.has)) {
    expect(versions).toEqual([]);
    return;
  }
  await holds(story, play, change);
  const ids = versions.map(({ id, version }) => `${id} ${version}`);
  expect(new Set(ids).size).toBe(ids.length);
  for (const version of versions) {
    expect(version).not.toHaveProperty('_next');
    expect(shownOf(version)).toEqual(story.acknowledged.get(version.id)?.get(version.version));
  }
  const { entities } = play.loaded.run.plan;
  if (entities.some(({ name, expires }) => name === 'ItemVersion' && expires !== undefined))
    for (const version of versions) expect(version.ttl, JSON.stringify(version)).toEqual(expect.any(Number));
}

async function opened(change: ModelChange, number: number, isKept: boolean) {
  const both = await SideBySide.open(change, seed + number, (end) => ends.push(end));
  const story = new Historian(both, number, isKept);
  await story.seed(records);
  await both.migration.note(both.plans.from);
  const write = (servers: readonly Play[]) => async () => {
    await Promise.all([0, 1, 2].map((part) => story.write(servers, part, 3)));
  };
  return { both, story, write };
}

test.each(histories.map((change, at) => [change.name, change, at] as const))(
  '%s',
  async (_name, change, at) => {
    const { both, story, write } = await opened(change, at, change.had);
    const { old, next, migration } = both;
    const forth = async () => {
      await during(migration.expand(both.plans.to), write([old]));
      story.isKept = true;
    };
    const fill = async () => {
      const report = await during(migration.fill({ segments: 2 }), write([old]));
      expect(report.problems).toEqual([]);
      story.begun();
    };
    await forth();
    if (at % 3 > 0) await fill();
    if (at % 3 > 1) {
      await migration.open();
      for (let turn = 0; turn < 10; turn++) await write([old, next])();
      if (change.has) await holds(story, next, change);
    }
    const taken = await during(migration.rollBack(), write([old]));
    expect(taken).toMatchObject({ failed: 0, cursor: null });
    await isWhole(both, story, old, change);

    if (!change.had) {
      story.isKept = false;
      story.kept.clear();
    }
    for (let turn = 0; turn < 5; turn++) await write([old])();
    await forth();
    await fill();
    const checked = await during(migration.verify(), write([old]));
    expect(checked).toMatchObject({ changed: 0, deleted: 0, aggregates: 0, problems: [] });
    await migration.open();
    if (change.has) await holds(story, next, change);
    for (let turn = 0; turn < 20; turn++) await write([old, next])();
    if (change.had) await holds(story, old, change);
    if (change.has) await holds(story, next, change);
    const gone = await during(migration.contract(), write([next]));
    expect(gone.problems).toEqual([]);
    await isWhole(both, story, next, change);
  },
);

test('a version that is due to go does so, although it has not moved to its new key yet', async () => {
  const change = {
    name: 'moved',
    from: kept({ keep: 3 }),
    to: all(keyed('THING'), kept({ key: moved, keep: 3 })),
  };
  const { both, story, write } = await opened(change, 21, true);
  const { next, migration } = both;
  await migration.expand(both.plans.to);
  await migration.fill();
  await migration.open();
  let turns = 0;
  const pause = async () => {
    for (; turns < 60; turns++) await write([next])();
  };
  expect(await migration.contract({ segments: 1, pause })).toMatchObject({ problems: [], cursor: null });
  await isWhole(both, story, next, { ...change, had: true, has: true, keeps: 3 });
});

test('`keep` alone is no migration: servers of both are served, and each deletes by its own', async () => {
  const { both, story, write } = await opened(
    { name: 'keep', from: kept({ keep: 3 }), to: kept({ keep: 6 }) },
    20,
    true,
  );
  const { old, next, migration } = both;
  for (let turn = 0; turn < 10; turn++) await write([old, next])();
  for (const id of story.alive.keys()) await lasts(story, next, id, 3);
  await migration.noteOther(both.plans.to);
  expect((await migration.status())?.from).toEqual(both.plans.to);
  const before = new Map(story.alive);
  for (let turn = 0; turn < 60; turn++) await write([next])();
  const changed = [...story.alive].filter(
    ([id, { version }]) => Number(version) >= Number(before.get(id)?.version) + 6,
  );
  expect(changed.length).toBeGreaterThan(0);
  for (const [id] of changed) await lasts(story, next, id, 6);
});

/** The last versions of a record are there. */
async function lasts(story: Historian, play: Play, id: string, count: number): Promise<void> {
  const numbers = (await story.answered(play, id)).map(({ version }) => version);
  const last = Number(story.alive.get(id)?.version);
  const wanted = Array.from({ length: Math.min(count, last) }, (_, at) => last - at).reverse();
  expect(numbers.slice(-wanted.length), id).toEqual(wanted);
}
