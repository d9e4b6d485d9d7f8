/** Imports tables that others made: what the command line and applications call. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TableloomError } from '../errors.js';
import { accountsOf, timeOf } from './account.js';
import { Bridge, type BridgeOptions } from './bridge.js';
import { ImportContext, type ImportEnvironment, type ImportProject } from './context.js';
import { reverseSync } from './reverse.js';
import { pagesOf, segmentsFor, sizeOf } from './rows/pages.js';
import type { Row } from './rows/rows.js';
import { entriesOf, type RetryReport, retryRejected } from './run/retry.js';
import { runImport } from './run/run.js';
import { type PhaseOptions, readSwitch, type Switch, setPhase } from './switch.js';
import type {
  ImportOptions,
  ImportPhase,
  ImportReport,
  ImportVerifyOptions,
  ImportVerifyReport,
  RejectedRow,
  ReverseOptions,
  ReverseReport,
  SourceAccount,
} from './types.js';
import { verifyImport } from './verify.js';

export interface ImportStatus {
  readonly phase: ImportPhase;
  /** Whether no process writes by the former phase any more. */
  readonly isSettled: boolean;
  /** When the import began; null where it did not. */
  readonly importedAt: string | null;
  readonly sources: readonly SourceAccount[];
}

/** Made by `Database.importer`. */
export class Importer {
  readonly #context: ImportContext;
  readonly #client: DynamoDBClient;

  /** @internal */
  constructor(project: ImportProject, environment: ImportEnvironment, client: DynamoDBClient) {
    this.#context = new ImportContext(project, environment);
    this.#client = client;
  }

  /**
   * Writes the record of every row, with all of its items, as any write would. What is done is known from the target
   * tables: a run that was ended in any way is resumed by the next one, and none writes anything twice. While the phase is
   * `dual` or `shadow`, others may write by a `Bridge`: what they wrote is never replaced by what was read before.
   */
  run(options: ImportOptions = {}): Promise<ImportReport> {
    return runImport(this.#context, this.#client, options);
  }

  /** The account, as the last runs left it. */
  async status(sources?: readonly string[]): Promise<ImportStatus> {
    const { ledger } = this.#context;
    const [{ phase, isSettled }, time, accounts] = await Promise.all([
      readSwitch(ledger),
      timeOf(ledger),
      accountsOf(this.#context, sources),
    ]);
    return { phase, isSettled, importedAt: time?.toISOString() ?? null, sources: accounts };
  }

  /** The rows that are no records, and why. */
  entries(sources?: readonly string[]): AsyncGenerator<RejectedRow> {
    return entriesOf(this.#context, sources);
  }

  /** Transforms every row again and compares it with what is stored, items and account included. To repair is refused in the phase `new`. */
  verify(options: ImportVerifyOptions = {}): Promise<ImportVerifyReport> {
    return verifyImport(this.#context, options);
  }

  /** Looks at rejected rows again. Refused in the phase `new`. */
  retry(
    options: { readonly sources?: readonly string[]; readonly codes?: readonly string[] } = {},
  ): Promise<RetryReport> {
    return retryRejected(this.#context, options);
  }

  /** Changes the phase, and waits until all processes with a `Bridge` have seen it and what they wrote before is over. */
  async enter(phase: ImportPhase, options: PhaseOptions = {}): Promise<Switch> {
    if (phase === 'shadow' || phase === 'new') await this.#requireComplete(phase);
    return setPhase(this.#context.ledger, phase, { ...options, settleMs: this.settleMs });
  }

  /** How long `enter` waits for writes that have begun, in milliseconds: see `ImportProject`. */
  get settleMs(): number {
    return this.#context.settleMs;
  }

  async #requireComplete(phase: ImportPhase): Promise<void> {
    const open = (await accountsOf(this.#context, undefined)).filter(({ isComplete }) => !isComplete);
    if (open.length === 0) return;
    const names = open.map(({ source }) => source).join(', ');
    throw new TableloomError(
      'CONFIGURATION',
      `The phase \`${phase}\` reads records, and not all rows of ${names} were imported. Run \`tableloom import run\` and \`tableloom import verify\` first.`,
    );
  }

  /** In the phase `new`: brings rows to what the records are, of what was written without a `Bridge`. */
  reverse(options: ReverseOptions = {}): Promise<ReverseReport> {
    return reverseSync(this.#context, this.#client, options);
  }

  /** What a legacy application writes and reads by. */
  bridge(options: BridgeOptions = {}): Bridge {
    return new Bridge(this.#context, options);
  }

  /** All rows of a source, as they are. */
  async *rows(source: string): AsyncGenerator<readonly Row[]> {
    const one = this.#context.source(source);
    const segments = segmentsFor(await sizeOf(this.#context, this.#client, one));
    for (let number = 0; number < segments; number++)
      for await (const page of pagesOf(this.#context, one, number, segments)) if (page.length > 0) yield page;
  }
}
