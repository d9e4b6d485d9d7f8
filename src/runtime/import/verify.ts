/** Transforms every row again, and compares it with what is stored. */
import { isExpired } from '../expiry.js';
import { keyOfItem } from '../keys/item-key.js';
import { getItems } from '../read/batch-get.js';
import { Rate } from '../reindex/throttle.js';
import type { Item, Key } from '../types.js';
import { commit } from '../write/commit.js';
import { accountsOf, begin, chosen } from './account.js';
import type { ImportContext, Source } from './context.js';
import { isFormerReference, itemFaults } from './faults.js';
import { Findings } from './findings.js';
import type { LedgerEntry } from './ledger.js';
import { patiently } from './patiently.js';
import { References } from './references.js';
import { pagesOf, recordPages, rowNamed, segmentsFor } from './rows/pages.js';
import { type AnyRecord, differences, guardsOf, recordOf, removal } from './rows/records.js';
import { keyText, type Row, type RowContext, sourceKey, sourceTable, valuesOf } from './rows/rows.js';
import { digestOf, Refusal } from './rows/transforms.js';
import { Pace } from './run/pace.js';
import { reconcile } from './run/reconcile.js';
import { ownerPlace } from './run/rivals.js';
import { isStillUnfit } from './run/unfit.js';
import { requireRowsCount } from './switch.js';
import type {
  ImportFinding,
  ImportFindingKind,
  ImportVerifyOptions,
  ImportVerifyReport,
  SourceAccount,
} from './types.js';

const batch = 100;
const segmentsAtOnce = 4;
/** While others write, there may be something to repair each time. */
const mostPasses = 3;
/** What differs may be on its way: it is looked at again before it is reported. */
const looks = 3;

/** What one row should have, and has. */
interface Compared {
  readonly kind: ImportFindingKind | 'migrated' | 'merged' | 'rejected' | 'expired';
  readonly fields: readonly string[];
}

const ok: ReadonlySet<string> = new Set(['migrated', 'merged', 'rejected', 'expired']);

/** How many rows were imported of each source. */
type Sizes = ReadonlyMap<string, number>;

export async function verifyImport(
  context: ImportContext,
  options: ImportVerifyOptions,
): Promise<ImportVerifyReport> {
  if (options.repair) await requireRowsCount(context.ledger);
  const importedAt = await begin(context, context.environment.env.now);
  const known = await accountsOf(context, undefined);
  const sizes = new Map(known.map(({ source, rows }) => [source, rows]));
  const verifying = new Verifying(context, importedAt, options, sizes);
  const accounts: SourceAccount[] = [];
  for (const source of chosen(context, options.sources)) {
    if (options.signal?.aborted) break;
    const counts = await verifying.all(source);
    const account = known.find(({ source: name }) => name === source.mapping.name);
    if (account !== undefined) accounts.push({ ...account, ...counts });
  }
  const { findings, expired } = verifying;
  return {
    isComplete: options.signal?.aborted !== true,
    sources: accounts,
    findings: findings.list,
    counts: findings.counts,
    expired,
  };
}

class Verifying {
  readonly findings = new Findings();
  expired = 0;
  readonly #context: ImportContext;
  readonly #importedAt: Date;
  readonly #options: ImportVerifyOptions;
  readonly #rate: Rate | undefined;
  readonly #pace = new Pace(8);
  readonly #fresh: References;
  readonly #sizes: Sizes;

  constructor(context: ImportContext, importedAt: Date, options: ImportVerifyOptions, sizes: Sizes) {
    const { requester } = context.environment;
    this.#context = context;
    this.#importedAt = importedAt;
    this.#options = options;
    this.#sizes = sizes;
    this.#rate =
      options.rate === undefined ? undefined : new Rate(options.rate, () => requester.statistics());
    this.#fresh = new References(context, importedAt, true);
  }

