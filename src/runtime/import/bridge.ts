/** What a legacy application calls in the place of its own puts, deletes and reads of imported tables. */
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { Item } from '../types.js';
import type { Action } from '../write/action.js';
import { commit } from '../write/commit.js';
import { begin } from './account.js';
import type { ImportContext, Source } from './context.js';
import type { LedgerEntry } from './ledger.js';
import { References } from './references.js';
import { differences, recordOf } from './rows/records.js';
import { keyText, type Row, requireExact, rowOf, sourceKey, sourceTable, valuesOf } from './rows/rows.js';
import { Refusal, unlessRefused } from './rows/transforms.js';
import { type Landed, reconcile } from './run/reconcile.js';
import { SwitchView } from './switch.js';
import type { ImportPhase } from './types.js';

/** A read in the phase `shadow` whose record is not what the row becomes. */
export interface ShadowDifference {
  readonly source: string;
  readonly key: string;
  readonly kind: 'missing' | 'different' | 'additional';
  /** Never values. */
  readonly fields: readonly string[];
}

export interface BridgeOptions {
  readonly onDifference?: (difference: ShadowDifference) => void;
}

/**
 * Puts, deletes and reads rows of imported tables, in each phase as the phase says; see `ImportPhase`. From `dual` on, a row and
 * its record are written in one transaction: whatever ends the process, both are there or neither is. The phase is read
 * from the target table every second, and nothing is written on knowledge older than five.
 *
 *     const bridge = database.importer({ mapping, generated, transforms }).bridge();
 *     await bridge.put('users', row);
 */
export class Bridge {
  readonly #context: ImportContext;
  readonly #switch: SwitchView;
  readonly #options: BridgeOptions;
  #began: Promise<Date> | undefined;

  /** @internal `Importer.bridge` makes one. */
  constructor(context: ImportContext, options: BridgeOptions) {
    this.#context = context;
    this.#options = options;
    this.#switch = new SwitchView(context.ledger);
  }

  /** The phase, as known within the lease. */
  phase(): Promise<ImportPhase> {
    return this.#switch.current();
  }

