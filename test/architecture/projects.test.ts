/** The projects of vitest.config.ts, as vitest itself sees them. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { typescriptBelow } from './sources.js';

const files = ['test', 'examples'].flatMap(typescriptBelow).filter((file) => file.endsWith('.test.ts'));

test('a test file is in exactly one of them, and random cases by name in `property`', () => {
  const all = listed();
  expect(all.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  const random = all.filter(({ file }) => file.endsWith('.property.test.ts'));
  expect(random.filter(({ project }) => project !== 'property')).toEqual([]);
});

test('what runs on DynamoDB Local runs on the embedded engine as well', () => {
  const onLocal = listed({ TABLELOOM_ENGINE: 'dynamodb-local' });
  expect(new Set(onLocal.map(({ project }) => project))).toEqual(new Set(['engines', 'altering']));
  expect(onLocal.filter(({ file }) => !files.includes(file))).toEqual([]);
});

interface Listed {
  readonly file: string;
  readonly project: string;
}

function listed(environment: Readonly<Record<string, string>> = {}): Listed[] {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const { TABLELOOM_ENGINE: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, [vitest, 'list', '--filesOnly', '--json'], {
    env: { ...env, ...environment },
    encoding: 'utf8',
  });
  const found = JSON.parse(stdout) as readonly { readonly file: string; readonly projectName: string }[];
  return found.map(({ file, projectName }) => ({
    file: relative(process.cwd(), file),
    project: projectName,
  }));
}
