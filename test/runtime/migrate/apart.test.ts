/** Servers one step apart: one knows of a step already, another not yet. What either writes is right once all know. */

import { afterEach, expect, test } from 'vitest';
import type { MigrationPhase } from '../../../src/runtime/migrate/plan-record.js';
import { pageArguments } from '../../fuzz/draw/project.js';
import type { Values } from '../../fuzz/oracle/declarations.js';
import type { Play } from '../../fuzz/play/play.js';
import { seed } from '../../support/runs.js';
import { until } from '../../support/until.js';
import { both as all, type ModelChange, number, withItem, withPatterns } from './support/changes.js';
import { HeldClient, lateClient } from './support/late.js';
import { SideBySide } from './support/side-by-side.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const right = { changed: 0, deleted: 0, aggregates: 0, failed: 0, unsettled: 0, problems: [] };

const numbers: ModelChange = {
  name: 'a count, a sum and a reference that restricts are new',
  to: all(
    withPatterns({
      ...number('allItems', { count: 'Item' }, {}),
      ...number('ranksOfKind', { sum: 'Item', of: 'rank', where: { kind: '$kind' } }, { kind: 'State!' }),
    }),
    withItem({ references: { owner: { to: 'Owner', onDelete: 'restrict' } } }),
  ),
};

/** Servers that write in turns: each knows what the others wrote. */
class Apart {
  readonly both: SideBySide;
  #state: Play['state'];

  private constructor(both: SideBySide) {
    this.both = both;
    this.#state = both.old.state;
  }

  /** With records of before: three of each owner, so that no number comes to nothing. */
  static async open(change: ModelChange): Promise<Apart> {
    const both = await SideBySide.open(change, seed, (end) => ends.push(end));
    await both.seed(0);
    const apart = new Apart(both);
    for (let at = 0; at < 36; at++) await apart.add(both.old, `i${at}`, at);
    await both.migration.note(both.plans.from);
    return apart;
  }

  /** A server that knows of the present phase, and of no later one. */
  async late(version: 'old' | 'next'): Promise<Play> {
    const play = await this.both.server(version, lateClient(this.both.old.project.clientConfig));
    await play.project.database.checkPlan();
    return play;
  }

  async write(play: Play, mutation: string, args: Values): Promise<void> {
    play.state = this.#state;
    await play.write({ mutation, args });
    this.#state = play.state;
  }

  add(play: Play, id: string, number = 0): Promise<void> {
    const kind = ['OPEN', 'HELD', 'DONE'][number % 3];
    const at = '2126-01-15T10:30:00.000Z';
    const input = { id, owner: `o${number % 12}`, name: 'a', code: `c-${id}`, kind, rank: 5, at };
    return this.write(play, 'addItem', { input });
  }

  change(play: Play, id: string, input: Values): Promise<void> {
    return this.write(play, 'changeItem', { id, input });
  }

  drop(play: Play, id: string): Promise<void> {
    return this.write(play, 'dropItem', { id });
  }

  async noted(...phases: readonly MigrationPhase[]): Promise<void> {
    const { migration } = this.both;
    await until(async () => {
      const record = await migration.status();
      return record !== null && phases.includes(record.phase);
    });
  }

  async opened(): Promise<void> {
    const { migration, plans } = this.both;
    await migration.expand(plans.to);
    await this.filled();
    await migration.open();
  }

  async filled(): Promise<void> {
    const { migration } = this.both;
    // No number is wrong: what is written all the time could not be corrected.
    expect(await migration.fill()).toMatchObject({ failed: 0, cursor: null, aggregates: 0 });
    expect(await migration.verify()).toMatchObject(right);
  }

  /** The last step, up to when its walk would begin. */
  async contracting(): Promise<void> {
    await this.both.migration.contract({ signal: AbortSignal.abort() });
  }

  /** All that is stored after the last step is what the records say. */
  async contracts(): Promise<void> {
    const { migration, next } = this.both;
    expect(await migration.contract()).toMatchObject({ failed: 0, cursor: null });
    next.state = this.#state;
    await this.both.isAlone(next);
  }

  async rollsBack(): Promise<void> {
    const { migration, old } = this.both;
    expect(await migration.rollBack()).toMatchObject({ failed: 0, cursor: null });
    old.state = this.#state;
    await this.both.isAlone(old);
  }
}

/** What the server that knows of the step writes first, the other writes next; and the reverse. */
async function inTurns(apart: Apart, first: Play, then: Play): Promise<void> {
  await apart.change(first, 'i0', { rank: 7, kind: 'HELD' });
  await apart.add(first, 'n0');
  await apart.add(first, 'n1');
  await apart.change(then, 'i0', { rank: 2 });
  await apart.change(then, 'n0', { rank: 40, owner: 'o3' });
  await apart.drop(then, 'n1');
  await apart.change(then, 'i1', { rank: 1, kind: 'DONE' });
  await apart.add(then, 'n2');
  await apart.add(then, 'n3');
  await apart.change(first, 'i1', { kind: 'OPEN' });
  await apart.change(first, 'n2', { rank: 12 });
  await apart.drop(first, 'n3');
  await apart.change(first, 'i2', { rank: 3 });
  await apart.drop(then, 'i2');
}

