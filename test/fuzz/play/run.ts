/** Projects one after the other, and the report of the first that goes wrong. */

import { DiagnosticsError } from '../../../src/generator/diagnostics/print.js';
import { Dice } from '../../support/dice.js';
import { seed } from '../../support/runs.js';
import { drawProject } from '../draw/draw.js';
import { textsOf } from '../draw/project.js';
import { emptyTally, Play, type Tally } from './play.js';
import { Mismatch, shown } from './question.js';
import { type Failing, shrunk } from './shrink.js';

/** What one project was: its generated files, or why there are none. */
export interface Outcome {
  readonly number: number;
  readonly files: ReadonlyMap<string, string> | undefined;
}

/** Throws an Error that shows the smallest case that fails as this one does. */
export async function runProject(number: number, tally: Tally): Promise<Outcome> {
  const { project, pools } = drawProject(number);
  const done: Failing = { project, writes: [], questions: [] };
  const failure = await attempt(tally, done, async (play) => {
    await play.drawn(new Dice(number + 1), pools);
  });
  if (failure.error === undefined) return { number, files: failure.files };
  const failing = { project, writes: failure.writes, questions: failure.questions };
  const kind = kindOf(failure.error);
  const small = await shrunk(failing, async (candidate) => {
    const again = await attempt(emptyTally(), candidate, (play) => play.replayed(candidate));
    return again.error !== undefined && kindOf(again.error) === kind;
  });
  const last = await attempt(emptyTally(), small, (play) => play.replayed(small));
  throw new Error(report(number, small, last.error ?? failure.error));
}

interface Attempt {
  readonly error: unknown;
  readonly files: ReadonlyMap<string, string> | undefined;
  readonly writes: Failing['writes'];
  readonly questions: Failing['questions'];
}

/** A project that is refused is no failure; it is counted. */
async function attempt(
  tally: Tally,
  { project }: Failing,
  play: (play: Play) => Promise<void>,
): Promise<Attempt> {
  const ends: (() => Promise<void>)[] = [];
  let opened: Play | undefined;
  let error: unknown;
  try {
    opened = await Play.open(textsOf(project), tally, (close) => ends.push(close));
    await play(opened);
  } catch (thrown) {
    if (thrown instanceof DiagnosticsError) tally.refused.push(...thrown.diagnostics.map(({ code }) => code));
    else error = thrown;
  } finally {
    for (const end of ends) await end();
  }
  return {
    error,
    files: opened?.loaded.files,
    writes: opened?.writes ?? [],
    questions: opened?.questions ?? [],
  };
}

function kindOf(error: unknown): string {
  return error instanceof Mismatch ? error.kind : String(error).slice(0, 60);
}

function report(number: number, { project, writes, questions }: Failing, error: unknown): string {
  const { sdl, yaml } = textsOf(project);
  const wrong =
    error instanceof Mismatch ? error.message : String(error instanceof Error ? error.stack : error);
  return [
    `Project ${number} of TABLELOOM_SEED=${seed}; alone: TABLELOOM_SEED=${seed} TABLELOOM_PATH=${number}`,
    sdl,
    yaml,
    'after these writes:',
    ...writes.map(({ mutation, args }) => `  ${mutation} ${shown(args)}`),
    ...(questions.length > 0 ? [`asked: ${questions.at(-1)?.pattern} ${shown(questions.at(-1)?.args)}`] : []),
    wrong,
  ].join('\n');
}
