/** Brings rows to what the records are: for the way back, of what was written to the target alone. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inexactIn } from '../client/marshall.js';
import { busy, TableloomError } from '../errors.js';
import { isExpired } from '../expiry.js';
import { keyOfItem } from '../keys/item-key.js';
import { getItems } from '../read/batch-get.js';
import type { AttributeValue, Item, Key } from '../types.js';
import { sameValue } from '../values.js';
import type { Action } from '../write/action.js';
import { commit } from '../write/commit.js';
import { accountsOf, begin, chosen } from './account.js';
import type { ImportContext, Source } from './context.js';
import { mostFindings } from './findings.js';
import { type LedgerEntry, stampAttributes, stampOf } from './ledger.js';
import type { FieldMapping } from './mapping.js';
import { mostSteps, References } from './references.js';
import { type KeyTypes, keyTypesOf, pagesOf, recordPages, rowNamed, segmentsFor } from './rows/pages.js';
import { differences, isNowhere, normalized, recordOf, restamped } from './rows/records.js';
import {
  fieldValues,
  keyOfType,
  keyText,
  type Row,
  rowOf,
  sourceKey,
  sourceTable,
  unmappedIn,
  valuesOf,
} from './rows/rows.js';
import { hashOf, Refusal } from './rows/transforms.js';
import { Pace } from './run/pace.js';
import { readSwitch } from './switch.js';
import type { ReverseFinding, ReverseOptions, ReverseReport } from './types.js';

interface Counts {
  written: number;
  deleted: number;
  withoutRecord: number;
  left: number;
  readonly findings: ReverseFinding[];
}

const batch = 50;

/** What makes a row what its record is. */
interface Step {
  readonly row: Row;
  readonly key: Key;
  /** Whether the row says all of the record that goes back. */
  readonly isWhole: boolean;
}

/** A row is changed only under the condition that its record is as it was read. */
export async function reverseSync(
  context: ImportContext,
  client: DynamoDBClient,
  options: ReverseOptions,
): Promise<ReverseReport> {
  const { phase } = await readSwitch(context.ledger);
  const accounts = await accountsOf(context, options.sources);
  const open = accounts.find(({ isComplete }) => !isComplete);
  if (phase !== 'new' || open !== undefined)
    throw new TableloomError(
      'CONFIGURATION',
      phase === 'new'
        ? `The source ${open?.source} was not imported completely: rows without records are no news. Run \`tableloom import run\` first.`
        : `The switch says \`${phase}\`: the rows count, and are written with their records. Nothing is to be brought back.`,
    );
  const importedAt = await begin(context, context.environment.env.now);
  const counts: Counts = { written: 0, deleted: 0, withoutRecord: 0, left: 0, findings: [] };
  for (const source of chosen(context, options.sources)) {
    const keyTypes = await keyTypesOf(context, client, source);
    const imported = accounts.find(({ source: name }) => name === source.mapping.name)?.rows ?? 0;
    const reversing = new Reversing(context, source, { ...options, importedAt, counts, keyTypes, imported });
    await reversing.records();
    await reversing.rows();
  }
  return { isComplete: options.signal?.aborted !== true, ...counts };
}

interface ReversingOptions extends Omit<ReverseOptions, 'sources'> {
  readonly importedAt: Date;
  readonly counts: Counts;
  readonly keyTypes: KeyTypes;
  /** How many rows were imported. */
  readonly imported: number;
}

class Reversing {
  readonly #context: ImportContext;
  readonly #source: Source;
  readonly #importedAt: Date;
  readonly #counts: Counts;
  readonly #references: References;
  readonly #keyTypes: KeyTypes;
  readonly #options: ReversingOptions;
  readonly #pace = new Pace(8);
  readonly #began = performance.now();
  /** How many records and rows were looked at. */
  #looked = 0;

  constructor(context: ImportContext, source: Source, options: ReversingOptions) {
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.#importedAt = options.importedAt;
    this.#counts = options.counts;
    this.#keyTypes = options.keyTypes;
    this.#references = new References(context, options.importedAt, true);
  }

