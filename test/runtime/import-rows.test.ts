/** What one value of a row becomes, and what it is refused for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldMapping, SourceMapping, Transforms } from '../../src/runtime/import/mapping.js';
import { keyText, namedRow, type Row, rowOf, valuesOf } from '../../src/runtime/import/rows/rows.js';
import { builtIn, hashOf, momentOf, Refusal } from '../../src/runtime/import/rows/transforms.js';

const importedAt = new Date('2026-06-01T00:00:00.000Z');

const field = (more: Partial<FieldMapping>): FieldMapping => ({
  field: 'value',
  type: { kind: 'text' },
  isRequired: false,
  from: ['attribute'],
  transforms: [],
  oneWay: false,
  moment: 'iso',
  ...more,
});

const source = (fields: readonly FieldMapping[], more: Partial<SourceMapping> = {}): SourceMapping => ({
  name: 'source',
  table: 'table',
  key: ['id'],
  entity: 'Entity',
  identity: ['id'],
  secret: [],
  fields,
  unique: [],
  rejections: [],
  oneWay: false,
  ...more,
});

function becomes(more: Partial<FieldMapping>, row: Row, transforms: Transforms = {}): unknown {
  const context = { transforms, importedAt, referred: () => undefined };
  return valuesOf(source([field(more)]), row, context)['value'];
}

/** The code that it is refused for. */
function refusal(more: Partial<FieldMapping>, row: Row, transforms: Transforms = {}): string {
  try {
    becomes(more, row, transforms);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.message).not.toContain('surely not');
    return error.code;
  }
  return 'none';
}

describe('a moment', () => {
  const moment = '2023-11-14T22:13:20.000Z';

  test.each([
    [1_700_000_000_000],
    [1_700_000_000],
    ['1700000000'],
    ['1700000000000'],
    [moment],
    ['2023-11-14T22:13:20Z'],
    ['2023-11-14T23:13:20+01:00'],
    [` ${moment} `],
  ])('%j', (value) => {
    expect(momentOf(value)).toBe(moment);
  });

  test.each([['surely not'], [true], [{}], ['2023-11-14T22:13:20'], [Number.NaN]])('%j is none', (value) => {
    expect(refusal({ type: { kind: 'moment' } }, { attribute: value as never })).toBe('not-a-moment');
  });

  test('is the same from whichever form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2e11, max: 4e12 }), (ms) => {
        const iso = new Date(ms).toISOString();
        expect([momentOf(ms), momentOf(iso), momentOf(String(ms))]).toEqual([iso, iso, iso]);
      }),
    );
  });

  test('goes back in the form that rows have it in', () => {
    const row = (form: FieldMapping['moment']) =>
      rowOf(source([field({ type: { kind: 'moment' }, moment: form })]), { value: moment }, {});
    expect([row('iso'), row('milliseconds'), row('seconds')]).toEqual([
      { attribute: moment },
      { attribute: 1_700_000_000_000 },
      { attribute: 1_700_000_000 },
    ]);
  });
});

test('the first attribute that has a value counts', () => {
  const from = ['a', 'b', 'c'];
  expect(becomes({ from }, { a: null, b: '', c: 'third' })).toBe('third');
  expect(becomes({ from }, { a: 'first', b: 'second' })).toBe('first');
  expect(becomes({ from }, {})).toBeNull();
});

test('values are mapped in any case, and back by the first key', () => {
  const map = { admin: 'ADMIN', administrator: 'ADMIN' };
  expect(becomes({ map }, { attribute: ' Administrator ' })).toBe('ADMIN');
  expect(refusal({ map }, { attribute: 'surely not' })).toBe('value-unmapped');
  expect(becomes({ map, otherwise: 'MEMBER' }, { attribute: 'surely not' })).toBe('MEMBER');
  expect(rowOf(source([field({ map })]), { value: 'ADMIN' }, {})).toEqual({ attribute: 'admin' });
});

test.each([
  [{ kind: 'boolean' }, 'surely not', 'type-mismatch'],
  [{ kind: 'integer' }, 1.5, 'type-mismatch'],
  [{ kind: 'number' }, 'surely not', 'type-mismatch'],
  [{ kind: 'enum', values: ['A'] }, 'surely not', 'type-mismatch'],
  [{ kind: 'list', of: { kind: 'text' } }, 'surely not', 'type-mismatch'],
  [{ kind: 'text' }, { not: 'text' }, 'type-mismatch'],
] as const)('%j refuses %j', (type, attribute, code) => {
  expect(refusal({ type }, { attribute })).toBe(code);
});

