import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TableMap } from '../../review/map/table-map.js';

export interface DeclaredRule {
  readonly name: string;
  /** Below the folder of rules, without its extension. */
  readonly file: string;
}

/** What generating once came to. */
export type Attempt =
  | { readonly kind: 'refused' /** As it is shown. */; readonly problem: string }
  | {
      readonly kind: 'generated';
      /** As they are shown, and what tells one from another wherever it is. */
      readonly warnings: readonly { readonly key: string; readonly text: string }[];
      /** `generated/` */
      readonly output: string;
      /** Of all files that are generated but the lock, which no code imports. */
      readonly fingerprint: string;
      readonly rulesFolder: string;
      readonly rules: readonly DeclaredRule[];
      /** Of each entity, a hash of what its records are stored as. */
      readonly stored: Readonly<Record<string, string>>;
      readonly map: TableMap;
    };

export type Generated = Extract<Attempt, { kind: 'generated' }>;

/** Generates in a thread of its own: requests go on meanwhile. */
export class Generator {
  readonly #config: string;
  #worker: Worker | undefined;

  /** @param config path of codegen.ts, from the working directory */
  constructor(config: string) {
    this.#config = config;
  }

  async run(): Promise<Attempt> {
    const worker = this.#started();
    worker.postMessage('generate');
    try {
      const [attempt] = (await once(worker, 'message')) as [Attempt];
      return attempt;
    } catch (error) {
      this.#worker = undefined;
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: 'refused', problem };
    }
  }

  /** Forgets codegen.ts, so that it is read again. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #started(): Worker {
    const isSource = extname(import.meta.url) === '.ts';
    const file = JSON.stringify(
      new URL(`./generate-worker${extname(import.meta.url)}`, import.meta.url).href,
    );
    // In the checkout. A thread does not have the process's hooks, and none starts from a TypeScript file.
    const start = isSource
      ? `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${file}); })`
      : `import(${file})`;
    this.#worker ??= new Worker(start, { eval: true, workerData: { config: this.#config } });
    return this.#worker;
  }
}
