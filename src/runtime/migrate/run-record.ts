/**
 * What the table says of who runs a step of a migration, and how far it is: next to the plan, whose revision servers watch, and
 * readable from any machine.
 */
import type { Requester } from '../client/requests.js';
import type { Key, TableRef } from '../types.js';
import { noteType, readNote, writeNote } from './note.js';

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
  /** The table that it is noted in. */
  readonly table: TableRef;
  readonly run: MigrationRun;
  readonly revision: number;
}

function runKey({ partition, sort }: TableRef): Key {
  return sort === undefined ? { [partition]: `${noteType}#run` } : { [partition]: noteType, [sort]: '_run' };
}

export async function readRun(requester: Requester, table: TableRef): Promise<KeptRun | null> {
  const item = await readNote(requester, table, runKey(table));
  const run = item && (JSON.parse(String(item['run'])) as MigrationRun);
  return run && { table, run, revision: Number(item['revision']) };
}

/** Writes it, if the table has it as it was read: CONFLICT otherwise. @param run null: it is deleted */
export async function writeRun(
  requester: Requester,
  table: TableRef,
  before: KeptRun | null,
  run: MigrationRun | null,
): Promise<KeptRun | null> {
  const revision = await writeNote(requester, table, runKey(table), {
    before: before?.revision ?? null,
    content: run && { run: JSON.stringify(run) },
    conflict: 'Another process runs the migration by now.',
  });
  return run && { table, run, revision };
}
