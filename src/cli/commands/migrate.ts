/** `tableloom migrate`: brings records to another version of the plan while servers of both work on them. */

import { type ReindexReport, tableChanges } from 'tableloom/runtime';
import type { MigrationOptions } from '../../runtime/migrate/migration.js';
import { obstacles } from '../../runtime/migrate/obstacles.js';
import { differing, type PlanRecord } from '../../runtime/migrate/plan-record.js';
import type { RunStep } from '../../runtime/migrate/run-record.js';
import { bring, outOfOrder, wait } from '../migrate/bring.js';
import { isOther, startOf } from '../migrate/start.js';
import { statusOf, statusText } from '../migrate/status.js';
import { additionsFor, isPossible, migrationPlan, planText, refusalText } from '../migrate/steps.js';
import { definitionsOf } from '../migrate/stored-plan.js';
import { type Opened, Target, type TargetOptions } from '../migrate/target.js';
import { Paused, problemsText, Work, type WorkOptions } from '../migrate/work.js';
import { acceptAll } from '../project/accepted.js';
import { namesOf } from '../project/endpoint.js';
import { stepText } from '../project/index-text.js';
import { staged, terminal } from '../verbs.js';

export interface MigrateVerbOptions extends TargetOptions, WorkOptions {
  /** The commit that is deployed. */
  readonly from?: string;
  readonly deleteIndexes?: boolean;
}

const actions = { plan, run, status, complete, rollback } as const;
export type MigrateAction = keyof typeof actions;
export const migrateActions = Object.keys(actions) as MigrateAction[];

export function migrateVerb(action: MigrateAction, options: MigrateVerbOptions): Promise<number> {
  return staged(
    options,
    (stages) =>
      Target.use(options, stages, (target) =>
        actions[action]({ target, options, stages }).catch((error: unknown) => {
          if (!(error instanceof Paused)) throw error;
          const text = `Paused. Resume with the same command, \`tableloom migrate ${action}\`, from any machine.`;
          if (options.json) terminal.say(JSON.stringify({ event: 'paused' }));
          else terminal.note(text);
          return 1;
        }),
      ),
    options.json ? 'json' : 'text',
  );
}

interface Call {
  readonly target: Target;
  readonly options: MigrateVerbOptions;
  readonly stages: Parameters<typeof startOf>[2];
}

async function plan({ target, options, stages }: Call): Promise<number> {
  const { opened, record } = await target.openNoted();
  const start = await startOf(record, options, stages);
  const made = await migrationPlan(target, start, opened.migration.settleMs);
  const phase = record?.phase ?? null;
  if (options.json) terminal.say(JSON.stringify({ ...made, phase }, null, 2));
  else for (const line of planText(made, start)) terminal.say(line);
  if (record && record.phase !== 'settled' && !options.json)
    terminal.say(`\nA migration is under way (${record.phase}): \`tableloom migrate status\`.`);
  return isPossible(made) ? 0 : 1;
}

async function run({ target, options, stages }: Call): Promise<number> {
  const { record } = await target.openNoted();
  const phase = record?.phase ?? 'settled';
  if (record?.to && isOther(record.to, target.to))
    throw outOfOrder(
      `a migration to another version is under way (${phase})`,
      'Complete it in a checkout of that version, or take it back: `tableloom migrate rollback`.',
    );
  if (phase === 'contracting')
    throw outOfOrder(
      'the former version is being taken away',
      'Complete that: `tableloom migrate complete`.',
    );
  if (phase === 'rolling-back')
    throw outOfOrder('a migration is being rolled back', 'Complete that: `tableloom migrate rollback`.');
  if (phase === 'both') {
    const text = 'Both versions are served. Next: deploy the new one, then `tableloom migrate complete`.';
    if (options.json) terminal.say(JSON.stringify({ event: 'phase', phase }));
    else terminal.say(text);
    return 0;
  }
  const start = await startOf(record, options, stages);
  const additions = await additionsFor(target);
  const found = { obstacles: obstacles(start.plan, target.to), tables: additions };
  if (!isPossible(found)) {
    if (options.json) terminal.say(JSON.stringify({ event: 'refused', ...found }));
    else for (const line of refusalText(found).slice(1)) terminal.say(line);
    return 1;
  }
  const isSame = differing(start.plan, target.to).length === 0 && phase === 'settled';
  const opened = await target.openBoth(start.plan);
  return Work.on(opened, 'fill', options, async (work) => {
    if (!isSame) return bring(target, start, additions, work);
    await target.deploy(additions, (text) => work.shown.note(`done: ${text}`));
    const { migration: whole } = await target.open();
    await whole.noteOther(target.to);
    work.shown.event(
      'No record is stored otherwise: there is nothing to migrate. The tables note this version.',
      { event: 'same' },
    );
    return 0;
  });
}

async function status({ target, options }: Call): Promise<number> {
  const { opened } = await target.openNoted();
  const status = await statusOf(opened.migration);
  if (options.json) terminal.say(JSON.stringify(status, null, 2));
  else for (const line of statusText(status)) terminal.say(line);
  return 0;
}

