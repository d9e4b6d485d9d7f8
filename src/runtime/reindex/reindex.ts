/** Brings what is stored of entities to the plan: every item of every record, and nothing else. */
import type { Requester, Send } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { Filter, Item, Key, TableRef } from '../types.js';
import { counterAttributes, guardAttributes, nextAttribute } from '../write/action.js';
import { correctAggregates, type Tallies, tally } from './aggregates.js';
import { deleteLeftovers } from './leftovers.js';
import { reindexRecords } from './record.js';
import { noCounts, Run, type RunOptions } from './run.js';
import { type Segment, scanPage } from './scan.js';
import { Rate } from './throttle.js';
import type { Phase, ReindexCounts, ReindexOptions, ReindexReport, StoredProject } from './types.js';

export interface ReindexContext {
  readonly requester: Requester;
  readonly scan: Send<'Scan'>;
  readonly env: RunOptions['env'];
  readonly now: () => Date;
}

/** Where a segment goes on: behind a key, at its beginning, or nowhere. */
type Place = Key | 'start' | 'end';

/** What a cursor says. */
interface Position {
  readonly of: string;
  readonly phase: Phase;
  readonly table: string;
  readonly segments: Place[];
  readonly counts: ReindexCounts;
}

const phases = ['records', 'leftovers', 'aggregates'] as const;
const defaultSegments = 4;
/** How many items one request reads where the rate is bounded: so that no page overdraws it by much. */
const pageWithinRate = 100;

/** See `Database.reindex`. */
export async function reindex(
  context: ReindexContext,
  project: StoredProject,
  options: ReindexOptions,
): Promise<ReindexReport> {
  const { dryRun = false } = options;
  const entities = entitiesOf(project, options);
  const of = JSON.stringify([[...entities].sort(), dryRun]);
  const begun = options.resume === undefined ? undefined : positionOf(options.resume, of);
  const { retired } = options;
  const run = new Run(project, entities, begun?.counts ?? noCounts, { ...context, dryRun, retired });
  const walk = new Walk(context, run, of, options);
  let cursor: string | null = null;
  let isAhead = begun === undefined;
  for (const phase of phases) {
    for (const table of phase === 'aggregates' ? run.tables.slice(0, 1) : run.tables) {
      if (begun?.phase === phase && begun.table === table.name) isAhead = true;
      if (!isAhead || cursor !== null) continue;
      const segments = begun?.phase === phase && begun.table === table.name ? begun.segments : undefined;
      cursor = await walk.phase(phase, table, segments);
    }
  }
  const { readUnits, writeUnits } = context.requester.statistics();
  return { ...run.counts, cursor, readUnits, writeUnits, problems: run.problems };
}

function entitiesOf({ codecs }: StoredProject, { entities }: ReindexOptions): ReadonlySet<string> {
  const known = codecs.map(({ name }) => name);
  const unknown = entities?.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(entities ?? known);
  const message = `There is no entity ${unknown}. The entities are ${known.join(', ')}.`;
  throw new TableloomError('CONFIGURATION', message, { entity: unknown });
}

function positionOf(cursor: string, of: string): Position {
  let position: Partial<Position>;
  try {
    position = JSON.parse(cursor) as Partial<Position>;
  } catch {
    position = {};
  }
  if (position.of === of) return position as Position;
  const message = 'The cursor was made by another call of reindex: with other entities, or another `dryRun`.';
  throw new TableloomError('CONFIGURATION', message);
}

/** Reads tables, segment by segment, and does what a phase does to what it finds. */
class Walk {
  readonly #context: ReindexContext;
  readonly #run: Run;
  readonly #of: string;
  readonly #options: ReindexOptions;
  readonly #rate: Rate | undefined;

  constructor(context: ReindexContext, run: Run, of: string, options: ReindexOptions) {
    const { rate } = options;
    this.#context = context;
    this.#run = run;
    this.#of = of;
    this.#options = options;
    if (rate !== undefined) this.#rate = new Rate(rate, () => context.requester.statistics());
  }

