/** Brings the records of a table from one version of the plan to the next while servers of both work on them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { ReindexContext } from '../reindex/reindex.js';
import { reindex } from '../reindex/reindex.js';
import type { AnyCodec, ReindexOptions, ReindexReport } from '../reindex/types.js';
import type { TableDefinition } from '../tables/definition.js';
import type { EntityCodec, Item, TableRef } from '../types.js';
import { codecOf, settledCodec } from './codec.js';
import { Pair } from './join.js';
import { type MigrationPhase, type PlanRecord, readPlan, type StoredPlan, writePlan } from './plan-record.js';
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
  'rate' | 'segments' | 'signal' | 'onProgress' | 'resume' | 'dryRun'
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
    this.#settleMs = settleMs ?? planLeaseMs + context.requester.limits.deadlineMs + 1000;
  }

  get #requester(): Requester {
    return this.#context.requester;
  }

  /** What the first table says; null where nothing is noted yet. Its others may be one step behind, after an interruption. */
  async status(): Promise<PlanRecord | null> {
    return (await this.#records())[0] ?? null;
  }

  /** Notes how records are stored, where nothing is noted yet. @returns whether it was not */
  async note(plan: StoredPlan): Promise<boolean> {
    const records = await this.#records();
    const empty = this.#tables.filter((_, at) => records[at] === null);
    for (const table of empty)
      await writePlan(this.#requester, table, null, { phase: 'settled', from: plan, to: null, run: {} });
    return empty.length > 0;
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
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      if (!record)
        throw refused(`the table ${table.name} does not say how its records are stored`, 'Note it first.');
      const isBehind =
        phase === 'rolling-back'
          ? record.phase !== phase
          : order.indexOf(record.phase) < order.indexOf(phase);
      if (isBehind)
        await writePlan(this.#requester, table, record, { ...record, to: record.to ?? to ?? null, phase });
    }
    await sleep(this.#settleMs);
  }

  async #settle(side: 'from' | 'to'): Promise<void> {
    const records = await this.#records();
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      const plan = record?.[side];
      if (record && plan && record.phase !== 'settled')
        await writePlan(this.#requester, table, record, { phase: 'settled', from: plan, to: null, run: {} });
    }
  }

  #reindex(
    { from, to }: PlanRecord,
    state: 'shared' | 'from' | 'to',
    options: MigrationOptions,
  ): Promise<ReindexReport> {
    if (to === null) throw refused('no migration is under way', 'Begin one first.');
    const changed = from.forms.flatMap((form) => {
      const next = to.forms.find(({ name }) => name === form.name);
      return next && from.hashes[form.name] !== to.hashes[form.name] ? [{ form, next }] : [];
    });
    const codecs = new Map<string, AnyCodec>(
      [...from.forms, ...to.forms].map((form) => [form.name, codecOf(form)]),
    );
    for (const { form, next } of changed) codecs.set(form.name, codecFor(state, new Pair(form, next)));
    const leaving = changed.map(({ form, next }) => (state === 'from' ? next : form));
    return reindex(
      this.#context,
      { tables: together(from.tables, to.tables), codecs: [...codecs.values()] },
      {
        ...options,
        entities: changed.map(({ form }) => form.name),
        ...(state !== 'shared' && { retired: leaving.flatMap(countersOf) }),
      },
    );
  }
}

function codecFor(state: 'shared' | 'from' | 'to', pair: Pair): AnyCodec {
  if (state !== 'shared') return settledCodec(pair[state].form);
  // Of a codec of a form, records are items.
  return sharedCodec(pair, 'from', pair.from as unknown as EntityCodec<Item>) as unknown as AnyCodec;
}

function countersOf({ counters }: { readonly counters: readonly { readonly name: string }[] }): string[] {
  return counters.map(({ name }) => name);
}

/** Tables with the indexes of both versions: keys of either are no attributes of records. */
function together(from: readonly TableDefinition[], to: readonly TableDefinition[]): TableDefinition[] {
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