async function complete(call: Call): Promise<number> {
  const { target, options } = call;
  const { record, opened } = await underWay(target);
  const { phase, from, to } = record;
  if (phase === 'settled') {
    if (isOther(from, target.to))
      throw outOfOrder('no migration to this version is under way', 'Begin one: `tableloom migrate run`.');
    const left = await opened.migration.run();
    // Killed once the tables were settled: what follows that is left.
    if (left?.run.step === 'contract') await Work.on(opened, 'contract', options, async () => accept(target));
    if (options.deleteIndexes) await deleteIndexes(target);
    else terminal.note('No migration is under way: the tables are stored by this version.');
    return 0;
  }
  if (phase === 'rolling-back')
    throw outOfOrder('the migration is being rolled back', 'Complete that: `tableloom migrate rollback`.');
  if (phase !== 'both' && phase !== 'contracting')
    throw outOfOrder(
      `not every record is brought to the new version and verified (${phase})`,
      'Run that first: `tableloom migrate run`.',
    );
  if (to && isOther(to, target.to))
    throw outOfOrder('this is not the version that is migrated to', 'Check that out, and run this there.');
  const text = `Servers of the former version are refused: ${wait(opened.migration)} until all know …`;
  const code = await end(
    call,
    opened,
    'contract',
    text,
    (migration, options) => migration.contract(options),
    () => accept(target),
  );
  if (code !== 0) return code;
  if (options.deleteIndexes) await deleteIndexes(target);
  else await tellIndexes(target);
  return 0;
}

async function rollback(call: Call): Promise<number> {
  const { record, opened } = await underWay(call.target);
  const { phase } = record;
  if (phase === 'settled')
    throw outOfOrder(
      'no migration is under way',
      'To go back to the former version, check it out and migrate to it: `tableloom migrate run`.',
    );
  if (phase === 'contracting')
    throw outOfOrder(
      'what only the former version reads is being deleted',
      'Complete it by `tableloom migrate complete`; then check the former version out and migrate to it: `tableloom migrate run`.',
    );
  const time = wait(opened.migration);
  const steps = phase === 'both' || phase === 'write-only' ? `two steps, ${time} each` : time;
  const text = `Servers of the new version are refused: ${steps} until all know …`;
  const code = await end(call, opened, 'rollback', text, (migration, options) => migration.rollBack(options));
  if (code === 0 && !call.options.json)
    terminal.note(
      'Indexes that were added stay: `tableloom deploy --delete-indexes` of the former version deletes them.',
    );
  return code;
}

async function underWay(target: Target): Promise<{ readonly record: PlanRecord; readonly opened: Opened }> {
  const { record, opened } = await target.openNoted();
  if (record === null)
    throw outOfOrder(
      'the tables do not say how their records are stored',
      'Begin with `tableloom migrate plan`.',
    );
  return { record, opened };
}

/** Before the run's record is gone: as long as that is there, a repeated command does it. */
function accept({ run }: Target): number {
  acceptAll(run);
  return 0;
}

/** The last reindex of a migration. */
async function end(
  { options }: Call,
  opened: Opened,
  step: RunStep,
  text: string,
  work: (migration: Opened['migration'], options: MigrationOptions) => Promise<ReindexReport>,
  then: () => number = () => 0,
): Promise<number> {
  return Work.on(opened, step, options, async (on) => {
    on.shown.note(text);
    const report = await on.reindex(step, (settings) => work(opened.migration, settings));
    const { problems, cursor: _cursor, ...counts } = report;
    if (counts.failed > 0) {
      on.shown.event(problemsText(problems, counts.failed).join('\n'), {
        event: 'problems',
        failed: counts.failed,
        problems,
      });
      on.shown.note(
        `Correct these records, and run \`tableloom migrate ${step === 'contract' ? 'complete' : 'rollback'}\` again.`,
      );
      return 1;
    }
    const what = step === 'contract' ? 'the former version is gone' : 'the new version is gone';
    on.shown.event(
      `done: ${what}: of ${counts.records} records, ${counts.changed} were changed, and ${counts.deleted} items deleted`,
      { event: step === 'contract' ? 'completed' : 'rolled-back', ...counts },
    );
    return then();
  });
}

async function deleteIndexes(target: Target): Promise<void> {
  const definitions = definitionsOf(target.to);
  const changes = await tableChanges(target.client, definitions, namesOf(definitions), {
    deleteIndexes: true,
  });
  await target.deploy(changes, (text) => terminal.note(`done: ${text}`));
}

async function tellIndexes(target: Target): Promise<void> {
  const definitions = definitionsOf(target.to);
  const changes = await tableChanges(target.client, definitions, namesOf(definitions));
  const names = changes.flatMap(({ kept }) =>
    kept.filter(({ kind }) => kind === 'global').map(({ name }) => name),
  );
  if (names.length > 0)
    terminal.note(
      `Nothing reads ${names.join(', ')} any more: \`tableloom migrate complete --delete-indexes\`.`,
    );
  const rest = changes.flatMap(({ steps }) => steps.map((step) => stepText(step)));
  if (rest.length > 0) terminal.note(`Still to be done by \`tableloom deploy\`: ${rest.join('; ')}.`);
}
