import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { JavaMissingError, type RunningDynamoDBLocal, startDynamoDBLocal } from './dynamodb-local.js';

const help = `Usage: npx tsx scripts/test-engines.ts [paths and options of vitest]

Runs the projects \`engines\` and \`altering\` of vitest.config.ts, tests that hold on every engine, each on a DynamoDB Local of Amazon's of
its own; \`npm test\` runs them on the embedded engine. \`npm run test:engines -- test/pages/\` runs those below a path, \`npm run test:engines -- -t cascade\` what
is called so.
Without Java it says that this was not tested and succeeds; with TABLELOOM_REQUIRE_ENGINES=1 it fails.
`;

async function main(options: readonly string[]): Promise<number> {
  if (options.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  for (const project of ['engines', 'altering']) {
    const code = await onEngine(['--project', project, '--passWithNoTests', ...options]);
    if (code !== 0) return code;
  }
  return 0;
}

async function onEngine(options: readonly string[]): Promise<number> {
  let engine: RunningDynamoDBLocal;
  try {
    engine = await startDynamoDBLocal({ inMemory: true });
  } catch (error) {
    if (!(error instanceof JavaMissingError)) throw error;
    process.stderr.write(`Not tested on DynamoDB Local: ${error.message}.\n`);
    return process.env.TABLELOOM_REQUIRE_ENGINES === '1' ? 1 : 0;
  }
  try {
    return await vitest(options, {
      TABLELOOM_ENGINE: 'dynamodb-local',
      DYNAMODB_LOCAL_ENDPOINT: engine.endpoint,
    });
  } finally {
    await engine.stop();
  }
}

/** @returns its exit code */
function vitest(given: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const script = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawn(process.execPath, [script, 'run', ...given], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