  /**
   * Stores a whole row. What is rejected is stored as a row alone, and the account says why.
   *
   * @returns what became of it; null in the phase `legacy`
   */
  async put(source: string, row: Row): Promise<Landed['outcome'] | null> {
    const one = this.#context.source(source);
    requireKey(one, row);
    const table = sourceTable(one.mapping);
    const key = sourceKey(one.mapping, row);
    return this.#write(one, row, row, {
      kind: 'put',
      table,
      key,
      item: { ...row },
      purpose: { kind: 'derived', entity: one.codec.name },
    });
  }

  /** Deletes a row, with its record. @param key the attributes of the row's key */
  async delete(source: string, key: Row): Promise<void> {
    const one = this.#context.source(source);
    requireKey(one, key);
    const table = sourceTable(one.mapping);
    const purpose = { kind: 'derived', entity: one.codec.name } as const;
    const action: Action = { kind: 'delete', table, key: sourceKey(one.mapping, key), purpose };
    await this.#write(one, key, null, action);
  }

  /** The row under a key, or null. In the phase `new` it is made of the record. */
  async get(source: string, key: Row): Promise<Row | null> {
    const one = this.#context.source(source);
    requireKey(one, key);
    const phase = await this.#switch.current();
    if (phase === 'new') return this.#fromRecord(one, key);
    const row = await this.#row(one, key);
    if (phase === 'shadow') await this.#shadow(one, key, row);
    return row;
  }

  /** The process uses the bridge no more: no change of phase waits for it. */
  close(): Promise<void> {
    return this.#switch.leave();
  }

  async #write(source: Source, key: Row, row: Row | null, action: Action): Promise<Landed['outcome'] | null> {
    const phase = await this.#switch.current();
    if (phase === 'legacy') {
      const { requester } = this.#context.environment;
      const outcome = await commit(requester, [action]);
      if (outcome.kind !== 'done') throw outcome.error;
      return null;
    }
    const importedAt = await this.#importedAt();
    const references = new References(this.#context, importedAt, true);
    const writing = { row, actions: [action], recordsCount: phase === 'new' };
    return (await reconcile(this.#context, source, key, { importedAt, references, writing })).outcome;
  }

  #importedAt(): Promise<Date> {
    this.#began ??= begin(this.#context, this.#context.environment.env.clock()).catch((error: unknown) => {
      this.#began = undefined;
      throw error;
    });
    return this.#began;
  }

  async #row({ mapping }: Source, key: Row): Promise<Row | null> {
    const one = { table: sourceTable(mapping), key: sourceKey(mapping, key), consistent: true };
    const row = (await getItems(this.#context.environment.requester, [one]))[0] as Row | null;
    if (row !== null) requireExact(mapping, row);
    return row;
  }

  async #main(
    source: Source,
    key: Row,
  ): Promise<{ readonly item: Item | null; readonly entry: LedgerEntry | undefined }> {
    const importedAt = await this.#importedAt();
    const { ledger, environment } = this.#context;
    const text = keyText(source.mapping, key);
    const place = unlessRefused(() => this.#context.place(source, key, importedAt));
    const wanted = place && [{ table: source.codec.table, key: place, consistent: true }];
    const [items, [entry]] = await Promise.all([
      wanted ? getItems(environment.requester, wanted) : [null],
      ledger.get(source.mapping.name, [text]),
    ]);
    const item = items[0] ?? null;
    const isOurs = item !== null && this.#context.owns(source, item, text, true);
    return { item: isOurs ? item : null, entry };
  }

  /** What the row holds besides stays, as far as there is one: the record has no place for it. */
  async #fromRecord(source: Source, key: Row): Promise<Row | null> {
    const { mapping, codec } = source;
    const [{ item, entry }, row] = await Promise.all([this.#main(source, key), this.#row(source, key)]);
    if (item === null) return entry === undefined || entry.outcome === 'deleted' ? null : row;
    const back = rowOf(mapping, codec.read(item), this.#context.transforms);
    const kept = Object.entries({ ...row, ...back, ...sourceKey(mapping, key) }).filter(
      ([, value]) => value !== undefined,
    );
    return Object.fromEntries(kept) as Row;
  }

  async #shadow(source: Source, key: Row, row: Row | null): Promise<void> {
    const { onDifference } = this.#options;
    if (onDifference === undefined) return;
    let found = await this.#shadowDifference(source, key, row);
    // Between the two reads others may have written both.
    if (found !== undefined) found = await this.#shadowDifference(source, key, await this.#row(source, key));
    if (found !== undefined)
      onDifference({ source: source.mapping.name, key: keyText(source.mapping, key), ...found });
  }

  async #shadowDifference(
    source: Source,
    key: Row,
    row: Row | null,
  ): Promise<Pick<ShadowDifference, 'kind' | 'fields'> | undefined> {
    const { item, entry } = await this.#main(source, key);
    if (row === null) return item === null ? undefined : { kind: 'additional', fields: [] };
    if (entry !== undefined && entry.outcome !== 'deleted') return undefined;
    const importedAt = await this.#importedAt();
    const references = new References(this.#context, importedAt, true);
    try {
      const context = await references.of(source, [row]);
      const record = recordOf(
        source.codec,
        valuesOf(source.mapping, row, context),
        this.#context.environment.env,
      );
      if (item === null) return { kind: 'missing', fields: [] };
      const fields = differences(source.codec, source.codec.read(item), record);
      return fields.length === 0 ? undefined : { kind: 'different', fields };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return item === null ? { kind: 'missing', fields: [] } : { kind: 'different', fields: [] };
    }
  }
}

function requireKey({ mapping }: Source, row: Row): void {
  const missing = mapping.key.filter((name) => row[name] === undefined || row[name] === null);
  if (missing.length === 0) return;
  throw new TableloomError(
    'BAD_INPUT',
    `A row of ${mapping.name} has no ${missing.join(' and no ')}, which is its key. Pass the whole key.`,
  );
}