  /** Rows that name others of their source are looked at again, where a repair has changed what these are. */
  async all(source: Source) {
    const { name, fields } = source.mapping;
    const namesOwn = fields.some(({ reference }) => reference?.source === name);
    const { expired } = this;
    for (let passes = 1; ; passes++) {
      this.findings.begin();
      const counts = await this.#source(source);
      const isSettled = !namesOwn || this.findings.repaired === 0;
      if (isSettled || passes === mostPasses || this.#options.signal?.aborted) return counts;
      this.findings.withdrawLeft(name);
      this.expired = expired;
    }
  }

  async #source(source: Source): Promise<Pick<SourceAccount, 'rows' | 'migrated' | 'merged' | 'rejected'>> {
    const { signal } = this.#options;
    const total = { rows: 0, migrated: 0, merged: 0, rejected: 0 };
    const seen = new Set<string>();
    const began = performance.now();
    const size = this.#sizes.get(source.mapping.name) ?? 0;
    const references = new References(this.#context, this.#importedAt, false);
    await patiently(signal, () => references.preload(source, signal));
    await this.#eachSegment(segmentsFor(size), async (number, of) => {
      for await (const page of pagesOf(this.#context, source, number, of, this.#options))
        for (let at = 0; at < page.length; at += batch) {
          if (this.#options.signal?.aborted) return;
          await this.#rate?.turn(this.#options.signal);
          const rows = page.slice(at, at + batch);
          for (const row of rows) seen.add(short(keyText(source.mapping, row)));
          const compared = await patiently(signal, () => this.#compare(source, rows, references));
          for (const [place, row] of rows.entries()) {
            const one = await patiently(signal, () => this.#settled(source, row, compared[place]));
            total.rows += 1;
            if (one.kind === 'merged' || one.kind === 'rejected') total[one.kind] += 1;
            else if (one.kind === 'migrated' || one.kind === 'expired') total.migrated += 1;
            if (one.kind === 'expired') this.expired += 1;
          }
          const perSecond = (total.rows / (performance.now() - began)) * 1000;
          this.#options.onProgress?.({
            source: source.mapping.name,
            rows: total.rows,
            of: size,
            perSecond,
            concurrency: this.#pace.concurrency,
          });
        }
    });
    if (!this.#options.signal?.aborted) await this.#additional(source, seen);
    return total;
  }

  async #eachSegment(of: number, work: (number: number, of: number) => Promise<void>): Promise<void> {
    const open = Array.from({ length: of }, (_, at) => at);
    const worker = async () => {
      while (!this.#options.signal?.aborted) {
        const next = open.shift();
        if (next === undefined) return;
        await work(next, of);
      }
    };
    await Promise.all(Array.from({ length: segmentsAtOnce }, worker));
  }

  /** What differs is looked at again, and reported or repaired. */
  async #settled(source: Source, row: Row, first: Compared | undefined): Promise<Compared> {
    let one = first ?? { kind: 'missing', fields: [] };
    for (let look = 1; !ok.has(one.kind) && look < looks; look++) {
      const now = await this.#current(source, row);
      if (now === null) return { kind: 'migrated', fields: [] };
      one = (await this.#compare(source, [now], this.#fresh))[0] ?? one;
    }
    if (ok.has(one.kind)) return one;
    const isRepaired = this.#options.repair === true && (await this.#repair(source, row));
    this.#found({
      kind: one.kind as ImportFindingKind,
      source,
      key: keyText(source.mapping, row),
      fields: one.fields,
      isRepaired,
    });
    return one;
  }

