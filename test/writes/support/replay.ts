/** Properties whose failures can be run again. */

import fc from 'fast-check';

/**
 * Checks a property. A failure tells its seed and path; TABLELOOM_SEED and TABLELOOM_PATH run that case alone
 * (with `-t` and the test's name).
 */
export async function covering<Values extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  numRuns: number,
): Promise<void> {
  const { TABLELOOM_SEED, TABLELOOM_PATH } = process.env;
  await fc.assert(property, {
    numRuns,
    // Before the runner's own end, which would hide the seed of what is being shrunk.
    interruptAfterTimeLimit: process.env.TABLELOOM_RUNS === undefined ? 50_000 : 850_000,
    markInterruptAsFailure: true,
    ...(TABLELOOM_SEED !== undefined && { seed: Number(TABLELOOM_SEED) }),
    ...(TABLELOOM_PATH !== undefined && { path: TABLELOOM_PATH, endOnFailure: true }),
    asyncReporter: async (details) => {
      if (!details.failed) return;
      const again = `TABLELOOM_SEED=${details.seed} TABLELOOM_PATH=${details.counterexamplePath ?? ''}`;
      throw new Error(`${fc.defaultReportMessage(details)}\nAgain: ${again}`, {
        cause: details.errorInstance,
      });
    },
  });
}
