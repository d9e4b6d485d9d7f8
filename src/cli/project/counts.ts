/** Options that are counts. */

import { Mistake } from '../mistakes.js';

export function countOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Mistake(`\`${option} ${text}\` is not a whole number from 1 to ${most}.`);
}
