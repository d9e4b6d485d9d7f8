/** A job of hours outlives a storage that is busy or away for minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TableloomError } from '../errors.js';

/** How often what storage refuses is tried again, after a while that doubles: some two minutes in all. */
const mostTries = 8;
const firstMs = 500;

const passing: readonly string[] = ['BUSY', 'CONFLICT', 'STORAGE_UNAVAILABLE'];

/** What was waited for in vain: whoever waits around it gives up, too. */
const given = new WeakSet<TableloomError>();

/** @param work finds what it wrote before where it is tried again: nothing is written twice */
export async function patiently<Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TableloomError) || !passing.includes(error.code)) throw error;
      if (tries === mostTries) given.add(error);
      if (given.has(error) || signal?.aborted) throw error;
      await sleep(firstMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}
