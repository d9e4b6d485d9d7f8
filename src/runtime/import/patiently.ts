/** A job of hours outlives a storage that is busy or away for minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TableloomError } from '../errors.js';

/** How often what storage refuses is tried again, after a while that doubles: some two minutes in all. */
const mostTries = 8;
const firstMs = 500;

const passing: readonly string[] = ['BUSY', 'CONFLICT', 'STORAGE_UNAVAILABLE'];

/** @param work finds what it wrote before where it is tried again: nothing is written twice */
export async function patiently<Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof TableloomError && passing.includes(error.code);
      if (!isPassing || tries === mostTries || signal?.aborted) throw error;
      await sleep(firstMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined);
    }
  }
}
