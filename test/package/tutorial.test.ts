/**
 * docs/tutorial.md, block by block, from a tarball in an empty folder. `UPDATE=1` writes what commands print into the page;
 * read it then, for the sentences around it may no longer be true.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../server/support/process.js';
import { InstalledProject } from './project.js';
import { edited, type Shown, type Step, stepsOf } from './tutorial.js';

const path = 'docs/tutorial.md';
const page = readFileSync(path, 'utf8');
const steps = stepsOf(page);
const isUpdate = process.env.UPDATE === '1' && !process.env.CI;
const printed = new Map<Shown, string>();

let project: InstalledProject;
/** In the place of 4000, which may be taken here. */
let port: number;

beforeAll(async () => {
  project = new InstalledProject('repair-cafe');
  port = await freePort();
}, 300_000);

afterAll(async () => {
  if (isUpdate) writeFileSync(path, updated());
  await project.remove();
}, 300_000);

// One story: each step goes on where the last one ended.
describe('the tutorial', { timeout: 300_000 }, () => {
  for (const step of steps) test(`line ${step.line}: ${titleOf(step)}`, () => take(step));
});

function titleOf(step: Step): string {
  return step.kind === 'run' ? step.command.split('\n').join(' && ') : `${step.kind} ${step.path}`;
}

async function take(step: Step): Promise<void> {
  if (step.kind !== 'run') {
    const file = join(project.folder, step.path);
    mkdirSync(dirname(file), { recursive: true });
    const text = step.kind === 'write' ? step.text : edited(readFileSync(file, 'utf8'), step.diff);
    writeFileSync(file, text.replace('127.0.0.1:4000', `127.0.0.1:${port}`));
    return;
  }
  if (step.command === 'npm start') {
    await project.stop();
    await project.start(step.command, port, /GraphQL at/);
    return;
  }
  const commands = step.command.split('\n');
  const results = commands.map((command) => project.run(`${command} 2>&1`));
  const output = results.map(({ out }) => out).join('');
  const codes = results.map(({ code }) => code);
  expect({ codes, output }).toEqual({ codes: [...commands.slice(1).map(() => 0), step.exit], output });
  if (step.shown === undefined) return;
  const { language, text } = step.shown;
  const shown = language === 'json' ? (results.at(-1)?.out ?? '') : output;
  printed.set(step.shown, shown);
  if (!isUpdate) expect(shown).toBe(text);
}

function updated(): string {
  let text = page;
  for (const [shown, output] of [...printed].reverse())
    text = text.slice(0, shown.at) + output + text.slice(shown.at + shown.text.length);
  return text;
}
