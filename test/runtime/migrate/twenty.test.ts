/**
 * Twenty changes of a model, with servers of both versions at work: at every moment each answers as its declarations say. Half way
 * taken back, nothing of the next version stays; completed, nothing of the former one.
 */

import type { ReindexReport } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { runs, seed } from '../../support/runs.js';
import { changes } from './support/changes.js';
import { SideBySide } from './support/side-by-side.js';

const records = runs(300);
const { TABLELOOM_CHANGE } = process.env;
const meant = changes.filter(({ name }) => TABLELOOM_CHANGE === undefined || name === TABLELOOM_CHANGE);

test('there are twenty', () => {
  expect(new Set(changes.map(({ name }) => name)).size).toBe(20);
});

test.each(meant.map((change, at) => [change.name, change, at] as const))(
  '%s',
  { timeout: 60_000 + records * 100 },
  async (_name, change, at) => {
    const ends: (() => Promise<void>)[] = [];
    const both = await SideBySide.open(change, seed + at, (end) => ends.push(end));
    const { old, next, migration } = both;
    const { from, to } = both.plans;
    try {
      await both.seed(records);
      await migration.note(from);
      await Promise.all([halfWay(both, at % 3), both.work(old)]);
      if (at % 3 === 2) {
        await migration.open();
        both.share();
        await both.ask(next);
        await both.turns(1);
      }
      both.unshare();
      const [taken] = await Promise.all([migration.rollBack(), both.work(old)]);
      expect(taken).toMatchObject({ failed: 0, cursor: null });
      await both.ask(old);
      await both.isAlone(old);

      await Promise.all([migration.expand(to), both.work(old)]);
      both.share();
      const [filled] = await Promise.all([migration.fill(), both.work(old)]);
      const counted = filled.problems.length > 0 ? await migration.fill() : filled;
      expect(counted.problems).toEqual([]);
      const [met] = await Promise.all([migration.verify(), both.work(old)]);
      const checked = isContended(met) ? await migration.verify() : met;
      expect(checked).toMatchObject({ changed: 0, deleted: 0, aggregates: 0, problems: [] });
      await both.ask(old);
      await migration.open();
      await both.ask(next);
      const [once] = await Promise.all([migration.verify(), both.turns(3)]);
      const again = isContended(once) ? await migration.verify() : once;
      expect(again).toMatchObject({ changed: 0, deleted: 0, aggregates: 0, problems: [] });
      await both.ask(old);
      await both.ask(next);
      both.unshare();
      both.isMoving = true;
      const [gone] = await Promise.all([migration.contract(), both.work(next)]);
      expect(gone.problems).toEqual([]);
      await both.ask(next);
      await both.isAlone(next);
    } finally {
      for (const end of ends) await end();
    }
  },
);

/** Whether writers kept changing a number for as long as it was counted: `tableloom migrate` counts it again. */
function isContended({ problems, changed, deleted }: ReindexReport): boolean {
  return changed + deleted === 0 && problems.some(({ code }) => code === 'CONFLICT');
}

/** To where servers keep up what both store, to the middle of the fill, or to its end. */
async function halfWay(both: SideBySide, stage: number): Promise<void> {
  const { migration } = both;
  await migration.expand(both.plans.to);
  if (stage === 0) return;
  const middle = new AbortController();
  let pages = 0;
  const onProgress = () => {
    pages += 1;
    if (stage === 1 && pages === 2) middle.abort();
  };
  await migration.fill({ signal: middle.signal, onProgress, pause: async () => undefined, segments: 2 });
}