test.each([
  [{ kind: 'boolean' }, 'true', true],
  [{ kind: 'boolean' }, 0, false],
  [{ kind: 'integer' }, '42', 42],
  [{ kind: 'text' }, 42, '42'],
  [{ kind: 'list', of: { kind: 'text' } }, new Set(['a', 'b']), ['a', 'b']],
  [{ kind: 'json' }, { any: ['thing'] }, { any: ['thing'] }],
] as const)('%j takes %j', (type, attribute, value) => {
  expect(becomes({ type }, { attribute: attribute as never })).toEqual(value);
});

test('a function of the project that fails refuses the row, and its message is not told', () => {
  const own = {
    broken: () => {
      throw new Error('surely not');
    },
  };
  expect(refusal({ transforms: ['broken'] }, { attribute: 'surely not' }, own)).toBe('transform-failed');
});

test('built-in transforms', () => {
  const context = { row: {}, importedAt };
  const of = (name: string, value: unknown) => {
    const one = builtIn[name];
    return typeof one === 'function' ? one(value, context) : one?.forward(value, context);
  };
  expect(of('hash', 'abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(of('uuid', 'abc')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(of('uuid', 'abc')).toBe(of('uuid', 'abc'));
  expect([of('trim', ' a '), of('lowercase', 'A'), of('uppercase', 'a'), of('json', '{"a":1}')]).toEqual([
    'a',
    'a',
    'A',
    { a: 1 },
  ]);
});

test('defaults: a constant, another field, the time of the import', () => {
  const fields = [
    field({ field: 'a', from: [], fallback: { kind: 'field', field: 'b' } }),
    field({ field: 'b', from: [], fallback: { kind: 'field', field: 'c' } }),
    field({ field: 'c', from: [], fallback: { kind: 'value', value: 'constant' } }),
    field({ field: 'd', type: { kind: 'moment' }, from: [], fallback: { kind: 'time' } }),
  ];
  const values = valuesOf(source(fields), {}, { transforms: {}, importedAt, referred: () => undefined });
  expect(values).toEqual({ a: 'constant', b: 'constant', c: 'constant', d: importedAt.toISOString() });
});

test('references lead to records; what becomes of those that are gone is declared', () => {
  const reference = (missing: 'reject' | 'keep' | 'clear') => ({
    reference: { source: 'users', missing: { kind: missing } },
  });
  const context = {
    transforms: {},
    importedAt,
    referred: (_: unknown, key: string) => (key === 'old' ? 'new' : undefined),
  };
  const of = (missing: 'reject' | 'keep' | 'clear', attribute: string) =>
    valuesOf(source([field(reference(missing))]), { attribute }, context)['value'];
  expect([of('reject', 'old'), of('keep', 'gone'), of('clear', 'gone')]).toEqual(['new', 'gone', null]);
  expect(() => of('reject', 'gone')).toThrow('value names a row of users that is gone');
});

test('a row is named by its key, a secret one by a digest', () => {
  expect(keyText(source([]), { id: 'a' })).toBe('a');
  expect(keyText(source([], { key: ['day', 'id'] }), { day: '1', id: 2 })).toBe('["1",2]');
  for (const row of [{ id: 'a' }, { id: 2 }, { id: '["x"]' }, { id: '2' }])
    expect(namedRow(source([]), keyText(source([]), row))).toEqual(row);
  expect(namedRow(source([], { secret: ['id'] }), 'sha256:00')).toBeUndefined();
  expect(keyText(source([], { secret: ['id'] }), { id: 'surely not' })).toMatch(/^sha256:[0-9a-f]{32}$/);
});

test('the hash of a row is that of its contents, in whatever order', () => {
  expect(hashOf({ a: 1, b: new Set(['x', 'y']) })).toBe(hashOf({ b: new Set(['y', 'x']), a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: '1' }));
});

test('where no key of the map has the value, the row keeps its own, and no function of the project is called', () => {
  const called: unknown[] = [];
  const own: Transforms = {
    mine: {
      forward: (value) => value,
      back: (value) => {
        called.push(value);
        return value;
      },
    },
  };
  const role = field({ field: 'role', transforms: ['mine'], map: { admin: 'ADMIN' }, otherwise: 'OTHER' });
  expect(rowOf(source([role]), { role: 'OTHER' }, own)).toEqual({});
  expect(rowOf(source([role]), { role: null }, own)).toEqual({ attribute: undefined });
  expect(called).toEqual([]);
  expect(rowOf(source([role]), { role: 'ADMIN' }, own)).toEqual({ attribute: 'admin' });
});
