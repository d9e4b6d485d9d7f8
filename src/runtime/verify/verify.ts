/** Compares everything that is stored with what the records say, while others write. */

import { getItems } from '../read/batch-get.js';
import { type Tallies, tally } from '../reindex/aggregates.js';
import type { Found } from '../reindex/record.js';
import { countedFilter, entitiesOf, type ReindexContext, typesIn } from '../reindex/reindex.js';
import { noCounts, Run } from '../reindex/run.js';
import { isOver, type Place, positionOf, Walk } from '../reindex/walk.js';
import { tableRefOf } from '../tables/definition.js';
import type { Item, TableRef } from '../types.js';
import { verifyAggregates } from './aggregates.js';
import { Check } from './check.js';
import { verifyDerived, verifyPostponed } from './derived.js';
import { Findings } from './findings.js';
import { otherCall, type Position, runOf } from './position.js';
import { verifyRecords } from './record.js';
import { Sequences } from './sequences.js';
import type { VerifiedProject, VerifyOptions, VerifyProgress, VerifyReport } from './types.js';
import { recordOf, verifyUnknown } from './unknown.js';

/** See `Database.verify`. */
export async function verify(
  context: ReindexContext,
  project: VerifiedProject,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const entities = entitiesOf(project, options);
  const { repair = false } = options;
  const tables = storingTables(project);
  const of = runOf(entities, repair, tables);
  const begun =
    options.resume === undefined ? undefined : positionOf<Position>(options.resume, of, otherCall);
  const { scanned = 0, records = 0 } = begun ?? {};
  const run = new Run(
    project,
    entities,
    { ...noCounts, scanned, records },
    { ...context, dryRun: !repair, retired: undefined, isStrict: true },
  );
  const check = new Check(run, new Findings(project.types, begun?.found), project.types, repair);
  for (const entity of begun?.uncertain ?? []) check.uncertain.add(entity);
  const cursor = await new Verification(context, check, options, { of, tables }).run(begun);
  const { readUnits, writeUnits } = context.requester.statistics();
  return {
    scanned: run.counts.scanned,
    records: run.counts.records,
    isComplete: cursor === null,
    cursor,
    ...check.findings.report(),
    readUnits,
    writeUnits,
  };
}

/** The tables that store entities: one of answers that processes share has no records. */
function storingTables({ tables, codecs }: VerifiedProject): TableRef[] {
  const stored = new Set(codecs.map(({ table }) => table.name));
  return tables.filter(({ table }) => stored.has(table)).map(tableRefOf);
}

/** How many items are looked at again in one round of reads. */
const pageSize = 80;

/** One item has to be gone before another one is written, and that before a third one: contents that were swapped. */
const mostLooks = 4;

/**
 * What waits for a second look: guards of no record, records in the place of one of whose items another one was, and what is
 * under a wrong key, as it may be a copy of what was written since. And so on, as long as something is repaired.
 */
async function verifyLeft(check: Check): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks++) {
    const { repaired } = check.findings;
    await verifyPostponed(check);
    await verifyAgain(check);
    if (check.findings.repaired === repaired) return;
  }
}

async function verifyAgain(check: Check): Promise<void> {
  const all = [...check.again.values()];
  check.again.clear();
  for (let at = 0; at < all.length; at += pageSize) {
    const some = all.slice(at, at + pageSize);
    const items = await getItems(check.requester, some);
    const records: Found[] = [];
    for (const [number, { table }] of some.entries()) {
      const item = items[number];
      const codec = item && recordOf(check, table, item);
      if (codec) records.push({ codec, table, item });
      else if (item) await verifyDerived(check, table, [item], 'last');
    }
    check.run.counts.records -= records.length;
    await verifyRecords(check, records);
  }
}

class Verification {
  readonly #check: Check;
  readonly #options: VerifyOptions;
  readonly #of: string;
  readonly #walk: Walk;
  readonly #tables: readonly TableRef[];

  constructor(
    context: ReindexContext,
    check: Check,
    options: VerifyOptions,
    { of, tables }: { readonly of: string; readonly tables: readonly TableRef[] },
  ) {
    this.#check = check;
    this.#options = options;
    this.#of = of;
    this.#tables = tables;
    this.#walk = new Walk(context, options);
  }

