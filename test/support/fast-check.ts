/** Runs before each test file: fast-check draws from the one seed, and a failure says how to run its case again. */

import fc from 'fast-check';
import { seed } from './runs.js';

const { TABLELOOM_PATH } = process.env;

fc.configureGlobal({
  seed,
  ...(TABLELOOM_PATH !== undefined && { path: TABLELOOM_PATH, endOnFailure: true }),
  reporter(details) {
    if (!details.failed) return;
    const again = `TABLELOOM_SEED=${details.seed} TABLELOOM_PATH=${details.counterexamplePath ?? ''}`;
    throw new Error(
      `${fc.defaultReportMessage(details)}\nThis case alone: ${again}, with -t and the test's name`,
      {
        cause: details.errorInstance,
      },
    );
  },
});
