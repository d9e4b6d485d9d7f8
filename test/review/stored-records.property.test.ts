/**
 * Random changes of random projects: records that the plan of before has written are read by the code of after as its
 * declarations say, or the review has announced what is not; and what it announces is so.
 */

import { expect, test } from 'vitest';
import { isLong, runs } from '../support/runs.js';
import { noSums, revisited } from './support/revisited.js';

const { TABLELOOM_PATH } = process.env;

/** Several tests, so that none of them takes as long as all. */
const parts = [0, 1, 2, 3, 4, 5, 6, 7];
const sums = noSums();

test.each(parts)(
  'nothing that is stored is lost, misread or doubled unannounced, and nothing is announced in vain: part %i',
  async (part) => {
    // In `npm run test:long` 2,000 changes.
    const count = runs(isLong ? 200 : 10);
    const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
    for (const number of numbers) if (number % parts.length === part) await revisited(number, sums);
    if (TABLELOOM_PATH || part !== parts.at(-1)) return;
    console.info(`${sums.changes} changes, ${sums.questions} questions`, sums);
    expect(sums.refused).toBeLessThan(count / 3);
    expect(sums.shown).toBeGreaterThan(sums.unshown);
  },
);
