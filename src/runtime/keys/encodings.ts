/**
 * How values become parts of keys.
 *
 * A key is literal text and encoded values, separated by `#`. Property tests check three properties: an encoded value
 * never contains `#`; different values have different encodings; and encodings sort, as
 * the UTF-8 bytes DynamoDB compares, in the order of their values, also when text beginning with `#` follows.
 *
 * The third requires every character of an encoded value to sort above `#` (0x23), so that a value that ends where
 * another continues comes first. {@link text} therefore escapes everything up to `$` (0x24), its escape character.
 */
import { KeyError } from '../errors.js';
import { canonicalTime } from '../values.js';

/**
 * One encoding: a function from a value to its encoded text, which throws KeyError where the value cannot be part of a
 * key. `decode` is its inverse, and throws KeyError for text that the encoding never returns.
 */
export interface Encoding<In, Out = In> {
  (value: In): string;
  decode(encoded: string): Out;
}

/** Any encoding, where only what it decodes to matters. */
export type AnyEncoding<Out = unknown> = Encoding<never, Out>;

function encoding<In, Out = In>(
  encode: (value: In) => string,
  decode: (encoded: string) => Out,
): Encoding<In, Out> {
  // A fresh closure, so that giving it `decode` changes no function that is used elsewhere.
  return Object.assign((value: In) => encode(value), { decode });
}

function refuse(expected: string, value: unknown): never {
  const got = value === null || value === undefined ? String(value) : typeof value;
  throw new KeyError(`A key needs ${expected}, not ${got === 'object' ? describe(value) : got}.`);
}

function describe(value: unknown): string {
  return value instanceof Date ? 'an invalid date' : 'an object';
}

