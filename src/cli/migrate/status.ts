/** Where a migration is, and what comes next. */

import type { Migration } from '../../runtime/migrate/migration.js';
import { differing, type MigrationPhase } from '../../runtime/migrate/plan-record.js';
import type { MigrationRun } from '../../runtime/migrate/run-record.js';
import { silenceMs } from './runner.js';
import { progressText } from './shown.js';

export interface Status {
  /** Null where the tables note nothing. */
  readonly phase: MigrationPhase | null;
  /** Fingerprints. */
  readonly from: string | null;
  readonly to: string | null;
  /** What is stored otherwise. */
  readonly entities: readonly string[];
  readonly run: (MigrationRun & { readonly isAlive: boolean; readonly silentSeconds: number }) | null;
  readonly next: string;
}

export async function statusOf(migration: Migration): Promise<Status> {
  const [record, kept] = await Promise.all([migration.status(), migration.run()]);
  const silentMs = kept ? Math.max(0, Date.now() - Date.parse(kept.run.beat)) : 0;
  const run = kept && {
    ...kept.run,
    isAlive: kept.run.runner !== null && silentMs < silenceMs,
    silentSeconds: Math.round(silentMs / 1000),
  };
  return {
    phase: record?.phase ?? null,
    from: record?.from.fingerprint ?? null,
    to: record?.to?.fingerprint ?? null,
    entities: record?.to ? differing(record.from, record.to) : [],
    run,
    next: run?.isAlive ? `wait for ${run.by}` : nextOf(record?.phase ?? null),
  };
}

function nextOf(phase: MigrationPhase | null): string {
  switch (phase) {
    case null:
      return '`tableloom migrate plan --from <the commit that is deployed>`';
    case 'settled':
      return 'nothing; to bring another version, `tableloom migrate plan`';
    case 'delete-only':
    case 'write-only':
      return '`tableloom migrate run` resumes it, `tableloom migrate rollback` takes it back';
    case 'both':
      return 'deploy the new version, then `tableloom migrate complete`; or `tableloom migrate rollback`';
    case 'contracting':
      return '`tableloom migrate complete` resumes it';
    case 'rolling-back':
      return '`tableloom migrate rollback` resumes it';
  }
}

const meanings: Readonly<Record<MigrationPhase, string>> = {
  settled: 'one version is served',
  'delete-only': 'servers of the deployed version delete what the next one stores, and make none of it yet',
  'write-only':
    'servers of the deployed version keep up what both store; records from before are being brought to it',
  both: 'servers of both versions are served',
  contracting: 'servers of the former version are refused, and what only they read is being deleted',
  'rolling-back': 'servers of the new version are refused, and what only they read is being deleted',
};

export function statusText({ phase, from, to, entities, run, next }: Status): string[] {
  return [
    phase === null ? 'The tables do not say how their records are stored.' : `${phase}: ${meanings[phase]}`,
    ...(from === null ? [] : [`version ${from}${to === null ? '' : `, next ${to}: ${entities.join(', ')}`}`]),
    ...(run === null ? [] : runText(run)),
    `next: ${next}`,
  ];
}

function runText(run: NonNullable<Status['run']>): string[] {
  const { by, since, step, progress, isAlive, runner, silentSeconds } = run;
  const state =
    runner === null
      ? 'paused'
      : isAlive
        ? `heard of ${silentSeconds} s ago`
        : `silent for ${silentSeconds} s`;
  return [
    `run by ${by} since ${since}, ${state}`,
    ...(progress ? [progressText(step, progress)] : [`${step}: begun`]),
  ];
}
