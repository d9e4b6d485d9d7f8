import { setTimeout as sleep } from 'node:timers/promises';

/** How often it looks, and how long between two looks, in milliseconds: a minute in all. */
const [looks, pause] = [12_000, 5];

/** Resolves once the condition holds. Where it never does, an error tells what there is instead. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  instead: () => string = () => 'it did not happen',
): Promise<void> {
  for (let look = 0; !(await condition()); look++) {
    if (look === looks) throw new Error(instead());
    await sleep(pause);
  }
}
