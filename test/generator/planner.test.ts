/** What the planner chooses: the fewest keys, and no change to what it chose before. */

import { describe, expect, test } from 'vitest';
import type { Layout } from '../../src/generator/layout/types.js';
import { emptyLock, type Lock, printLock, seal, settle } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';
import { checked } from './support.js';
import { declaration, planned, sdl, ten, thing } from './things.js';

describe('a declaration with nothing pinned', () => {
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

  test('takes a field called `shard` for the field, not for the shard number', () => {
    const yaml = `version: 1
entities: { Part: {} }
patterns:
  part: { one: Part, for: Query.part, where: { id: $id } }
  ofShard: { many: Part, where: { shard: $shard }, sort: name }
`;
    const { diagnostics, layout } = checked(
      yaml,
      'type Query { part(id: ID!): Part } type Part { id: ID! shard: String! name: String! }',
    );
    expect(diagnostics).toEqual([]);
    expect(layout?.entities.get('Part')?.items[0]?.slots[1]?.partition.parts).toContainEqual(
      expect.objectContaining({ kind: 'hole', field: 'shard' }),
    );
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
      '`Wide` needs 21 global indexes, but DynamoDB allows 20.',
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

const sealed = seal(emptyLock);

describe('the lock', () => {
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
      const said = now.diagnostics.filter(({ code }) => code !== 'index-new' && code !== 'backfill-needed');
      expect(said).toEqual([]);
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

  test('moves nothing when a pattern is renamed', () => {
    const first = planned(declaration({ byA: ten.byA ?? {}, byB: ten.byB ?? {} }));
    const renamed = planned(declaration({ ofB: ten.byB ?? {}, ofA: ten.byA ?? {} }), first.lock);
    expect(withoutPatterns(renamed.lock)).toEqual(withoutPatterns(first.lock));
    expect(renamed.diagnostics).toEqual([]);
  });

  test('does not give the names of what is gone to anything else', () => {
    const first = planned(declaration({ byA: { where: ['a'] }, byB: { where: ['b'] } }), sealed);
    const without = planned(declaration({ byB: { where: ['b'] } }), first.lock);
    expect(keysOf(without.layout)).toEqual(['GSI2 THING_BY_B#{b}']);
    expect(printLock(without.lock)).toContain('"table entities: retired index GSI1": ["GSI1PK", "GSI1SK"]');
    const back = planned(declaration({ byA: { where: ['a'] }, byB: { where: ['b'] } }), without.lock);
    expect(keysOf(back.layout)).toEqual(['GSI2 THING_BY_B#{b}', 'GSI3 THING_BY_A_2#{a}']);
    const empty = planned(declaration({}), back.lock);
    expect(keysOf(planned(declaration({ byA: { where: ['a'], sort: ['b'] } }), empty.lock).layout)).toEqual([
      'GSI4 THING_BY_A_3#{a}',
    ]);
  });

  test('keeps the entry of a pattern that is renamed, and no other has its key', () => {
    const entry = (name: string) => ({ [name]: '{ many: Thing, where: { a: $a }, entry: true }' });
    const first = planned(declaration({ ...entry('one') }), sealed);
    const sorts = (layout: Layout) =>
      thing(layout)
        .items.slice(1)
        .map((item) => item.slots[0]?.sort?.text);
    expect(sorts(first.layout)).toEqual(['ENTRY#ONE']);
    const renamed = planned(declaration({ ...entry('two') }), first.lock);
    expect(sorts(renamed.layout)).toEqual(['ENTRY#ONE']);
    expect(withoutPatterns(renamed.lock)).toEqual(withoutPatterns(first.lock));
    const gone = planned(declaration({}), renamed.lock);
    expect(sorts(planned(declaration(entry('one')), gone.lock).layout)).toEqual(['ENTRY#ONE_2']);
  });

  test('has what entries include: stored ones lack what is added', () => {
    const entry = (fields: string) => ({
      one: `{ many: Thing, where: { a: $a }, entry: { include: [${fields}] } }`,
    });
    const first = planned(declaration(entry('b')), sealed);
    const codes = ({ diagnostics }: { diagnostics: readonly { readonly message: string }[] }) =>
      diagnostics.map(({ message }) => message);
    expect(codes(planned(declaration(entry('b')), first.lock))).toEqual([]);
    const second = planned(declaration(entry('b, c')), first.lock);
    const said = 'Pattern `one` reads fields of its index entry that entries stored before do not have.';
    expect(codes(second)).toEqual([said]);
    expect(codes(planned(declaration(entry('b, c')), second.lock))).toEqual([said]);
    expect(codes(planned(declaration(entry('b, c')), settle(second.lock, ['one.include'])))).toEqual([]);
    expect(codes(planned(declaration(entry('')), first.lock))).toEqual([]);
  });

  test('keeps a key of an entity, and gives that of a former one to no other', () => {
    const yaml = (identity: string, patterns = {}) => declaration(patterns, `{ identity: ${identity} }`);
    const withMany = yaml('[a, b]', { ofA: { where: ['a'] } });
    const first = planned(yaml('[a, b]'), sealed);
    expect(ownKey(first.layout)).toBe('THING#{a}#{b} / METADATA');
    expect(ownKey(planned(withMany).layout)).toBe('THING#{a} / THING#{b}');
    const kept = planned(withMany, first.lock);
    expect(ownKey(kept.layout)).toBe('THING#{a}#{b} / METADATA');
    expect(keysOf(kept.layout)).toEqual(['GSI1 THING_BY_ID#{id}', 'GSI2 THING_BY_A#{a}']);
    const other = planned(yaml('[c]'), first.lock);
    expect(other.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ['identity-changed', 'warning'],
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
    const moved = ['identity-changed', 'key-moved'];
    const first = planned(yaml('ONE', '{id}'), sealed);
    const second = planned(yaml('TWO', '{b}#{id}'), first.lock);
    expect(codes(second)).toEqual(moved);
    expect(codes(planned(yaml('TWO', '{b}#{id}'), second.lock))).toEqual(moved);
    expect(second.lock.pending.map(({ name }) => name)).toEqual(['Thing', 'byA']);
    const accepted = settle(second.lock, ['Thing', 'byA']);
    expect(codes(planned(yaml('TWO', '{b}#{id}'), accepted))).toEqual([]);
    const third = planned(yaml('THREE', '{c}#{id}'), second.lock);
    expect(codes(third)).toEqual(moved);
    // Records that were written in between have the other key.
    expect(codes(planned(yaml('ONE', '{id}'), second.lock))).toEqual(moved);
  });

  test('that is the one the planner chose moves nothing, nor does taking the pin away', () => {
    const free = planned(declaration({ byA: { where: ['a'] } }));
    const table =
      'tables: { entities: { name: entities, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }';
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

/** The lines of a lock without the names of patterns. */
function withoutPatterns(lock: Lock): string[] {
  return printLock(lock)
    .replace(/: pattern (?!thing)\w+/g, ': pattern')
    .split('\n')
    .sort();
}
