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

/** Generates when inputs or output are not those of the last success, in a thread of its own: requests go on meanwhile. */
export class Generator {
  readonly #root: string;
  readonly #cache: string;
  #worker: Worker | undefined;
  /** The inputs of the last attempt: what failed is not tried again until something changes. */
  #tried: string | undefined;

  constructor(root: string) {
    this.#root = root;
    this.#cache = join(root, 'node_modules/.cache/tableloom/generated.txt');
  }

  /** @returns what is wrong with the inputs, as it is to be shown; null if `generated/` is up to date. */
  async update(): Promise<string | null> {
    const before = await this.#fingerprint();
    if (before === this.#tried || before === (await readFile(this.#cache, 'utf8').catch(() => '')))
      return null;
    const problem = await this.#run();
    this.#tried = await this.#fingerprint();
    if (problem === null) {
      await mkdir(join(this.#cache, '..'), { recursive: true });
      await writeFile(this.#cache, this.#tried);
    }
    return problem;
  }

  /** Loads what generating takes, so that the first change does not wait for it. */
  warmUp(): void {
    this.#started();
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #run(): Promise<string | null> {
    const worker = this.#started();
    worker.postMessage('generate');
    try {
      const [message] = (await once(worker, 'message')) as [{ problem: string | null }];
      return message.problem;
    } catch (error) {
      this.#worker = undefined;
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
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
