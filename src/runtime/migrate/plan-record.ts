/** What a table itself says of the plan that its records are stored by: which, and which comes next. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { TableDefinition } from '../tables/definition.js';
import type { Item, Key, TableRef } from '../types.js';
import { commit } from '../write/commit.js';
import type { StoredForm } from './form.js';

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
  /** A hash of each entity's form, by its name; codecs have theirs as `form`. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly forms: readonly StoredForm[];
  readonly tables: readonly TableDefinition[];
}

export interface PlanRecord {
  readonly phase: MigrationPhase;
  readonly from: StoredPlan;
  readonly to: StoredPlan | null;
  /** Counts its changes: each is made on condition of the one before. */
  readonly revision: number;
  /** What the run of a migration keeps here, to resume. */
  readonly run: Readonly<Record<string, string | number | boolean>>;
}

const key = '_plan';

/** KEY_INVALID where the table's keys are no text: then nothing can be noted in it. */
export function planKey({ partition, sort }: TableRef): Key {
  return { [partition]: key, ...(sort !== undefined && { [sort]: key }) };
}

export async function readPlan(requester: Requester, table: TableRef): Promise<PlanRecord | null> {
  const [item] = await getItems(requester, [{ table, key: planKey(table), consistent: true }]);
  return item ? planOf(item) : null;
}

function planOf(item: Item): PlanRecord {
  const { phase, format, revision, run } = item;
  const packed = item['plans'];
  if (format !== 1 || !(packed instanceof Uint8Array) || !phases.has(phase))
    throw new TableloomError(
      'PLAN_MISMATCH',
      'A later version of Tableloom has noted in the table how its records are stored: update the package.',
    );
  const { from, to } = JSON.parse(gunzipSync(packed).toString()) as Pick<PlanRecord, 'from' | 'to'>;
  return {
    phase: phase as MigrationPhase,
    from,
    to,
    revision: Number(revision),
    run: (run ?? {}) as PlanRecord['run'],
  };
}

/** Writes it, if the table has it as it was read; otherwise CONFLICT. @param before null where there was none */
export async function writePlan(
  requester: Requester,
  table: TableRef,
  before: PlanRecord | null,
  after: Omit<PlanRecord, 'revision'>,
): Promise<PlanRecord> {
  const { phase, from, to, run } = after;
  const revision = (before?.revision ?? 0) + 1;
  const place = planKey(table);
  const item: Item = {
    ...place,
    _type: key,
    format: 1,
    phase,
    revision,
    run,
    plans: gzipSync(JSON.stringify({ from, to })),
  };
  const outcome = await commit(requester, [
    {
      kind: 'put',
      table,
      key: place,
      item,
      purpose: { kind: 'derived', entity: key },
      condition:
        before === null
          ? { expression: 'attribute_not_exists(#p)', names: { '#p': table.partition }, values: {} }
          : { expression: '#r = :r', names: { '#r': 'revision' }, values: { ':r': before.revision } },
    },
  ]);
  if (outcome.kind === 'done') return { ...after, revision };
  if (outcome.kind === 'busy') throw outcome.error;
  throw new TableloomError(
    'CONFLICT',
    'Another process changes the plan of the table. Nothing was written.',
    undefined,
    outcome.error.cause,
  );
}
