import type { Context } from '../../../generated/loaders.js';

/** Whether a stored moment has come. */
export function isPast(moment: string, { db }: Pick<Context, 'db'>): boolean {
  return Date.parse(moment) <= db.now().getTime();
}
