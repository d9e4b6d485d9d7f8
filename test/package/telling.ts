/**
 * A page that tells a story, block by block, from a tarball in an empty folder. `UPDATE=1` writes what commands print
 * into the page; read it then, for the sentences around it may no longer be true.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../server/support/process.js';
import { until } from '../support/until.js';
import { InstalledProject, type Started } from './project.js';
import { edited, type Shown, type Step, stepsOf } from './stories.js';

const isUpdate = process.env.UPDATE === '1' && !process.env.CI;

/** Commands that go on until they are stopped, and what they print when they serve. */
const servers: Readonly<Record<string, RegExp>> = {
  'npm start': /GraphQL at/,
  'npx tableloom dev': /Ctrl-C stops/,
};

/** @param path of the page; @param folder what the page calls the project's folder */
export function tells(path: string, folder: string): void {
  const page = readFileSync(path, 'utf8');
  const printed = new Map<Shown, string>();
  let project: InstalledProject;
  let server: Started | undefined;
  /** How much of what the server has printed was shown. */
  let seen = 0;
  /** In the place of 4000, which may be taken here. */
  let port: number;

  beforeAll(async () => {
    project = new InstalledProject(folder);
    port = await freePort();
  }, 300_000);

  afterAll(async () => {
    if (isUpdate) writeFileSync(path, updated());
    await project.remove();
  }, 300_000);

  // One story: each step goes on where the last one ended.
  for (const steps of together(stepsOf(path, page)))
    test(`line ${steps[0]?.line}: ${steps.map(titleOf).join(', ')}`, async () => {
      for (const step of steps) await take(step);
    });

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'watch':
        return watch(step.shown);
      case 'run':
        return step.command in servers ? start(step.command) : run(step);
      default: {
        const file = join(project.folder, step.path);
        mkdirSync(dirname(file), { recursive: true });
        const text = step.kind === 'write' ? step.text : edited(readFileSync(file, 'utf8'), step.diff);
        writeFileSync(file, text.replace('127.0.0.1:4000', `127.0.0.1:${port}`));
      }
    }
  }

  async function start(command: string): Promise<void> {
    await project.stop();
    server = await project.start(command, port, servers[command] ?? /^/);
    seen = 0;
  }

  function run({ command: given, exit, shown }: Extract<Step, { kind: 'run' }>): void {
    const commands = given.split('\n');
    const results = commands.map((command) =>
      command.startsWith('npm install')
        ? project.install(command)
        : project.run(`${installed(command)} 2>&1`),
    );
    const output = results.map(({ out }) => out).join('');
    const codes = results.map(({ code }) => code);
    expect({ codes, output }).toEqual({ codes: [...commands.slice(1).map(() => 0), exit], output });
    if (shown) compare(shown, shown.language === 'json' ? (results.at(-1)?.out ?? '') : output);
  }

  /** Until it serves a change, or says why it does not. */
  async function watch(shown: Shown): Promise<void> {
    const fresh = () => (server?.output() ?? '').slice(seen);
    await until(
      () => /^(Ctrl-C|Changes are|Serving|Nothing is served)/m.test(fresh()),
      () => `nothing new in:\n${server?.output()}`,
    );
    // Where a machine is busy, the files of one change may be seen one after the other: some of them, then all.
    const early = 'Serving the change after … ms.\n';
    const text = () => steadily(`${fresh().trim()}\n`);
    const isShown = () => [shown.text, early + shown.text].includes(text());
    if (!isUpdate) await until(isShown, () => `expected:\n${shown.text}\nfound:\n${text()}`);
    const isEarly = !isUpdate && text() !== shown.text;
    const found = isEarly ? text().slice(early.length) : text();
    seen += fresh().length;
    compare(shown, found);
  }

  function steadily(output: string): string {
    return output
      .replace(/after [\d.]+ (m?s)\b/g, 'after … $1')
      .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:4000');
  }

  function compare(shown: Shown, output: string): void {
    const steady = steadily(output);
    printed.set(shown, steady);
    if (!isUpdate) expect(steady).toBe(shown.text);
  }

  function updated(): string {
    let text = page;
    for (const [shown, output] of [...printed].reverse())
      text = text.slice(0, shown.at) + output + text.slice(shown.at + shown.text.length);
    return text;
  }
}

/** Files that are written one after another are saved at once. */
function together(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    const isFile = ({ kind }: Step) => kind === 'write' || kind === 'edit';
    if (last?.every(isFile) && isFile(step)) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** What `npx` would find, without the time that it takes to look for it; test/package/package.test.ts runs `npx` itself. */
function installed(command: string): string {
  return command.replace(/\bnpx (?=(?:tableloom|tsc|graphql-codegen)\b)/g, 'node_modules/.bin/');
}

function titleOf(step: Step): string {
  if (step.kind === 'watch') return 'what the server prints';
  return step.kind === 'run' ? step.command.split('\n').join(' && ') : `${step.kind} ${step.path}`;
}
