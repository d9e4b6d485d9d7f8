/** Options that are counts. */

import { Mistake } from '../mistakes.js';

export function countOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Mistake(`\`${option} ${text}\` is not a whole number from 1 to ${most}.`);
}

export interface ReadingOptions {
  readonly segments?: string | undefined;
  readonly rate?: string | undefined;
}

/** `--segments` and `--rate` of what reads whole tables. */
export function readingOf(options: ReadingOptions): { readonly segments?: number; readonly rate?: number } {
  const segments = countOf('--segments', options.segments, 64);
  const rate = countOf('--rate', options.rate, 1_000_000);
  return { ...(segments !== undefined && { segments }), ...(rate !== undefined && { rate }) };
}
