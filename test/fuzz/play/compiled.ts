/** What projects generate, compiled in one strict program. */

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeFolder } from '../../support/files.js';
import type { Outcome } from './run.js';

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');

/** @returns what the compiler says; nothing where all is well */
export function compiled(outcomes: readonly Outcome[]): string {
  const folder = `.cache/fuzz-strict/${process.pid}`;
  rmSync(folder, { recursive: true, force: true });
  for (const { number, files } of outcomes) if (files) writeFolder(join(folder, String(number)), files);
  const config = { extends: '../../../test/tsconfig.fixtures.json', include: ['**/*.ts'], exclude: [] };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout;
}
