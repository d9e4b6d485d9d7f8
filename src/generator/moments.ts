/** `now`, `now + 30d`, `now - 1h`: moments that are written for a DateTime. */

import type { Moment } from './plan/types/values.js';

const units = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;

export function momentOf(text: unknown): Moment | undefined {
  const match = typeof text === 'string' ? /^now(?:\s*([+-])\s*([1-9]\d{0,5})([smhd]))?$/.exec(text) : null;
  if (!match) return undefined;
  const [, sign, count = '0', unit = 's'] = match;
  return { unit: units[unit as keyof typeof units], count: Number(count) * (sign === '-' ? -1 : 1) };
}

/** How long from now: `30d`. */
export function spanOf(text: string): Moment {
  const span = momentOf(`now + ${text}`);
  if (!span) throw new Error(`${text} is no span`);
  return span;
}
