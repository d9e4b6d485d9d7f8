/** Runs GraphQL Codegen each time it is asked to. The host and our generator are loaded once, before the first time. */

import { parentPort } from 'node:worker_threads';
import { generate } from '@graphql-codegen/cli';
import config from '../../codegen.js';

parentPort?.on('message', async () => {
  try {
    await generate({ ...config, silent: true, errorsOnly: true }, true);
    parentPort?.postMessage({ problem: null });
  } catch (error) {
    parentPort?.postMessage({ problem: messageOf(error) });
  }
});

/** A diagnostic is a message without a stack; Codegen may have wrapped it. */
function messageOf(error: unknown): string {
  const { errors, message } = error as { errors?: readonly unknown[]; message?: string };
  if (errors && errors.length > 0) return errors.map(messageOf).join('\n');
  return message ?? String(error);
}
