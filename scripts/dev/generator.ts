import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fingerprint } from './fingerprint.js';

/** What generated code is a function of. */
const inputs = [
  'schema',
  'access-patterns.yaml',
  'templates',
  'codegen.ts',
  'src/generator',
  'package-lock.json',
];
const output = 'generated';

export interface DeclaredRule {
  readonly name: string;
  /** Below `src/rules/`, without its extension. */
  readonly file: string;
}

/** What a thread reports of one run. */
export interface Outcome {
  /** As it is shown; null if `generated/` is up to date. */
  readonly problem: string | null;
  readonly rules: readonly DeclaredRule[];
}

/** The last success. */
interface Kept {
  readonly fingerprint: string;
  readonly rules: readonly DeclaredRule[];
}

/** Generates when inputs or output are not those of the last success, in a thread of its own: requests go on meanwhile. */
export class Generator {
  readonly #root: string;
  readonly #cache: string;
  #worker: Worker | undefined;
  /** The inputs of the last attempt: what failed is not tried again until something changes. */
  #tried: string | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#cache = join(root, '.cache/generated.json');
  }

  /** @returns what is wrong with the inputs, as it is to be shown; null if `generated/` is up to date. */
  async update(): Promise<string | null> {
    const before = await this.#fingerprint();
    if (before === this.#tried || before === (await this.#kept()).fingerprint) return null;
    const { problem, rules } = await this.#run();
    this.#tried = await this.#fingerprint();
    if (problem === null) {
      await mkdir(join(this.#cache, '..'), { recursive: true });
      await writeFile(this.#cache, JSON.stringify({ fingerprint: this.#tried, rules } satisfies Kept));
    }
    return problem;
  }

  /** The rules that are declared, as of the last success. */
  async rules(): Promise<readonly DeclaredRule[]> {
    return (await this.#kept()).rules;
  }

  /** Loads what generating takes, so that the first change does not wait for it. */
  warmUp(): void {
    this.#started();
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #kept(): Promise<Kept> {
    const text = await readFile(this.#cache, 'utf8').catch(() => '{ "fingerprint": "", "rules": [] }');
    return JSON.parse(text) as Kept;
  }

  async #run(): Promise<Outcome> {
    const worker = this.#started();
    worker.postMessage('generate');
    try {
      const [outcome] = (await once(worker, 'message')) as [Outcome];
      return outcome;
    } catch (error) {
      this.#worker = undefined;
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { problem, rules: [] };
    }
  }

  #started(): Worker {
    this.#worker ??= new Worker(new URL('./generate-worker.mjs', import.meta.url));
    return this.#worker;
  }

  async #fingerprint(): Promise<string> {
    return fingerprint(this.#root, [...inputs, output]);
  }
}