  /** Null where it is complete; else the cursor that resumes it. */
  async phase(phase: Phase, table: TableRef, begun?: readonly Place[]): Promise<string | null> {
    const run = this.#run;
    if (phase === 'aggregates') return this.#aggregates(table);
    const filter = phase === 'records' ? recordFilter(run) : leftoverFilter;
    const places = [...(begun ?? this.#beginnings())];
    const cursor = () => this.#cursor(phase, table, places);
    await this.#each(
      table,
      { filter, places },
      async (items) => {
        if (phase === 'leftovers') return deleteLeftovers(run, table, items);
        const found = items.flatMap((item) => {
          const codec = run.codecs.get(String(item['_type']));
          return codec === undefined ? [] : { codec, table, item };
        });
        await reindexRecords(run, found);
      },
      () => this.#options.onProgress?.({ ...run.counts, phase, table: table.name, cursor: cursor() }),
    );
    return places.every((place) => place === 'end') ? null : cursor();
  }

  /** Aggregates are counted as a whole: a run that is resumed counts them again. */
  async #aggregates(first: TableRef): Promise<string | null> {
    const run = this.#run;
    const cursor = this.#cursor('aggregates', first, this.#beginnings());
    const isNone = [...run.codecs.values()].every(({ counters }) => counters === undefined);
    if (run.retired ? run.retired.size === 0 : isNone) return null;
    const scan = async (): Promise<Tallies | undefined> => {
      const tallies: Tallies = new Map();
      for (const table of run.tables) {
        const places = this.#beginnings();
        const parts = { filter: countedFilter(run), places, consistent: true };
        const report = () =>
          this.#options.onProgress?.({ ...run.counts, phase: 'aggregates', table: table.name, cursor });
        await this.#each(
          table,
          parts,
          async (items) => {
            for (const item of items) tally(run, tallies, table, item);
          },
          report,
        );
        if (places.some((place) => place !== 'end')) return undefined;
      }
      return tallies;
    };
    return (await correctAggregates(run, scan)) ? null : cursor;
  }

  #beginnings(): Place[] {
    return Array.from({ length: this.#options.segments ?? defaultSegments }, () => 'start' as const);
  }

  #cursor(phase: Phase, { name: table }: TableRef, segments: readonly Place[]): string {
    const position: Position = {
      of: this.#of,
      phase,
      table,
      segments: [...segments],
      counts: this.#run.counts,
    };
    return JSON.stringify(position);
  }

  /** Reads all segments at the same time, each page after the one before it was dealt with. `places` follows. */
  async #each(
    table: TableRef,
    { filter, places, consistent = false }: { filter: Filter; places: Place[]; consistent?: boolean },
    take: (items: readonly Item[]) => Promise<void>,
    report: () => void,
  ): Promise<void> {
    const { signal, pause } = this.#options;
    const { requester, scan } = this.#context;
    const limit = (this.#rate ?? pause) && pageWithinRate;
    let failed = false;
    const walk = async (number: number) => {
      for (;;) {
        const place = places[number];
        if (place === undefined || place === 'end' || signal?.aborted || failed) return;
        await pause?.(signal);
        await this.#rate?.turn(signal);
        if (signal?.aborted) return;
        const segment: Segment = { number, of: places.length, after: place === 'start' ? undefined : place };
        const page = await scanPage(requester, scan, table, segment, { filter, limit, consistent });
        await take(page.items);
        this.#run.counts.scanned += page.scanned;
        places[number] = page.next ?? 'end';
        report();
      }
    };
    // All segments end before the first error is thrown: none is left running.
    const ended = await Promise.allSettled(
      places.map((_, number) =>
        walk(number).catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }
}

/** Main items of the entities. */
function recordFilter({ codecs }: Run): Filter {
  const { expression, names, values } = typesIn([...codecs.keys()]);
  return {
    expression: `(${expression}) AND attribute_not_exists(#next)`,
    names: { ...names, '#next': nextAttribute },
    values,
  };
}

/** Entries, whose type is that of their record and a pattern, guards, and what another version has of records besides. */
const leftoverFilter: Filter = {
  expression: 'contains(#t, :dot) OR attribute_exists(#g) OR attribute_exists(#next)',
  names: { '#t': '_type', '#g': guardAttributes.entity, '#next': nextAttribute },
  values: { ':dot': '.' },
};

/** Main items of entities that count, and the items of aggregates. */
function countedFilter({ codecs }: Run): Filter {
  const counting = [...codecs.values()].filter(({ counters }) => counters !== undefined);
  const isNumber = 'attribute_exists(#n)';
  if (counting.length === 0)
    return { expression: isNumber, names: { '#n': counterAttributes.name }, values: {} };
  const { expression, names, values } = typesIn(counting.map(({ name }) => name));
  return {
    expression: `(${expression} OR ${isNumber}) AND attribute_not_exists(#next)`,
    names: { ...names, '#n': counterAttributes.name, '#next': nextAttribute },
    values,
  };
}

/** `IN` takes at most a hundred operands. */
function typesIn(types: readonly string[]): Filter {
  const tests: string[] = [];
  for (let at = 0; at < types.length; at += 100)
    tests.push(
      `#t IN (${types
        .slice(at, at + 100)
        .map((_, next) => `:t${at + next}`)
        .join(', ')})`,
    );
  const values = Object.fromEntries(types.map((type, at) => [`:t${at}`, type]));
  return { expression: tests.join(' OR '), names: { '#t': '_type' }, values };
}