test('a new number counts a record once, where a former server does not know yet that it begins', async () => {
  const apart = await Apart.open(numbers);
  const { old, migration, plans } = apart.both;
  apart.both.begin((other) => other.expand(plans.to));
  await apart.noted('delete-only');
  const late = await apart.late('old');
  await migration.expand(plans.to);
  await inTurns(apart, old, late);
  await apart.filled();
  await migration.open();
  await apart.contracts();
});

test.each(['old', 'next'] as const)(
  'a new number counts a record once, where a server of the %s version does not know yet that the former one is gone',
  async (version) => {
    const apart = await Apart.open(numbers);
    await apart.opened();
    const late = await apart.late(version);
    await apart.contracting();
    await inTurns(apart, apart.both.next, late);
    await apart.contracts();
  },
);

const moved: ModelChange = {
  name: 'the primary key is another',
  to: withItem({ key: { PK: 'THING#{id}', SK: 'METADATA' } }),
};

test('what a former server writes is kept, where a new one does not know yet that it is taken back', async () => {
  const apart = await Apart.open(moved);
  await apart.opened();
  const late = await apart.late('next');
  apart.both.begin((other) => other.rollBack());
  await apart.noted('write-only', 'rolling-back');
  await inTurns(apart, apart.both.old, late);
  // There is such a record.
  await apart.add(late, 'i0');
  await apart.rollsBack();
});

test('a new server and one that does not know yet that the former one is gone find the same record by its new key', async () => {
  const apart = await Apart.open(moved);
  await apart.opened();
  const late = await apart.late('next');
  await apart.contracting();
  await inTurns(apart, apart.both.next, late);
  await apart.contracts();
});

test('a former server that does not know yet that it is refused overwrites no record that it does not find any more', async () => {
  const apart = await Apart.open(moved);
  await apart.opened();
  const late = await apart.late('old');
  await apart.contracting();
  await apart.change(apart.both.next, 'i0', { rank: 7 });
  // There is such a record.
  await apart.add(late, 'i0');
  await apart.contracts();
});

test('a write that waits while steps are taken does what the last of them requires, whatever it waits for', async () => {
  const apart = await Apart.open(moved);
  const { next, old, migration } = apart.both;
  const change = 'mutation ($id: ID!, $input: ItemChanges!) { changeItem(id: $id, input: $input) { id } }';
  // One of a note alone needs no reading of the record.
  const inputs = [{ note: 'changed' }, { note: 'changed', rank: 77 }];
  const waits = [1, 2, 3, 4].flatMap((nth) => inputs.map((input) => ({ nth, input })));
  const writes = await Promise.all(
    waits.map(async ({ nth, input }, at) => {
      const client = new HeldClient(old.project.clientConfig, nth);
      const server = await apart.both.server('old', client);
      const answer = server.ask(change, { id: `i${at}`, input });
      await Promise.race([client.reached, answer]);
      return { answer, client };
    }),
  );
  await apart.opened();
  for (const { client } of writes) client.release();
  for (const { answer } of writes) expect((await answer).errors).toBeUndefined();
  for (const at of writes.keys())
    expect((await next.ask(`{ getItem(id: "i${at}") { note } }`, {})).data).toEqual({
      getItem: { note: 'changed' },
    });
  expect(await migration.verify()).toMatchObject(right);
});

/** Notes go with their owner. */
const cascading: ModelChange = {
  name: 'a reference restricts, to what cascades',
  from: (project) => ({
    ...project,
    types: { ...project.types, Note: { id: 'ID!', owner: 'ID!', version: 'Int!' } },
    entities: {
      ...project.entities,
      Item: { ...project.entities.Item, references: { owner: 'Owner' } },
      Note: {
        generate: { version: 'revision' },
        references: { owner: { to: 'Owner', onDelete: 'cascade' } },
      },
    },
    patterns: {
      ...project.patterns,
      notes: {
        yaml: { many: 'Note', where: { owner: '$owner' }, sort: 'id', index: 'GSI3' },
        at: 'Query.notes',
        args: { owner: 'ID!', ...pageArguments },
        returns: 'NoteConnection!',
      },
    },
    inputs: { ...project.inputs, NewNote: { id: 'ID!', owner: 'ID!' } },
    mutations: {
      ...project.mutations,
      addNote: {
        yaml: { create: 'Note', from: '$input' },
        at: 'Mutation.addNote',
        args: { input: 'NewNote!' },
        returns: 'Note!',
      },
    },
  }),
  to: withItem({ references: { owner: { to: 'Owner', onDelete: 'restrict' } } }),
};

test('a former server deletes nothing of what goes with a record that the new version keeps', async () => {
  const apart = await Apart.open(cascading);
  const { old } = apart.both;
  // More than one transaction can delete.
  for (let at = 0; at < 120; at++)
    await apart.write(old, 'addNote', { input: { id: `t${at}`, owner: 'o1' } });
  await apart.opened();
  const { errors } = await old.ask('mutation { dropOwner(id: "o1") { id } }', {});
  expect(errors?.[0]?.extensions?.code).toBe('REFERENCED');
  const { data } = await old.ask('{ notes(owner: "o1", first: 100) { edges { node { id } } } }', {});
  expect(data).toMatchObject({ notes: { edges: { length: 100 } } });
});
