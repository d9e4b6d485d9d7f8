/**
 * What the table says of who runs a step of a migration, and how far it is: next to the plan, whose revision servers watch, and
 * readable from any machine.
 */
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { Key, TableRef } from '../types.js';
import type { Action, Condition } from '../write/action.js';
import { commit } from '../write/commit.js';

export type RunStep = 'fill' | 'verify' | 'contract' | 'rollback';

export interface MigrationRun {
  /** Tells processes apart; null where nobody runs it at present. */
  readonly runner: string | null;
  /** Who runs it, as people call them: `ada@build-7`. */
  readonly by: string;
  /** When they began, and when they were last heard of: ISO 8601, by their clock. */
  readonly since: string;
  readonly beat: string;
  readonly step: RunStep;
  /** Resumes a reindex of the step; null where that has not begun. */
  readonly cursor: string | null;
  readonly progress: RunProgress | null;
}

export interface RunProgress {
  /** What the reindex does: `records`, `leftovers` or `aggregates`. */
  readonly phase: string;
  readonly scanned: number;
  readonly records: number;
  readonly changed: number;
  readonly failed: number;
  /** Items that were read a second, and seconds until the phase is complete; null where that is not known. */
  readonly rate: number;
  readonly eta: number | null;
}

/** As it was read. */
export interface KeptRun {
  readonly run: MigrationRun;
  readonly revision: number;
}

const type = '_plan';

function runKey({ partition, sort }: TableRef): Key {
  return sort === undefined ? { [partition]: '_plan#run' } : { [partition]: '_plan', [sort]: '_run' };
}

export async function readRun(requester: Requester, table: TableRef): Promise<KeptRun | null> {
  const [item] = await getItems(requester, [{ table, key: runKey(table), consistent: true }]);
  if (!item) return null;
  return { run: JSON.parse(String(item['run'])) as MigrationRun, revision: Number(item['revision']) };
}

/** Writes it, if the table has it as it was read: CONFLICT otherwise. @param run null: it is deleted */
export async function writeRun(
  requester: Requester,
  table: TableRef,
  before: KeptRun | null,
  run: MigrationRun | null,
): Promise<KeptRun | null> {
  const revision = (before?.revision ?? 0) + 1;
  const key = runKey(table);
  const condition: Condition =
    before === null
      ? { expression: 'attribute_not_exists(#p)', names: { '#p': table.partition }, values: {} }
      : { expression: '#r = :r', names: { '#r': 'revision' }, values: { ':r': before.revision } };
  const place = { table, key, purpose: { kind: 'derived', entity: type }, condition } as const;
  const action: Action =
    run === null
      ? { kind: 'delete', ...place }
      : { kind: 'put', ...place, item: { ...key, _type: type, revision, run: JSON.stringify(run) } };
  const outcome = await commit(requester, [action]);
  if (outcome.kind === 'done') return run && { run, revision };
  if (outcome.kind === 'busy') throw outcome.error;
  throw new TableloomError('CONFLICT', 'Another process runs the migration by now.');
}
