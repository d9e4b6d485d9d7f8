/** Properties that may take long to shrink. */

import fc from 'fast-check';
import { isLong } from '../../support/runs.js';

/** Checks a property, and ends before the runner would: that end would hide the case that is being shrunk. */
export async function checkProperty<Values extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  numRuns: number,
): Promise<void> {
  await fc.assert(property, {
    numRuns,
    interruptAfterTimeLimit: isLong ? 850_000 : 280_000,
    markInterruptAsFailure: true,
  });
}
