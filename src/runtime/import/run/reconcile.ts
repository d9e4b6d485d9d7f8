/** Makes the target right for one row, whatever either side has: what rows that meet others pass one by one. */

import { referenced, TableloomError, valueTaken } from '../../errors.js';
import { itemId } from '../../keys/item-key.js';
import type { Item, Key, TableRef } from '../../types.js';
import { type Action, guardAttributes } from '../../write/action.js';
import { cleaned } from '../../write/changes.js';
import { absent } from '../../write/entity/unchanged.js';
import { transact } from '../../write/transactions.js';
import type { FoundItems, Planned, Write, WriteEnvironment } from '../../write/write.js';
import type { ImportContext, Source } from '../context.js';
import { type LedgerEntry, stampAttributes, stampOf } from '../ledger.js';
import type { References } from '../references.js';
import {
  type AnyRecord,
  creation,
  differences,
  guardsOf,
  isNowhere,
  recordOf,
  replacement,
  stays,
} from '../rows/records.js';
import { keyText, type Row, sourceKey, sourceTable, valuesOf, withoutPlace } from '../rows/rows.js';
import { hashOf, Refusal } from '../rows/transforms.js';
import { requireRowsCountIn, switchPlaces } from '../switch.js';
import { isNewer, lost, ownerPlace, type Rival, recordAt } from './rivals.js';
import { keptCode, type Leaving, refusalOf, removalOf } from './unfit.js';

/** What became of a row; `gone`: there is no such row, and no record of it any more, unless others refer to that. */
export interface Landed {
  readonly outcome: 'migrated' | 'merged' | 'rejected' | 'gone';
  /** Whether the target was brought to what the row becomes. */
  readonly isChanged: boolean;
}

export interface ReconcileOptions {
  readonly importedAt: Date;
  readonly references: References;
  /** What is written in the same transaction, of a writer that has the row before it is stored. */
  readonly writing?: {
    readonly row: Row | null;
    readonly actions: readonly Action[];
    /** In the phase `new`: a record may have been made without a row, and holds what rows have no place for. */
    readonly recordsCount: boolean;
  };
}

/** Several rows of one value may take turns; more often than this is a mistake of ours. */
const mostTurns = 12;

/**
 * A row that cannot be stored as a record, for whatever it has or names, is rejected.
 *
 * @param key of the row, or its attributes
 */
export async function reconcile(
  context: ImportContext,
  source: Source,
  key: Row,
  options: ReconcileOptions,
): Promise<Landed> {
  const { requester, contention, env } = context.environment;
  const write = new Reconciling(context, source, key, options);
  for (let turn = 1; ; turn++) {
    try {
      const { results } = await transact(requester, contention, [write], env);
      return results[0] as Landed;
    } catch (error) {
      // Others took the value, or the key, after it was looked for, or came to refer to what was to go.
      const isRace = error instanceof TableloomError && races.includes(error.code);
      if (!write.refuse(error) && (!isRace || turn === mostTurns)) throw error;
    }
  }
}

const races: readonly string[] = ['UNIQUE_VIOLATION', 'ALREADY_EXISTS', keptCode];

/** What one row comes to. */
interface Decision {
  readonly landed: Landed['outcome'];
  readonly actions: readonly Action[];
  /** The row's former record stays, as others refer to it. */
  readonly isLeft?: boolean;
}

class Reconciling implements Write<Landed> {
  readonly kind = 'upsert';
  readonly entity: string;
  readonly targets: NonNullable<Write<Landed>['targets']>;
  readonly #context: ImportContext;
  readonly #source: Source;
  readonly #options: ReconcileOptions;
  readonly #row: Row;
  readonly #key: Key;
  readonly #text: string;
  readonly #table: TableRef;
  readonly #place: Key | Refusal;
  /** How often a guard was met whose record was gone. */
  #orphans = 0;
  /** Of the row that was last decided on. */
  #hash = '';
  /** Why the row of this hash was not to be written. */
  #refused: { readonly refusal: Refusal; readonly hash: string } | undefined;

