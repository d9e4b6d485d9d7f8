/** Everything the fixtures expect, and every use of it, right and wrong, compiles in one strict program. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');

test('generated code and its use compile', () => {
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', 'test/tsconfig.fixtures.json'], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
