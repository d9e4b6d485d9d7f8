/** What the printer writes is what Biome would write: random fragments, and the forms that generated code is made of. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Doc } from '../../src/generator/emit/fragment.js';
import { print } from '../../src/generator/emit/print.js';
import {
  arrow,
  assigned,
  block,
  call,
  code,
  conditional,
  generic,
  list,
  literal,
  object,
  objectType,
  operation,
  property,
  quote,
  union,
} from '../../src/generator/emit/printer.js';
import { formatted } from '../support/biome.js';

const plain = { name: ({ name }: { name: string }) => name, global: (name: string) => name };

const word = fc
  .tuple(fc.constantFrom('user', 'order', 'selection', 'contractor', 'x', 'refreshTokenOfUser'), fc.nat(9))
  .map(([name, number]) => `${name}${number}`);
const member = fc.array(word, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'));
const text = fc.oneof(word, fc.constantFrom("it's", 'a "word"', '', 'USER#', 'a\\b')).map(quote);

const { expression } = fc.letrec<{ expression: Doc; small: Doc; body: Doc }>((tie) => ({
  small: fc.oneof({ weight: 3, arbitrary: member }, text, fc.nat(1000).map(literal)),
  body: fc.oneof(
    // Functions that give functions are laid out in a way of their own; generated code has none.
    {
      weight: 3,
      arbitrary: tie('expression').filter((body) => typeof body === 'string' || body.shape !== 'arrow'),
    },
    fc
      .array(tie('expression'), { minLength: 1, maxLength: 2 })
      .map((values) => block(values.map((value, at) => code`${assigned(`const a${at} =`, value)};`))),
  ),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('small'),
    fc.tuple(member, fc.array(tie('expression'), { maxLength: 4 })).map(([name, given]) => call(name, given)),
    fc
      .uniqueArray(fc.tuple(word, tie('expression')), { maxLength: 4, selector: ([name]) => name })
      .map((entries) => object(entries.map(([name, value]) => property(name, value)))),
    fc.array(tie('expression'), { maxLength: 4 }).map(list),
    fc
      .tuple(fc.uniqueArray(word, { maxLength: 3 }), tie('body'))
      .map(([parameters, body]) => arrow(parameters, body)),
  ),
}));

const type = fc.oneof(
  word,
  fc.uniqueArray(word, { minLength: 2, maxLength: 9 }).map((names) => union(names, { isType: true })),
  fc
    .tuple(
      word,
      fc.array(fc.uniqueArray(word, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
    )
    .map(([name, given]) =>
      generic(
        name,
        given.map((names) => union(names)),
      ),
    ),
  fc
    .uniqueArray(word, { minLength: 1, maxLength: 6 })
    .map((names) => objectType(names.map((name) => code`readonly ${name}: string`))),
);

function check(statements: readonly Doc[]): void {
  const written = statements.map((statement) => `${print(statement, plain)}\n`).join('\n');
  expect(written).toBe(formatted(new Map([['a.ts', written]])).get('a.ts'));
}

test('random expressions', () => {
  const values = fc.sample(expression, { numRuns: 400, seed: 7 });
  check(values.map((value, at) => code`${assigned(`export const value${at} =`, value)};`));
});

test('random types', () => {
  const types = fc.sample(type, { numRuns: 200, seed: 7 });
  check(types.map((value, at) => code`export type Type${String(at)} = ${value};`));
});

test('conditions', () => {
  const names = Array.from({ length: 9 }, (_, at) => `current.attributeNumber${at} !== null`);
  const tests = [names.slice(0, 2), names];
  check(
    tests.flatMap((operands, at) => [
      code`${assigned(`export const a${at} =`, arrow(['current: User'], operation(operands, '&&')))};`,
      code`${assigned(`export const b${at} =`, conditional(operation(operands, '||'), 'null', "'x'"))};`,
    ]),
  );
});
