/**
 * Twenty changes of a model, with servers of both versions at work: at every moment each answers as its declarations say. Half way
 * taken back, nothing of the next version stays; completed, nothing of the former one.
 */

import { expect, test } from 'vitest';
import { engineKind } from '../../support/engines.js';
import { isLong, recordCount, seed } from '../../support/runs.js';
import { changes } from './support/changes.js';
import { during } from './support/during.js';
import { SideBySide } from './support/side-by-side.js';

const isEmbedded = engineKind() === 'embedded';
const records = recordCount(isEmbedded ? 40 : 30);
const { TABLELOOM_CHANGE } = process.env;
/** On DynamoDB Local, all of them in the long run. */
const usual = isEmbedded || isLong ? changes.map(({ name }) => name) : ['the primary key is another'];
const names = TABLELOOM_CHANGE === undefined ? usual : [TABLELOOM_CHANGE];
const right = { changed: 0, deleted: 0, aggregates: 0, problems: [] };
const meant = changes.filter(({ name }) => names.includes(name));

test('there are twenty', () => {
  expect(new Set(changes.map(({ name }) => name)).size).toBe(20);
});

test.each(meant.map((change, at) => [change.name, change, at] as const))(
  '%s',
  { timeout: 60_000 + records * 100 },
  async (name, change, at) => {
    const ends: (() => Promise<void>)[] = [];
    const timed = timer(name);
    const both = await SideBySide.open(change, seed + at, (end) => ends.push(end));
    const { old, next, migration } = both;
    const { from, to } = both.plans;
    try {
      await timed('records are written', both.seed(records));
      await migration.note(from);
      await timed('half way', both.during(halfWay(both, at % 3), old));
      if (at % 3 === 2) {
        await migration.open();
        both.share();
        await both.ask(next);
        await both.turn();
      }
      both.unshare();
      const taken = await timed('rolled back', both.during(migration.rollBack(), old));
      expect(taken).toMatchObject({ failed: 0, cursor: null });
      await timed('asked', both.ask(old));
      await timed('compared', both.isAlone(old));

      await timed('expanded', both.during(migration.expand(to), old));
      both.share();
      const filled = await timed('filled', both.during(migration.fill(), old));
      expect(filled.problems).toEqual([]);
      const met = await timed('verified', both.during(migration.verify(), old));
      expect(met).toMatchObject(right);
      await timed('asked', both.ask(old));
      await migration.open();
      await timed('asked', both.ask(next));
      const once = await timed(
        'verified, both served',
        during(migration.verify(), () => both.turn()),
      );
      expect(once).toMatchObject(right);
      await timed('asked', both.ask(old));
      await timed('asked', both.ask(next));
      both.unshare();
      both.isMoving = true;
      const gone = await timed('contracted', both.during(migration.contract(), next));
      expect(gone.problems).toEqual([]);
      await timed('asked', both.ask(next));
      await timed('compared', both.isAlone(next));
    } finally {
      for (const end of ends) await end();
    }
  },
);

/** Says of many records how long each step takes. */
function timer(name: string): <T>(what: string, step: Promise<T>) => Promise<T> {
  return async (what, step) => {
    const label = `${name}: ${what}`;
    if (records >= 5000) console.time(label);
    const result = await step;
    if (records >= 5000) console.timeEnd(label);
    return result;
  };
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
