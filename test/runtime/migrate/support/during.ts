/** Works again and again until a step has ended. */

import { setTimeout as sleep } from 'node:timers/promises';

/** How long at most between two works, in milliseconds: shorter, they take half of the time. */
const longestPause = 1000;

/**
 * @param least how often it works, however short the step is
 * @returns the result of the step, once the last work is done
 */
export async function during<T>(step: Promise<T>, work: () => Promise<void>, least = 1): Promise<T> {
  const ending = new AbortController();
  const { signal } = ending;
  const ended = step.finally(() => ending.abort());
  const works = async () => {
    for (let count = 0; count < least || !signal.aborted; count++) {
      const begun = performance.now();
      await work();
      await sleep(Math.min(longestPause, performance.now() - begun), undefined, { signal }).catch(
        () => undefined,
      );
    }
  };
  const [result] = await Promise.all([ended, works()]);
  return result;
}
