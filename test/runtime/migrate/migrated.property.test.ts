/** Two versions run side by side: random changes of random projects. */

import { expect, test } from 'vitest';
import { isLong, runs } from '../../support/runs.js';
import { migrated, noSums } from './support/migrated.js';

const { TABLELOOM_PATH } = process.env;

const parts = [0, 1, 2, 3];
const sums = noSums();

test.each(parts)(
  'old and new servers answer and write side by side, and nothing of the old plan stays: part %i',
  async (part) => {
    const count = runs(isLong ? 20 : 4);
    const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
    for (const number of numbers) if (number % parts.length === part) await migrated(number, sums);
    if (TABLELOOM_PATH || part !== parts.at(-1)) return;
    console.info(sums);
    expect(sums.migrated).toBeGreaterThan(count / 8);
  },
);
