/** Brings the records of a table from one version of the plan to the next while servers of both work on them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { longestMs } from '../client/limits.js';
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { ReindexContext } from '../reindex/reindex.js';
import { reindex } from '../reindex/reindex.js';
import { scanPage } from '../reindex/scan.js';
import type { AnyCodec, ReindexOptions, ReindexReport } from '../reindex/types.js';
import type { TableDefinition } from '../tables/definition.js';
import type { EntityCodec, Item, TableRef } from '../types.js';
import { codecOf, settledCodec } from './codec.js';
import type { StoredForm } from './form.js';
import { Pair } from './join.js';
import {
  changedForms,
  differing,
  type MigrationPhase,
  type PlanRecord,
  readPlan,
  type StoredPlan,
  writePlan,
} from './plan-record.js';
import { type KeptRun, type MigrationRun, readRun, writeRun } from './run-record.js';
import { sharedCodec } from './sharing.js';
import { planLeaseMs } from './watch.js';

export interface MigrationSettings {
  /** The tables that records are stored in. */
  readonly tables: readonly TableRef[];
  /** How long to wait after a step, in milliseconds. Default: as long as a process may not know of it, and its requests take. */
  readonly settleMs?: number;
}

export type MigrationOptions = Pick<
  ReindexOptions,
  'rate' | 'segments' | 'signal' | 'onProgress' | 'resume' | 'dryRun' | 'pause'
>;

const order: readonly MigrationPhase[] = ['settled', 'delete-only', 'write-only', 'both', 'contracting'];

/**
 * The steps of one migration, in the order of the methods; `status` says where it is. Each can be repeated, and resumed after
 * it was interrupted. Until `contract` begins, `rollBack` undoes all.
 */
export class Migration {
  readonly #context: ReindexContext;
  readonly #tables: readonly TableRef[];
  readonly #settleMs: number;

  /** @internal `Database.migration` makes one. */
  constructor(context: ReindexContext, { tables, settleMs }: MigrationSettings) {
    this.#context = context;
    this.#tables = tables;
    this.#settleMs = settleMs ?? planLeaseMs + longestMs(context.requester.limits) + 1000;
  }

