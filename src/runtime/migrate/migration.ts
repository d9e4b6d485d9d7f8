/** Brings the records of a table from one version of the plan to the next while servers of both work on them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { settledMs } from '../client/limits.js';
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

export type MigrationOptions = MigrationClaim &
  Pick<ReindexOptions, 'rate' | 'segments' | 'signal' | 'onProgress' | 'resume' | 'dryRun' | 'pause'>;

/** Rejects where another process has taken the migration over: before each note that is written, and after each wait. */
export interface MigrationClaim {
  readonly confirm?: () => Promise<void>;
}

type Step = Exclude<MigrationPhase, 'settled'>;

interface Order {
  /** The phases that the step follows. */
  readonly after: readonly MigrationPhase[];
  /** Those of a table that has it behind it, after an interruption. */
  readonly beyond: readonly MigrationPhase[];
}

const order: Readonly<Record<Step, Order>> = {
  'delete-only': { after: ['settled'], beyond: ['write-only', 'both'] },
  'write-only': { after: ['delete-only'], beyond: ['both'] },
  both: { after: ['write-only'], beyond: [] },
  // A table that is settled has nothing under way, or was settled before the others.
  contracting: { after: ['both'], beyond: ['settled'] },
  'rolling-back': { after: ['delete-only', 'write-only'], beyond: ['settled'] },
};

