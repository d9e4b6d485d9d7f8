/** What lies in the tables, as plain values, and the generated writes that put, change and remove it. */

import fc from 'fast-check';
import type { Write } from 'tableloom/runtime';
import {
  authorshipWrites,
  bookWrites,
  cardWrites,
  draftWrites,
  loanWrites,
  reservationWrites,
  shelfWrites,
} from '../../fixtures/ok/every-connection/generated/writes.js';

export type Values = Readonly<Record<string, unknown>>;

/** One node that may be found. A change makes another of the same key. */
export interface Thing {
  readonly key: string;
  /** Every attribute, by its name in the schema. */
  readonly node: Values;
  /** What an edge tells besides. */
  readonly edge: Values;
  /** Whether it leads to a record; false where a join's is missing. */
  readonly isThere: boolean;
}

/** Writes, and what they leave. */
export interface Change {
  readonly writes: readonly Write<unknown>[];
  readonly put: readonly Thing[];
  readonly drop: readonly string[];
}

/** What to put. Few values of each, so that many are equal. */
export type Draft = typeof draft extends fc.Arbitrary<infer D> ? D : never;

export const genres = ['NOVEL', 'ESSAY', 'VERSE'] as const;
export const titles = ['', '#', 'a', 'a#', 'a#b', 'a$', 'ab', 'B', 'é', '\uffff', '😀'] as const;
export const pages = [-100, -1, 0, 1, 9, 10, 2147483647] as const;
export const prices = [-123456.75, -1.5, 0, 1e-7, 4.5, 4.75, 1e21] as const;
export const places = ['PT', 'P', 'PT#', 'Lisboa', 'Lis'] as const;
/** The clock of these tests stands in June 2124: what expires by it is not swept away by an engine that has its own. */
export const clock = new Date('2124-06-15T12:00:00.000Z');
export const moments = [
  '2123-10-31T23:59:59.999Z',
  '2123-11-01T00:00:00.000Z',
  '2123-12-31T23:59:59.999Z',
  '2124-01-01T00:00:00.000Z',
  '2124-02-29T12:00:00.000Z',
  '2124-02-29T12:00:00.001Z',
  '2124-06-01T00:00:00.000Z',
  '2124-06-30T23:59:59.999Z',
] as const;
export const tags = ['red', 'blue', '#'] as const;
const expiries = [null, null, null, '2124-06-15T12:00:00.000Z', '2124-06-15T12:00:01.000Z'] as const;

export const draft = fc.record({
  title: fc.constantFrom<string>(...titles),
  pages: fc.constantFrom(...pages),
  price: fc.constantFrom<number>(...prices),
  at: fc.constantFrom<string>(...moments),
  genre: fc.constantFrom(...genres),
  country: fc.constantFrom(...places),
  city: fc.constantFrom(...places),
  lentTo: fc.constantFrom<string | null>(null, 'ada', 'ben'),
  note: fc.constantFrom(null, 'Lis', '#'),
  tags: fc.subarray([...tags]),
  until: fc.constantFrom<string | null>(...expiries),
  isThere: fc.constantFrom<boolean>(true, true, true, true, false),
});

/** Records of one owner that are asked together. */
export interface Stock {
  create(owner: string, at: number, draft: Draft): Change;
  /** Left out: a change is a further one of it. */
  readonly change?: (thing: Thing, draft: Draft) => Change;
  readonly remove?: (thing: Thing) => Change;
}

/** Whether it has expired at the tests' time: it is as good as gone then, also for writes. */
export function isExpired({ node: { until = null } }: Thing): boolean {
  return until !== null && Date.parse(String(until)) <= clock.getTime();
}

/** Identifiers in no order of their making. */
function idOf(owner: string, at: number): string {
  return `${['m', 'B', '#', 'é', 'a'][at % 5]}${owner}-${at}`;
}

function thing(node: Values, edge: Values = {}, isThere = true): Thing {
  return { key: `${String(node.__typename)} ${String(node.id)}`, node, edge, isThere };
}

const put = (write: Write<unknown>, one: Thing): Change => ({ writes: [write], put: [one], drop: [] });
const drop = (write: Write<unknown>, { key }: Thing): Change => ({ writes: [write], put: [], drop: [key] });
/** A record with changes; one that changes nothing is no write. */
function changed(node: Values, changes: Values): Values {
  const isOther = Object.entries(changes).some(
    ([name, value]) => JSON.stringify(node[name]) !== JSON.stringify(value),
  );
  return isOther ? { ...node, ...changes, version: Number(node.version) + 1 } : node;
}
const id = ({ node }: Thing): string => String(node.id);

