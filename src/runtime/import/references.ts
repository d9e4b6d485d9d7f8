/** Finds the records that rows refer to. */
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { AttributeValue, Item, Key } from '../types.js';
import type { ImportContext, Source } from './context.js';
import type { LedgerEntry } from './ledger.js';
import type { SourceReference } from './mapping.js';
import { pagesOf, segmentsAtOnce } from './rows/pages.js';
import {
  keyText,
  keyValues,
  namedRow,
  type Row,
  type RowContext,
  referencesOf,
  sourceTable,
} from './rows/rows.js';
import { unlessRefused } from './rows/transforms.js';

/** How long what was looked up is believed, in milliseconds, and how much of it. */
const believedMs = 5000;
const mostBelieved = 50_000;
/** So many rows are remembered to the end: some 150 MB. Others are looked up. */
const mostPreloaded = 1_000_000;
/** Rows that were merged into rows that were merged: more steps than this are a circle. */
export const mostSteps = 20;

/** Finds the records that rows refer to: all of a batch at once. */
export class References {
  readonly #context: ImportContext;
  readonly #importedAt: Date;
  readonly #isFresh: boolean;
  readonly #preloaded = new Map<string, AttributeValue | undefined>();
  /** Sources of which every row was read. */
  readonly #whole = new Set<string>();
  readonly #known = new Map<string, { readonly value: AttributeValue | undefined; readonly until: number }>();

  /** @param isFresh nothing is believed that was read for another row */
  constructor(context: ImportContext, importedAt: Date, isFresh: boolean) {
    this.#context = context;
    this.#importedAt = importedAt;
    this.#isFresh = isFresh;
  }

  /**
   * Reads all rows that this source's rows may name, once, and believes them to the end, as it does that others are gone: of a row
   * that is deleted meanwhile, what names it keeps its key, and of one that is merged or comes again, `verify` finds it.
   */
  async preload({ mapping }: Source, signal: AbortSignal | undefined): Promise<void> {
    const names = new Set(mapping.fields.flatMap(({ reference }) => reference?.source ?? []));
    for (const name of names) {
      const source = this.#context.source(name);
      const entries = new Map<string, LedgerEntry>();
      for await (const entry of this.#context.ledger.entries(name)) entries.set(entry.key, entry);
      const segment = async (number: number) => {
        for await (const page of pagesOf(this.#context, source, number, segmentsAtOnce, {
          only: source.mapping.key,
          signal,
        }))
          for (const row of page) this.#believe(source, row, entries);
      };
      await Promise.all(Array.from({ length: segmentsAtOnce }, (_, number) => segment(number)));
      this.#whole.add(name);
    }
  }

  #believe(source: Source, row: Row, entries: ReadonlyMap<string, LedgerEntry>): void {
    const { mapping } = source;
    const raw = row[mapping.key[0] ?? ''];
    let key = typeof raw === 'number' ? raw : String(raw);
    let entry = entries.get(keyText(mapping, row));
    for (
      let steps = 0;
      entry?.outcome === 'merged' && entry.into !== undefined && steps < mostSteps;
      steps++
    ) {
      key = keyIn(source, entry.into);
      entry = entries.get(entry.into);
    }
    const value = entry?.outcome === 'rejected' ? undefined : this.#valueOf(source, key)?.value;
    if (this.#preloaded.size < mostPreloaded) this.#preloaded.set(`${mapping.name} ${raw}`, value);
  }

