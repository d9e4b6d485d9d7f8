/** Who runs a migration: one process at a time, noted in the table with how far it is. */

import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { TableloomError } from 'tableloom/runtime';
import type { Migration } from '../../runtime/migrate/migration.js';
import type { KeptRun, MigrationRun, RunProgress, RunStep } from '../../runtime/migrate/run-record.js';
import { Mistake } from '../mistakes.js';

/** After so many milliseconds without a word, a runner is taken for dead. */
export const silenceMs = 30_000;
/** How often it is noted how far it is, and that it lives. */
const intervals = { noted: 1000, beat: 5000 };

export class Runner {
  /** The step that somebody has left. */
  readonly left: RunStep | undefined;
  readonly #migration: Migration;
  readonly #lost: () => void;
  readonly #timer: NodeJS.Timeout;
  #kept: KeptRun | null;
  #run: MigrationRun;
  #isDirty = false;
  #at = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(migration: Migration, kept: KeptRun | null, run: MigrationRun, lost: () => void) {
    this.left = kept?.run.step;
    this.#migration = migration;
    this.#kept = kept;
    this.#run = run;
    this.#lost = lost;
    this.#timer = setInterval(() => this.#tick(), intervals.noted / 2).unref();
  }

  /**
   * Takes the migration over, where nobody runs it. @param lost called once where another process has taken it
   * @param silence see `silenceMs`
   */
  static async claim(
    migration: Migration,
    step: RunStep,
    lost: () => void,
    silence: number = silenceMs,
  ): Promise<Runner> {
    const kept = await migration.run();
    const silentMs = kept ? Date.now() - Date.parse(kept.run.beat) : 0;
    if (kept && kept.run.runner !== null && silentMs < silence) throw taken(kept.run, silentMs, silence);
    const now = new Date().toISOString();
    const isSame = kept?.run.step === step;
    const run: MigrationRun = {
      runner: randomUUID(),
      by: `${userName()}@${hostname()}`,
      since: now,
      beat: now,
      step,
      cursor: isSame ? kept.run.cursor : null,
      progress: isSame ? kept.run.progress : null,
    };
    const runner = new Runner(migration, kept, run, lost);
    try {
      await runner.#write();
    } catch (error) {
      clearInterval(runner.#timer);
      if (error instanceof TableloomError && error.code === 'CONFLICT')
        throw new Mistake(
          'Another process has begun to run the migration just now.',
          'Watch it: `tableloom migrate status`.',
        );
      throw error;
    }
    return runner;
  }

  /** Where the step was left, by whoever ran it before. */
  get cursor(): string | null {
    return this.#run.cursor;
  }

  /** Another step begins. */
  async enter(step: RunStep): Promise<void> {
    this.#run = { ...this.#run, step, cursor: null, progress: null };
    await this.#write();
  }

  /** Rejects where another process has taken it. */
  async confirm(): Promise<void> {
    await this.#write();
    if (this.#failure !== undefined) throw this.#failure;
  }

  progress(cursor: string, progress: RunProgress): void {
    this.#run = { ...this.#run, cursor, progress };
    this.#isDirty = true;
    this.#tick();
  }

  /** It is to be resumed here. */
  at(cursor: string): void {
    this.#run = { ...this.#run, cursor };
  }

  /** Nobody runs it now; whoever resumes goes on from the cursor. */
  async pause(cursor: string | null): Promise<void> {
    await this.#end({ ...this.#run, runner: null, cursor });
  }

  /** It is complete: nothing is left of it. */
  async complete(): Promise<void> {
    await this.#end(null);
  }

  async #end(run: MigrationRun | null): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    // Whoever has taken it keeps it.
    if (this.#failure !== undefined) return;
    this.#kept = await this.#migration.keepRun(this.#kept, run && { ...run, beat: new Date().toISOString() });
  }

  #tick(): void {
    const age = performance.now() - this.#at;
    if (age < intervals.noted || (!this.#isDirty && age < intervals.beat)) return;
    this.#at = performance.now();
    this.#write().catch(() => undefined);
  }

  #write(): Promise<void> {
    this.#at = performance.now();
    this.#isDirty = false;
    const written = this.#writing.then(async () => {
      if (this.#failure !== undefined) return;
      const run = { ...this.#run, beat: new Date().toISOString() };
      try {
        this.#kept = await this.#migration.keepRun(this.#kept, run);
      } catch (error) {
        // Of anything else, the next beat tells.
        if (!(error instanceof TableloomError) || error.code !== 'CONFLICT') throw error;
        // An attempt whose answer was lost may have been carried out.
        const now = await this.#migration.run();
        if (now?.run.runner === run.runner) {
          this.#kept = now;
          return;
        }
        this.#failure = error;
        this.#lost();
        throw error;
      }
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }
}

function taken({ by, since, step }: MigrationRun, silentMs: number, silence: number): Mistake {
  const ago = Math.max(0, Math.round(silentMs / 1000));
  return new Mistake(
    `${by} runs the migration (${step}) since ${since}, and was heard of ${ago} s ago.`,
    `Watch it: \`tableloom migrate status\`. Where that process is gone, it can be taken over ${Math.round(silence / 1000)} s after its last word.`,
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