function bookValues({ title, pages, price, at, genre, country, city, lentTo, note, tags }: Draft) {
  return { title, pages, price, publishedAt: at, genre, country, city, lentTo, note, tags };
}

const books: Stock = {
  create(shelf, at, draft) {
    const values = { id: idOf(shelf, at), shelf, ...bookValues(draft) };
    return put(bookWrites.create(values), thing({ __typename: 'Book', ...values, version: 1 }));
  },
  change(one, draft) {
    const values = bookValues(draft);
    return put(bookWrites.update({ id: id(one) }, values), thing(changed(one.node, values)));
  },
  remove: (one) => drop(bookWrites.delete({ id: id(one) }), one),
};

/** Books an author had a share in. Of some only that is known. */
const works: Stock = {
  create(author, at, draft) {
    const book = { id: idOf(author, at), shelf: author, ...bookValues(draft) };
    const edge = { share: draft.pages, role: draft.genre };
    const join = authorshipWrites.create({ authorId: author, bookId: book.id, ...edge });
    const node = { __typename: 'Book', ...book, version: 1 };
    const writes = draft.isThere ? [join, bookWrites.create(book)] : [join];
    return { writes, put: [thing(node, { authorId: author, ...edge }, draft.isThere)], drop: [] };
  },
  change({ node, edge, isThere }, draft) {
    const changed = { share: draft.pages, role: draft.genre };
    const key = { authorId: String(edge.authorId), bookId: String(node.id) };
    return put(authorshipWrites.update(key, changed), thing(node, { ...edge, ...changed }, isThere));
  },
  remove(one) {
    const key = { authorId: String(one.edge.authorId), bookId: id(one) };
    return drop(authorshipWrites.delete(key), one);
  },
};

/** A shelf, its loans and its reservations. */
const desk: Stock = {
  create(shelf, at, draft) {
    if (at === 0) {
      const values = { id: shelf, name: draft.title };
      return put(shelfWrites.create(values), thing({ __typename: 'Shelf', ...values }));
    }
    const values = { id: idOf(shelf, at), shelf, at: draft.at, fee: draft.price };
    if (draft.genre === 'ESSAY') {
      const node = { __typename: 'Reservation', ...values, version: 1 };
      return put(reservationWrites.create(values), thing(node));
    }
    const loan = { ...values, until: draft.until };
    return put(loanWrites.create(loan), thing({ __typename: 'Loan', ...loan, version: 1 }));
  },
  change(one, { price: fee, until }) {
    const { __typename, shelf, at } = one.node;
    if (__typename === 'Shelf') return { writes: [], put: [], drop: [] };
    const key = { shelf: String(shelf), at: String(at), id: id(one) };
    return __typename === 'Loan'
      ? put(loanWrites.update(key, { fee, until }), thing(changed(one.node, { fee, until })))
      : put(reservationWrites.update(key, { fee }), thing(changed(one.node, { fee })));
  },
  remove(one) {
    const { __typename, shelf, at } = one.node;
    if (__typename === 'Shelf') return drop(shelfWrites.delete({ id: id(one) }), one);
    const key = { shelf: String(shelf), at: String(at), id: id(one) };
    return drop(__typename === 'Loan' ? loanWrites.delete(key) : reservationWrites.delete(key), one);
  },
};

/** What one draft was at each of its versions. */
const edits: Stock = {
  create(id, edit, { title }) {
    const write =
      edit === 0 ? draftWrites.create({ id, title, edit }) : draftWrites.update({ id }, { title, edit });
    const node = { __typename: 'DraftVersion', id, title, edit, version: edit + 1 };
    return { writes: [write], put: [{ key: `${edit}`, node, edge: {}, isThere: true }], drop: [] };
  },
};

function cardValues({ title, price, at, until }: Draft) {
  return { title, score: price, at, until };
}

const cards: Stock = {
  create(shelf, at, draft) {
    const values = { id: idOf(shelf, at), shelf, ...cardValues(draft) };
    return put(cardWrites.create(values), thing({ __typename: 'Card', ...values, version: 1 }));
  },
  change(one, draft) {
    const values = cardValues(draft);
    return put(cardWrites.update({ id: id(one) }, values), thing(changed(one.node, values)));
  },
  remove: (one) => drop(cardWrites.delete({ id: id(one) }), one),
};

export const stocks = { books, works, desk, edits, cards };
