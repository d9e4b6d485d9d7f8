/**
 * What the runtime's encodings (src/runtime/keys/encodings.ts) can write, as languages: what a hole of a key template can
 * hold. Kept equal to the encodings themselves by a property test.
 */

import { isPad } from '../../encodings.js';
import type { HoleEncoding } from '../../plan/types/storage.js';
import { between, digits, type Expression, either, one, repeat, sequence, word } from './automaton.js';

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

const minus = one('-');
const anyYear = sequence(one('2013456789'), one('0123456789'), one('2013456789'), one('6012345789'));
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
const anyMonth = sequence(anyYear, minus, between('01', '12'));
const anyDay = either(
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
const anyHour = sequence(anyDay, one('T'), between('00', '23'));
const anyTime = sequence(
  anyHour,
  one(':'),
  between('00', '59'),
  one(':'),
  between('00', '59'),
  one('.'),
  digits(3),
  one('Z'),
);

const integer = either(
  between('0000000000', String(2 ** 31)),
  sequence(minus, between(String(9_999_999_999 - 2 ** 31), '9999999998')),
);

/** Where exponents are extreme, not all digits make a number that exists: those last, so that a free choice is one. */
const exponents = either(between('193', '807'), between('176', '192'), word('808'));
const negativeExponents = either(between('192', '806'), word('191'), between('807', '823'));
const upTo16Digits = sequence(...Array.from({ length: 16 }, () => either(sequence(), one('0123456789'))));
const decimal = either(
  one('0'),
  sequence(one('1'), exponents, one(':'), one('123456789'), upTo16Digits),
  sequence(minus, negativeExponents, one(':'), one('012345678'), upTo16Digits, one('~')),
);

/** Numbers reach as far below zero as above: negated, they are the same texts. */
const invertedInteger = integer;
const invertedDecimal = decimal;

/** The language with each digit replaced by what it lacks to nine. */
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

function nines(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String(9 - Number(digit)));
}

const invertedTime = complemented(anyTime);

/** What the hole can hold. `values` are those of its enum; `isEmpty` allows the empty text. */
export function encodingExpression(
  encode: HoleEncoding,
  values: readonly string[],
  isEmpty: boolean,
): Expression {
  switch (encode) {
    case 'text':
      return isEmpty ? repeat(textCharacter) : sequence(one(textCharacter), repeat(textCharacter));
    case 'fold':
      return isEmpty ? repeat(foldedCharacter) : sequence(one(foldedCharacter), repeat(foldedCharacter));
    case 'enum':
      return either(...values.map(word));
    case 'boolean':
      return either(word('true'), word('false'));
    case 'integer':
      return integer;
    case 'decimal':
      return decimal;
    case 'year':
      return anyYear;
    case 'month':
      return anyMonth;
    case 'day':
      return anyDay;
    case 'hour':
      return anyHour;
    case 'time':
      return anyTime;
    case 'invert(boolean)':
      return either(word('false'), word('true'));
    case 'invert(integer)':
      return invertedInteger;
    case 'invert(decimal)':
      return invertedDecimal;
    case 'invert(time)':
      return invertedTime;
    default:
      return padded(digitsOf(encode));
  }
}

function digitsOf(pad: string): number {
  return Number(pad.slice('pad('.length, -1));
}

function padded(count: number): Expression {
  return count < 16 ? digits(count) : between('0'.repeat(16), String(Number.MAX_SAFE_INTEGER));
}

const truncated: Partial<Record<HoleEncoding, number>> = { year: 4, month: 7, day: 10, hour: 13 };

/** The text in a hole, of a field's value in its own encoding; undefined where the hole does not take it. */
export function textInHole(encode: HoleEncoding, value: string): string | undefined {
  if (isPad(encode)) {
    const count = digitsOf(encode);
    const plain = value.replace(/^0+(?=\d)/, '');
    return /^\d+$/.test(plain) && plain.length <= count ? plain.padStart(count, '0') : undefined;
  }
  if (encode.startsWith('invert(')) return invertedText(encode, value);
  const length = truncated[encode];
  if (length !== undefined) return value.slice(0, length);
  return encode === 'fold' ? foldText(value) : value;
}

/** A value, in its own encoding, that gives this text in a hole. */
export function valueOfText(encode: HoleEncoding, text: string): string {
  if (isPad(encode)) return text.replace(/^0+(?=\d)/, '').padStart(10, '0');
  if (encode.startsWith('invert(')) return invertedText(encode, text);
  const length = truncated[encode];
  return length === undefined ? text : text + '0000-01-01T00:00:00.000Z'.slice(length);
}

/** From a value's own text to the inverted one, and back. Numbers are inverted by their sign. */
function invertedText(encode: HoleEncoding, text: string): string {
  if (encode === 'invert(boolean)') return text === 'true' ? 'false' : 'true';
  if (encode === 'invert(time)') return nines(text);
  if (encode === 'invert(integer)') {
    const digits = text.replace('-', '');
    if (/^0*$/.test(digits)) return text;
    const other = String(9_999_999_999 - Number(digits)).padStart(10, '0');
    return text.startsWith('-') ? other : `-${other}`;
  }
  if (text === '0') return text;
  return text.startsWith('-') ? `1${nines(text.slice(1, -1))}` : `-${nines(text.slice(1))}~`;
}

function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** A value as a person would write it. */
export function printValue(encode: HoleEncoding, value: string): string {
  switch (isPad(encode) ? 'integer' : encode.replace(/^invert\((.*)\)$/, '$1')) {
    case 'integer':
      return String(value.startsWith('-') ? Number(value.slice(1)) - 9_999_999_999 : Number(value));
    case 'decimal':
      return String(decimalOf(value));
    case 'enum':
    case 'boolean':
      return value;
    default:
      return JSON.stringify(value);
  }
}

function decimalOf(encoded: string): number {
  if (encoded === '0') return 0;
  const isNegative = encoded.startsWith('-');
  const [head = '', tail = ''] = encoded.slice(1).split(':');
  const plain = (text: string) =>
    isNegative ? text.replace(/\d/g, (digit) => String(9 - Number(digit))) : text;
  const significant = plain(tail.replace('~', ''));
  const magnitude = Number(`${significant[0]}.${significant.slice(1)}e${Number(plain(head)) - 500}`);
  return isNegative ? -magnitude : magnitude;
}