function malformed(expected: string): never {
  throw new KeyError(`This part of a key is not ${expected}.`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be found
const needsCare = /[\u0000-\u0024\ud800-\udfff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const escaped = /[\u0000-\u0024]/g;
// With the `u` flag a surrogate class matches only surrogates that are not part of a pair.
const loneSurrogate = /[\ud800-\udfff]/u;

const escapes = Array.from({ length: 0x25 }, (_, code) => `$${String.fromCharCode(0x30 + code)}`);

function encodeText(value: string): string {
  if (typeof value !== 'string') refuse('text', value);
  if (!needsCare.test(value)) return value;
  refuseLoneSurrogates(value);
  return value.replace(escaped, (character) => escapes[character.charCodeAt(0)] as string);
}

/** Every lone surrogate becomes U+FFFD in UTF-8: two values would be one. */
function refuseLoneSurrogates(value: string): void {
  if (loneSurrogate.test(value)) throw new KeyError('A key cannot hold text with half a surrogate pair.');
}

function decodeText(encoded: string): string {
  if (!encoded.includes('$')) return needsCare.test(encoded) ? decodeCarefully(encoded) : encoded;
  return decodeCarefully(encoded);
}

function decodeCarefully(encoded: string): string {
  const decoded = encoded.replace(/\$([0-T])/g, (_, mark: string) =>
    String.fromCharCode(mark.charCodeAt(0) - 0x30),
  );
  if (encodeText(decoded) !== encoded) malformed('encoded text');
  return decoded;
}

/**
 * Text, as it is but for characters up to `$`, which become `$` and a character (`#` is `$S`, a blank `$P`).
 * Sorts by code point. Empty text is a value; null is not. Refuses lone surrogates.
 */
export const text: Encoding<string> = encoding(encodeText, decodeText);

/** Text that is a key by itself, in an attribute that has it as a field too: nothing is escaped. */
export const wholeText: Encoding<string> = encoding(
  (value) => {
    if (typeof value !== 'string') refuse('text', value);
    refuseLoneSurrogates(value);
    return value;
  },
  (encoded) => encoded,
);

/** A value of a GraphQL enum: its name, as text. */
export const enumValue: Encoding<string> = encoding(encodeText, decodeText);

/**
 * Text without case: composed (NFC), lower case, a final sigma as any other. It is simple folding: `ß` and `ss`
 * stay different, and no rules of a language apply. `decode` returns the folded text.
 */
export const fold: Encoding<string> = encoding((value) => encodeText(foldCase(value)), decodeText);

/**
 * Text from its last character to its first, by code point, so that texts with one ending begin alike. Escaped as
 * {@link text} is; `decode` returns the text itself. Refuses lone surrogates.
 */
export const reverse: Encoding<string> = encoding(
  (value) => encodeText(reversed(value)),
  (encoded) => reversed(decodeText(encoded)),
);

function reversed(value: string): string {
  if (typeof value !== 'string') refuse('text', value);
  // Before they are reversed: two halves in the wrong order would become a pair.
  refuseLoneSurrogates(value);
  return Array.from(value).reverse().join('');
}

function foldCase(value: string): string {
  if (typeof value !== 'string') refuse('text', value);
  return value.normalize('NFC').toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** `false` sorts before `true`. */
export const flag: Encoding<boolean> = encoding(
  (value) => (typeof value === 'boolean' ? String(value) : refuse('a boolean', value)),
  (encoded) => encoded === 'true' || (encoded === 'false' ? false : malformed('a boolean')),
);

/**
 * Whole numbers of at most `digits` digits: zero-padded; a negative one is `-` and its distance from -10^digits,
 * so that it sorts before zero and the larger magnitude first. `-` sorts before every digit.
 */
function wholeNumbers(digits: number, limit: number, expected: string): Encoding<number> {
  // 10^16 is beyond 2^53: the distance has to be computed with big integers.
  const complement = 10n ** BigInt(digits) - 1n;
  const form = new RegExp(`^-?[0-9]{${digits}}$`);
  const encode = (value: number): string => {
    if (typeof value !== 'number' || !Number.isInteger(value)) refuse(expected, value);
    if (value > limit || value < -limit)
      throw new KeyError(`A key needs ${expected}; ${value} is too large.`);
    if (value >= 0) return String(value).padStart(digits, '0');
    return `-${String(complement + BigInt(value)).padStart(digits, '0')}`;
  };
  const decode = (encoded: string): number => {
    if (!form.test(encoded)) malformed(expected);
    const value = encoded.startsWith('-') ? Number(BigInt(encoded.slice(1)) - complement) : Number(encoded);
    return Math.abs(value) <= limit && encode(value) === encoded ? value : malformed(expected);
  };
  return encoding(encode, decode);
}

/** A GraphQL Int: 32 bits, ten digits. `-1` is `-9999999998`, so that it sorts below `0000000000`. */
export const integer: Encoding<number> = wholeNumbers(10, 2 ** 31, 'a 32-bit integer');

/** A whole number up to 2^53 - 1 either side of zero: counters, epoch milliseconds. 16 digits. */
export const safeInteger: Encoding<number> = wholeNumbers(
  16,
  Number.MAX_SAFE_INTEGER,
  'a whole number below 2^53',
);

/** Exponents of finite doubles lie within -324 … 308. */
const exponentBias = 500;

/**
 * Any finite number, exactly: `0`; above it `1`, the decimal exponent plus 500, `:` and the significant digits
 * (12.5 is `1501:125`, as 1.25·10^1); below it `-` and each digit's complement, closed by `~` so that more
 * digits sort first (-12.5 is `-498:874~`). -0 is 0.
 */
export const decimal: Encoding<number> = encoding(encodeDecimal, decodeDecimal);

function encodeDecimal(value: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse('a finite number', value);
  if (value === 0) return '0';
  // toExponential without an argument writes the fewest digits that read back as the same double, without trailing zeros.
  const written = Math.abs(value).toExponential();
  const e = written.indexOf('e');
  const digits = written[0] + written.slice(2, e);
  const exponent = String(Number(written.slice(e + 1)) + exponentBias).padStart(3, '0');
  return value > 0 ? `1${exponent}:${digits}` : `-${nines(exponent)}:${nines(digits)}~`;
}

function decodeDecimal(encoded: string): number {
  if (encoded === '0') return 0;
  const parts = /^(?:1([0-9]{3}):([0-9]{1,17})|-([0-9]{3}):([0-9]{1,17})~)$/.exec(encoded);
  if (parts === null) malformed('a number');
  const [, exponent, digits, exponentBelow, digitsBelow] = parts;
  const magnitude =
    exponent !== undefined && digits !== undefined
      ? magnitudeOf(exponent, digits)
      : magnitudeOf(nines(exponentBelow as string), nines(digitsBelow as string));
  const value = encoded.startsWith('-') ? -magnitude : magnitude;
  return Number.isFinite(value) && encodeDecimal(value) === encoded ? value : malformed('a number');
}

function magnitudeOf(exponent: string, digits: string): number {
  return Number(`${digits[0]}.${digits.slice(1)}e${Number(exponent) - exponentBias}`);
}

function nines(digits: string): string {
  return digits.replace(/[0-9]/g, (digit) => String(9 - Number(digit)));
}

/**
 * A moment, to the millisecond, in UTC: `2026-01-31T09:30:00.000Z`. Takes a Date or an ISO 8601 text with a
 * zone; finer digits are cut off. Years 0000 to 9999. `decode` returns the ISO text.
 */
export const time: Encoding<Date | string, string> = encoding(canonicalTime, (encoded) =>
  canonicalTime(encoded) === encoded ? encoded : malformed('a moment'),
);

/** A bound that a range ends with, or begins after: all of a day is within one, where `value` is only a day. */
export function timeEnd(value: Date | string): string {
  return canonicalTime(dayEnd(value));
}

/** The last moment of a day; anything else stays as it is. */
export function dayEnd(value: Date | string): Date | string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T23:59:59.999Z` : value;
}

const zone = /(?:z|[+-]\d\d:\d\d)$/i;
const someMoment = '2000-01-01T00:00:00.000Z';

/**
 * The beginning of a moment in UTC: `2026-01` for all of January, `2026-01-31T09` for an hour. Text with a zone stands for
 * as much as it has digits: `2026-01-31T09:30+02:00` for a minute.
 */
export function timePrefix(value: string): string {
  try {
    if (zone.test(value)) return canonicalTime(value).slice(0, value.replace(zone, '').length);
    // A month with a day that begins with 3 may have no 31st.
    const rest = /-3$/.test(value) ? '0T00:00:00.000Z' : someMoment.slice(value.length);
    canonicalTime(value + rest);
    return value;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new KeyError('The beginning of a moment is needed, such as 2026-01-31 for a day.');
  }
}

/** The first `length` characters of a moment in UTC; text that already has that form passes. */
function truncation(length: number, unit: string, example: string): Encoding<Date | string, string> {
  const rest = '0000-01-01T00:00:00.000Z'.slice(length);
  const isTruncated = (value: unknown): value is string =>
    typeof value === 'string' && value.length === length;
  const encode = (value: Date | string): string => {
    try {
      return canonicalTime(isTruncated(value) ? value + rest : value).slice(0, length);
    } catch (error) {
      if (!(error instanceof KeyError) || typeof value !== 'string') throw error;
      throw new KeyError(`${unit} is needed, such as ${example}, or a moment.`);
    }
  };
  return encoding(encode, (encoded) =>
    isTruncated(encoded) ? encode(encoded) : malformed(`like ${example}`),
  );
}

/** The year of a moment, in UTC: `2026`. Takes also such text itself. */
export const year: Encoding<Date | string, string> = truncation(4, 'A year', '2026');
/** The month of a moment, in UTC: `2026-01`. Takes also such text itself. */
export const month: Encoding<Date | string, string> = truncation(7, 'A month', '2026-01');
/** The day of a moment, in UTC: `2026-01-31`. Takes also such text itself. */
export const day: Encoding<Date | string, string> = truncation(10, 'A day', '2026-01-31');
/** The hour of a moment, in UTC: `2026-01-31T09`. Takes also such text itself. */
export const hour: Encoding<Date | string, string> = truncation(13, 'An hour', '2026-01-31T09');

const pads: Encoding<number>[] = [];

/**
 * Whole numbers from zero, as plain decimal digits filled up with zeros: `pad(6)(42)` is `000042`. KeyError for a
 * negative number, one of more digits, or one beyond 2^53 - 1.
 *
 * @param digits 1 to 16
 */
export function pad(digits: number): Encoding<number> {
  const known = pads[digits];
  if (known !== undefined) return known;
  if (!Number.isInteger(digits) || digits < 1 || digits > 16)
    throw new RangeError('a number is padded to 1 to 16 digits');
  const limit = Math.min(10 ** digits - 1, Number.MAX_SAFE_INTEGER);
  const expected = `a whole number of at most ${digits} digits`;
  const form = new RegExp(`^[0-9]{${digits}}$`);
  const made = encoding<number>(
    (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value)) refuse(expected, value);
      if (value < 0 || value > limit)
        throw new KeyError(`A key needs ${expected}; ${value} is ${value < 0 ? 'negative' : 'too large'}.`);
      return String(value).padStart(digits, '0');
    },
    (encoded) => {
      if (!form.test(encoded)) malformed(expected);
      const value = Number(encoded);
      return value <= limit ? value : malformed(expected);
    },
  );
  pads[digits] = made;
  return made;
}

const orders = new Map<string, Encoding<string>>();

/**
 * A value of an enum by its place among `values`: `001`, `002`, … It sorts as the values are declared. KeyError for a value
 * that is not among them.
 */
export function declared(values: readonly string[]): Encoding<string> {
  const order = values.join(' ');
  const known = orders.get(order);
  if (known !== undefined) return known;
  const texts = values.map((_, at) => String(at + 1).padStart(3, '0'));
  const expected = `one of ${values.join(', ')}`;
  const made = encoding<string>(
    (value) => texts[values.indexOf(value)] ?? refuse(expected, value),
    (encoded) => values[texts.indexOf(encoded)] ?? malformed(expected),
  );
  orders.set(order, made);
  return made;
}

/** `-0` would not be what was encoded. */
function negated(value: number): number {
  return value === 0 ? 0 : -value;
}

/** A number in the encoding, in descending order: that of its negation. Numbers reach as far on both sides of zero. */
function invertedNumbers(ascending: Encoding<number>): Encoding<number> {
  return encoding(
    (value) => ascending(typeof value === 'number' ? negated(value) : value),
    (encoded) => negated(ascending.decode(encoded)),
  );
}

/** As {@link integer}, greater values first. */
export const invertedInteger: Encoding<number> = invertedNumbers(integer);
/** As {@link safeInteger}, greater values first. */
export const invertedSafeInteger: Encoding<number> = invertedNumbers(safeInteger);
/** As {@link decimal}, greater values first. */
export const invertedDecimal: Encoding<number> = invertedNumbers(decimal);

/** `true` before `false`. */
export const invertedFlag: Encoding<boolean> = encoding(
  (value) => (typeof value === 'boolean' ? flag(!value) : refuse('a boolean', value)),
  (encoded) => !flag.decode(encoded),
);

/** A moment, later ones first: each digit of {@link time}'s text becomes what it lacks to nine. */
export const invertedTime: Encoding<Date | string, string> = encoding(
  (value) => nines(time(value)),
  (encoded) => time.decode(nines(encoded)),
);

/** As {@link timeEnd}, for {@link invertedTime}. */
export const invertedTimeEnd = (value: Date | string): string => nines(timeEnd(value));

/** The beginning of a moment, of which {@link invertedTime} has the rest. */
export const invertedTimePrefix = (value: string): string => nines(timePrefix(value));

/** `encode(value)`, where there is a value: null and undefined stay what they are. */
export function encoded<T, V extends T | null | undefined, E = string>(
  encode: (value: T) => E,
  value: V,
): E | Extract<V, null | undefined> {
  if (value === null || value === undefined) return value as Extract<V, null | undefined>;
  return encode(value as T);
}
