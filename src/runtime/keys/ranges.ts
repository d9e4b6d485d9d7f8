/** Bounds on a sort key, from optional encoded bounds on one of its holes. */
import type { SortRange } from '../types.js';
import { keyLimits } from './limits.js';

/**
 * Encoded bounds on the ranged field; absent or null leaves that end open. `from` and `to` are inclusive,
 * `after` and `before` exclusive; `prefix` is the encoded beginning of a text. All bounds apply.
 */
export interface Bounds {
  readonly from?: string | null | undefined;
  readonly to?: string | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
  readonly prefix?: string | null | undefined;
}

/** The position of the ranged field in its sort key. */
export interface RangeShape {
  /** Everything before it: literals and encoded equalities; empty, or ends with `#`. */
  readonly head: string;
  /** Whether the template continues after it, with text beginning with `#`. */
  readonly terminated: boolean;
}

/**
 * The part of a partition where the ranged field lies within `bounds`, both ends inside `head`. Never inverted:
 * bounds without any value between them are `empty`, which costs no request.
 *
 * Why appending `$` is right. Let x be an encoded value. A key that contains x continues with `#` or ends; one
 * that contains a longer value beginning with x continues with a character above `$`, or with `$` and an escape
 * mark. `#` < `$` < `$`+mark < the rest, so `x$` lies after every key with x, before every key with a
 * larger value, and equals no key, because no key has `$` without a mark.
 */
export function rangeOf(bounds: Bounds, { head, terminated }: RangeShape): SortRange {
  const end = head === '' ? undefined : successor(head);
  let lower = head;
  // Exclusive. Absent only for an empty head: then the partition's own end is the end.
  let below = end;
  // Every bound begins with the head, so that the first one of each end needs no comparing.
  if (isPresent(bounds.from)) lower = head + bounds.from;
  if (isPresent(bounds.after)) lower = higher(lower, `${head}${bounds.after}$`);
  if (isPresent(bounds.to)) below = `${head}${bounds.to}$`;
  // Keys that contain x begin with x itself, so x is an exclusive bound whether or not more follows.
  if (isPresent(bounds.before)) below = lowerOf(below, head + bounds.before);
  if (isPresent(bounds.prefix) && bounds.prefix !== '') {
    const start = head + bounds.prefix;
    if (lower === head && below === end) return { kind: 'prefix', prefix: start };
    lower = higher(lower, start);
    below = lowerOf(below, successor(start));
  }
  if (below === '' || (below !== undefined && compareKeys(lower, below) >= 0)) return { kind: 'empty' };
  if (!terminated && isPresent(bounds.from) && bounds.from === bounds.to && lower === head + bounds.from) {
    return lower === '' ? { kind: 'empty' } : { kind: 'equals', value: lower };
  }
  if (lower === head && head !== '' && below === end) return { kind: 'prefix', prefix: head };
  // DynamoDB takes no empty text as a key, not even as a bound; nothing sorts before it anyway.
  if (lower === '') return below === undefined ? { kind: 'between' } : { kind: 'between', below };
  return below === undefined ? { kind: 'between', from: lower } : { kind: 'between', from: lower, below };
}

/** The part of a range from a sort key on, or behind it. */
export function rangeFrom(
  range: SortRange | undefined,
  sort: string | number,
  ascending: boolean,
  isBehind: boolean,
): SortRange {
  if (range?.kind === 'empty') return range;
  if (range?.kind === 'equals') {
    const ahead = compareKeys(range.value, sort) * (ascending ? 1 : -1);
    return ahead > 0 || (ahead === 0 && !isBehind) ? range : { kind: 'empty' };
  }
  const begin = isBehind && typeof sort === 'string' ? beside(sort, ascending) : sort;
  const { from, to, below } = range === undefined ? {} : endsOf(range);
  const isBefore = from !== undefined && compareKeys(from, begin) > 0;
  const isBeyond =
    (to !== undefined && compareKeys(begin, to) > 0) ||
    (below !== undefined && compareKeys(begin, below) >= 0);
  // No key is an empty text.
  if (ascending ? isBeyond : isBefore || begin === '') return { kind: 'empty' };
  if (range !== undefined && (ascending ? isBefore : isBeyond)) return range;
  if (!ascending) return { kind: 'between', ...(from !== undefined && { from }), to: begin };
  return {
    kind: 'between',
    from: begin,
    ...(to !== undefined && { to }),
    ...(below !== undefined && { below }),
  };
}

