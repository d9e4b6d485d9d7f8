/** Properties whose failures can be run again. */

import fc from 'fast-check';

/**
 * Checks a property. A failure tells its seed and path; TABLELOOM_SEED and TABLELOOM_PATH run that case alone
 * (with `-t` and the test's name).
 */
export async function holds<Values extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  numRuns: number,
): Promise<void> {
  const { TABLELOOM_SEED, TABLELOOM_PATH } = process.env;
  await fc.assert(property, {
    numRuns,
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
