/** Writes docs/pictures/: the reports of four pull requests on the reference application, as a browser shows them. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pullRequests } from '../test/review/support/pull-requests.js';
import { BrowserPage, chromium } from '../test/support/browser.js';

const views = [
  { name: 'wide', width: 1280, height: 900 },
  { name: 'narrow', width: 380, height: 800 },
] as const;

if (chromium === undefined) throw new Error('There is no Chromium: install `chromium`.');
const folder = mkdtempSync(join(tmpdir(), 'tableloom-pictures-'));
const page = await BrowserPage.open();
try {
  const project = join(folder, 'tyler-setup');
  execFileSync('git', ['clone', '-q', resolve('.'), project]);
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  mkdirSync('docs/pictures', { recursive: true });
  for (const { name, edits } of pullRequests) {
    execFileSync('git', ['checkout', '-q', '.'], { cwd: project });
    for (const [path, from, to] of edits) edit(join(project, path), from, to);
    const report = join(folder, `${name}.html`);
    review(project, report);
    await page.go(pathToFileURL(report).href);
    for (const { name: view, ...size } of views) {
      await page.look(size);
      const file = `docs/pictures/review-${name}-${view}.webp`;
      writeFileSync(file, await page.picture({ format: 'webp' }));
      process.stdout.write(`${file}\n`);
    }
  }
} finally {
  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not have ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

function review(project: string, report: string): void {
  const command = ['--conditions=tableloom-source', '--import', 'tsx/esm', 'src/cli.ts', 'review'];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...command, '--against', 'HEAD', '--format', 'json', '--out', report],
    { cwd: project, encoding: 'utf8' },
  );
  if (status !== 0 && status !== 1) throw new Error(stderr);
}