  get #requester(): Requester {
    return this.#context.requester;
  }

  /** How long each step waits until every process knows of it, in milliseconds. */
  get settleMs(): number {
    return this.#settleMs;
  }

  /**
   * What the first table says that is not settled, else the first; null where nothing is noted yet. Others may be one step
   * behind, or settled already, after an interruption.
   */
  async status(): Promise<PlanRecord | null> {
    const records = (await this.#records()).filter((record) => record !== null);
    return records.find(({ phase }) => phase !== 'settled') ?? records[0] ?? null;
  }

  /** Whether anything but what a migration keeps is stored. */
  async isEmpty(): Promise<boolean> {
    const { requester, scan } = this.#context;
    const filter = { expression: '#t <> :t', names: { '#t': '_type' }, values: { ':t': '_plan' } };
    const pages = await Promise.all(
      this.#tables.map((table) =>
        // Two of the items may be its own.
        scanPage(
          requester,
          scan,
          table,
          { number: 0, of: 1, after: undefined },
          { filter, limit: 3, consistent: true },
        ),
      ),
    );
    return pages.every(({ items, next }) => items.length === 0 && next === undefined);
  }

  /** Who runs a step, and how far it is. */
  async run(): Promise<KeptRun | null> {
    const [first] = this.#tables;
    return first ? readRun(this.#requester, first) : null;
  }

  /** Notes who runs a step, and how far it is; null: nobody does. CONFLICT where another process has noted it meanwhile. */
  async keepRun(before: KeptRun | null, run: MigrationRun | null): Promise<KeptRun | null> {
    const [first] = this.#tables;
    return first ? writeRun(this.#requester, first, before, run) : null;
  }

  /** Notes how records are stored, where nothing is noted yet. @returns whether it was not */
  async note(plan: StoredPlan): Promise<boolean> {
    const records = await this.#records();
    const empty = this.#tables.filter((_, at) => records[at] === null);
    for (const table of empty)
      await writePlan(this.#requester, table, null, { phase: 'settled', from: plan, to: null });
    return empty.length > 0;
  }

  /**
   * Notes another plan, of which no record has to be brought to it. @param isOffline no server runs, and what records need is
   * left to `reindex`
   */
  async noteOther(plan: StoredPlan, { isOffline = false } = {}): Promise<void> {
    const records = await this.#records();
    const busy = records.find((record) => record && record.phase !== 'settled');
    if (busy) throw refused(`a migration is under way (${busy.phase})`, 'Complete it or roll it back first.');
    const other = records.flatMap((record) => (record ? differing(record.from, plan) : []));
    if (other.length > 0 && !isOffline)
      throw refused(
        `records of ${other.join(', ')} are stored otherwise`,
        'Bring them to it by a migration.',
      );
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at] ?? null;
      // How long histories keep versions is noted, too, and no part of a fingerprint.
      if (record === null || JSON.stringify(record.from) !== JSON.stringify(plan))
        await writePlan(this.#requester, table, record, { phase: 'settled', from: plan, to: null });
    }
  }

  /** Servers of the earlier version begin to keep up the next one's items. */
  async expand(to: StoredPlan): Promise<void> {
    const { phase, to: begun, from } = await this.#known();
    if (begun !== null && begun.fingerprint !== to.fingerprint)
      throw refused(
        `a migration to another plan is under way (${phase})`,
        'Complete it or roll it back first.',
      );
    if (phase === 'rolling-back')
      throw refused('a migration is being rolled back', 'Complete the rollback first.');
    if (from.fingerprint === to.fingerprint) return;
    await this.#enter('delete-only', to);
    await this.#enter('write-only', to);
  }

  /** Brings records from before to what both versions store. */
  async fill(options: MigrationOptions = {}): Promise<ReindexReport> {
    await this.#expect('write-only', 'both');
    return this.#reindex(await this.#known(), 'shared', options);
  }

  /** Compares every record with what both versions store of it, and writes nothing. */
  verify(options: MigrationOptions = {}): Promise<ReindexReport> {
    return this.fill({ ...options, dryRun: true });
  }

  /** Servers of the next version are served from now on, next to those of the earlier one. */
  async open(): Promise<void> {
    await this.#expect('write-only', 'both');
    await this.#enter('both');
  }

  /** Servers of the earlier version are served no more, and what only they had is deleted. */
  async contract(options: MigrationOptions = {}): Promise<ReindexReport> {
    await this.#expect('both', 'contracting');
    await this.#enter('contracting');
    const report = await this.#reindex(await this.#known(), 'to', options);
    if (report.cursor === null && report.failed === 0) await this.#settle('to');
    return report;
  }

  /** What only the next version had is deleted; whatever was written since stays. */
  async rollBack(options: MigrationOptions = {}): Promise<ReindexReport> {
    await this.#expect('delete-only', 'write-only', 'both', 'rolling-back');
    await this.#close();
    await this.#enter('rolling-back');
    const report = await this.#reindex(await this.#known(), 'from', options);
    if (report.cursor === null && report.failed === 0) await this.#settle('from');
    return report;
  }

  async #records(): Promise<(PlanRecord | null)[]> {
    return Promise.all(this.#tables.map((table) => readPlan(this.#requester, table)));
  }

  async #known(): Promise<PlanRecord> {
    const record = await this.status();
    if (record !== null) return record;
    throw refused('the table does not say how its records are stored', 'Pass the plan they were stored by.');
  }

  async #expect(...allowed: readonly MigrationPhase[]): Promise<void> {
    const { phase } = await this.#known();
    if (!allowed.includes(phase))
      throw refused(`the migration is at "${phase}"`, `This step follows ${allowed.join(', ')}.`);
  }

  /** Notes the phase in each table that is before it, and waits until every process knows. */
  async #enter(phase: MigrationPhase, to?: StoredPlan): Promise<void> {
    const records = await this.#records();
    const known = await this.#known();
    const end = phase === 'contracting' ? known.to : phase === 'rolling-back' ? known.from : null;
    let isBeyond = true;
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      if (!record)
        throw refused(`the table ${table.name} does not say how its records are stored`, 'Note it first.');
      // Settled before the others, where that was interrupted.
      if (record.phase === 'settled' && record.from.fingerprint === end?.fingerprint) continue;
      const isBehind =
        phase === 'rolling-back'
          ? record.phase !== phase
          : order.indexOf(record.phase) < order.indexOf(phase);
      if (record.phase === phase || isBehind) isBeyond = false;
      if (isBehind)
        await writePlan(this.#requester, table, record, { ...record, to: record.to ?? to ?? null, phase });
    }
    // Whoever entered the next one has waited.
    if (!isBeyond) await sleep(this.#settleMs);
  }

  /** Servers of the next version are refused; until every process knows, those of the earlier one keep up its items. */
  async #close(): Promise<void> {
    const records = await this.#records();
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      if (record?.phase === 'both')
        await writePlan(this.#requester, table, record, { ...record, phase: 'write-only' });
    }
    // One that was interrupted may not have waited.
    if (records.some((record) => record?.phase === 'both' || record?.phase === 'write-only'))
      await sleep(this.#settleMs);
  }

  async #settle(side: 'from' | 'to'): Promise<void> {
    const records = await this.#records();
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      const plan = record?.[side];
      if (record && plan && record.phase !== 'settled')
        await writePlan(this.#requester, table, record, { phase: 'settled', from: plan, to: null });
    }
  }

  #reindex(
    { from, to }: PlanRecord,
    state: 'shared' | 'from' | 'to',
    options: MigrationOptions,
  ): Promise<ReindexReport> {
    if (to === null) throw refused('no migration is under way', 'Begin one first.');
    const changed = changedForms(from, to);
    const codecs = new Map<string, AnyCodec>(
      [...from.forms, ...to.forms].map((form) => [form.name, codecOf(form)]),
    );
    const tables = together(from.tables, to.tables);
    const histories = new Set([...from.forms, ...to.forms].flatMap(historiesOf));
    for (const one of changed) {
      const codec = codecFor(state, new Pair(one.from, one.to));
      // Versions expire at a time of their own.
      const ttl = tables.find(({ table }) => table === codec.table.name)?.ttl;
      codecs.set(codec.name, histories.has(codec.name) && ttl !== undefined ? { ...codec, ttl } : codec);
    }
    const leaving = changed.map((one) => (state === 'from' ? one.to : one.from));
    const staying = state === 'from' ? from : to;
    const isStaying = (entity: string) => staying.forms.some(({ name }) => name === entity);
    return reindex(
      this.#context,
      { tables, codecs: [...codecs.values()] },
      {
        ...options,
        entities: changed.map((one) => one.from.name),
        isCounted: state === 'shared',
        ...(state !== 'shared' && {
          retired: leaving.flatMap(countersOf),
          gone: leaving.flatMap(historiesOf).filter((one) => !isStaying(one)),
        }),
      },
    );
  }
}

