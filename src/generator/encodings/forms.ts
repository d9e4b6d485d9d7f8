/**
 * What texts the runtime's encodings (src/runtime/keys/encodings.ts) can write. Kept equal to the encodings themselves by a
 * property test.
 */

import { between, digits, type Expression, either, one, repeat, sequence, word } from './expression.js';
import { foldText, nines } from './texts.js';

/** Text below this is escaped with `$`. */
const firstPlain = 0x25;

/**
 * Escapes are left out: where two texts share one with `$` and its mark, in holes on both sides since no template
 * may write `$`, they also share the one without.
 */
const textCharacter = { has: (character: string) => (character.codePointAt(0) ?? 0) >= firstPlain };
const foldedCharacter = {
  has: (character: string) => textCharacter.has(character) && foldText(character) === character,
};

/** Of text that is not escaped. */
export function anyCharacters(isEmpty: boolean): Expression {
  const anything = { has: () => true };
  return isEmpty ? repeat(anything) : sequence(one(anything), repeat(anything));
}

export function anyText(isEmpty: boolean): Expression {
  return isEmpty ? repeat(textCharacter) : sequence(one(textCharacter), repeat(textCharacter));
}

export function anyFolded(isEmpty: boolean): Expression {
  return isEmpty ? repeat(foldedCharacter) : sequence(one(foldedCharacter), repeat(foldedCharacter));
}

const minus = one('-');
export const anyYear = sequence(one('2013456789'), one('0123456789'), one('2013456789'), one('6012345789'));
const leapYear = either(
  sequence(
    digits(2),
    either(...Array.from({ length: 24 }, (_, at) => word(String(at * 4 + 4).padStart(2, '0')))),
  ),
  sequence(
    either(...Array.from({ length: 25 }, (_, at) => word(String(at * 4).padStart(2, '0')))),
    word('00'),
  ),
);
export const anyMonth = sequence(anyYear, minus, between('01', '12'));
export const anyDay = either(
  sequence(
    anyYear,
    minus,
    either(
      sequence(either(...['01', '03', '05', '07', '08', '10', '12'].map(word)), minus, between('01', '31')),
      sequence(either(...['04', '06', '09', '11'].map(word)), minus, between('01', '30')),
      sequence(word('02'), minus, between('01', '28')),
    ),
  ),
  sequence(leapYear, word('-02-29')),
);
export const anyHour = sequence(anyDay, one('T'), between('00', '23'));
export const anyTime = sequence(
  anyHour,
  one(':'),
  between('00', '59'),
  one(':'),
  between('00', '59'),
  one('.'),
  digits(3),
  one('Z'),
);

/** Negated, they are the same texts: numbers reach as far below zero as above. */
export const anyInteger = either(
  between('0000000000', String(2 ** 31)),
  sequence(minus, between(String(9_999_999_999 - 2 ** 31), '9999999998')),
);

const mostSafe = String(Number.MAX_SAFE_INTEGER);
/** As {@link anyInteger}, of 16 digits. */
export const anySafeInteger = either(
  between('0'.repeat(16), mostSafe),
  sequence(minus, between(nines(mostSafe), '9999999999999998')),
);

/** Where exponents are extreme, not all digits make a number that exists: those last, so that a free choice is one. */
const exponents = either(between('193', '807'), between('176', '192'), word('808'));
const negativeExponents = either(between('192', '806'), word('191'), between('807', '823'));
const upTo16Digits = sequence(...Array.from({ length: 16 }, () => either(sequence(), one('0123456789'))));
/** As {@link anyInteger}, the same negated. */
export const anyDecimal = either(
  one('0'),
  sequence(one('1'), exponents, one(':'), one('123456789'), upTo16Digits),
  sequence(minus, negativeExponents, one(':'), one('012345678'), upTo16Digits, one('~')),
);

/** Each digit replaced by what it lacks to nine. */
function complemented(expression: Expression): Expression {
  switch (expression.kind) {
    case 'one':
      return typeof expression.of === 'string' ? one(nines(expression.of)) : expression;
    case 'repeat':
      return expression;
    default:
      return { ...expression, items: expression.items.map(complemented) };
  }
}

export const anyInvertedTime = complemented(anyTime);

/** Whole numbers from zero, filled up to `count` digits. */
export function anyPadded(count: number): Expression {
  return count < 16 ? digits(count) : between('0'.repeat(16), String(Number.MAX_SAFE_INTEGER));
}
