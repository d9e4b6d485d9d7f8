/**
 * Random changes of random projects: records that the plan of before has written are read by the code of after as its
 * declarations say, or the review has announced what is not; and what it announces is so.
 */

import { expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { noSums, revisited } from './support/revisited.js';

const { TABLELOOM_PATH, TABLELOOM_RUNS } = process.env;

test('nothing that is stored is lost, misread or doubled unannounced, and nothing is announced in vain', {
  timeout: 7_200_000,
}, async () => {
  const sums = noSums();
  // In `npm run test:long` 2,000 changes.
  const count = runs(TABLELOOM_RUNS === undefined ? 30 : 200);
  const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
  for (const number of numbers) await revisited(number, sums);
  console.info(`${sums.changes} changes, ${sums.questions} questions`, sums);
  if (TABLELOOM_PATH) return;
  expect(sums.refused).toBeLessThan(count / 3);
  expect(sums.shown).toBeGreaterThan(sums.unshown);
});
