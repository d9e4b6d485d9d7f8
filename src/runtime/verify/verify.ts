/** Compares everything that is stored with what the records say, while others write. */
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { readPlan } from '../migrate/plan-record.js';
import { type Tallies, tally } from '../reindex/aggregates.js';
import { countedFilter, entitiesOf, type ReindexContext } from '../reindex/reindex.js';
import { noCounts, Run } from '../reindex/run.js';
import { isOver, Walk } from '../reindex/walk.js';
import { tableRefOf } from '../tables/definition.js';
import type { Item, TableRef } from '../types.js';
import { nextAttribute } from '../write/action.js';
import { Sequences, verifyAggregates } from './aggregates.js';
import { Check } from './check.js';
import { verifyDerived, verifyUnknown } from './derived.js';
import { Findings } from './findings.js';
import { verifyRecords } from './record.js';
import type { VerifiedProject, VerifyOptions, VerifyProgress, VerifyReport } from './types.js';

/** See `Database.verify`. */
export async function verify(
  context: ReindexContext,
  project: VerifiedProject,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const entities = entitiesOf(project, options);
  await settled(context.requester, project);
  const { repair = false } = options;
  const run = new Run(project, entities, noCounts, {
    ...context,
    dryRun: !repair,
    retired: undefined,
    isStrict: true,
  });
  const check = new Check(run, new Findings(project.types), project.types, repair);
  const isComplete = await new Verification(context, check, options).run();
  const { readUnits, writeUnits } = context.requester.statistics();
  const { scanned, records } = run.counts;
  return { scanned, records, isComplete, ...check.findings.report(), readUnits, writeUnits };
}

/** Two versions of a plan store more of a record than either says: `Migration.verify` compares with both. */
async function settled(requester: Requester, { tables, codecs }: VerifiedProject): Promise<void> {
  for (const table of tables.filter(({ table: name }) => codecs.some((one) => one.table.name === name))) {
    const record = await readPlan(requester, tableRefOf(table));
    if (record === null) continue;
    if (record.phase !== 'settled')
      throw new TableloomError(
        'PLAN_MISMATCH',
        `A migration of the table ${table.table} is under way (${record.phase}): what is stored is not what one version says. Complete the migration or roll it back, then verify.`,
      );
    const { hashes } = record.from;
    const other = Object.entries(table.forms ?? {}).find(
      ([entity, form]) => hashes[entity] !== undefined && hashes[entity] !== form,
    );
    if (other)
      throw new TableloomError(
        'PLAN_MISMATCH',
        `The table ${table.table} stores ${other[0]} by another version of the plan than this one: all of its records would look wrong. Verify with the code that is deployed, or migrate first.`,
        { entity: other[0] },
      );
  }
}

class Verification {
  readonly #check: Check;
  readonly #options: VerifyOptions;
  readonly #walk: Walk;

  constructor(context: ReindexContext, check: Check, options: VerifyOptions) {
    this.#check = check;
    this.#options = options;
    this.#walk = new Walk(context, options);
  }

  /** @returns whether all was read */
  async run(): Promise<boolean> {
    const { run } = this.#check;
    const sequences = new Sequences(this.#check);
    for (const table of this.#tables) {
      const places = this.#walk.beginnings();
      const take = (items: readonly Item[]) => this.#page(table, items, sequences);
      await this.#walk.each(table, { places }, take, (count) => this.#report(count, 'items', table));
      if (!isOver(places)) return false;
    }
    await sequences.verify();
    if ([...run.codecs.values()].every(({ counters }) => counters === undefined) && !this.#check.types)
      return true;
    return verifyAggregates(this.#check, () => this.#count());
  }

  /** Those that store entities: one of answers that processes share has no records. */
  get #tables(): readonly TableRef[] {
    const { run } = this.#check;
    const stored = new Set([...run.known.values()].map(({ table }) => table.name));
    return run.tables.filter(({ name }) => stored.has(name));
  }

  async #page(table: TableRef, items: readonly Item[], sequences: Sequences): Promise<void> {
    const check = this.#check;
    const found = items.flatMap((item) => {
      const codec = check.run.codecs.get(String(item['_type']));
      return codec === undefined || item[nextAttribute] !== undefined ? [] : { codec, table, item };
    });
    for (const { codec, item } of found) sequences.note(codec, item);
    await verifyRecords(check, found);
    await verifyDerived(check, table, items);
    if (this.#options.entities === undefined) await verifyUnknown(check, table, items);
  }

  async #count(): Promise<Tallies | undefined> {
    const { run } = this.#check;
    const tallies: Tallies = new Map();
    for (const table of this.#tables) {
      const places = this.#walk.beginnings();
      const parts = { filter: countedFilter(run), places, consistent: true };
      const take = async (items: readonly Item[]) => {
        for (const item of items) tally(run, tallies, table, item);
      };
      await this.#walk.each(table, parts, take, (count) => this.#report(count, 'aggregates', table));
      if (!isOver(places)) return undefined;
    }
    return tallies;
  }

  #report(scanned: number, phase: VerifyProgress['phase'], { name: table }: TableRef): void {
    const { run, findings } = this.#check;
    run.counts.scanned += scanned;
    const { found, repaired } = findings;
    this.#options.onProgress?.({ phase, table, scanned: run.counts.scanned, found, repaired });
  }
}
