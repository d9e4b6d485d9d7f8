import fc from 'fast-check';
import { type AttributeValue, create, type EntityCodec } from 'tableloom/runtime';
import { documentValue, epochSeconds } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { sameValue } from '../../src/runtime/values.js';
import { runs } from '../support/runs.js';
import { type Visit, visitKey, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';

const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/"(__proto__)?":/.test(JSON.stringify(value)));

test('a document comes back from storage as it went in, every number to the last digit', async () => {
  const db = await openDatabase();
  const inRange = (value: unknown): boolean =>
    typeof value === 'number'
      ? value === 0 || (Math.abs(value) >= 1e-130 && Math.abs(value) <= 9.99e125)
      : typeof value !== 'object' || value === null || Object.values(value).every(inRange);
  const codec: EntityCodec<Visit & { readonly doc: unknown }> = {
    name: 'Document',
    table: visits.table,
    key: visits.key,
    item: (visit) => ({ ...visits.item(visit), doc: documentValue(visit.doc, 'doc') }),
    read: (item) => ({ ...visits.read(item), doc: item.doc ?? null }),
  };
  await fc.assert(
    fc.asyncProperty(json.filter(inRange), async (doc) => {
      const visit = {
        id: JSON.stringify(doc).slice(0, 200),
        memberId: db.database.session().newId(),
        at: '2026-01-01',
        note: '',
      };
      const session = db.database.session();
      await session.write(create(codec, () => ({ ...visit, doc })));
      const stored = await db.database.session().get(codec, visitKey(visit));
      // JSON has no -0.
      expect(stored?.doc).toEqual(JSON.parse(JSON.stringify(doc)));
    }),
    { numRuns: runs(100) },
  );
});

test('what a document would lose on its way is refused with its place', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  expect(documentValue(nested(31))).toEqual(nested(31));
  const refused: [unknown, string][] = [
    [{ a: [1, undefined] }, 'doc.a[1] cannot hold undefined.'],
    [[() => 1], 'doc[0] cannot hold function.'],
    [{ at: new Map() }, 'doc.at is not plain JSON.'],
    [{ at: new Date(Number.NaN) }, 'doc.at is not a moment within the years 0000 to 9999.'],
    [{ n: Number.NaN }, 'doc.n is not a finite number.'],
    [1e126, 'doc is a number outside of what can be stored (1e-130 to 9.99e125).'],
    [[-1e-131], 'doc[0] is a number outside of what can be stored (1e-130 to 9.99e125).'],
    [10n, 'doc cannot hold bigint.'],
    [JSON.parse('{"a":{"__proto__":1}}'), 'doc.a cannot hold the name "__proto__".'],
    [{ a: [{ '': 1 }] }, 'doc.a[0] cannot hold the name "".'],
    [nested(32), `doc${'[0]'.repeat(31)} is nested deeper than 31 levels.`],
    // biome-ignore lint/suspicious/noSparseArray: a hole is undefined
    [[1, , 2], 'doc[1] cannot hold undefined.'],
  ];
  for (const [value, message] of refused) {
    expect(() => documentValue(value, 'doc')).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID', message }) as Error,
    );
  }
});

test('a Date in a document is its text in UTC, and what is undefined is left out', () => {
  const at = new Date('2026-03-01T12:00:00+02:00');
  expect(documentValue({ at, all: [at, { at, none: undefined }] })).toEqual({
    at: '2026-03-01T10:00:00.000Z',
    all: ['2026-03-01T10:00:00.000Z', { at: '2026-03-01T10:00:00.000Z' }],
  });
});

test('stored values are compared by what they hold', () => {
  const same: [AttributeValue, AttributeValue][] = [
    [new Set(['a', 'b']), new Set(['b', 'a'])],
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [new Uint8Array([1, 2]), Buffer.from([1, 2])],
  ];
  const different: [AttributeValue, AttributeValue | undefined][] = [
    [new Set(['a']), new Set(['b'])],
    [new Set(['a']), ['a']],
    [['a'], new Set(['a'])],
    [[], {}],
    [{}, []],
    [{ a: 1 }, { b: 1 }],
    [[1], [1, 2]],
    [new Uint8Array([1]), [1]],
    [{ 0: 1 }, new Uint8Array([1])],
    [1, '1'],
    [null, undefined],
  ];
  for (const [a, b] of same) expect(sameValue(a, b)).toBe(true);
  for (const [a, b] of different) expect(sameValue(a, b)).toBe(false);
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(sameValue(a as AttributeValue, structuredClone(a) as AttributeValue)).toBe(true);
      const text = (value: unknown) =>
        JSON.stringify(value, (_, inner) =>
          isMap(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
            : inner,
        );
      expect(sameValue(a as AttributeValue, b as AttributeValue)).toBe(text(a) === text(b));
    }),
    { numRuns: runs(500) },
  );
});

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

test('the time of expiry is in whole seconds, never later than the moment', () => {
  expect([epochSeconds('1970-01-01T00:00:01.999Z'), epochSeconds(new Date(5000))]).toEqual([1, 5]);
});