/** The phase of a migration is the first of these that a table is in. */
const precedence: readonly MigrationPhase[] = [
  'rolling-back',
  'contracting',
  'delete-only',
  'write-only',
  'both',
];

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
    // In one order, whichever versions they are declared by.
    this.#tables = [...tables].sort(({ name: a }, { name: b }) => (a < b ? -1 : a > b ? 1 : 0));
    this.#settleMs = settleMs ?? settledMs(context.requester.limits, planLeaseMs);
  }

  get #requester(): Requester {
    return this.#context.requester;
  }

  /** How long each step waits until every process knows of it, in milliseconds. */
  get settleMs(): number {
    return this.#settleMs;
  }

  /**
   * What a table says that is furthest behind, else the first; null where nothing is noted yet. Others may be one step
   * ahead, or settled already, after an interruption.
   */
  async status(): Promise<PlanRecord | null> {
    return statusOf(await this.#records());
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
    // It was noted in the first of the tables that were there.
    const runs = await Promise.all(this.#tables.map((table) => readRun(this.#requester, table)));
    return runs.find((run) => run !== null) ?? null;
  }

  /** Notes who runs a step, and how far it is; null: nobody does. CONFLICT where another process has noted it meanwhile. */
  async keepRun(before: KeptRun | null, run: MigrationRun | null): Promise<KeptRun | null> {
    const table = before?.table ?? this.#tables[0];
    return table ? writeRun(this.#requester, table, before, run) : null;
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
    const other = isOffline ? [] : await this.differing(plan);
    if (other.length > 0)
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

  /** The entities that tables store otherwise: each by what it notes of its own, as it may have been away in between. */
  async differing(plan: StoredPlan): Promise<string[]> {
    const records = await this.#records();
    return this.#tables.flatMap(({ name }, at) => {
      const record = records[at];
      const changed = record ? changedForms(record.from, plan) : [];
      return changed.flatMap(({ from }) => (from.table.name === name ? from.name : []));
    });
  }

  /** Servers of the earlier version begin to keep up the next one's items. */
  async expand(to: StoredPlan, claim: MigrationClaim = {}): Promise<void> {
    const { phase, to: begun, from } = await this.#known();
    if (begun !== null && begun.fingerprint !== to.fingerprint)
      throw refused(
        `a migration to another plan is under way (${phase})`,
        'Complete it or roll it back first.',
      );
    if (phase === 'rolling-back')
      throw refused('a migration is being rolled back', 'Complete the rollback first.');
    if (from.fingerprint === to.fingerprint) return;
    await this.#enter('delete-only', claim, to);
    await this.#enter('write-only', claim, to);
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
  async open(claim: MigrationClaim = {}): Promise<void> {
    await this.#expect('write-only', 'both');
    await this.#enter('both', claim);
  }

  /** Servers of the earlier version are served no more, and what only they had is deleted. */
  async contract(options: MigrationOptions = {}): Promise<ReindexReport> {
    await this.#expect('both', 'contracting');
    await this.#enter('contracting', options);
    return this.#end('contracting', 'to', options);
  }

  /** What only the next version had is deleted; whatever was written since stays. */
  async rollBack(options: MigrationOptions = {}): Promise<ReindexReport> {
    await this.#expect('delete-only', 'write-only', 'both', 'rolling-back');
    await this.#close(options);
    await this.#enter('rolling-back', options);
    return this.#end('rolling-back', 'from', options);
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
  async #enter(phase: Step, { confirm }: MigrationClaim, to?: StoredPlan): Promise<void> {
    const records = await this.#records();
    // Whoever takes it over from here on changes what was read.
    await confirm?.();
    const { after, beyond } = order[phase];
    let isBeyond = true;
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      if (!record)
        throw refused(`the table ${table.name} does not say how its records are stored`, 'Note it first.');
      if (beyond.includes(record.phase)) continue;
      isBeyond = false;
      if (record.phase === phase) continue;
      if (!after.includes(record.phase)) throw endedByOther(table, record);
      await writePlan(this.#requester, table, record, { ...record, to: record.to ?? to ?? null, phase });
    }
    // Whoever entered the next one has waited.
    if (isBeyond) return;
    await sleep(this.#settleMs);
    await confirm?.();
  }

  /** Servers of the next version are refused; until every process knows, those of the earlier one keep up its items. */
  async #close({ confirm }: MigrationClaim): Promise<void> {
    const records = await this.#records();
    await confirm?.();
    for (const [at, table] of this.#tables.entries()) {
      const record = records[at];
      if (record?.phase === 'both')
        await writePlan(this.#requester, table, record, { ...record, phase: 'write-only' });
    }
    // One that was interrupted may not have waited.
    if (!records.some((record) => record?.phase === 'both' || record?.phase === 'write-only')) return;
    await sleep(this.#settleMs);
    await confirm?.();
  }

  /** Brings records to one of the versions, which is then the only one. */
  async #end(phase: Step, side: 'from' | 'to', options: MigrationOptions): Promise<ReindexReport> {
    const known = await this.#known();
    const report = await this.#reindex(known, side, options);
    const plan = known[side];
    if (report.cursor !== null || report.failed > 0 || plan === null) return report;
    const records = await this.#records();
    await options.confirm?.();
    const isOf = ({ name }: TableRef) => plan.tables.some(({ table }) => table === name);
    // The tables that the version does not have come first: without the others, nobody would find them again.
    const tables = [...this.#tables.entries()].sort(([, a], [, b]) => Number(isOf(a)) - Number(isOf(b)));
    for (const [at, table] of tables) {
      const record = records[at];
      // Settled before the others, where that was interrupted; or never part of the migration, whose end it takes part in.
      const isApart = record?.phase === 'settled' && record.from.fingerprint === known.from.fingerprint;
      if (!record || (record.phase === 'settled' && !(isApart && side === 'to'))) continue;
      if (record.phase !== phase && !isApart) throw endedByOther(table, record);
      await writePlan(this.#requester, table, record, { phase: 'settled', from: plan, to: null });
    }
    return report;
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

function statusOf(all: readonly (PlanRecord | null)[]): PlanRecord | null {
  const records = all.filter((record) => record !== null);
  const underWay = precedence.flatMap((phase) => records.find((record) => record.phase === phase) ?? []);
  return underWay[0] ?? records[0] ?? null;
}

function endedByOther({ name }: TableRef, { phase }: PlanRecord): TableloomError {
  return refused(
    `another process has changed the migration meanwhile: the table ${name} is at "${phase}"`,
    'See `tableloom migrate status`.',
  );
}

function refused(why: string, remedy: string): TableloomError {
  return new TableloomError('PLAN_MISMATCH', `This step is not possible: ${why}. ${remedy}`);
}
