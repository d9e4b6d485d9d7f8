/** Every kind of connection: what it may be asked, and what answers it in which order. */

import fc from 'fast-check';
import { byText } from '../../support/dice.js';
import { by } from '../../support/examples.js';
import {
  clock,
  genres,
  moments,
  pages,
  places,
  prices,
  type stocks,
  type Thing,
  tags,
  titles,
  type Values,
} from './stock.js';

export interface Kind {
  readonly field: string;
  readonly stock: keyof typeof stocks;
  /** The argument that names the owner. */
  readonly owner: 'shelf' | 'author' | 'id';
  /** The other arguments. */
  readonly args: fc.Arbitrary<Values>;
  /** Whether a live thing answers. */
  readonly matches: (thing: Thing, args: Values) => boolean;
  /** The declared order; things that are equal in it are in one the engine keeps. */
  readonly order: readonly string[];
  /** With `order: $order`: which way it runs where the client says nothing. */
  readonly chosen?: 'ASC' | 'DESC';
}

const maybe = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { freq: 2 });
/** Of many conditions few are asked at once. */
const rarely = <T>(...values: readonly T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...values) });
const order = maybe('ASC', 'DESC');
const text = maybe('a', '#', 'é');
const all = () => true;
const given = (value: unknown): boolean => value !== null && value !== undefined;

type Limit = 'from' | 'to' | 'after' | 'before' | 'prefix';

/** Whether a value lies within the bounds that are given. */
function within(value: unknown, bounds: Readonly<Partial<Record<Limit, unknown>>>): boolean {
  const compare = (bound: unknown) =>
    typeof value === 'number' ? value - Number(bound) : byText(String(value), String(bound));
  const { from, to, after, before, prefix } = bounds;
  return (
    (!given(from) || compare(from) >= 0) &&
    (!given(to) || compare(to) <= 0) &&
    (!given(after) || compare(after) > 0) &&
    (!given(before) || compare(before) < 0) &&
    (!given(prefix) || String(value).startsWith(String(prefix)))
  );
}

const monthOf = ({ node }: Thing): string => String(node.publishedAt).slice(0, 7);
const months = [...new Set(moments.map((moment) => moment.slice(0, 7)))];
const someMonths = fc.subarray([...months, '2124-03'], { minLength: 1 });

/** The month `back` months before that of a moment. */
function monthBefore(moment: string, back: number): string {
  const month = new Date(moment);
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - back)).toISOString().slice(0, 7);
}

const crossed = 8;

/** Bounds that cross no more buckets than are declared. */
const window = fc
  .record({ until: maybe(...moments), back: fc.option(fc.nat(crossed - 1)), pages: maybe(...pages) })
  .map(({ until, back, pages }) => ({
    until,
    pages,
    since: back === null ? null : `${monthBefore(until ?? clock.toISOString(), back)}-01T00:00:00.000Z`,
  }));

function inWindow(thing: Thing, { since, until }: Values): boolean {
  const last = String(until ?? clock.toISOString());
  const month = monthOf(thing);
  return (
    month <= last.slice(0, 7) &&
    month >= monthBefore(last, crossed - 1) &&
    within(thing.node.publishedAt, { from: since, to: until })
  );
}

function meetsFilter({ node }: Thing, args: Values): boolean {
  const listed = node.tags as readonly string[];
  const { genres, low, high, lent, notPrice, tag, tags, note, notCountry } = args;
  const isNoted =
    (node.note !== null && String(node.note).startsWith(String(note))) ||
    String(node.city).includes(String(note));
  return (
    (!Array.isArray(genres) || genres.includes(node.genre)) &&
    within(node.pages, { from: low, to: high }) &&
    (!given(lent) || (node.lentTo !== null) === lent) &&
    (!given(notPrice) || node.price !== notPrice) &&
    (!given(tag) || listed.includes(String(tag))) &&
    (!given(tags) || listed.length >= Number(tags)) &&
    (!given(note) || isNoted) &&
    (!given(notCountry) || node.country !== notCountry)
  );
}

