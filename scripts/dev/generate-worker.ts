/** Runs GraphQL Codegen each time it is asked to. The host and our generator are loaded once, before the first time. */

import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import config from '../../codegen.js';
import { generateFiles } from '../../src/cli/codegen.js';
import { unwrapped } from '../../src/cli/mistakes.js';
import type { Outcome } from './generator.js';

const { CodegenContext } = createRequire(import.meta.url)(
  '@graphql-codegen/cli',
) as typeof import('@graphql-codegen/cli');

parentPort?.on('message', async () => {
  try {
    const context = new CodegenContext({ filepath: 'codegen.ts', config: { ...config, silent: true } });
    const { runs } = await generateFiles(context);
    const rules = runs.flatMap(({ plan }) => plan.rules.map(({ name, file }) => ({ name, file })));
    parentPort?.postMessage({ problem: null, rules } satisfies Outcome);
  } catch (error) {
    parentPort?.postMessage({
      problem: unwrapped(error).map(messageOf).join('\n'),
      rules: [],
    } satisfies Outcome);
  }
});

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
