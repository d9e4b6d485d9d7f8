import fc from 'fast-check';
import type { Connection, PageArguments } from 'tableloom/runtime';
import { beforeAll, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { openDatabase, type TestDatabase } from './support/engine.js';
import {
  type Ask,
  answerOf,
  clock,
  compare,
  countOf,
  deleteNotes,
  fieldsOf,
  type Note,
  type NoteEdge,
  pageOf,
  putNotes,
  queryOf,
} from './support/notes.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase({ now: () => clock });
});

let lists = 0;
const newList = () => `L${++lists}`;

type Draft = Omit<Note, 'id' | 'list'>;

const drafts: fc.Arbitrary<Draft[]> = fc.uniqueArray(
  fc.record({
    bucket: fc.nat(1),
    shard: fc.nat(2),
    rank: fc.nat(11),
    color: fc.constantFrom('red', 'blue', 'blue'),
    name: fc.constant('note'),
    fate: fc.constantFrom<Note['fate']>('live', 'live', 'live', 'live', 'dangling', 'expired'),
  }),
  { selector: ({ bucket, shard, rank }) => `${bucket} ${shard} ${rank}`, maxLength: 60, size: 'max' },
);

const asks: fc.Arbitrary<Omit<Ask, 'list'>> = fc.record({
  over: fc.constantFrom<Ask['over']>('one', 'merge', 'sequence'),
  buckets: fc.integer({ min: 1, max: 3 }),
  shards: fc.integer({ min: 1, max: 3 }),
  descending: fc.boolean(),
  color: fc.constantFrom(null, 'red'),
  from: fc.option(fc.nat(11), { freq: 2 }),
  before: fc.option(fc.nat(12), { freq: 2 }),
  through: fc.constantFrom<Ask['through']>('records', 'entries', 'entries that suffice', 'joins'),
  max: fc.constant(100),
});

async function placed(list: string, values: readonly Draft[]): Promise<Note[]> {
  const notes = values.map((draft, at) => ({ ...draft, list, id: `${list}-${at}` }));
  await putNotes(db, notes);
  return notes;
}

const page = (ask: Ask, args: PageArguments) =>
  db.database.session().connection(queryOf(ask), args, { fields: fieldsOf(ask) });

const shown = ({ nodes, pageInfo: { hasNextPage, hasPreviousPage } }: Connection<Note>) => ({
  nodes: nodes.map(({ id }) => id),
  hasNextPage,
  hasPreviousPage,
});

/** The cursor of every note that answers. */
async function cursorsOf(ask: Ask): Promise<Map<string, string>> {
  const { edges } = await page(ask, { first: 100 });
  return new Map(edges.map(({ node, cursor }) => [node.id, cursor]));
}

test('paging forwards gives every page full and every flag exact', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, asks, fc.integer({ min: 1, max: 7 }), async (values, asked, first) => {
      const list = newList();
      const notes = await placed(list, values);
      const ask = { ...asked, list };
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const last = notes.find(({ id }) => id === seen.at(-1)) ?? null;
        const got: Connection<Note, NoteEdge> = await page(ask, { first, after });
        expect(shown(got)).toEqual(pageOf(ask, notes, { first }, last, null));
        for (const { node, shade } of got.edges)
          expect(shade).toBe(ask.through === 'joins' ? node.color : undefined);
        seen.push(...got.nodes.map(({ id }) => id));
        if (!got.pageInfo.hasNextPage) break;
        after = got.pageInfo.endCursor;
      }
      expect(seen).toEqual(answerOf(ask, notes).map(({ id }) => id));
    }),
    { numRuns: runs(40) },
  );
});

test('a count is the number of items, up to any cap', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, asks, fc.nat(70), async (values, asked, cap) => {
      const list = newList();
      const notes = await placed(list, values);
      const ask = { ...asked, list };
      expect(await db.database.session().count(queryOf(ask), cap)).toBe(Math.min(cap, countOf(ask, notes)));
    }),
    { numRuns: runs(60) },
  );
});

test('paging backwards gives every page full and every flag exact', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, asks, fc.integer({ min: 1, max: 7 }), async (values, asked, last) => {
      const list = newList();
      const notes = await placed(list, values);
      const ask = { ...asked, list };
      const seen: string[] = [];
      let before: string | null = null;
      for (;;) {
        const first = notes.find(({ id }) => id === seen[0]) ?? null;
        const got: Connection<Note> = await page(ask, { last, before });
        expect(shown(got)).toEqual(pageOf(ask, notes, { last }, null, first));
        seen.unshift(...got.nodes.map(({ id }) => id));
        if (!got.pageInfo.hasPreviousPage) break;
        before = got.pageInfo.startCursor;
      }
      expect(seen).toEqual(answerOf(ask, notes).map(({ id }) => id));
    }),
    { numRuns: runs(40) },
  );
});

