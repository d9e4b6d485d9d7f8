/** What a table itself says of the plan that its records are stored by: which, and which comes next. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { TableDefinition } from '../tables/definition.js';
import type { Item, Key, TableRef } from '../types.js';
import type { StoredForm } from './form.js';
import { noteType, readNote, writeNote } from './note.js';

/**
 * - `settled`: one version, `from`.
 * - `delete-only`: servers of `from` delete what the next version has of a record, and make nothing of it yet.
 * - `write-only`: they keep it up; records from before are brought to it, and verified.
 * - `both`: servers of both versions are served, and keep up one another's items.
 * - `contracting`: servers of `to` delete what `from` has of a record; those of `from` are refused.
 * - `rolling-back`: the reverse.
 */
export type MigrationPhase =
  | 'settled'
  | 'delete-only'
  | 'write-only'
  | 'both'
  | 'contracting'
  | 'rolling-back';

const phases: ReadonlySet<unknown> = new Set<MigrationPhase>([
  'settled',
  'delete-only',
  'write-only',
  'both',
  'contracting',
  'rolling-back',
]);

/** How records are stored, by the plan's fingerprint. */
export interface StoredPlan {
  readonly fingerprint: string;
  /** A hash of each entity's form, by its name: generated tables have those of their code as `forms`. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly forms: readonly StoredForm[];
  readonly tables: readonly TableDefinition[];
}

/** An entity that two plans store otherwise. */
export interface Changed {
  readonly from: StoredForm;
  readonly to: StoredForm;
}

/** The entities of both plans whose records are stored otherwise. */
export function changedForms(from: StoredPlan, to: StoredPlan): Changed[] {
  return from.forms.flatMap((form) => {
    const next = to.forms.find(({ name }) => name === form.name);
    return next && from.hashes[form.name] !== to.hashes[form.name] ? [{ from: form, to: next }] : [];
  });
}

/** Their names. */
export function differing(from: StoredPlan, to: StoredPlan): string[] {
  return changedForms(from, to).map((one) => one.from.name);
}

export interface PlanRecord {
  readonly phase: MigrationPhase;
  readonly from: StoredPlan;
  readonly to: StoredPlan | null;
  /** Counts its changes: each is made on condition of the one before. */
  readonly revision: number;
}

function planKey({ partition, sort }: TableRef): Key {
  return { [partition]: noteType, ...(sort !== undefined && { [sort]: noteType }) };
}

export async function readPlan(requester: Requester, table: TableRef): Promise<PlanRecord | null> {
  const item = await readNote(requester, table, planKey(table));
  return item && planOf(item);
}

function planOf({ phase, format, revision, plans }: Item): PlanRecord {
  if (format !== 1 || !(plans instanceof Uint8Array) || !phases.has(phase))
    throw new TableloomError(
      'PLAN_MISMATCH',
      'A later version of Tableloom has noted in the table how its records are stored: update the package.',
    );
  const { from, to } = JSON.parse(gunzipSync(plans).toString()) as Pick<PlanRecord, 'from' | 'to'>;
  return { phase: phase as MigrationPhase, from, to, revision: Number(revision) };
}

/** Writes it, if the table has it as it was read; otherwise CONFLICT. @param before null where there was none */
export async function writePlan(
  requester: Requester,
  table: TableRef,
  before: PlanRecord | null,
  { phase, from, to }: Omit<PlanRecord, 'revision'>,
): Promise<void> {
  await writeNote(requester, table, planKey(table), {
    before: before?.revision ?? null,
    content: { format: 1, phase, plans: gzipSync(JSON.stringify({ from, to })) },
    conflict: 'Another process changes the plan of the table. Nothing was written.',
  });
}
