/** One reindex of a migration, resumed, noted in the table, held back, and ended by Ctrl-C. */

import type { ReindexProblem, ReindexReport } from 'tableloom/runtime';
import type { Migration, MigrationClaim, MigrationOptions } from '../../runtime/migrate/migration.js';
import type { RunStep } from '../../runtime/migrate/run-record.js';
import { Mistake } from '../mistakes.js';
import { type ReadingOptions, readingOf } from '../project/counts.js';
import { Pace } from './pace.js';
import { Runner } from './runner.js';
import { Shown } from './shown.js';
import type { Opened } from './target.js';

export interface WorkOptions extends ReadingOptions {
  readonly json?: boolean | undefined;
  /** How long a runner may be silent, in milliseconds: for tests. */
  readonly silenceMs?: number | undefined;
}

/** It was stopped on purpose. */
export class Paused extends Error {}

export class Work {
  readonly shown: Shown;
  readonly runner: Runner;
  readonly #options: MigrationOptions;
  readonly #abort: AbortController;
  readonly #items: number;

  readonly #pace = new Pace();
  readonly #watched: (() => void)[] = [];

  private constructor(
    runner: Runner,
    abort: AbortController,
    { items }: Opened,
    settings: ReturnType<typeof readingOf>,
    isJson: boolean,
  ) {
    this.runner = runner;
    this.shown = new Shown(isJson);
    this.#abort = abort;
    this.#items = items;
    this.#options = {
      ...settings,
      ...this.claim,
      signal: abort.signal,
      pause: (signal) => this.#pace.turn(signal),
    };
  }

  /** That nobody else has taken it over. */
  get claim(): MigrationClaim {
    return { confirm: () => this.runner.confirm() };
  }

  /** Takes the migration over, works on it, and lets it go, however that ends. */
  static async on(
    opened: Opened,
    step: RunStep,
    options: WorkOptions,
    work: (work: Work) => Promise<number>,
  ): Promise<number> {
    const settings = readingOf(options);
    const abort = new AbortController();
    let isLost = false;
    const lost = () => {
      isLost = true;
      abort.abort();
    };
    const runner = await Runner.claim(opened.migration, step, lost, options.silenceMs);
    const made = new Work(runner, abort, opened, settings, options.json ?? false);
    made.watch(opened.database);
    const stop = () => abort.abort();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      const code = await work(made);
      await runner.complete();
      return code;
    } catch (error) {
      if (isLost)
        throw new Mistake(
          'Another process has taken the migration over.',
          'Watch it: `tableloom migrate status`.',
        );
      await runner.pause(runner.cursor).catch(() => undefined);
      throw error;
    } finally {
      process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
      for (const end of made.#watched) end();
    }
  }

  /** The work is held back where writes of this database take long. */
  watch(database: Opened['database']): void {
    const end = database.observe({
      request: ({ operation }) =>
        /^(?:TransactWriteItems|(?:Put|Update|Delete)Item)$/.test(operation)
          ? { ended: ({ ms, error }) => this.#pace.wrote(ms, isThrottle(error)) }
          : undefined,
    });
    this.#watched.push(end);
  }

  /** @throws Paused where it was stopped before its end: it can be resumed */
  async reindex(
    step: RunStep,
    work: (options: MigrationOptions) => ReturnType<Migration['fill']>,
  ): Promise<ReindexReport> {
    this.checkpoint();
    this.shown.expect(this.#items);
    const { cursor } = this.runner;
    const report = await work({
      ...this.#options,
      ...(cursor !== null && { resume: cursor }),
      onProgress: (progress) => this.runner.progress(progress.cursor, this.shown.progress(step, progress)),
    });
    if (report.cursor !== null) {
      this.runner.at(report.cursor);
      throw new Paused(step);
    }
    return report;
  }

  checkpoint(): void {
    if (this.#abort.signal.aborted) throw new Paused();
  }
}

function isThrottle(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return /Throttling|Throttled|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(name);
}

/** Records that cannot be brought to what both versions store. */
export function problemsText(problems: readonly ReindexProblem[], failed: number): string[] {
  const shown = problems.slice(0, 50);
  return [
    ...shown.map(
      ({ entity, key, code, message }) => `${entity} ${JSON.stringify(key)}: ${message} (${code})`,
    ),
    ...(failed > shown.length ? [`… and ${failed - shown.length} more`] : []),
  ];
}
