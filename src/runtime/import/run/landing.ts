/** Writes the records of many rows: as many as one transaction takes, where they share no items. */

import type { Requester } from '../../client/requests.js';
import { itemId } from '../../keys/item-key.js';
import { getItems } from '../../read/batch-get.js';
import type { Item, Key } from '../../types.js';
import { type Action, transactionLimit } from '../../write/action.js';
import { commit, type Outcome } from '../../write/commit.js';
import { Actions } from '../../write/merge.js';
import type { ImportContext, Source } from '../context.js';
import { stampAttributes, stampOf } from '../ledger.js';
import type { References } from '../references.js';
import { creation, recordOf } from '../rows/records.js';
import { keyText, type Row, valuesOf } from '../rows/rows.js';
import { hashOf } from '../rows/transforms.js';
import type { Pace } from './pace.js';
import { reconcile } from './reconcile.js';
import { ownerPlace } from './rivals.js';
import { refusalOf } from './unfit.js';

/** A row with what writes its record, or the account of why it has none. */
interface Prepared {
  readonly row: Row;
  readonly text: string;
  readonly hash: string;
  readonly place: Key | undefined;
  readonly actions: readonly Action[];
}

export interface LandingOptions {
  readonly importedAt: Date;
  readonly references: References;
  readonly pace: Pace;
  /** Rows that the account has already: each is looked at by itself. */
  readonly known: ReadonlySet<string>;
}

/** Writes what rows become, each once. */
export async function land(
  context: ImportContext,
  source: Source,
  rows: readonly Row[],
  options: LandingOptions,
): Promise<void> {
  const { importedAt, references, pace, known } = options;
  const { planned } = context.environment.requester;
  const rowContext = await references.of(source, rows);
  const isKnown = (row: Row) => known.has(keyText(source.mapping, row));
  const single = rows.filter(isKnown);
  const prepared = rows
    .filter((row) => !isKnown(row))
    .map((row) => prepare(context, source, row, { rowContext, importedAt }));
  const losing = await losingIn(context, source, prepared);
  let group = new Group();
  const groups = [group];
  for (const one of prepared) {
    if (losing.has(one)) {
      single.push(one.row);
      continue;
    }
    if (!group.fits(one)) {
      group = new Group();
      groups.push(group);
    }
    // Two rows of one transaction that share an item: the second one meets what the first one wrote.
    if (!group.take(one)) single.push(one.row);
  }
  await Promise.all(
    groups.map(async ({ prepared }) => {
      for (const row of await send(context, source, prepared, { pace, planned })) single.push(row);
    }),
  );
  await Promise.all(
    single.map((row) => pace.take(() => reconcile(context, source, row, { importedAt, references }))),
  );
}

function prepare(
  context: ImportContext,
  source: Source,
  row: Row,
  { rowContext, importedAt }: { rowContext: Parameters<typeof valuesOf>[2]; importedAt: Date },
): Prepared {
  const { mapping, codec } = source;
  const { ledger, environment } = context;
  const text = keyText(mapping, row);
  const hash = hashOf(row);
  try {
    const record = recordOf(codec, valuesOf(mapping, row, rowContext), environment.env);
    const stamp = { source: stampOf(mapping, text), row: hash };
    const actions = creation(codec, record, stamp, { ...environment.env, now: importedAt });
    return { row, text, hash, place: codec.key(record), actions };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const { code, message: reason } = refusal;
    const of = {
      source: mapping.name,
      key: text,
      ...context.identityText(source, row, importedAt),
    };
    const entry = { ...of, outcome: 'rejected', code, reason, hash } as const;
    return { row, text, hash, place: undefined, actions: [ledger.put(entry, importedAt)] };
  }
}

