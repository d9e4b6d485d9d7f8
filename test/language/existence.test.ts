import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/existence/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/existence/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/existence/generated/schema.js';
import { tables } from '../fixtures/ok/existence/generated/tables.js';
import { bookWrites } from '../fixtures/ok/existence/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const shelf = 'A#1';
const there = Array.from({ length: 120 }, (_, at) => `isbn-${at}`);

beforeAll(async () => {
  served = await serve({ typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders });
  const { unwritten } = await served.database.session().putAll(
    there.map((isbn, at) =>
      bookWrites.create({
        shelf,
        isbn,
        author: at < 3 ? 'lent author' : `author ${at}`,
        lent: at < 3,
        sequel: at === 0 ? 'isbn-1' : at === 1 ? 'gone' : null,
      }),
    ),
  );
  expect(unwritten).toEqual([]);
});

test('by the whole key it takes a get, in the form the value is stored in', async () => {
  const ask = 'query ($isbn: String!) { bookExists(shelf: "A#1", isbn: $isbn) }';
  expect(await served.ask(ask, { isbn: ' isbn-7 ' })).toEqual({ bookExists: true });
  expect(served.operations).toEqual(['GetItem']);
  expect(await served.ask(ask, { isbn: 'isbn-' })).toEqual({ bookExists: false });
});

const bulk = 'query ($isbns: [String!]!) { booksExist(shelf: "A#1", isbns: $isbns) }';

test('of a list each element is answered, in order and as often as it stands there', async () => {
  const isbns = ['isbn-3', 'no', 'isbn-3', ' isbn-0', '#', 'no'];
  expect(await served.ask(bulk, { isbns })).toEqual({ booksExist: [true, false, true, true, false, false] });
  expect(served.operations).toEqual(['BatchGetItem']);
  expect(await served.ask(bulk, { isbns: [] })).toEqual({ booksExist: [] });
  expect(served.operations).toEqual([]);
});

test('a long list is read a hundred at a time, and one that is too long is refused', async () => {
  const isbns = Array.from({ length: 250 }, (_, at) => `isbn-${at}`);
  expect(await served.ask(bulk, { isbns })).toEqual({
    booksExist: isbns.map((isbn) => there.includes(isbn)),
  });
  expect(served.operations).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
  await expect(served.ask(bulk, { isbns: [...isbns, 'one more'] })).rejects.toMatchObject({
    extensions: { code: 'BAD_INPUT', limit: 250 },
  });
  expect(served.operations).toEqual([]);
});

test('by other fields it takes a query of the first that matches', async () => {
  const ask = 'query ($author: String!) { hasBookOf(author: $author) }';
  expect(await served.ask(ask, { author: 'author 9' })).toEqual({ hasBookOf: true });
  expect(served.operations).toEqual(['Query']);
  // All of theirs are lent.
  expect(await served.ask(ask, { author: 'lent author' })).toEqual({ hasBookOf: false });
  expect(await served.ask(ask, { author: 'nobody' })).toEqual({ hasBookOf: false });
});

test('what a parent leads nowhere to is not there, and costs nothing', async () => {
  const ask = 'query ($isbn: String!) { book(shelf: "A#1", isbn: $isbn) { hasSequel } }';
  expect(await served.ask(ask, { isbn: 'isbn-0' })).toEqual({ book: { hasSequel: true } });
  expect(await served.ask(ask, { isbn: 'isbn-1' })).toEqual({ book: { hasSequel: false } });
  expect(served.operations).toEqual(['GetItem', 'GetItem']);
  expect(await served.ask(ask, { isbn: 'isbn-2' })).toEqual({ book: { hasSequel: false } });
  expect(served.operations).toEqual(['GetItem']);
});
