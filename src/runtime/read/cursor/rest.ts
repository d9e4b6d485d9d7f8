/** What is left of a range for a page that continues. */

import { keyLimits } from '../../keys/limits.js';
import { compareKeys, successor } from '../../keys/ranges.js';
import type { SortRange } from '../../types.js';

/** The part of a range from a sort key on, or behind it. */
export function rest(
  range: SortRange | undefined,
  sort: string | number,
  ascending: boolean,
  isBehind: boolean,
): SortRange {
  if (range?.kind === 'empty') return range;
  if (range?.kind === 'equals') return isBehind ? { kind: 'empty' } : range;
  const begin = isBehind && typeof sort === 'string' ? beside(sort, ascending) : sort;
  const { from, to, below } = endsOf(range);
  if (!ascending) {
    // No key is an empty text.
    if (begin === '' || (from !== undefined && compareKeys(from, begin) > 0)) return { kind: 'empty' };
    return { kind: 'between', ...(from !== undefined && { from }), to: begin };
  }
  if (to !== undefined && compareKeys(begin, to) > 0) return { kind: 'empty' };
  if (below !== undefined && compareKeys(begin, below) >= 0) return { kind: 'empty' };
  return {
    kind: 'between',
    from: begin,
    ...(to !== undefined && { to }),
    ...(below !== undefined && { below }),
  };
}

function endsOf(range: Extract<SortRange, { kind: 'between' | 'prefix' }> | undefined) {
  const { from, to, below } =
    range?.kind === 'prefix'
      ? { from: range.prefix, to: undefined, below: successor(range.prefix) }
      : { from: undefined, to: undefined, below: undefined, ...range };
  return { from, to, below };
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
