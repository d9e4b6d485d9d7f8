/** Brings what is stored of entities to the plan: every item of every record, and nothing else. */
import type { Requester, Send } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { Filter, TableRef } from '../types.js';
import { counterAttributes, guardAttributes, nextAttribute } from '../write/action.js';
import { correctAggregates, type Tallies, tally } from './aggregates.js';
import { deleteLeftovers } from './leftovers.js';
import { reindexRecords } from './records.js';
import { noCounts, Run, type RunOptions } from './run.js';
import type { Phase, ReindexCounts, ReindexOptions, ReindexReport, StoredProject } from './types.js';
import { isOver, type Place, positionOf, Walk } from './walk.js';

export interface ReindexContext {
  readonly requester: Requester;
  readonly scan: Send<'Scan'>;
  readonly env: RunOptions['env'];
  readonly now: () => Date;
}

/** What a cursor says. */
interface Position {
  readonly of: string;
  readonly phase: Phase;
  readonly table: string;
  readonly segments: Place[];
  readonly counts: ReindexCounts;
}

const phases = ['records', 'leftovers', 'aggregates'] as const;

/** See `Database.reindex`. */
export async function reindex(
  context: ReindexContext,
  project: StoredProject,
  options: ReindexOptions,
): Promise<ReindexReport> {
  const { dryRun = false } = options;
  const entities = entitiesOf(project, options);
  const of = JSON.stringify([[...entities].sort(), project.tables.map(({ table }) => table), dryRun]);
  const begun =
    options.resume === undefined ? undefined : positionOf<Position>(options.resume, of, otherCall);
  const { retired, gone, isCounted } = options;
  const how = { ...context, dryRun, retired, gone, isCounted };
  const run = new Run(project, entities, { ...noCounts, ...begun?.counts }, how);
  const phasing = new Phases(context, run, of, options);
  let cursor: string | null = null;
  let isAhead = begun === undefined;
  for (const phase of phases) {
    for (const table of phase === 'aggregates' ? run.tables.slice(0, 1) : run.tables) {
      if (begun?.phase === phase && begun.table === table.name) isAhead = true;
      if (!isAhead || cursor !== null) continue;
      const segments = begun?.phase === phase && begun.table === table.name ? begun.segments : undefined;
      cursor = await phasing.phase(phase, table, segments);
    }
  }
  const { readUnits, writeUnits } = context.requester.statistics();
  return { ...run.counts, cursor, readUnits, writeUnits, problems: run.problems };
}

const otherCall =
  'The cursor was made by another call of reindex: with other entities or tables, or another `dryRun`.';

/** The names of the entities that are meant. */
export function entitiesOf(
  { codecs }: Pick<StoredProject, 'codecs'>,
  { entities }: Pick<ReindexOptions, 'entities'>,
): ReadonlySet<string> {
  const known = codecs.map(({ name }) => name);
  const unknown = entities?.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(entities ?? known);
  const message = `There is no entity ${unknown}. The entities are ${known.join(', ')}.`;
  throw new TableloomError('CONFIGURATION', message, { entity: unknown });
}

/** Reads tables, and does what a phase does to what it finds. */
class Phases {
  readonly #run: Run;
  readonly #of: string;
  readonly #options: ReindexOptions;
  readonly #walk: Walk;

  constructor(context: ReindexContext, run: Run, of: string, options: ReindexOptions) {
    this.#run = run;
    this.#of = of;
    this.#options = options;
    this.#walk = new Walk(context, options);
  }

  /** Null where it is complete; else the cursor that resumes it. */
  async phase(phase: Phase, table: TableRef, begun?: readonly Place[]): Promise<string | null> {
    const run = this.#run;
    if (phase === 'aggregates') return this.#aggregates(table);
    const filter = phase === 'records' ? recordFilter(run) : leftoverFilter(run);
    const places = [...(begun ?? this.#walk.beginnings())];
    const cursor = () => this.#cursor(phase, table, places);
    await this.#walk.each(
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
      (scanned) => this.#report(scanned, phase, table, cursor()),
    );
    return isOver(places) ? null : cursor();
  }

  /** Aggregates are counted as a whole: a run that is resumed counts them again. */
  async #aggregates(first: TableRef): Promise<string | null> {
    const run = this.#run;
    const cursor = this.#cursor('aggregates', first, this.#walk.beginnings());
    const isNone = [...run.codecs.values()].every(({ counters }) => counters === undefined);
    if (run.retired ? run.retired.size === 0 : isNone) return null;
    const scan = async (): Promise<Tallies | undefined> => {
      const tallies: Tallies = new Map();
      for (const table of run.tables) {
        const places = this.#walk.beginnings();
        const parts = { filter: countedFilter(run), places, consistent: true };
        await this.#walk.each(
          table,
          parts,
          async (items) => {
            for (const item of items) tally(run, tallies, table, item);
          },
          (scanned) => this.#report(scanned, 'aggregates', table, cursor),
        );
        if (!isOver(places)) return undefined;
      }
      return tallies;
    };
    return (await correctAggregates(run, scan)) ? null : cursor;
  }

  #report(scanned: number, phase: Phase, { name: table }: TableRef, cursor: string): void {
    const { counts } = this.#run;
    counts.scanned += scanned;
    this.#options.onProgress?.({ ...counts, phase, table, cursor });
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
function leftoverFilter({ gone }: Run): Filter {
  const types = gone.size > 0 ? typesIn([...gone]) : undefined;
  const tests = [
    'contains(#t, :dot)',
    'attribute_exists(#g)',
    'attribute_exists(#next)',
    ...(types ? [types.expression] : []),
  ];
  return {
    expression: tests.join(' OR '),
    names: { '#t': '_type', '#g': guardAttributes.entity, '#next': nextAttribute },
    values: { ':dot': '.', ...types?.values },
  };
}

/** Main items of entities that count, and the items of aggregates. */
export function countedFilter({ codecs }: Run): Filter {
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
export function typesIn(types: readonly string[]): Filter {
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