test('any page between any two cursors is what the specification says, also where their notes are gone', async () => {
  await fc.assert(
    fc.asyncProperty(
      drafts,
      asks,
      fc.record({
        size: fc.nat(5),
        backward: fc.boolean(),
        after: fc.option(fc.nat(40)),
        before: fc.option(fc.nat(40)),
        deleted: fc.array(fc.nat(40), { maxLength: 8 }),
      }),
      async (values, asked, { size, backward, after, before, deleted }) => {
        const list = newList();
        const notes = await placed(list, values);
        const ask = { ...asked, list };
        const cursors = await cursorsOf(ask);
        const answer = answerOf(ask, notes);
        const chosen = (at: number | null) =>
          at === null || answer.length === 0 ? null : (answer[at % answer.length] ?? null);
        const [from, to] = [chosen(after), chosen(before)];
        const gone = new Set(deleted.flatMap((at) => chosen(at) ?? []));
        await deleteNotes(db, [...gone]);
        const left = notes.filter((note) => !gone.has(note));
        const size_ = backward ? { last: size } : { first: size };
        const args = {
          ...size_,
          after: from && (cursors.get(from.id) ?? null),
          before: to && (cursors.get(to.id) ?? null),
        };
        expect(shown(await page(ask, args))).toEqual(pageOf(ask, left, size_, from, to));
      },
    ),
    { numRuns: runs(80) },
  );
});

test('notes that stay are seen once, in order, whatever is inserted and deleted between pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      drafts,
      asks,
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.array(
        fc.record({
          delete: fc.array(fc.nat(40), { maxLength: 3 }),
          insert: fc.array(fc.nat(200), { maxLength: 3 }),
        }),
        {
          maxLength: 6,
        },
      ),
      async (values, asked, size, backward, changes) => {
        const list = newList();
        const [kept, spare] = [
          values.filter((_, at) => at % 2 === 0),
          values.filter((_, at) => at % 2 === 1),
        ];
        const all = [...kept, ...spare].map((draft, at) => ({ ...draft, list, id: `${list}-${at}` }));
        const notes = all.slice(0, kept.length);
        await putNotes(db, notes);
        const ask = { ...asked, list };
        const stable = new Set(notes);
        const seen: string[] = [];
        let cursor: string | null = null;
        for (let round = 0; ; round++) {
          const got: Connection<Note> = await page(
            ask,
            backward ? { last: size, before: cursor } : { first: size, after: cursor },
          );
          const ids = got.nodes.map(({ id }) => id);
          if (backward) seen.unshift(...ids);
          else seen.push(...ids);
          const { hasNextPage, hasPreviousPage, startCursor, endCursor } = got.pageInfo;
          if (!(backward ? hasPreviousPage : hasNextPage)) break;
          cursor = backward ? startCursor : endCursor;
          const change = changes[round];
          const gone = new Set((change?.delete ?? []).flatMap((at) => notes[at] ?? []));
          for (const note of gone) stable.delete(note);
          await deleteNotes(db, [...gone]);
          const inserted = new Set(
            (change?.insert ?? []).flatMap((at) => all[kept.length + (at % Math.max(1, spare.length))] ?? []),
          );
          await putNotes(db, [...inserted]);
        }
        expect(new Set(seen).size).toBe(seen.length);
        const order = seen.map((id) => all.find((note) => note.id === id) as Note);
        const sorted = [...order].sort((a, b) => compare(a, b) * (ask.descending ? -1 : 1));
        expect(order).toEqual(sorted);
        const staying = answerOf(ask, [...stable]).map(({ id }) => id);
        expect(seen.filter((id) => staying.includes(id))).toEqual(staying);
      },
    ),
    { numRuns: runs(40) },
  );
});

test('a shard whose first items the filter drops still comes first where its next one does', async () => {
  const list = newList();
  const at = (shard: number, rank: number, color: string): Draft => ({
    bucket: 0,
    shard,
    rank,
    color,
    name: 'note',
    fate: 'live',
  });
  const dropped = Array.from({ length: 12 }, (_, rank) => at(0, rank, 'blue'));
  const notes = await placed(list, [...dropped, at(0, 20, 'red'), at(1, 30, 'red'), at(1, 31, 'red')]);
  const ask: Ask = {
    list,
    over: 'merge',
    buckets: 1,
    shards: 2,
    descending: false,
    color: 'red',
    from: null,
    before: null,
    through: 'records',
    max: 100,
  };
  expect(shown(await page(ask, { first: 1 }))).toEqual(pageOf(ask, notes, { first: 1 }, null, null));
});