const isLoan = ({ node }: Thing) => node.__typename === 'Loan';
const books = { stock: 'books', owner: 'shelf' } as const;
const desk = { stock: 'desk', owner: 'shelf' } as const;
const cards = { stock: 'cards', owner: 'shelf' } as const;

export const kinds: readonly Kind[] = [
  {
    ...books,
    field: 'booksByTitle',
    args: fc.record({ order, from: maybe(...titles), below: maybe(...titles), prefix: maybe(...titles) }),
    matches: ({ node }, { from, below, prefix }) => within(node.title, { from, before: below, prefix }),
    order: ['title'],
    chosen: 'ASC',
  },
  {
    ...books,
    field: 'booksByPages',
    args: fc.record({ over: maybe(...pages), to: maybe(...pages) }),
    matches: ({ node }, { over, to }) => within(node.pages, { after: over, to }),
    order: ['-pages', 'title'],
  },
  {
    ...books,
    field: 'booksByPrice',
    args: fc.record({ order, over: maybe(...prices), under: maybe(...prices) }),
    matches: ({ node }, { over, under }) => within(node.price, { after: over, before: under }),
    order: ['price'],
    chosen: 'ASC',
  },
  {
    ...books,
    field: 'booksPublished',
    args: fc.record({ since: maybe(...moments), until: maybe(...moments) }),
    matches: ({ node }, { since, until }) => within(node.publishedAt, { from: since, to: until }),
    order: ['-publishedAt'],
  },
  {
    ...books,
    field: 'booksAt',
    args: fc
      .record({ country: maybe(...places), city: maybe(...places) })
      .map(({ country, city }) => ({ country, city: country === null ? null : city })),
    matches: ({ node }, { country, city }) =>
      given(city)
        ? node.country === country && within(node.city, { prefix: city })
        : within(node.country, { prefix: country }),
    order: ['country', 'city'],
  },
  {
    ...books,
    field: 'lentBooks',
    args: fc.constant({}),
    matches: ({ node }) => node.lentTo !== null,
    order: ['genre', '-pages'],
  },
  {
    ...books,
    field: 'filteredBooks',
    args: fc.record({
      genres: fc.option(fc.subarray([...genres], { minLength: 1 }), { freq: 2 }),
      low: rarely(...pages),
      high: rarely(...pages),
      lent: rarely(true, false),
      notPrice: rarely(...prices),
      tag: rarely(...tags),
      tags: rarely(0, 1, 2),
      note: rarely('L', 'P', '#'),
      notCountry: rarely(...places),
    }),
    matches: meetsFilter,
    order: ['title'],
  },
  {
    ...books,
    field: 'shardedBooks',
    args: fc.record({ order, from: maybe(...pages), below: maybe(...pages), genre: maybe(...genres) }),
    matches: ({ node }, { from, below, genre }) =>
      within(node.pages, { from, before: below }) && (!given(genre) || node.genre === genre),
    order: ['pages'],
    chosen: 'ASC',
  },
  {
    ...books,
    field: 'booksOfMonth',
    args: fc.record({ month: fc.constantFrom(...months) }),
    matches: (thing, { month }) => monthOf(thing) === month,
    order: ['-publishedAt'],
  },
  {
    ...books,
    field: 'booksOfMonths',
    args: fc.record({ months: someMonths, order }),
    matches: (thing, { months }) => (months as string[]).includes(monthOf(thing)),
    order: ['publishedAt'],
    chosen: 'ASC',
  },
  {
    ...books,
    field: 'booksOfMonthsByTitle',
    args: fc.record({ months: someMonths }),
    matches: (thing, { months }) => (months as string[]).includes(monthOf(thing)),
    order: ['title'],
  },
  {
    ...books,
    field: 'latestBooks',
    args: window,
    matches: (thing, args) => inWindow(thing, args) && within(thing.node.pages, { from: args.pages }),
    order: ['-publishedAt'],
  },
  {
    ...books,
    field: 'booksOfGenres',
    args: fc.record({ genres: fc.subarray([...genres]), order }),
    matches: ({ node }, { genres }) => (genres as unknown[]).includes(node.genre),
    order: ['price'],
    chosen: 'ASC',
  },
  {
    stock: 'works',
    owner: 'author',
    field: 'booksOfAuthor',
    args: fc.record({ order, notRole: maybe(...genres) }),
    matches: ({ edge }, { notRole }) => !given(notRole) || edge.role !== notRole,
    order: ['share'],
    chosen: 'DESC',
  },
  {
    ...desk,
    field: 'loans',
    args: fc.record({ order, from: maybe(...moments), below: maybe(...moments) }),
    matches: (thing, { from, below }) => isLoan(thing) && within(thing.node.at, { from, before: below }),
    order: ['at'],
    chosen: 'ASC',
  },
  {
    ...desk,
    field: 'loansByFee',
    args: fc.record({ under: maybe(...prices) }),
    matches: (thing, { under }) => isLoan(thing) && within(thing.node.fee, { before: under }),
    order: ['-fee'],
  },
  {
    stock: 'edits',
    owner: 'id',
    field: 'editsOfDraft',
    args: fc.record({ order }),
    matches: all,
    order: ['title'],
    chosen: 'ASC',
  },
  {
    ...desk,
    field: 'shelfView',
    args: fc.record({ fee: maybe(...prices) }),
    matches: ({ node }, { fee }) => node.__typename === 'Shelf' || within(node.fee, { from: fee }),
    order: ['kind', 'at'],
  },
  {
    ...desk,
    field: 'movements',
    args: fc.record({ since: maybe(...moments) }),
    matches: ({ node }, { since }) => node.__typename !== 'Shelf' && within(node.at, { from: since }),
    order: ['-at'],
  },
  {
    ...cards,
    field: 'cardsByTitle',
    args: fc.record({ order }),
    matches: all,
    order: ['title'],
    chosen: 'ASC',
  },
  { ...cards, field: 'cardsByAge', args: fc.constant({}), matches: all, order: ['-at'] },
  {
    ...cards,
    field: 'cardsByRank',
    args: fc.record({ order, over: maybe(...prices), to: maybe(...prices) }),
    matches: ({ node }, { over, to }) => within(node.score, { after: over, to }),
    order: ['score'],
    chosen: 'ASC',
  },
  {
    ...cards,
    field: 'cardsScored',
    args: fc.record({ order, from: maybe(...prices), below: maybe(...prices), part: text }),
    matches: ({ node }, { from, below, part }) =>
      within(node.score, { from, before: below }) &&
      (!given(part) || String(node.title).includes(String(part))),
    order: ['score'],
    chosen: 'ASC',
  },
  {
    ...cards,
    field: 'cardsDated',
    args: fc.record({ order, over: maybe(...moments), to: maybe(...moments) }),
    matches: ({ node }, { over, to }) => within(node.at, { after: over, to }),
    order: ['at'],
    chosen: 'ASC',
  },
  {
    ...cards,
    field: 'cardEntries',
    args: fc.record({ part: text }),
    matches: ({ node }, { part }) => !given(part) || String(node.title).includes(String(part)),
    order: ['title'],
  },
  { ...cards, field: 'cardEntriesByScore', args: fc.constant({}), matches: all, order: ['-score', 'title'] },
];

/** The kinds of an item collection, in the order of their keys. */
const collection = ['Shelf', 'Loan', 'Reservation'];

/** Compares two things in the declared order. */
export function compareOf({ order, chosen }: Kind, args: Values): (a: Thing, b: Thing) => number {
  const compare = by<Record<string, unknown>>(...order);
  const sign = chosen !== undefined && (args.order ?? chosen) === 'DESC' ? -1 : 1;
  const placed = ({ node, edge }: Thing): Record<string, unknown> => ({
    at: '',
    ...node,
    ...edge,
    kind: collection.indexOf(String(node.__typename)),
  });
  return (a, b) => compare(placed(a), placed(b)) * sign;
}
