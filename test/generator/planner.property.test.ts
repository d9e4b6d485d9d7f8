/** What the planner chooses: of random patterns the fewest keys, and no change to what it chose before. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serves } from '../../src/generator/layout/serving.js';
import type { Layout } from '../../src/generator/layout/types.js';
import { emptyLock, printLock, seal } from '../../src/generator/lock.js';
import type { PatternModel } from '../../src/generator/model.js';
import { readLock } from '../../src/generator/parse/lock.js';
import type { SlotPlan } from '../../src/generator/plan/types/storage.js';
import { keyTemplate } from '../../src/generator/resolve/templates.js';
import { runs } from '../support/runs.js';
import { type Asked, declaration, fields, patternText, planned, ten, thing } from './things.js';

describe('a declaration with nothing pinned', () => {
  const few = fields.slice(0, 3);
  const asked: fc.Arbitrary<Asked> = fc.record({
    where: fc.subarray(few),
    sort: fc.shuffledSubarray(few, { maxLength: 2 }),
    bucket: fc.boolean().map((is) => is),
    shards: fc.constantFrom(undefined, undefined, 2),
    when: fc.constantFrom(undefined, undefined, undefined, 'x'),
  }) as fc.Arbitrary<Asked>;
  const sensible = asked.filter(({ where = [], sort = [] }) => sort.every((field) => !where.includes(field)));

  test('has as many global indexes as no other choice of keys could do with fewer', () => {
    const identity = fc.option(fc.subarray(few, { minLength: 2 }), { freq: 2 });
    fc.assert(
      fc.property(fc.array(sensible, { minLength: 1, maxLength: 5 }), identity, (all, identified) => {
        // One that asks nothing of a record could share its key with the pattern by `id`.
        fc.pre(!identified || all.every((one) => patternText(one) !== patternText({})));
        const asked = Object.fromEntries(all.map((one, at) => [`p${at}`, one]));
        const entity = identified ? `{ identity: [${identified.join(', ')}] }` : '{}';
        const { layout, model } = planned(declaration(asked, entity));
        const patterns = model.patterns.slice(1);
        for (const pattern of patterns) {
          const slot = layout.reads.get(pattern.name.text)?.slot;
          expect(slot && serves(slot, pattern), pattern.name.text).toBe(true);
        }
        const own = identified ? ownKeys(identified, layout) : thing(layout).items[0]?.slots.slice(0, 1);
        const counts = (own ?? []).map((slot) =>
          fewest(
            patterns.filter((pattern) => !serves(slot, pattern)),
            layout,
          ),
        );
        // No other asks for the `id`.
        const byId = identified ? 1 : 0;
        expect(layout.tables[0]?.indexes.length).toBe(byId + Math.min(...counts));
      }),
      { numRuns: runs(20) },
    );
  });

  /** Every key that an entity of this identity could have. */
  function ownKeys(identity: readonly string[], layout: Layout): SlotPlan[] {
    const { attributes } = thing(layout);
    const key = (attribute: string, list: readonly string[]) =>
      keyTemplate(attribute, ['K', ...list.map((field) => `{${field}}`)].join('#'), attributes);
    return [...arrangements(identity, identity.length)]
      .filter((list) => list.length === identity.length)
      .flatMap((list) =>
        list.map((_, at): SlotPlan => {
          const [partition, sort] = [key('PK', list.slice(0, at + 1)), key('SK', list.slice(at + 1))];
          return { index: null, partition, sort, shards: null, present: [], when: [] };
        }),
      );
  }

  /** The smallest number of keys, of all there are, that serve all patterns. */
  function fewest(patterns: readonly PatternModel[], layout: Layout): number {
    if (patterns.length === 0) return 0;
    const served = new Set<string>();
    for (const slot of everyKey(patterns, layout)) {
      const set = patterns.flatMap((pattern, at) => (serves(slot, pattern) ? [at] : []));
      if (set.length > 0) served.add(set.join());
    }
    const sets = [...served].map((set) => set.split(',').map(Number));
    const cover = (left: readonly number[]): number => {
      const [first] = left;
      if (first === undefined) return 0;
      return (
        1 +
        Math.min(
          ...sets
            .filter((set) => set.includes(first))
            .map((set) => cover(left.filter((one) => !set.includes(one)))),
        )
      );
    };
    return cover(patterns.map((_, at) => at));
  }

  function* everyKey(patterns: readonly PatternModel[], layout: Layout): Generator<SlotPlan> {
    const { attributes } = thing(layout);
    const kinds = new Map(
      patterns.map(({ bucket, shards, when }) => [
        JSON.stringify([bucket !== undefined, shards?.count, when.length]),
        { bucket, shards, when },
      ]),
    );
    const names = [...fields, 'at'].filter((field) =>
      patterns.some(
        ({ where, sort }) =>
          where.some((one) => one.field.text === field) || sort.some((one) => one.field.text === field),
      ),
    );
    const partitions = Array.from({ length: 2 ** names.length }, (_, set) =>
      names.filter((_name, bit) => set & (1 << bit)),
    );
    const longest = Math.max(...patterns.map(({ where, sort }) => where.length + sort.length));
    for (const { bucket, shards, when } of kinds.values()) {
      for (const partition of partitions) {
        for (const sort of arrangements(names, longest)) {
          const texts = [
            'K',
            ...partition.map((field) => `{${field}}`),
            ...(bucket ? ['{month(at)}'] : []),
            ...(shards ? ['{shard}'] : []),
          ];
          yield {
            index: 'any',
            partition: keyTemplate('PK', texts.join('#'), attributes),
            sort: keyTemplate('SK', ['K', ...sort.map((field) => `{${field}}`)].join('#'), attributes),
            shards: shards?.count ?? null,
            present: [],
            when: when.length > 0 ? [{ field: 'a', values: ['x'] }] : [],
          };
        }
      }
    }
  }

  function* arrangements(names: readonly string[], longest: number): Generator<string[]> {
    yield [];
    if (longest === 0) return;
    for (const name of names) {
      for (const rest of arrangements(
        names.filter((one) => one !== name),
        longest - 1,
      ))
        yield [name, ...rest];
    }
  }
});

describe('the lock', () => {
  test.each([
    ['of a draft', emptyLock],
    ['that is sealed', seal(emptyLock)],
  ])('%s keeps every other key when patterns are added, removed, renamed and moved', (_which, start) => {
    const names = Object.keys(ten);
    const step = fc.record({
      keep: fc.subarray(names),
      order: fc.shuffledSubarray(names, { minLength: 10 }),
      tail: fc.constantFrom('', 'X'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 5 }), (steps) => {
        let lock = start;
        let before = new Map<string, string>();
        for (const { keep, order, tail } of steps) {
          const asked = order.filter((name) => keep.includes(name));
          const patterns = Object.fromEntries(asked.map((name) => [`${name}${tail}`, ten[name] ?? {}]));
          const now = planned(declaration(patterns), lock);
          const keys = new Map(
            asked.map((name) => {
              const slot = now.layout.reads.get(`${name}${tail}`)?.slot;
              return [name, `${slot?.index} ${slot?.partition.text} ${slot?.sort?.text}`];
            }),
          );
          for (const [name, key] of before) if (keys.has(name)) expect(keys.get(name), name).toBe(key);
          expect(planned(declaration(patterns), now.lock).plan).toEqual(now.plan);
          lock = readLock('a.lock.json', printLock(now.lock)).lock;
          before = keys;
        }
      }),
      { numRuns: runs(50) },
    );
  });
});
