/** Two branches that add different things: their locks merge as text, whichever is merged into which. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Layout } from '../../src/generator/layout/types.js';
import { emptyLock, type Lock, printLock, seal } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';
import { runs } from '../support/runs.js';
import { temporaryFolder } from '../support/temporary.js';
import { checked } from './support.js';
import { type Asked, patternText, ten } from './things.js';

/** What a branch adds, each under a name that only it gives. */
interface Added {
  readonly patterns: Readonly<Record<string, Asked>>;
  readonly attributes: readonly string[];
  readonly values: readonly string[];
  readonly entities: readonly string[];
  readonly unique: readonly string[];
}

const words = ['alpha', 'beta', 'gamma', 'delta', 'omega', 'zeta'];
const fields = ['a', 'b', 'c', 'd'];
const pattern = fc.oneof(
  fc.constantFrom(...Object.values(ten)),
  fc
    .record({ where: fc.subarray(fields), sort: fc.subarray(fields, { maxLength: 1 }) })
    .filter(({ where, sort }) => where.length > 0 && sort.every((field) => !where.includes(field))),
);

function added(mark: string): fc.Arbitrary<Added> {
  const names = (prefix: string, maxLength = 3) =>
    fc.subarray(words, { maxLength }).map((some) => some.map((word) => `${prefix}${word}${mark}`));
  return fc.record({
    patterns: fc
      .tuple(names('by'), fc.array(pattern, { minLength: 3, maxLength: 3 }))
      .map(([all, asked]) => Object.fromEntries(all.map((name, at) => [name, asked[at] ?? {}]))),
    attributes: names(''),
    values: names('V'),
    entities: names('E', 2),
    unique: fc.subarray(fields, { maxLength: 1 }).map((all) => (mark === 'A' ? all : [])),
  });
}

function both(a: Added, b: Added): Added {
  return {
    patterns: { ...a.patterns, ...b.patterns },
    attributes: [...a.attributes, ...b.attributes],
    values: [...a.values, ...b.values],
    entities: [...a.entities, ...b.entities],
    unique: [...a.unique, ...b.unique],
  };
}

function planned({ patterns, attributes, values, entities, unique }: Added, lock: Lock) {
  const sdl = [
    'scalar DateTime',
    `enum Kind { ${['FIRST', ...values].join(' ')} }`,
    `type Query { thing(id: ID!): Thing ${entities.map((name) => `one${name}(id: ID!): ${name}`).join(' ')} }`,
    `type Thing { id: ID! ${fields.map((field) => `${field}: String!`).join(' ')} at: DateTime! kind: Kind ${attributes.map((name) => `${name}: String`).join(' ')} }`,
    ...entities.map((name) => `type ${name} { id: ID! name: String! kind: Kind }`),
  ].join('\n');
  const yaml = [
    'version: 1',
    'entities:',
    `  Thing: { unique: [${unique.join(', ')}] }`,
    ...entities.map((name) => `  ${name}: {}`),
    'patterns:',
    '  thing: { one: Thing, for: Query.thing, where: { id: $id } }',
    ...Object.entries(patterns).map(([name, asked]) => `  ${name}: ${patternText(asked)}`),
    ...entities.flatMap((name) => [
      `  one${name}: { one: ${name}, for: Query.one${name}, where: { id: $id } }`,
      `  named${name}: { many: ${name}, where: { name: $name } }`,
    ]),
  ].join('\n');
  const { plan, layout, lock: next, diagnostics } = checked(yaml, sdl, lock);
  if (!plan || !layout || !next) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return { plan, layout, lock: next, diagnostics };
}

/** What git makes of the lock of one branch when the other is merged into it. */
function merged(folder: string, [ours, base, theirs]: readonly Lock[], how: readonly string[]): string {
  const paths = Object.entries({ ours, base, theirs }).map(([name, lock]) => {
    const path = join(folder, name);
    writeFileSync(path, printLock(lock ?? emptyLock));
    return path;
  });
  return spawnSync('git', ['merge-file', '-p', ...how, ...paths], { encoding: 'utf8' }).stdout;
}

function keyOf({ reads }: Layout, name: string): string {
  const slot = reads.get(name)?.slot;
  return `${slot?.index} ${slot?.partition.text} ${slot?.sort?.text}`;
}

const ways = [['--union'], [], ['--diff3']];

test.each([
  ['a draft', emptyLock],
  ['a lock that is sealed', seal(emptyLock)],
])('two branches of %s have one lock, however they are merged', (_which, start) => {
  const folder = temporaryFolder();
  fc.assert(
    fc.property(added('0'), added('A'), added('B'), (first, a, b) => {
      const base = planned(first, start);
      const ours = planned(both(first, a), base.lock);
      const theirs = planned(both(first, b), base.lock);
      const all = both(first, both(a, b));
      const results = ways.flatMap((how) =>
        [
          [ours.lock, base.lock, theirs.lock],
          [theirs.lock, base.lock, ours.lock],
        ].map((locks) => {
          const { lock, diagnostics } = readLock('merged.lock.json', merged(folder, locks, how));
          expect(diagnostics).toEqual([]);
          return planned(all, lock);
        }),
      );
      const [one] = results;
      if (!one) throw new Error('no result');
      for (const other of results) {
        expect(printLock(other.lock)).toBe(printLock(one.lock));
        expect(other.plan).toEqual(one.plan);
      }
      const again = planned(all, readLock('a.lock.json', printLock(one.lock)).lock);
      expect(again.plan).toEqual(one.plan);
      expect(printLock(again.lock)).toBe(printLock(one.lock));
      // Each pattern has the key that its branch gave it, or it is said that it has another one.
      const said = new Set(
        one.diagnostics.flatMap(({ message }) => /^Pattern `(\w+)`/.exec(message)?.[1] ?? []),
      );
      for (const [names, { layout }] of [
        [first.patterns, base],
        [a.patterns, ours],
        [b.patterns, theirs],
      ] as const)
        for (const name of Object.keys(names))
          if (!said.has(name)) expect(keyOf(one.layout, name), name).toBe(keyOf(layout, name));
      // What was there before the branches stays in its place.
      for (const name of Object.keys(first.patterns))
        expect(keyOf(one.layout, name)).toBe(keyOf(base.layout, name));
    }),
    { numRuns: runs(8) },
  );
});