  async of(source: Source, rows: readonly Row[]): Promise<RowContext> {
    const now = performance.now();
    if (this.#known.size > mostBelieved) this.#known.clear();
    const found = new Map<string, AttributeValue | undefined>();
    const open = new Map<string, Map<string, string | number>>();
    for (const row of rows)
      for (const [{ source: name }, key] of referencesOf(source.mapping, row)) {
        const id = `${name} ${key}`;
        if (this.#preloaded.has(id)) {
          found.set(id, this.#preloaded.get(id));
          continue;
        }
        const known = this.#isFresh ? undefined : this.#known.get(id);
        if (known !== undefined && known.until > now) found.set(id, known.value);
        else open.set(name, (open.get(name) ?? new Map<string, string | number>()).set(String(key), key));
      }
    for (const [name, keys] of open)
      for (const [key, value] of await this.#find(this.#context.source(name), keys)) {
        const id = `${name} ${key}`;
        found.set(id, value);
        if (this.#isFresh) continue;
        const isGone = value === undefined && this.#whole.has(name);
        this.#known.set(id, { value, until: isGone ? Number.POSITIVE_INFINITY : now + believedMs });
      }
    return {
      transforms: this.#context.transforms,
      importedAt: this.#importedAt,
      referred: ({ source: name }: SourceReference, key: string) => found.get(`${name} ${key}`),
    };
  }

  /** @param keys by what was named: the key that is looked for, which differs once a row was merged into another */
  async #find(
    source: Source,
    keys: Map<string, string | number>,
  ): Promise<Map<string, AttributeValue | undefined>> {
    const { ledger, environment } = this.#context;
    const found = new Map<string, AttributeValue | undefined>();
    let open = keys;
    for (let steps = 0; open.size > 0 && steps < mostSteps; steps++) {
      const asked = [...open];
      const values = asked.map(([, key]) => this.#valueOf(source, key));
      const wanted = values.map(
        (one) => one && { table: source.codec.table, key: one.place, consistent: true },
      );
      const items = await getItems(
        environment.requester,
        wanted.flatMap((one) => one ?? []),
      );
      let at = 0;
      const gone: (readonly [string, string | number])[] = [];
      for (const [number, [named, key]] of asked.entries()) {
        const value = values[number];
        const item = value === undefined ? null : (items[at++] ?? null);
        if (item !== null) found.set(named, value?.value);
        else gone.push([named, key]);
      }
      const entries = await ledger.get(
        source.mapping.name,
        gone.map(([, key]) => keyText(source.mapping, this.#row(source, key))),
      );
      const next = new Map<string, string | number>();
      const coming = new Map<string, string | number>();
      for (const [number, [named, key]] of gone.entries()) {
        const entry = entries[number];
        if (entry?.outcome === 'merged' && entry.into !== undefined)
          next.set(named, keyIn(source, entry.into));
        else if (entry?.outcome === 'rejected') found.set(named, undefined);
        else coming.set(named, key);
      }
      for (const [named, key] of await this.#findRows(source, coming, found)) next.set(named, key);
      open = next;
    }
    return found;
  }

  /**
   * Rows that are still to be imported: their records will have the keys that they give.
   *
   * @returns keys of a type that the table's are not of, as that type has them: 42 names the row "42", which makes the same record
   */
  async #findRows(
    source: Source,
    keys: ReadonlyMap<string, string | number>,
    found: Map<string, AttributeValue | undefined>,
  ): Promise<Map<string, string | number>> {
    const others = new Map<string, string | number>();
    const wanted = [...keys].map(([named, key]) => ({ named, key, row: this.#row(source, key) }));
    const rows = await this.#rows(source, wanted);
    for (const [at, { named, key }] of wanted.entries()) {
      const row = rows[at];
      const other = row === undefined ? ofOtherType(key) : undefined;
      if (other !== undefined) others.set(named, other);
      else found.set(named, row ? this.#valueOf(source, key)?.value : undefined);
    }
    return others;
  }

  /** Null where there is no such row; undefined where none can have the key. */
  async #rows(
    source: Source,
    wanted: readonly { readonly row: Row }[],
  ): Promise<readonly (Item | null | undefined)[]> {
    const table = sourceTable(source.mapping);
    try {
      return await getItems(
        this.#context.environment.requester,
        wanted.map(({ row }) => ({ table, key: row as Key, consistent: true })),
      );
    } catch (error) {
      if (!isNoKey(error)) throw error;
      if (wanted.length === 1) return [undefined];
      // One such key makes DynamoDB refuse all of a request.
      return (await Promise.all(wanted.map((one) => this.#rows(source, [one])))).flat();
    }
  }

  #row({ mapping }: Source, key: string | number): Row {
    return { [mapping.key[0] ?? '']: key };
  }

  #valueOf(
    source: Source,
    key: string | number,
  ): { readonly place: Key; readonly value: AttributeValue } | undefined {
    const { mapping, keyFields } = source;
    const options = { transforms: this.#context.transforms, importedAt: this.#importedAt };
    return unlessRefused(() => {
      const row = this.#row(source, key);
      const values = keyValues(mapping, keyFields, row, options);
      const [first = ''] = keyFields;
      return { place: this.#context.place(source, row, this.#importedAt), value: values[first] ?? null };
    });
  }
}

/** The key of a row, of one attribute, by its name. */
function keyIn({ mapping }: Source, text: string): string | number {
  const key = namedRow(mapping, text)?.[mapping.key[0] ?? ''];
  return typeof key === 'number' ? key : String(key ?? text);
}

/** DynamoDB's answer to a key that no item of the table can have: of another type, or too long. */
function isNoKey(error: unknown): boolean {
  if (!(error instanceof TableloomError)) return false;
  const { cause } = error;
  const isOfOtherType =
    cause instanceof Error && /key element does not match the schema/i.test(cause.message);
  return error.code === 'KEY_INVALID' || isOfOtherType;
}

function ofOtherType(key: string | number): string | number | undefined {
  if (typeof key === 'number') return String(key);
  const number = Number(key);
  return Number.isFinite(number) && String(number) === key ? number : undefined;
}
