/** Works again and again until a step has ended. */

import { setTimeout as sleep } from 'node:timers/promises';

interface Pace {
  /** How often it works, however short the step is. */
  readonly least?: number;
  /** How long between two works, in milliseconds: the step's own requests are to have their turn. */
  readonly pause?: number;
}

/** @returns the result of the step, once the last work is done */
export async function during<T>(
  step: Promise<T>,
  work: () => Promise<void>,
  { least = 1, pause = 20 }: Pace = {},
): Promise<T> {
  const ending = new AbortController();
  const { signal } = ending;
  const ended = step.finally(() => ending.abort());
  const works = async () => {
    for (let count = 0; count < least || !signal.aborted; count++) {
      await work();
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  };
  const [result] = await Promise.all([ended, works()]);
  return result;
}