  async #repair(source: Source, row: Row): Promise<boolean> {
    const options = { importedAt: this.#importedAt, references: this.#fresh };
    return (await this.#pace.take(() => reconcile(this.#context, source, row, options))).isChanged;
  }

  /** Deletes the record of a row that is gone, and whose name does not lead to it. */
  async #remove({ codec }: Source, item: Item): Promise<boolean> {
    const { requester, env } = this.#context.environment;
    await requireRowsCount(this.#context.ledger);
    return (await commit(requester, removal(codec, item, env))).kind === 'done';
  }

  /** The row as it is now; null where it is gone. */
  async #current(source: Source, row: Row): Promise<Row | null> {
    const one = { table: sourceTable(source.mapping), key: sourceKey(source.mapping, row), consistent: true };
    return (await getItems(this.#context.environment.requester, [one]))[0] as Row | null;
  }

  #found({ source, ...finding }: Omit<ImportFinding, 'source'> & { readonly source: Source }): void {
    this.findings.add({ source: source.mapping.name, ...finding });
  }

  async #compare(source: Source, rows: readonly Row[], references: References): Promise<Compared[]> {
    const { requester, env } = this.#context.environment;
    const { codec, mapping } = source;
    const context = await references.of(source, rows);
    const wanted = rows.map((row) => this.#wanted(source, row, context));
    const places = rows.map((row) => this.#place(source, row));
    const found = await getItems(
      requester,
      places.flatMap((key) => (key === undefined ? [] : [{ table: codec.table, key, consistent: true }])),
    );
    let at = 0;
    const mains = places.map((key, number) => {
      const item = key === undefined ? null : (found[at++] ?? null);
      const text = keyText(mapping, rows[number] ?? {});
      return item !== null && this.#context.rowOf(source, item) === text ? item : null;
    });
    const entries = await this.#context.ledger.get(
      mapping.name,
      rows.map((row) => keyText(mapping, row)),
    );
    // While a migration is under way, it compares the items of both versions itself.
    const isMigrating = env.sharing(codec.name) !== undefined;
    const faults = isMigrating ? new Set<number>() : await itemFaults(requester, source, mains);
    return Promise.all(
      rows.map((row, number) =>
        this.#judge(source, row, {
          wanted: wanted[number] ?? null,
          main: mains[number] ?? null,
          entry: entries[number],
          hasFault: faults.has(number),
          context,
        }),
      ),
    );
  }

  async #judge(
    source: Source,
    row: Row,
    {
      wanted,
      main,
      entry,
      hasFault,
      context,
    }: {
      readonly wanted: AnyRecord | Refusal | null;
      readonly main: Item | null;
      readonly entry: LedgerEntry | undefined;
      readonly hasFault: boolean;
      readonly context: RowContext;
    },
  ): Promise<Compared> {
    const isRecord = wanted !== null && !(wanted instanceof Refusal);
    if (main !== null) {
      if (entry !== undefined && entry.outcome !== 'deleted') return { kind: 'unaccounted', fields: [] };
      if (!isRecord) return { kind: 'different', fields: [] };
      const fields = differences(source.codec, source.codec.read(main), wanted).filter(
        (field) => !isFormerReference(source, row, field, main, context),
      );
      if (fields.length > 0) return { kind: 'different', fields };
      return hasFault ? { kind: 'items', fields: [] } : { kind: 'migrated', fields: [] };
    }
    if (entry?.outcome === 'rejected') {
      const isRight =
        wanted instanceof Refusal
          ? wanted.code === entry.code
          : isRecord && (await this.#isTaken(source, wanted, entry, row));
      return { kind: isRight ? 'rejected' : 'unaccounted', fields: [] };
    }
    if (entry?.outcome === 'merged') {
      const into = entry.into === undefined ? undefined : rowNamed(source, entry.into);
      const key = into && this.#place(source, into);
      const one = key && { table: source.codec.table, key, consistent: true };
      const winner = one && (await getItems(this.#context.environment.requester, [one]))[0];
      const isMerged =
        winner !== undefined && winner !== null && isRecord && this.#shares(source, wanted, winner);
      // A chain: the winner lost against another one since.
      if (winner === null && entry.into !== undefined) {
        const [next] = await this.#context.ledger.get(source.mapping.name, [entry.into]);
        if (next?.outcome === 'merged') return { kind: 'merged', fields: [] };
      }
      return isMerged ? { kind: 'merged', fields: [] } : { kind: 'unaccounted', fields: [] };
    }
    if (isRecord && this.#hasExpired(source, wanted)) return { kind: 'expired', fields: [] };
    return { kind: 'missing', fields: [] };
  }

  /** What the row was rejected for is still so: another record has it, or it cannot be stored. */
  async #isTaken(source: Source, wanted: AnyRecord, entry: LedgerEntry, row: Row): Promise<boolean> {
    const { codec, mapping } = source;
    if (entry.code !== 'duplicate' && entry.code !== 'value-taken')
      return isStillUnfit(this.#context, source, { record: wanted, entry, row });
    const { requester, env } = this.#context.environment;
    const guards = guardsOf(codec, wanted, env);
    const held = await getItems(
      requester,
      guards.map(({ table, key }) => ({ table, key, consistent: true })),
    );
    for (const [at, item] of held.entries()) {
      if (!item) continue;
      const place = ownerPlace(codec.table, item);
      const owner =
        place && (await getItems(requester, [{ table: codec.table, key: place, consistent: true }]))[0];
      if (!owner) continue;
      const isOfSource = this.#context.rowOf(source, owner) !== undefined;
      const hasPolicy = mapping.unique.some(({ fields }) => fields.join('+') === guards[at]?.field);
      // Of rows of one source, the policy decides.
      if (entry.code === 'duplicate' ? isOfSource : !(isOfSource && hasPolicy)) return true;
    }
    return false;
  }

  /** Both have a unique value in common. */
  #shares({ codec }: Source, record: AnyRecord, winner: Item): boolean {
    const { env } = this.#context.environment;
    const held = guardsOf(codec, codec.read(winner), env).map(({ key }) => JSON.stringify(key));
    return guardsOf(codec, record, env).some(({ key }) => held.includes(JSON.stringify(key)));
  }

  #hasExpired({ codec }: Source, record: AnyRecord): boolean {
    return isExpired(codec, codec.item(record), this.#context.environment.env.clock());
  }

  #wanted(source: Source, row: Row, context: RowContext): AnyRecord | Refusal {
    try {
      return recordOf(source.codec, valuesOf(source.mapping, row, context), this.#context.environment.env);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  #place(source: Source, row: Row): Key | undefined {
    try {
      return this.#context.place(source, row, this.#importedAt);
    } catch {
      return undefined;
    }
  }

  /** Records of rows that were not met. */
  async #additional(source: Source, seen: ReadonlySet<string>): Promise<void> {
    const hidden = new Map<string, Item>();
    const { signal } = this.#options;
    const imported = [...this.#sizes.values()].reduce((sum, rows) => sum + rows, 0);
    await this.#eachSegment(segmentsFor(imported), async (number, of) => {
      for await (const items of recordPages(
        this.#context,
        source,
        { number, of },
        { imported: true, signal },
      )) {
        for (const item of items) {
          const text = this.#context.rowOf(source, item);
          if (text === undefined || seen.has(short(text))) continue;
          if (rowNamed(source, text) === undefined) hidden.set(text, item);
          else await this.#additionalOne(source, text, item);
        }
        await this.#rate?.turn(signal);
        if (signal?.aborted) return;
      }
    });
    if (hidden.size === 0 || signal?.aborted) return;
    // Digests do not lead back to their rows: those that came since are found by reading all again.
    await this.#eachSegment(segmentsFor(seen.size), async (number, of) => {
      for await (const page of pagesOf(this.#context, source, number, of, this.#options))
        for (const row of page) hidden.delete(keyText(source.mapping, row));
    });
    if (signal?.aborted) return;
    for (const [text, item] of hidden) await this.#additionalOne(source, text, item);
  }

  async #additionalOne(source: Source, text: string, item: Item): Promise<void> {
    const row = rowNamed(source, text);
    if (row !== undefined && (await this.#current(source, row)) !== null) return;
    const { table } = source.codec;
    const [now] = await getItems(this.#context.environment.requester, [
      { table, key: keyOfItem(table, item), consistent: true },
    ]);
    // An expired one goes by itself.
    if (!now || isExpired(source.codec, now, this.#context.environment.env.clock())) return;
    const isRepaired =
      this.#options.repair === true &&
      (await (row === undefined ? this.#remove(source, now) : this.#repair(source, row)));
    this.#found({ kind: 'additional', source, key: text, fields: [], isRepaired });
  }
}

/** A million keys are remembered: as little of each as does. */
function short(text: string): string {
  return digestOf(text).slice(7, 23);
}
