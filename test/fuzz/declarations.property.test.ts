/**
 * Random projects against an oracle that reads their declarations only: every write does, and every pattern answers,
 * what access-patterns.yaml says.
 */

import { expect, test } from 'vitest';
import { engineKind } from '../support/engines.js';
import { runs } from '../support/runs.js';
import { emptyTally } from './play/play.js';
import { runProject } from './play/run.js';

const { TABLELOOM_PATH } = process.env;

test('random projects write and answer what they declare', async () => {
  const tally = emptyTally();
  const count = runs(engineKind() === 'embedded' ? 8 : 4);
  const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
  for (const number of numbers) await runProject(number, tally);
  const { projects, refused, writes, questions, answered } = tally;
  console.info(`${projects} projects, ${writes} writes, ${questions} questions`, tally);
  // Most of what is drawn is accepted, and has an answer, or the property says little.
  if (TABLELOOM_PATH) return;
  expect(refused.length).toBeLessThan(projects / 4);
  expect(answered).toBeGreaterThan(questions / 5);
});
