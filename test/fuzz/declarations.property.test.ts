/**
 * Random projects against an oracle that reads their declarations only: every write does, and every pattern answers,
 * what access-patterns.yaml says.
 */

import { expect, test } from 'vitest';
import { engineKind } from '../support/engines.js';
import { isLong, runs } from '../support/runs.js';
import { compiled } from './play/compiled.js';
import { emptyTally } from './play/play.js';
import { type Outcome, runProject } from './play/run.js';

const { TABLELOOM_PATH } = process.env;

test('random projects write and answer what they declare', async () => {
  const tally = emptyTally();
  // In `npm run test:long` some 12,000 writes and questions.
  const perRun = isLong ? 4 : 1;
  const count = runs((engineKind() === 'embedded' ? 8 : 4) * perRun);
  const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
  const outcomes: Outcome[] = [];
  for (const number of numbers) {
    const outcome = await runProject(number, tally);
    if (outcomes.length < 3 && outcome.files) outcomes.push(outcome);
  }
  const { projects, writes, questions, answered } = tally;
  console.info(`${projects} projects, ${writes} writes, ${questions} questions`, tally);
  // A few are enough for the compiler: what it says of one, it says of its kind.
  if (engineKind() === 'embedded') expect(compiled(outcomes)).toBe('');
  // Most of what is drawn is accepted, and has an answer, or the property says little.
  if (TABLELOOM_PATH) return;
  expect(numbers.length - projects).toBeLessThan(numbers.length / 3);
  expect(answered).toBeGreaterThan(questions / 5);
});
