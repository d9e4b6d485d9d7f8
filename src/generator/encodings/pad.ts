/** Whole numbers filled up with zeros. */

import { anyPadded } from './forms.js';
import type { EncodingRow } from './row.js';
import { padded, unpadded } from './texts.js';

/** `pad(6)`: plain digits, filled up with zeros. The one function with an argument: a row for each number of digits. */
export function padRow(digits: number): EncodingRow {
  return {
    transform: { name: 'pad', takes: 'whole numbers' },
    of: ['integer', 'safeInteger'],
    runtime: `pad(${digits})`,
    prefix: 'text',
    loses: 'nothing',
    order: 'ascending',
    form: () => anyPadded(digits),
    encode: (text) => padded(text, digits),
    decode: (text) => unpadded(text).padStart(10, '0'),
  };
}

export const mostDigits = 16;
export type PadDigits = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16;
export type Pad = `pad(${PadDigits})`;