/** Rows of which others have a unique value: each would prevent a transaction of many, which DynamoDB bills all the same. */
async function losingIn(
  { environment }: ImportContext,
  { codec: { table } }: Source,
  prepared: readonly Prepared[],
): Promise<ReadonlySet<Prepared>> {
  const guards = prepared.flatMap((one) =>
    one.actions
      .filter(({ kind, purpose }) => kind === 'put' && purpose.kind === 'guard')
      .map(({ key }) => ({ one, key })),
  );
  const held = await getItems(
    environment.requester,
    guards.map(({ key }) => ({ table, key, consistent: true })),
  );
  return new Set(
    guards.flatMap(({ one }, at) => {
      const guard = held[at];
      const owner = guard && ownerPlace(table, guard);
      return owner && one.place && itemId(table, owner) !== itemId(table, one.place) ? [one] : [];
    }),
  );
}

/** What one transaction writes. */
class Group {
  readonly prepared: Prepared[] = [];
  readonly #ids = new Set<string>();

  fits({ actions }: Prepared): boolean {
    return this.#ids.size + actions.length <= transactionLimit;
  }

  /** False where the transaction has one of its items already, unless both only add to it. */
  take(one: Prepared): boolean {
    const ids = one.actions.map(({ table, key }) => itemId(table, key));
    const shared = ids.some((id, at) => this.#ids.has(id) && one.actions[at]?.kind !== 'add');
    if (shared) return false;
    for (const id of ids) this.#ids.add(id);
    this.prepared.push(one);
    return true;
  }
}

/** Sends a transaction, without the rows that prevent it. Returns those. */
async function send(
  context: ImportContext,
  source: Source,
  group: readonly Prepared[],
  { pace, planned }: { readonly pace: Pace; readonly planned: number },
): Promise<Row[]> {
  const { requester } = context.environment;
  const retry = requester.retry();
  const left: Row[] = [];
  let open = group;
  while (open.length > 0) {
    const merged = new Actions();
    for (const { actions } of open) merged.add(actions);
    const { all } = merged;
    const outcome = await pace.take(() => sent(requester, all, planned), all.length > transactionLimit / 2);
    // Which of them it is, whether they are too many together, or what the plan of a migration makes of it, each tells by itself.
    if (outcome.kind === 'unfit') return [...left, ...open.map(({ row }) => row)];
    if (outcome.kind === 'done') break;
    if (outcome.kind === 'busy') {
      pace.slow();
      if (!(await retry.wait())) throw outcome.error;
      continue;
    }
    // Of what an earlier run wrote, or others have meanwhile, nothing is to be done in a transaction of many.
    const failed = new Set(outcome.failed.map(({ action }) => itemId(action.table, action.key)));
    const isFailed = ({ actions }: Prepared) =>
      actions.some(({ table, key }) => failed.has(itemId(table, key)));
    const items = await mainsOf(context, source, open);
    const next: Prepared[] = [];
    for (const [at, one] of open.entries()) {
      if (isDone(source, one, items[at] ?? null)) continue;
      if (isFailed(one) || items[at]) left.push(one.row);
      else next.push(one);
    }
    open = next;
  }
  return left;
}

async function sent(
  requester: Requester,
  actions: readonly Action[],
  planned: number,
): Promise<Outcome | { readonly kind: 'unfit' }> {
  try {
    if (!(await requester.isPlanned(planned))) return { kind: 'unfit' };
    return await commit(requester, actions, { isPlanned: true });
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return { kind: 'unfit' };
  }
}

async function mainsOf(
  { environment }: ImportContext,
  { codec }: Source,
  rows: readonly Prepared[],
): Promise<(Item | null)[]> {
  const places = rows.map(({ place }) => place && { table: codec.table, key: place, consistent: true });
  const items = await getItems(
    environment.requester,
    places.flatMap((one) => one ?? []),
  );
  let at = 0;
  return places.map((place) => (place === undefined ? null : (items[at++] ?? null)));
}

function isDone({ mapping }: Source, { text, hash }: Prepared, item: Item | null): boolean {
  return (
    item !== null &&
    item[stampAttributes.source] === stampOf(mapping, text) &&
    item[stampAttributes.row] === hash
  );
}