function codecFor(state: 'shared' | 'from' | 'to', pair: Pair): AnyCodec {
  if (state !== 'shared') {
    const codec = settledCodec(pair[state].form, state === 'from' ? pair.newNames : []);
    return { ...codec, leaving: (item) => sharedItems(pair, item) };
  }
  const before = new Set(historiesOf(pair.from.form));
  const begun = historiesOf(pair.to.form).filter((one) => !before.has(one));
  // Of a codec of a form, records are items.
  const codec = sharedCodec(pair, 'from', pair.from as unknown as EntityCodec<Item>) as unknown as AnyCodec;
  return begun.length > 0 ? { ...codec, begun: new Set(begun) } : codec;
}

function historiesOf({ versions }: Pick<StoredForm, 'versions'>): string[] {
  return versions.map(({ entity }) => entity);
}

/** What both versions store of a record, but for versions of its history. */
function sharedItems(pair: Pair, item: Item): readonly Item[] {
  try {
    const { main, entries } = pair.items(pair.attributes(item, null));
    return [main.from, ...(main.to ? [main.to] : []), ...entries];
  } catch {
    // One of the versions cannot read it: then that has stored nothing of it.
    return [];
  }
}

function countersOf({ counters }: { readonly counters: readonly { readonly name: string }[] }): string[] {
  return counters.map(({ name }) => name);
}

/** Tables with the indexes of both versions: keys of either are no attributes of records. */
export function together(
  from: readonly TableDefinition[],
  to: readonly TableDefinition[],
): TableDefinition[] {
  const tables = new Map<string, TableDefinition>();
  for (const table of [...from, ...to]) {
    const { indexes = [] } = tables.get(table.table) ?? {};
    const all = new Map([...indexes, ...table.indexes].map((index) => [index.name, index]));
    tables.set(table.table, { ...table, indexes: [...all.values()] });
  }
  return [...tables.values()];
}

function refused(why: string, remedy: string): TableloomError {
  return new TableloomError('PLAN_MISMATCH', `This step is not possible: ${why}. ${remedy}`);
}
