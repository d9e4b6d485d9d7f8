/** Reads sources in segments and writes what their rows become. What is done is known from the target table alone. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Rate } from '../../reindex/throttle.js';
import type { Item } from '../../types.js';
import { accountsOf, begin, chosen, isOf } from '../account.js';
import type { ImportContext, Source } from '../context.js';
import { scanPartition } from '../ledger.js';
import { patiently } from '../patiently.js';
import { References } from '../references.js';
import { pagesOf, segmentsAtOnce, segmentsFor, sizeOf } from '../rows/pages.js';
import { requireRowsCount } from '../switch.js';
import type { ImportOptions, ImportProgress, ImportReport } from '../types.js';
import { land } from './landing.js';
import { Pace } from './pace.js';
import { followMerged, sweep } from './sweep.js';

/** So many rows are evaluated and written together. */
const batch = 100;

/** What is known of the scan of one source. */
interface ScanState {
  readonly segments: number;
  readonly importedAt: Date;
  readonly rows: Map<number, number>;
  readonly isSwept: boolean;
}

export async function runImport(
  context: ImportContext,
  client: DynamoDBClient,
  options: ImportOptions,
): Promise<ImportReport> {
  const { signal, rate, concurrency = 8 } = options;
  const { requester, env } = context.environment;
  const { phase, dualSince } = await requireRowsCount(context.ledger);
  const used = rate === undefined ? undefined : new Rate(rate, () => requester.statistics());
  const pace = new Pace(concurrency, used, signal);
  const importedAt = await begin(context, env.now);
  /** Sources that an earlier run was through with. */
  const settled: Source[] = [];
  const settle = async (source: Source) => {
    await patiently(signal, () => sweep(context, source, importedAt, pace));
    await patiently(signal, () => followMerged(context, source, importedAt, pace));
  };
  for (const source of chosen(context, options.sources)) {
    const size = await sizeOf(context, client, source);
    if (options.again) await forget(context, source);
    const state = await scanState(context, source, { size, importedAt, dualSince });
    if (state.isSwept) {
      settled.push(source);
      continue;
    }
    const references = new References(context, importedAt, false);
    await patiently(signal, () => references.preload(source, signal));
    const walk = new Walk(context, source, { ...state, size, pace, references, options });
    await walk.all();
    if (signal?.aborted) break;
    await settle(source);
    await context.ledger.write(scanPartition(source.mapping.name), 'RUN', {
      segments: state.segments,
      importedAt: importedAt.toISOString(),
      dualSince,
      isSwept: true,
    });
  }
  // What was written to them since may have changed which rows are merged.
  if (!signal?.aborted) for (const source of settled) await settle(source);
  const { readUnits, writeUnits } = requester.statistics();
  const accounts = await accountsOf(context, options.sources);
  return {
    isComplete: accounts.every(({ isComplete }) => isComplete),
    importedAt: importedAt.toISOString(),
    phase,
    sources: accounts,
    readUnits,
    writeUnits,
  };
}

/** All rows are read again. Killed within, it goes on: `RUN` is the last to go, and no scan is of its number. */
async function forget({ ledger }: ImportContext, { mapping }: Source): Promise<void> {
  const partition = scanPartition(mapping.name);
  await ledger.write(partition, 'RUN', { dualSince: -1 });
  for await (const item of ledger.items(partition)) {
    const sort = String(item[ledger.table.sort ?? '']);
    if (sort !== 'RUN') await ledger.erase(partition, sort);
  }
  await ledger.erase(partition, 'RUN');
}

async function scanState(
  context: ImportContext,
  source: Source,
  given: { readonly size: number; readonly importedAt: Date; readonly dualSince: number },
): Promise<ScanState> {
  const { ledger } = context;
  const { size, importedAt, dualSince } = given;
  const partition = scanPartition(source.mapping.name);
  const rows = new Map<number, number>();
  let run: Item | undefined;
  for await (const item of ledger.items(partition)) {
    const sort = String(item[ledger.table.sort ?? '']);
    if (sort === 'RUN') run = item;
    else rows.set(Number(sort.slice('SEGMENT#'.length)), Number(item['rows']));
  }
  // Rows that were written since, without their records, may be in any segment.
  if (run !== undefined && !isOf(run, dualSince)) {
    await forget(context, source);
    return scanState(context, source, given);
  }
  const segments = Number(run?.['segments'] ?? segmentsFor(size));
  if (run === undefined)
    await ledger.write(partition, 'RUN', {
      segments,
      importedAt: importedAt.toISOString(),
      dualSince,
      isSwept: false,
    });
  return { segments, importedAt, rows, isSwept: run?.['isSwept'] === true };
}

interface WalkOptions extends ScanState {
  readonly size: number;
  readonly pace: Pace;
  readonly references: References;
  readonly options: ImportOptions;
}

class Walk {
  readonly #context: ImportContext;
  readonly #source: Source;
  readonly #options: WalkOptions;
  readonly #began = performance.now();
  #rows: number;
  readonly #before: number;

  constructor(context: ImportContext, source: Source, options: WalkOptions) {
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.#before = [...options.rows.values()].reduce((sum, one) => sum + one, 0);
    this.#rows = this.#before;
  }

  async all(): Promise<void> {
    const { segments, rows, options } = this.#options;
    const open = Array.from({ length: segments }, (_, at) => at).filter((at) => !rows.has(at));
    if (open.length === 0) return;
    const known = new Set<string>();
    for await (const { key } of this.#context.ledger.entries(this.#source.mapping.name)) known.add(key);
    let failed = false;
    const worker = async () => {
      for (let next = open.shift(); next !== undefined; next = open.shift()) {
        if (options.signal?.aborted || failed) return;
        await this.#segment(next, segments, known).catch((error: unknown) => {
          failed = true;
          throw error;
        });
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: segmentsAtOnce }, worker));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  async #segment(number: number, of: number, known: ReadonlySet<string>): Promise<void> {
    const { importedAt, pace, references, options } = this.#options;
    const [context, source, { signal }] = [this.#context, this.#source, options];
    await requireRowsCount(context.ledger);
    let count = 0;
    for await (const page of pagesOf(context, source, number, of, { signal }))
      for (let at = 0; at < page.length; at += batch) {
        if (signal?.aborted) return;
        const rows = page.slice(at, at + batch);
        await patiently(signal, () => land(context, source, rows, { importedAt, references, pace, known }));
        count += rows.length;
        this.#rows += rows.length;
        options.onProgress?.(this.#progress());
      }
    const partition = scanPartition(this.#source.mapping.name);
    await patiently(signal, () => context.ledger.write(partition, `SEGMENT#${number}`, { rows: count }));
  }

  #progress(): ImportProgress {
    const { size, pace } = this.#options;
    const seconds = (performance.now() - this.#began) / 1000;
    return {
      source: this.#source.mapping.name,
      rows: this.#rows,
      of: size,
      perSecond: seconds > 0 ? (this.#rows - this.#before) / seconds : 0,
      concurrency: pace.concurrency,
    };
  }
}
