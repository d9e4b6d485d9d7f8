/** Built keys of one entity on one index: each begins with a word of its own, and keeps it. */

import { expect, test } from 'vitest';
import { type Lock, printLock } from '../../src/generator/lock.js';
import { checked } from './support.js';

const sdl = `
  scalar DateTime
  type Query { none: Book }
  enum State { OPEN LENT }
  union Item = Book | Film
  type Book { id: ID! owner: ID! at: DateTime! title: String! state: State! }
  type Film { id: ID! owner: ID! at: DateTime! title: String! state: State! }
`;

function laidOut(patterns: readonly string[], lock?: Lock) {
  const yaml = [
    'version: 1',
    'tables: { t: { name: books, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }',
    'external: [Query.none]',
    'entities: { Book: {}, Film: {} }',
    'patterns:',
    ...patterns.map((pattern) => `  ${pattern}`),
  ].join('\n');
  const { lock: next, diagnostics, plan } = checked(yaml, sdl, lock);
  if (!next || !plan) throw new Error(JSON.stringify(diagnostics));
  const keys = plan.entities.flatMap(({ items }) =>
    items.flatMap(({ slots }) => slots.flatMap(({ index, partition }) => (index ? partition.text : []))),
  );
  return { keys: keys.sort(), diagnostics, lock: next };
}

const byTime = 'where: { owner: $owner }, sort: at';
const byTitle = 'where: { owner: $owner }, sort: title';

test.each([
  [
    'an entry and a record',
    [`byTime: { many: Book, ${byTime}, entry: true }`, `byTitle: { many: Book, ${byTitle} }`],
  ],
  [
    'two entries',
    [`byTime: { many: Book, ${byTime}, entry: true }`, `byTitle: { many: Book, ${byTitle}, entry: true }`],
  ],
  [
    'a record on an index that is named, and an entry',
    [
      `byTime: { many: Book, ${byTime}, index: GSI1 }`,
      `byTitle: { many: Book, ${byTitle}, entry: true, index: GSI1 }`,
    ],
  ],
  [
    'records that exclude one another',
    [
      `byTime: { many: Book, ${byTime}, index: GSI1, when: { state: OPEN } }`,
      `byTitle: { many: Book, ${byTitle}, index: GSI1, when: { state: LENT } }`,
    ],
  ],
  [
    'an entry and a member of a mixed pattern',
    [
      `byTitle: { many: Book, ${byTitle}, entry: true }`,
      `items: { mixed: Item, ${byTime}, members: { Book: {}, Film: {} } }`,
    ],
  ],
])('%s', (_what, patterns) => {
  const { keys, lock, diagnostics } = laidOut(patterns);
  expect(diagnostics).toEqual([]);
  expect(new Set(keys).size).toBe(keys.length);
  // With the lock they stay, however the file is ordered.
  const again = laidOut([...patterns].reverse(), lock);
  expect([again.keys, again.diagnostics]).toEqual([keys, []]);
  expect(printLock(laidOut(patterns, again.lock).lock)).toBe(printLock(lock));
});