/** The next text above this one, or below it, of those that can be keys. */
function beside(text: string, above: boolean): string {
  const room = keyLimits.sort - Buffer.byteLength(text);
  if (above) return room > 0 ? `${text}\0` : text;
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  const last = points.pop();
  if (last === undefined || last === 0) return String.fromCodePoint(...points);
  // The surrogates' code points are no characters.
  const lower = String.fromCodePoint(...points, last === 0xe000 ? 0xd7ff : last - 1);
  return lower + '\u{10ffff}'.repeat(Math.max(0, (keyLimits.sort - Buffer.byteLength(lower)) >> 2));
}

/** The least range that contains all of these; undefined is all of a partition. */
export function spanOf(...ranges: readonly (SortRange | undefined)[]): SortRange | undefined {
  const some = ranges.filter((range) => range?.kind !== 'empty');
  const [first] = some;
  if (first === undefined) return some.length === 0 ? { kind: 'empty' } : undefined;
  return some
    .slice(1)
    .reduce<SortRange | undefined>((span, range) => range && span && spanOfTwo(span, range), first);
}

function spanOfTwo(a: SortRange, b: SortRange): SortRange {
  const [one, other] = [endsOf(a), endsOf(b)];
  const isLower =
    one.from === undefined || (other.from !== undefined && compareKeys(one.from, other.from) <= 0);
  const isHigher = compareEnds(one, other) >= 0;
  if (isLower && isHigher) return a;
  const from = isLower ? one.from : other.from;
  const { to, below } = isHigher ? one : other;
  if (from === other.from && compareEnds(one, other) <= 0) return b;
  return {
    kind: 'between',
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(below !== undefined && { below }),
  };
}

interface Ends {
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
  readonly below?: string | number | undefined;
}

function endsOf(range: SortRange): Ends {
  if (range.kind === 'equals') return { from: range.value, to: range.value };
  if (range.kind === 'prefix') return { from: range.prefix, below: successor(range.prefix) };
  return range.kind === 'between' ? range : {};
}

/** Positive where the first end is above the other. */
function compareEnds(a: Ends, b: Ends): number {
  const [one, other] = [a.to ?? a.below, b.to ?? b.below];
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? 1 : -1;
  return compareKeys(one, other) || Number(a.to !== undefined) - Number(b.to !== undefined);
}

function higher(a: string, b: string): string {
  return compareKeys(a, b) < 0 ? b : a;
}

/** The lower of two ends; undefined is no end. */
function lowerOf(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(b, a) < 0 ? b : a;
}

function isPresent(bound: string | null | undefined): bound is string {
  return bound !== undefined && bound !== null;
}

/**
 * The least text above every text that begins with `prefix`: its last character, one further. Undefined where
 * there is none.
 */
export function successor(prefix: string): string | undefined {
  const unit = prefix.charCodeAt(prefix.length - 1);
  // The usual end of a prefix, plain characters: no need to take it apart.
  if (unit < 0x7f) return prefix.slice(0, -1) + String.fromCharCode(unit + 1);
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // The surrogates' code points are no characters: UTF-8 goes from U+D7FF to U+E000.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}

/**
 * Compares two keys as DynamoDB does: numbers by value, text by its UTF-8 bytes, which is by code point. (`<`
 * compares UTF-16, where an emoji sorts below U+FF5E.) Negative, zero or positive.
 */
export function compareKeys(a: string | number, b: string | number): number {
  if (a === b) return 0;
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    // A surrogate is half of a code point above U+FFFF, which sorts above every other unit.
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Whether a sort key lies within a range. */
export function within(range: SortRange | undefined, value: string | number | undefined): boolean {
  if (range === undefined) return true;
  if (range.kind === 'empty' || value === undefined) return false;
  if (range.kind === 'prefix') return typeof value === 'string' && value.startsWith(range.prefix);
  if (range.kind === 'equals') return value === range.value;
  const { from, to, below } = range;
  return (
    (from === undefined || compareKeys(value, from) >= 0) &&
    (to === undefined || compareKeys(value, to) <= 0) &&
    (below === undefined || compareKeys(value, below) < 0)
  );
}