  #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Each row is met with its record, and then by itself. */
  #progress(more: number): void {
    this.#looked += more;
    const { imported: of, onProgress } = this.#options;
    const rows = Math.floor(this.#looked / 2);
    const perSecond = (rows / (performance.now() - this.#began)) * 1000;
    onProgress?.({
      source: this.#source.mapping.name,
      rows,
      of,
      perSecond,
      concurrency: this.#pace.concurrency,
    });
  }

  #find(kind: ReverseFinding['kind'], key: string): void {
    this.#counts[kind === 'left' ? 'left' : 'withoutRecord'] += 1;
    const { findings } = this.#counts;
    if (findings.length < mostFindings) findings.push({ kind, source: this.#source.mapping.name, key });
  }

  #leave(item: Item): void {
    this.#find('left', Object.values(keyOfItem(this.#source.codec.table, item)).join(' / '));
  }

  /** Every record of the entity has the row that it would become. */
  async records(): Promise<void> {
    const { signal } = this.#options;
    const of = segmentsFor(this.#options.imported);
    for (let number = 0; number < of; number++)
      for await (const items of recordPages(
        this.#context,
        this.#source,
        { number, of },
        { imported: false, signal },
      ))
        for (let at = 0; at < items.length; at += batch) {
          if (this.#isAborted()) return;
          const some = items.slice(at, at + batch);
          await Promise.all(some.map((item) => this.#pace.take(() => this.#record(item))));
          this.#progress(some.length);
        }
  }

  async #record(first: Item): Promise<void> {
    const { codec } = this.#source;
    const { requester, env } = this.#context.environment;
    const retry = requester.retry();
    let item: Item | null = first;
    while (item !== null && !isExpired(codec, item, env.clock())) {
      const step = await this.#step(item);
      if (step === undefined) return;
      const outcome = await commit(requester, this.#actions(item, step.row, step.key));
      if (outcome.kind === 'done') {
        this.#counts.written += 1;
        if (!step.isWhole) this.#leave(item);
        return;
      }
      if (!(await retry.wait({ others: outcome.kind === 'stale' }))) throw busy(outcome.error);
      [item = null] = await getItems(requester, [
        { table: codec.table, key: keyOfItem(codec.table, first), consistent: true },
      ]);
    }
  }

  /** What is to be written for a record; undefined where its row is right, or cannot be made so. */
  async #step(item: Item): Promise<Step | undefined> {
    const { mapping, codec } = this.#source;
    const { environment, transforms } = this.#context;
    // Of another source of the same entity.
    const text = this.#context.rowOf(this.#source, item);
    if (item[stampAttributes.source] !== undefined && text === undefined) return undefined;
    const record = codec.read(item);
    const given = rowOf(mapping, record, transforms);
    // The transforms of a key may lose what tells rows apart: an imported record knows its row.
    const named = text === undefined ? undefined : rowNamed(this.#source, text);
    const key = named ? sourceKey(mapping, named) : keyOfType(mapping, given as Row, this.#keyTypes);
    if (key === undefined) {
      // An imported one is compared when its row is met, which does not tell its name.
      if (text === undefined) this.#leave(item);
      return undefined;
    }
    const back: Item = { ...given, ...key };
    const [row = null] = await getItems(environment.requester, [
      { table: sourceTable(mapping), key, consistent: true },
    ]);
    const next = merged(row, back);
    const kept = mapping.fields.filter(
      ({ from: [name = ''], oneWay }) => !oneWay && name in key && !sameValue(given[name], key[name]),
    );
    const isWhole = await this.#gives(next, item, [...kept, ...unmappedIn(mapping, record)]);
    const isRight = row !== null && (isLike(row, back) || (await this.#same(row as Row, item)));
    // What was rounded as the row was read is not written into it.
    const isLeft = row === null ? mapping.oneWay || !isWhole : isRight ? !isWhole : inexactIn(row).length > 0;
    if (isLeft) this.#leave(item);
    return isRight || isLeft ? undefined : { row: next, key, isWhole };
  }

  #actions(item: Item, row: Row, key: Key): Action[] {
    const { mapping, codec } = this.#source;
    const purpose = { kind: 'derived', entity: codec.name } as const;
    const stamp = { source: stampOf(mapping, keyText(mapping, row)), row: hashOf(row) };
    return [
      { kind: 'put', table: sourceTable(mapping), key, item: { ...row }, purpose },
      this.#context.ledger.remove(mapping.name, keyText(mapping, row)),
      ...restamped(codec, item, stamp, this.#context.environment.env),
    ];
  }

  /** The row gives the record's values of these fields. */
  async #gives(row: Row, item: Item, fields: readonly FieldMapping[]): Promise<boolean> {
    if (fields.length === 0) return true;
    const { mapping, codec } = this.#source;
    const names = fields.map(({ field }) => field);
    const record = codec.read(item);
    try {
      const values = fieldValues(mapping, names, row, await this.#references.of(this.#source, [row]));
      const own = codec.read(normalized(codec, values));
      return names.every((name) => sameValue(own[name] as AttributeValue, record[name] as AttributeValue));
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** The row gives this record. */
  async #same(row: Row, item: Item): Promise<boolean> {
    const { mapping, codec } = this.#source;
    try {
      const context = await this.#references.of(this.#source, [row]);
      const record = recordOf(codec, valuesOf(mapping, row, context), this.#context.environment.env);
      const fields = differences(codec, codec.read(item), record);
      // What was derived of a row that has none of it does not make the row another one.
      return fields.every((name) => mapping.fields.find(({ field }) => field === name)?.oneWay === true);
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  /** Rows whose records were deleted. */
  async rows(): Promise<void> {
    const { mapping, codec } = this.#source;
    const { requester, env } = this.#context.environment;
    const segments = segmentsFor(1);
    for (let number = 0; number < segments; number++)
      for await (const page of pagesOf(this.#context, this.#source, number, segments, this.#options))
        for (let at = 0; at < page.length; at += batch) {
          if (this.#isAborted()) return;
          const rows = page.slice(at, at + batch);
          const entries = await this.#context.ledger.get(
            mapping.name,
            rows.map((row) => keyText(mapping, row)),
          );
          for (const [place, row] of rows.entries()) {
            const entry = entries[place];
            // A row that was merged goes with the record that it was merged into.
            const key = entry === undefined ? this.#place(row) : await this.#winner(entry);
            if (key === undefined) continue;
            const [main = null] = await getItems(requester, [{ table: codec.table, key, consistent: true }]);
            if (main !== null && (await this.#isChanged(row, main))) this.#leave(main);
            // An expired record is not one that somebody deleted.
            if (main !== null || this.#wouldHaveExpired(row, env.clock())) continue;
            if (this.#options.deleteRows) await this.#delete(row, key, entry);
            else this.#find('without-record', keyText(mapping, row));
          }
          this.#progress(rows.length);
        }
  }

  /** Whether the record of a row without a name is not what the row becomes any more. */
  async #isChanged(row: Row, main: Item): Promise<boolean> {
    const text = this.#context.rowOf(this.#source, main);
    const isNamed = text === undefined || rowNamed(this.#source, text) !== undefined;
    return !isNamed && text === keyText(this.#source.mapping, row) && !(await this.#same(row, main));
  }

  /** Where the record is that a row was merged into: the winner may have lost against another one since. */
  async #winner(entry: LedgerEntry): Promise<Key | undefined> {
    let last: LedgerEntry | undefined = entry;
    let into: string | undefined;
    for (let steps = 0; last !== undefined; steps++) {
      if (last.outcome !== 'merged' || last.into === undefined || steps === mostSteps) return undefined;
      into = last.into;
      [last] = await this.#context.ledger.get(this.#source.mapping.name, [into]);
    }
    const row = into === undefined ? undefined : rowNamed(this.#source, into);
    return row && this.#place(row);
  }

  #place(row: Row): Key | undefined {
    try {
      return this.#context.place(this.#source, row, this.#importedAt);
    } catch {
      return undefined;
    }
  }

  #wouldHaveExpired(row: Row, now: Date): boolean {
    const { mapping, codec } = this.#source;
    if (codec.ttl === undefined) return false;
    const context = {
      transforms: this.#context.transforms,
      importedAt: this.#importedAt,
      referred: () => 'any',
    };
    try {
      return isExpired(codec, codec.item(codec.read(valuesOf(mapping, row, context))), now);
    } catch {
      return true;
    }
  }

  /** Unless somebody has written the row since: with a record, or with another entry. */
  async #delete(row: Row, place: Key, entry: LedgerEntry | undefined): Promise<void> {
    const { mapping, codec } = this.#source;
    const { requester } = this.#context.environment;
    const purpose = { kind: 'derived', entity: codec.name } as const;
    const actions: readonly Action[] = [
      { kind: 'delete', table: sourceTable(mapping), key: sourceKey(mapping, row), purpose },
      this.#context.ledger.remove(mapping.name, keyText(mapping, row), entry ?? null),
      isNowhere(codec, place),
    ];
    const retry = requester.retry();
    for (;;) {
      const outcome = await commit(requester, actions);
      if (outcome.kind === 'done') this.#counts.deleted += 1;
      // Stale: there is a record again, or another entry.
      if (outcome.kind !== 'busy') return;
      if (!(await retry.wait())) throw busy(outcome.error);
    }
  }
}

/** The row has what the record gives it: what a row cannot say of the record makes no difference. */
function isLike(row: Item, back: Item): boolean {
  return Object.entries(back).every(([name, value]) => sameValue(row[name], value));
}

/** What a record does not say stays as it is in the row. */
function merged(row: Item | null, back: Item): Row {
  const all = Object.entries({ ...row, ...back }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all) as Record<string, AttributeValue>;
}
