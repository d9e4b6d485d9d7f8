/** The runtime's own marshaller against the SDK's, on random values. */
import * as sdk from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import type { AttributeValue, Item } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { inexactIn, marshall, unmarshall } from '../../src/runtime/client/marshall.js';
import { runs } from '../support/runs.js';

const numRuns = runs(2000);
const seed = 20_261_129;

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 1e21, 1e-7, 2 ** 53, -(2 ** 60), Number.MAX_VALUE, Number.MIN_VALUE),
);
const bytes = fc.uint8Array({ maxLength: 8 });
// The SDK drops `__proto__`, which documentValue refuses, and takes a map that has a `constructor` for an instance of a class.
const name = fc
  .oneof(fc.string(), fc.constantFrom('', 'S', 'N', 'M', 'toString'))
  .filter((one) => one !== '__proto__' && one !== 'constructor');
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      number,
      fc.boolean(),
      fc.constant(null),
      bytes,
      bytes.map((one) => Buffer.from(one)),
      fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((all) => new Set(all)),
      fc.uniqueArray(number, { minLength: 1, maxLength: 4 }).map((all) => new Set(all)),
      fc.array(bytes, { minLength: 1, maxLength: 3 }).map((all) => new Set(all)),
    ),
    fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 4 }),
    fc.dictionary(name, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 4 }),
  ),
}));
const item = fc.dictionary(name, fc.oneof(value, fc.constant(undefined)), {
  maxKeys: 6,
}) as fc.Arbitrary<Item>;

const bySdk = (values: Item) =>
  sdk.marshall(values, { removeUndefinedValues: true, allowImpreciseNumbers: true });

test('what is sent is what the SDK would send', () => {
  fc.assert(
    fc.property(item, (values) => {
      expect(marshall(values)).toEqual(bySdk(values));
    }),
    { numRuns, seed },
  );
});

test('what is read is what the SDK would read, and what was written', () => {
  fc.assert(
    fc.property(item, (values) => {
      const wire = bySdk(values);
      const read = unmarshall(wire);
      expect(read).toEqual(sdk.unmarshall(wire, { wrapNumbers: Number }));
      expect(marshall(read)).toEqual(wire);
    }),
    { numRuns, seed },
  );
});

test('numbers of DynamoDB that no double holds are read as the nearest one, as by the SDK', () => {
  const digits = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String);
  const fraction = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(10 ** 9))
    .map(([a, b]) => `${a}.${b}`);
  fc.assert(
    fc.property(fc.oneof(digits, fraction), (N) => {
      expect(unmarshall({ n: { N }, s: { NS: [N] } })).toEqual({ n: Number(N), s: new Set([Number(N)]) });
      expect(sdk.unmarshall({ n: { N } }, { wrapNumbers: Number })).toEqual({ n: Number(N) });
    }),
    { numRuns, seed },
  );
});

test('both refuse what DynamoDB does not store', () => {
  const refused: AttributeValue[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Set<string>(),
    [new Set([Number.NaN])],
  ];
  for (const one of refused) {
    expect(() => bySdk({ one })).toThrow();
    expect(() => marshall({ one })).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }) as Error);
  }
});

test('an attribute may be called `constructor`, which the SDK takes for the class of a map', () => {
  const wire = { map: { M: { constructor: { S: 'Ada' } } } };
  expect(marshall({ map: { constructor: 'Ada' } })).toEqual(wire);
  expect(unmarshall(wire)).toEqual({ map: { constructor: 'Ada' } });
  expect(() => bySdk({ map: { constructor: 'Ada' } as never })).toThrow('Unsupported type passed');
});

test.each([
  ['9007199254740993', false],
  ['9007199254740992', true],
  ['-1234567890123456789', false],
  ['12345678901234567000', true],
  ['100000000000000000000000000000', true],
  ['1.00E+30', true],
  ['0.30000000000000004', true],
  ['0.1000000000000000055', false],
  ['0.000000000000000000000000000001', true],
  ['00000000000000000000.0', true],
])('the number %s is read exactly: %s', (text, isExact) => {
  const read = unmarshall({
    a: { S: 'text' },
    b: { L: [{ M: { c: { N: text } } }] },
    d: { NS: ['1', text] },
  });
  expect(inexactIn(read)).toEqual(isExact ? [] : ['b', 'd']);
});

test('a number that JavaScript wrote is read exactly', () => {
  fc.assert(
    fc.property(number, (value) => {
      expect(inexactIn(unmarshall(marshall({ value })))).toEqual([]);
    }),
    { numRuns, seed },
  );
});
