/** From the first step of a migration to the one from which servers of both versions are served. */

import type { ReindexReport, TableChanges } from 'tableloom/runtime';
import type { Migration } from '../../runtime/migrate/migration.js';
import { Mistake } from '../mistakes.js';
import { durationText } from './shown.js';
import type { Start } from './start.js';
import type { Target } from './target.js';
import { problemsText, type Work } from './work.js';

/** How often records are brought and compared before those that change all the time are given up. */
const mostRounds = 5;

export async function bring(
  target: Target,
  start: Start,
  additions: readonly TableChanges[],
  work: Work,
): Promise<number> {
  const { to } = target;
  const { shown, runner } = work;
  await target.deploy(additions, (text, table, step) =>
    shown.event(`done: ${text}`, { event: 'table', table, step }),
  );
  // Tables that were not there are by now.
  const { migration, database } = await target.openBoth(start.plan);
  work.watch(database);
  work.checkpoint();
  if (await migration.note(start.plan))
    shown.event(
      `noted: records are stored as ${start.source} ${start.source === 'the tables' ? 'say' : 'says'}`,
      { event: 'noted' },
    );
  const wasFilling = runner.left === 'fill' && runner.cursor !== null;
  if (!wasFilling && runner.left !== 'verify') await expand(migration, to, work);
  if (runner.left !== 'verify') {
    if (!wasFilling) await runner.enter('fill');
    await fill(migration, work);
  }
  for (let round = 1; ; round++) {
    const checked = await verify(migration, work);
    const { failed, changed, deleted, aggregates, problems } = checked;
    const isRight = changed + deleted + aggregates === 0;
    if (failed === 0 && isRight) break;
    const mayHelp = !isRight || problems.every(({ code }) => code === 'CONFLICT');
    if (round === mostRounds || !mayHelp) return unopened(checked, work);
    shown.event('not all is as both versions store it: once more', { event: 'again', round });
    await runner.enter('fill');
    await fill(migration, work);
  }
  work.checkpoint();
  shown.note(`Servers of the new version will be served: ${wait(migration)} until all know …`);
  await migration.open(work.claim);
  shown.event('done: both versions are served', { event: 'phase', phase: 'both' });
  shown.note(
    'Next: deploy the new version next to the former one, take that away, then `tableloom migrate complete`.',
  );
  return 0;
}

async function expand(migration: Migration, to: Target['to'], { shown, claim }: Work): Promise<void> {
  shown.note(`Servers learn what the new version stores: two steps, ${wait(migration)} each …`);
  await migration.expand(to, claim);
  shown.event('done: servers keep up what both versions store', { event: 'phase', phase: 'write-only' });
}

async function fill(migration: Migration, work: Work): Promise<ReindexReport> {
  const report = await work.reindex('fill', (options) => migration.fill(options));
  const { records, changed, readUnits, writeUnits } = report;
  work.shown.event(
    `done: of ${records} records, ${changed} were brought to both versions, for ${Math.round(readUnits)} read and ${Math.round(writeUnits)} write units`,
    { event: 'filled', ...countsOf(report) },
  );
  return report;
}

async function verify(migration: Migration, work: Work): Promise<ReindexReport> {
  await work.runner.enter('verify');
  const report = await work.reindex('verify', (options) => migration.verify(options));
  const { records, changed, deleted, aggregates, failed, unsettled } = report;
  const wrong = changed + deleted + aggregates + failed;
  const text =
    wrong === 0 ? `done: ${records} records verified` : `${records} records compared, ${wrong} are not right`;
  const left = unsettled === 0 ? '' : `; ${unsettled} numbers that were written all the while were not`;
  work.shown.event(`${text}${left}`, { event: 'verified', ...countsOf(report) });
  return report;
}

function countsOf({
  problems: _problems,
  cursor: _cursor,
  ...counts
}: ReindexReport): Omit<ReindexReport, 'problems' | 'cursor'> {
  return counts;
}

function unopened(
  { problems, failed, changed, deleted, aggregates }: ReindexReport,
  { shown }: Work,
): number {
  shown.event(problemsText(problems, failed).join('\n'), { event: 'problems', failed, problems });
  const rest = changed + deleted + aggregates;
  shown.note(
    [
      ...(rest > 0 ? [`${rest} changes are still needed: too much is written meanwhile.`] : []),
      'Servers of the new version are not served: correct these records and run `tableloom migrate run` again, or take it back by `tableloom migrate rollback`.',
    ].join('\n'),
  );
  return 1;
}

export function wait({ settleMs }: Migration): string {
  return durationText(settleMs / 1000);
}

/** A step that is not possible now. */
export function outOfOrder(why: string, remedy: string): Mistake {
  return new Mistake(`This is not possible now: ${why}.`, remedy);
}
