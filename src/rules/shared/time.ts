import type { Context } from '../../../generated/loaders.js';

/** Whether a stored moment has come. */
export function isPast(moment: string, context: Context): boolean {
  return Date.parse(moment) <= context.db.now().getTime();
}