  constructor(context: ImportContext, source: Source, row: Row, options: ReconcileOptions) {
    const { mapping, codec } = source;
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.entity = codec.name;
    this.#table = sourceTable(mapping);
    this.#row = row;
    this.#key = sourceKey(mapping, row);
    this.#text = keyText(mapping, row);
    this.#place = placed(context, source, row, options.importedAt);
    this.targets = [
      {
        table: context.ledger.table,
        key: context.ledger.entryKey(mapping.name, this.#text),
        consistent: true,
      },
      ...(options.writing ? [] : switchPlaces(context.ledger)),
      ...(this.#place instanceof Refusal ? [] : [{ table: codec.table, key: this.#place, consistent: true }]),
    ];
  }

  /** Rejects the row the next time, for what kept it from being written. False where something else did. */
  refuse(error: unknown): boolean {
    const refusal = refusalOf(error);
    if (refusal === undefined || this.#refused?.hash === this.#hash) return false;
    this.#refused = { refusal, hash: this.#hash };
    return true;
  }

  async plan(found: FoundItems, env: WriteEnvironment): Promise<Planned<Landed>> {
    const { writing } = this.#options;
    if (!writing) requireRowsCountIn(this.#context.ledger, found);
    const row = writing ? writing.row : await this.#stored(found);
    this.#hash = row === null ? '' : hashOf(row);
    const { landed, actions, isLeft = false } = await this.#decide(row, found, env);
    const also = writing ? writing.actions : actions.length > 0 ? [this.#asRead(row)] : [];
    const result = { outcome: landed, isChanged: !actions.every(isCheck) && !isLeft };
    return { result, actions: [...actions, ...also], items: [] };
  }

  /** It is read after its record: who writes both meanwhile changes the record that the transaction depends on. */
  async #stored(found: FoundItems): Promise<Row | null> {
    await found.load([{ table: this.#table, key: this.#key, consistent: true }]);
    return found.get(this.#table, this.#key) as Row | null;
  }

  /** The row is still there, or still gone. */
  #asRead(row: Row | null): Action {
    const gone = absent(this.#table);
    const there = { ...gone, expression: 'attribute_exists(#p)' };
    const purpose = { kind: 'unchanged', entity: this.entity } as const;
    return {
      kind: 'check',
      table: this.#table,
      key: this.#key,
      purpose,
      condition: row === null ? gone : there,
    };
  }

  async #decide(row: Row | null, found: FoundItems, env: WriteEnvironment): Promise<Decision> {
    const { ledger } = this.#context;
    const { mapping, codec } = this.#source;
    const { name } = mapping;
    const entry = found.get(ledger.table, ledger.entryKey(name, this.#text));
    const main = this.#place instanceof Refusal ? null : found.get(codec.table, this.#place);
    const recordsCount = this.#options.writing?.recordsCount;
    const isOurs = main !== null && this.#context.owns(this.#source, main, this.#text, recordsCount);
    const leaving = async (): Promise<Leaving> => {
      if (isOurs) return removalOf(this.#source, main, found, env);
      // Who writes a row depends on that there is still no record of it.
      const isNone = this.#options.writing && main === null && !(this.#place instanceof Refusal);
      return { actions: isNone ? [isNowhere(this.#source.codec, this.#place as Key)] : [] };
    };
    const settled = entry === null ? [] : [ledger.remove(name, this.#text)];
    if (row === null) return this.#gone(await leaving(), entry, settled, env);
    const hash = this.#hash;
    try {
      if (this.#refused?.hash === hash) throw this.#refused.refusal;
      if (this.#place instanceof Refusal) throw this.#place;
      if (main !== null && !isOurs)
        throw new Refusal('key-taken', `another ${codec.name} has the key that the row would get`);
      const context = await this.#options.references.of(this.#source, [row]);
      const stored =
        isOurs && recordsCount ? withoutPlace(mapping, cleaned(codec.item(codec.read(main))) as Row) : {};
      const record = recordOf(codec, { ...valuesOf(mapping, row, context), ...stored }, env);
      const stamp = { source: stampOf(mapping, this.#text), row: hash };
      const isSame = isOurs && main[stampAttributes.row] === hash && isEqual(this.#source, main, record);
      // Who writes a row depends on the record that it needs not change.
      const asRead = this.#options.writing && main ? [stays(codec, main)] : [];
      if (isSame) return { landed: 'migrated', actions: [...asRead, ...settled] };
      const rivals = await this.#rivals(record, found, env);
      const stronger = rivals.find((rival) => !rival.isWeaker);
      if (stronger !== undefined) {
        const { outcome, code, reason, into } = lost(stronger);
        const { actions: gone, by } = await leaving();
        if (by !== undefined) throw new Refusal(keptCode, reason);
        const lostEntry = {
          source: name,
          key: this.#text,
          outcome,
          code,
          reason,
          into,
          hash,
          ...this.#identityText(),
        };
        const isKnown =
          entry !== null && gone.every(isCheck) && entry['into'] === into && entry['hash'] === hash;
        const put = isKnown ? [] : [ledger.put(lostEntry, env.now), stays(codec, stronger.item)];
        return { landed: outcome, actions: [...gone, ...put] };
      }
      const over: Action[] = [];
      for (const rival of rivals) {
        const { actions, by } = await removalOf(this.#source, rival.item, found, env, true);
        const shared = rival.policy.fields.join(' and ');
        if (by !== undefined)
          throw new Refusal(keptCode, `${shared} is that of an older record, which ${by} refers to`);
        const beaten = lost({ ...rival, text: this.#text });
        over.push(...actions, ledger.put({ source: name, key: rival.text, ...beaten }, env.now));
      }
      const written = isOurs
        ? replacement(codec, main, record, stamp, env)
        : creation(codec, await this.#first(record, found), stamp, env);
      return { landed: 'migrated', actions: [...over, ...written, ...settled] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#rejected(error, await leaving(), entry, env);
    }
  }

  #gone(
    { actions, by }: Leaving,
    entry: Item | null,
    settled: readonly Action[],
    { now }: WriteEnvironment,
  ): Decision {
    const { ledger } = this.#context;
    const of = { source: this.#source.mapping.name, key: this.#text, ...this.#identityText() };
    const deleted = deletedEntry(of, by);
    const isLeft = by !== undefined;
    // Where records count, it is as any deletion of one.
    if (isLeft && this.#options.writing?.recordsCount) throw referenced(this.entity, by);
    const isKnown = !this.#options.writing && entry !== null && entry['reason'] === deleted.reason;
    // An importer that read the row before may still write it: what it wrote is found by this entry.
    const left = !this.#options.writing && !isLeft ? settled : isKnown ? [] : [ledger.put(deleted, now)];
    return { landed: 'gone', actions: [...actions, ...left], isLeft };
  }

  #rejected(
    refusal: Refusal,
    { actions, by }: Leaving,
    entry: Item | null,
    { now }: WriteEnvironment,
  ): Decision {
    const { code, reason } =
      by === undefined
        ? { code: refusal.code, reason: refusal.message }
        : { code: keptCode, reason: `${refusal.message}; its former record stays, as ${by} refers to it` };
    const hash = this.#hash;
    const isKnown =
      entry !== null && actions.every(isCheck) && entry['code'] === code && entry['hash'] === hash;
    const of = { source: this.#source.mapping.name, key: this.#text, ...this.#identityText() };
    const rejected = { ...of, outcome: 'rejected', code, reason, hash } as const;
    const put = isKnown ? [] : [this.#context.ledger.put(rejected, now)];
    return { landed: 'rejected', actions: [...actions, ...put], isLeft: by !== undefined };
  }

  #identityText(): { readonly identity?: string } {
    return this.#context.identityText(this.#source, this.#row, this.#options.importedAt);
  }

  /** A record that was there before left versions: the next number follows them. */
  async #first(record: AnyRecord, found: FoundItems): Promise<AnyRecord> {
    const { codec } = this.#source;
    const last = found.lastRevision?.(codec.table, codec.key(record)) ?? 0;
    return codec.revision === undefined ? record : { ...record, [codec.revision]: last + 1 };
  }

  /** The records that have a unique value of this one. */
  async #rivals(record: AnyRecord, found: FoundItems, env: WriteEnvironment): Promise<Rival[]> {
    const { mapping, codec } = this.#source;
    const guards = guardsOf(codec, record, env);
    await found.load(guards.map((one) => ({ ...one, consistent: true })));
    const rivals = new Map<string, Rival>();
    for (const { table, key } of guards) {
      const guard = found.get(table, key);
      const place = guard && ownerPlace(table, guard);
      if (
        guard === null ||
        place === null ||
        itemId(table, place) === itemId(codec.table, this.#place as Key)
      )
        continue;
      const item = await recordAt(this.#source.codec, place, found);
      const text = item === null ? undefined : this.#context.rowOf(this.#source, item);
      // During a migration the owner may be named by the key of another version.
      if (text === this.#text) continue;
      const field = String(guard[guardAttributes.field]);
      const policy = mapping.unique.find(({ fields }) => fields.join('+') === field);
      // It was read after its guard, and is gone: others are at it. One that stays so is of a damaged table.
      if (item === null && ++this.#orphans < mostTurns / 2) throw valueTaken({ entity: codec.name, field });
      if (item === null || text === undefined || policy === undefined)
        throw new Refusal('value-taken', `another record has its ${field}`);
      rivals.set(text, {
        text,
        item,
        policy,
        isWeaker: isNewer(policy, this.#text, record, text, codec.read(item)),
      });
    }
    return [...rivals.values()];
  }
}

function isCheck({ kind }: Action): boolean {
  return kind === 'check';
}

/** Of a row that was deleted. @param by what refers to its record, which stays */
export function deletedEntry(
  of: Pick<LedgerEntry, 'source' | 'key' | 'identity'>,
  by: string | undefined,
): LedgerEntry {
  const reason = 'deleted at its source';
  return by === undefined
    ? { ...of, outcome: 'deleted', code: 'deleted', reason }
    : {
        ...of,
        outcome: 'deleted',
        code: keptCode,
        reason: `${reason}; its record stays, as ${by} refers to it`,
      };
}

function isEqual({ codec }: Source, main: Item, record: AnyRecord): boolean {
  return differences(codec, codec.read(main), record).length === 0;
}

function placed(context: ImportContext, source: Source, row: Row, importedAt: Date): Key | Refusal {
  try {
    return context.place(source, row, importedAt);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
