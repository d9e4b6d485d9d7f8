/** Runs GraphQL Codegen each time it is asked to. The host and our generator are loaded once, before the first time. */

import { parentPort } from 'node:worker_threads';
import config from '../../codegen.js';
import { generateFiles, projectOf } from '../../src/cli/host/codegen.js';
import { unwrapped } from '../../src/cli/mistakes.js';
import type { Outcome } from './generator.js';

parentPort?.on('message', async () => {
  try {
    const { runs } = await generateFiles(projectOf('codegen.ts', config));
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
