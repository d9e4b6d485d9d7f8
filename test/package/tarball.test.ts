/** What the tarball promises to whoever imports it, and where its pages lead. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadLinks, pagesBelow } from './links.js';
import { packInto } from './pack.js';

const home = mkdtempSync(join(tmpdir(), 'tableloom-tarball-'));
const unpacked = join(home, 'package');
let tarball: string;

beforeAll(() => {
  tarball = packInto(home);
  execFileSync('tar', ['-xzf', tarball, '-C', home]);
}, 300_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the tarball', { timeout: 300_000 }, () => {
  test('publint finds nothing', () => {
    expect(run('publint', 'run', tarball, '--strict')).toMatchObject({ code: 0 });
  });

  // esm-only: the package has no CommonJS form, and `exports` needs a resolver that knows it. No rule is ignored.
  test('every door resolves with its types', () => {
    expect(run('attw', tarball, '--profile', 'esm-only', '--no-definitely-typed')).toMatchObject({
      code: 0,
    });
  });

  test('has what the page of a review is made of', () => {
    const script = `import { pageFiles } from './dist/src/cli/page-files.js'; console.log(JSON.stringify(pageFiles()))`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: unpacked,
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual({
      style: expect.stringContaining(':root'),
      script: expect.stringContaining('class TableMapView'),
    });
  });

  test('no page has a dead link', () => {
    const pages = pagesBelow(unpacked);
    expect(pages).toContain('docs/README.md');
    expect(deadLinks(unpacked, pages)).toEqual([]);
  });
});

/** Runs a command of a package that is installed here. */
function run(command: string, ...args: readonly string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join('node_modules/.bin', command), args, {
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}
