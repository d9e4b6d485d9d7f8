/** What the planner chooses: the fewest keys, and no change to what it chose before. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Layout, serves } from '../../src/generator/layout/layout.js';
import { emptyLock, type Lock, printLock } from '../../src/generator/lock.js';
import type { PatternModel } from '../../src/generator/model.js';
import { readLock } from '../../src/generator/parse/lock.js';
import type { SlotPlan } from '../../src/generator/plan/types/storage.js';
import { keyTemplate } from '../../src/generator/resolve/templates.js';
import { runs } from '../support/runs.js';
import { checked } from './support.js';

const fields = ['a', 'b', 'c', 'd'];
const sdl = `scalar DateTime
type Query { thing(id: ID!): Thing }
type Thing { id: ID! ${fields.map((field) => `${field}: String!`).join(' ')} at: DateTime! }`;

interface Asked {
  readonly where?: readonly string[];
  readonly sort?: readonly string[];
  readonly bucket?: boolean;
  readonly shards?: number;
  readonly when?: string;
}

function patternText({ where = [], sort = [], bucket, shards, when }: Asked): string {
  const parts = [
    'many: Thing',
    ...(where.length > 0 ? [`where: { ${where.map((field) => `${field}: $${field}`).join(', ')} }`] : []),
    ...(bucket ? ['bucket: month(at)'] : []),
    ...(bucket || sort.length > 0 ? [`sort: [${[...(bucket ? ['at'] : []), ...sort].join(', ')}]`] : []),
    ...(shards === undefined ? [] : [`shards: ${shards}`]),
    ...(when === undefined ? [] : [`when: { a: ${when} }`]),
  ];
  return `{ ${parts.join(', ')} }`;
}

function declaration(patterns: Readonly<Record<string, Asked | string>>, entity = '{}'): string {
  return [
    'version: 1',
    `entities: { Thing: ${entity} }`,
    'patterns:',
    '  thing: { one: Thing, for: Query.thing, where: { id: $id } }',
    ...Object.entries(patterns).map(
      ([name, asked]) => `  ${name}: ${typeof asked === 'string' ? asked : patternText(asked)}`,
    ),
  ].join('\n');
}

function planned(yaml: string, lock?: Lock) {
  const { plan, layout, lock: next, model, diagnostics } = checked(yaml, sdl, lock);
  if (!plan || !layout || !next)
    throw new Error(`not accepted: ${diagnostics.map((one) => one.message).join(' ')}`);
  return { plan, layout, lock: next, model, diagnostics };
}

function thing(layout: Layout) {
  const entity = layout.entities.get('Thing');
  if (!entity) throw new Error('no Thing');
  return entity;
}

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
      { numRuns: runs(40) },
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

  test('has as many as its neediest entity', () => {
    const yaml = `version: 1
entities: { Thing: {}, Other: {} }
patterns:
  thing: { one: Thing, for: Query.thing, where: { id: $id } }
  a: { many: Thing, where: { a: $a } }
  b: { many: Thing, where: { b: $b } }
  c: { many: Other, where: { c: $c } }
  d: { many: Other, where: { d: $d } }
  e: { many: Other, where: { e: $e } }`;
    const { layout } = checked(
      yaml,
      `${sdl} type Other { id: ID! c: String! d: String! e: String! GSI2PK: Int }`,
    );
    // Names that a record has itself are passed over.
    expect(layout?.tables[0]?.indexes.map(({ name }) => name.text)).toEqual(['GSI1', 'GSI3', 'GSI4']);
  });

  test('is refused where it needs more indexes than a table can have', () => {
    const names = Array.from({ length: 21 }, (_, at) => `f${at}`);
    const yaml = `version: 1
entities: { Thing: {}, Wide: {} }
patterns:
  thing: { one: Thing, for: Query.thing, where: { id: $id } }
${names.map((name) => `  ${name}: { many: Wide, where: { ${name}: $value } }`).join('\n')}`;
    const wide = `${sdl} type Wide { id: ID! ${names.map((name) => `${name}: String!`).join(' ')} }`;
    const found = checked(yaml, wide).diagnostics.filter(({ code }) => code === 'too-many-indexes');
    expect(found.map(({ message }) => message)).toEqual([
      '`Wide` needs 21 global indexes: DynamoDB allows 20.',
    ]);
  });

  test('gives the key that changes least where several are as few', () => {
    const patterns = { p: { where: ['a', 'b', 'c'] }, q: { where: ['a', 'b'] }, r: { where: ['a', 'c'] } };
    const { layout } = planned(declaration(patterns, '{ immutable: [a, b] }'));
    const keys = thing(layout)
      .items[0]?.slots.slice(1)
      .map((slot) => `${slot.partition.text} / ${slot.sort?.text}`);
    expect(keys).toEqual(['THING_BY_A_C#{a}#{c} / {b}#{id}', 'THING_BY_A_B#{a}#{b} / {id}']);
  });
});

describe('the lock', () => {
  const ten: Record<string, Asked> = {
    byA: { where: ['a'] },
    byB: { where: ['b'], sort: ['c'] },
    all: { sort: ['at'], shards: 2 },
    byAandB: { where: ['a', 'b'] },
    byMonth: { bucket: true },
    sparse: { where: ['c'], when: 'x' },
    byC: { where: ['c'], sort: ['a', 'b'] },
    byBinOrder: { where: ['b'], sort: ['d'] },
    byD: { where: ['d'] },
    byDandA: { where: ['a', 'd'], sort: ['b'] },
  };

  test('is the same text when it is read again, and changes nothing', () => {
    const { lock, plan } = planned(declaration(ten));
    const again = readLock('a.lock.json', printLock(lock));
    expect(again.diagnostics).toEqual([]);
    expect(printLock(again.lock)).toBe(printLock(lock));
    const second = planned(declaration(ten), again.lock);
    expect(second.plan).toEqual(plan);
    expect(printLock(second.lock)).toBe(printLock(lock));
  });

  test('only gains lines while ten patterns are added one by one, and no key changes', () => {
    let lock = emptyLock;
    let lines: string[] = [];
    let keys = new Map<string, unknown>();
    for (let count = 0; count <= 10; count++) {
      const patterns = Object.fromEntries(Object.entries(ten).slice(0, count));
      const now = planned(declaration(patterns), lock);
      expect(now.diagnostics).toEqual([]);
      const text = printLock(now.lock).split('\n');
      expect(without(lines, text), 'lines that were taken away').toEqual([]);
      const reads = new Map<string, unknown>(
        [...now.layout.reads].map(([name, { slot }]) => [name, [slot.index, slot.partition, slot.sort]]),
      );
      for (const [name, key] of keys) expect(reads.get(name), name).toEqual(key);
      lines = text;
      keys = reads;
      lock = readLock('a.lock.json', printLock(now.lock)).lock;
    }
    expect(keys.size).toBe(10);
  });

  test('keeps every other key when patterns are added, removed, renamed and moved, in any order', () => {
    const names = Object.keys(ten);
    const step = fc.record({
      keep: fc.subarray(names),
      order: fc.shuffledSubarray(names, { minLength: 10 }),
      tail: fc.constantFrom('', 'X'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 5 }), (steps) => {
        let lock = emptyLock;
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
      { numRuns: runs(100) },
    );
  });

  test('moves nothing when a pattern is renamed', () => {
    const first = planned(declaration({ byA: ten.byA ?? {}, byB: ten.byB ?? {} }));
    const renamed = planned(declaration({ ofB: ten.byB ?? {}, ofA: ten.byA ?? {} }), first.lock);
    expect(printLock(renamed.lock)).toBe(printLock(first.lock));
  });

  test('does not give the names of what is gone to anything else', () => {
    const first = planned(declaration({ byA: { where: ['a'] }, byB: { where: ['b'] } }));
    const without = planned(declaration({ byB: { where: ['b'] } }), first.lock);
    expect(keysOf(without.layout)).toEqual(['GSI2 THING_BY_B#{b}']);
    expect(printLock(without.lock)).toContain('"retired index GSI1": ["GSI1PK", "GSI1SK"]');
    const back = planned(declaration({ byA: { where: ['a'] }, byB: { where: ['b'] } }), without.lock);
    expect(keysOf(back.layout)).toEqual(['GSI2 THING_BY_B#{b}', 'GSI3 THING_BY_A_2#{a}']);
    const empty = planned(declaration({}), back.lock);
    expect(keysOf(planned(declaration({ byA: { where: ['a'], sort: ['b'] } }), empty.lock).layout)).toEqual([
      'GSI4 THING_BY_A_3#{a}',
    ]);
  });

  test('keeps the entry of a pattern that is renamed, and no other has its key', () => {
    const entry = (name: string) => ({ [name]: '{ many: Thing, where: { a: $a }, entry: true }' });
    const first = planned(declaration({ ...entry('one') }));
    const sorts = (layout: Layout) =>
      thing(layout)
        .items.slice(1)
        .map((item) => item.slots[0]?.sort?.text);
    expect(sorts(first.layout)).toEqual(['ENTRY#ONE']);
    const renamed = planned(declaration({ ...entry('two') }), first.lock);
    expect(sorts(renamed.layout)).toEqual(['ENTRY#ONE']);
    expect(printLock(renamed.lock)).toBe(printLock(first.lock));
    const gone = planned(declaration({}), renamed.lock);
    expect(sorts(planned(declaration(entry('one')), gone.lock).layout)).toEqual(['ENTRY#ONE_2']);
  });

  test('keeps a key of an entity, and gives that of a former one to no other', () => {
    const yaml = (identity: string, patterns = {}) => declaration(patterns, `{ identity: ${identity} }`);
    const withMany = yaml('[a, b]', { ofA: { where: ['a'] } });
    const first = planned(yaml('[a, b]'));
    expect(ownKey(first.layout)).toBe('THING#{a}#{b} / METADATA');
    expect(ownKey(planned(withMany).layout)).toBe('THING#{a} / THING#{b}');
    const kept = planned(withMany, first.lock);
    expect(ownKey(kept.layout)).toBe('THING#{a}#{b} / METADATA');
    expect(keysOf(kept.layout)).toEqual(['GSI1 THING_BY_ID#{id}', 'GSI2 THING_BY_A#{a}']);
    const other = planned(yaml('[c]'), first.lock);
    expect(other.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ['key-moved', 'warning'],
    ]);
    const again = planned(yaml('[a, b]'), other.lock);
    expect([ownKey(other.layout), ownKey(again.layout)]).toEqual([
      'THING_2#{c} / METADATA',
      'THING_3#{a}#{b} / METADATA',
    ]);
  });
});

describe('a pinned key', () => {
  const yaml = (own: string, sort: string) =>
    [
      'version: 1',
      'tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }',
      `entities: { Thing: { key: { PK: "T#{id}", SK: ${own} } } }`,
      'patterns:',
      '  thing: { one: Thing, for: Query.thing, where: { id: $id } }',
      `  byA: { many: Thing, where: { a: $a }, index: GSI1, key: { GSI1PK: "A#{a}", GSI1SK: "${sort}" } }`,
    ].join('\n');
  const codes = ({ diagnostics }: { diagnostics: readonly { readonly code: string }[] }) =>
    diagnostics.map(({ code }) => code);

  test('may be moved again and again under the words it has', () => {
    const first = planned(yaml('ONE', '{id}'));
    const second = planned(yaml('TWO', '{b}#{id}'), first.lock);
    expect(codes(second)).toEqual(['key-moved', 'key-moved']);
    expect(codes(planned(yaml('TWO', '{b}#{id}'), second.lock))).toEqual([]);
    const third = planned(yaml('THREE', '{c}#{id}'), second.lock);
    expect(codes(third)).toEqual(['key-moved', 'key-moved']);
  });

  test('that is the one the planner chose moves nothing, nor does taking the pin away', () => {
    const free = planned(declaration({ byA: { where: ['a'] } }));
    const table =
      'tables: { entities: { name: "${TABLE_PREFIX}-entities", key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }';
    const pinned = declaration({
      byA: '{ many: Thing, where: { a: $a }, index: GSI1, key: { GSI1PK: "THING_BY_A#{a}", GSI1SK: "{id}" } }',
    }).replace('version: 1', `version: 1\n${table}`);
    const same = planned(pinned, free.lock);
    expect(same.diagnostics).toEqual([]);
    expect(printLock(same.lock)).toBe(printLock(free.lock));
    expect(printLock(planned(declaration({ byA: { where: ['a'] } }), same.lock).lock)).toBe(
      printLock(free.lock),
    );
  });
});

describe('an identity', () => {
  const found = (entity: string) =>
    checked(
      declaration({}, entity),
      sdl.replace('a: String!', 'a: String! list: [Int!]! maybe: Int'),
    ).diagnostics.map(({ code }) => code);

  test.each([
    ['{ identity: [a, nope] }', ['unknown-attribute']],
    ['{ identity: [a, maybe] }', ['key-hole-nullable']],
    ['{ identity: [a, list] }', ['key-hole-document']],
    ['{ identity: [a, b], key: { PK: "THING#{a}", SK: "{b}" } }', []],
    ['{ identity: [a, b], key: { PK: "THING#{a}", SK: "{c}" } }', ['identity-mismatch']],
    ['{ identity: [a, nope], key: { PK: "THING#{a}", SK: "{b}" } }', ['unknown-attribute']],
  ])('%s', (entity, codes) => {
    expect([...new Set(found(entity))]).toEqual(codes);
  });
});

function ownKey(layout: Layout): string {
  const slot = thing(layout).items[0]?.slots[0];
  return `${slot?.partition.text} / ${slot?.sort?.text}`;
}

function keysOf(layout: Layout): string[] {
  const slots = thing(layout).items[0]?.slots.slice(1) ?? [];
  return slots.map((slot) => `${slot.index} ${slot.partition.text}`);
}

/** The lines of one text that the other lacks, as often as it lacks them. */
function without(lines: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