  /** @returns null where all was read, else the cursor that resumes it */
  async run(begun: Position | undefined): Promise<string | null> {
    const check = this.#check;
    const sequences = new Sequences(check);
    if (begun?.phase !== 'aggregates') {
      const cursor =
        (await this.#items(sequences, begun)) ?? (begun ? await this.#renumber(sequences) : null);
      if (cursor !== null) return cursor;
      await verifyLeft(check);
      await sequences.verify();
    }
    const isNone = [...check.run.codecs.values()].every(({ counters }) => counters === undefined);
    if (isNone && !check.types) return null;
    const cursor = this.#cursor('aggregates', this.#tables[0], []);
    if (!(await verifyAggregates(check, sequences, () => this.#count(cursor)))) return cursor;
    // What was counted for an aggregate may have been in the place of an entry or a guard.
    await verifyLeft(check);
    return null;
  }

  async #items(sequences: Sequences, begun: Position | undefined): Promise<string | null> {
    const first = this.#tables.findIndex(({ name }) => name === begun?.table);
    for (const table of this.#tables.slice(Math.max(first, 0))) {
      const places = table.name === begun?.table ? [...begun.segments] : this.#walk.beginnings();
      const take = (items: readonly Item[]) => this.#page(table, items, sequences);
      const cursor = () => this.#cursor('items', table, places);
      await this.#walk.each(table, { places }, take, (count) =>
        this.#report(count, 'items', table, cursor()),
      );
      if (!isOver(places)) return cursor();
    }
    return null;
  }

  /** Notes the numbers of all records: those of the runs before are not known. */
  async #renumber(sequences: Sequences): Promise<string | null> {
    const { entities } = sequences;
    const ends: Place[] = this.#walk.beginnings().map(() => 'end');
    const cursor = () => this.#cursor('items', this.#tables.at(-1), ends);
    for (const table of entities.length === 0 ? [] : this.#tables) {
      const places = this.#walk.beginnings();
      const take = async (items: readonly Item[]) => {
        this.#note(table, items, sequences);
      };
      await this.#walk.each(table, { filter: typesIn(entities), places }, take, (count) =>
        this.#report(count, 'aggregates', table, cursor()),
      );
      if (!isOver(places)) return cursor();
    }
    return null;
  }

  #note(table: TableRef, items: readonly Item[], sequences: Sequences): Found[] {
    const found = items.flatMap((item) => {
      const codec = recordOf(this.#check, table, item);
      return codec === undefined ? [] : { codec, table, item };
    });
    for (const { codec, item } of found) sequences.note(codec, item);
    return found;
  }

  async #page(table: TableRef, items: readonly Item[], sequences: Sequences): Promise<void> {
    const check = this.#check;
    await verifyRecords(check, this.#note(table, items, sequences));
    await verifyDerived(check, table, items);
    if (this.#options.entities === undefined) await verifyUnknown(check, table, items);
  }

  async #count(cursor: string): Promise<Tallies | undefined> {
    const { run } = this.#check;
    const tallies: Tallies = new Map();
    for (const table of this.#tables) {
      const places = this.#walk.beginnings();
      const parts = { filter: countedFilter(run), places, consistent: true };
      const take = async (items: readonly Item[]) => {
        for (const item of items) tally(run, tallies, table, item);
      };
      await this.#walk.each(table, parts, take, (count) => this.#report(count, 'aggregates', table, cursor));
      if (!isOver(places)) return undefined;
    }
    return tallies;
  }

  #report(scanned: number, phase: VerifyProgress['phase'], { name: table }: TableRef, cursor: string): void {
    const { run, findings } = this.#check;
    run.counts.scanned += scanned;
    const { found, repaired } = findings;
    this.#options.onProgress?.({ phase, table, scanned: run.counts.scanned, found, repaired, cursor });
  }

  #cursor(phase: Position['phase'], table: TableRef | undefined, segments: readonly Place[]): string {
    const { run, findings, uncertain } = this.#check;
    const { scanned, records } = run.counts;
    const position: Position = {
      of: this.#of,
      phase,
      table: table?.name ?? '',
      segments,
      scanned,
      records,
      found: findings.counts,
      uncertain: [...uncertain],
    };
    return JSON.stringify(position);
  }
}
