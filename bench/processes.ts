/** Whole processes: what the command line takes beside GraphQL Codegen, and `check` beside `generate`. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { median, spread } from './measure.js';
import type { Project } from './synthetic.js';

const root = resolve(import.meta.dirname, '..');
const codegen = join(root, 'node_modules/@graphql-codegen/cli/esm/bin.js');
/** The package as it is installed: compiled. */
const tableloom = join(root, 'dist/src/cli.js');

/** Milliseconds: on the clock, and of processors, user and system. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

interface Command {
  readonly folder: string;
  readonly call: readonly string[];
}

export interface Sized {
  readonly count: number;
  readonly project: Project;
}

/** Markdown: plain Codegen, Codegen with our preset, and `tableloom generate`, on projects of these sizes. */
export function scaleProcesses(projects: readonly Sized[], rounds: number): string {
  return inFolder((folder) => {
    const commands = projects.map(({ count, project }) => {
      const at = scaleProject(join(folder, String(count)), project);
      return {
        plain: { folder: at, call: [codegen, '--config', 'plain.ts'] },
        preset: { folder: at, call: [codegen, '--config', 'codegen.ts'] },
        generate: { folder: at, call: [tableloom, 'generate'] },
      };
    });
    const lines = interleaved(commands, rounds, folder).map(({ plain, preset, generate }, at) => {
      const { count = 0 } = projects[at] ?? {};
      return `| ${count} | ${count * 4} | ${times(plain)} | ${times(preset)} | ${ratios(preset, plain)} | ${times(generate)} | ${ratios(generate, plain)} |`;
    });
    return [
      '| entities | patterns | plain | preset | to plain | CPU to plain | generate | to plain | CPU to plain |',
      `|${'---|'.repeat(9)}`,
      ...lines,
    ].join('\n');
  });
}

/** Markdown: `generate` and `check` of the project that `init` writes, and of one with rules. */
export function checkProcesses(rounds: number): string {
  return inFolder((folder) => {
    const projects = {
      'of `tableloom init`': starterProject(join(folder, 'init')),
      'with four rules': projectWithRules(join(folder, 'rules')),
    };
    const commands = Object.values(projects).map((at) => ({
      generate: { folder: at, call: [tableloom, 'generate'] },
      check: { folder: at, call: [tableloom, 'check'] },
    }));
    const measured = interleaved(commands, rounds, folder);
    const lines = Object.keys(projects).map((name, at) => {
      const { generate = [], check = [] } = measured[at] ?? {};
      return `| ${name} | ${times(generate)} | ${times(check)} | ${ratios(check, generate)} |`;
    });
    return [
      '| project | generate | check | to generate | CPU to generate |',
      `|${'---|'.repeat(5)}`,
      ...lines,
    ].join('\n');
  });
}

/** Each command of each row in turn, so that a drift of the machine's speed hits all. */
function interleaved<Name extends string>(
  rows: readonly Readonly<Record<Name, Command>>[],
  rounds: number,
  folder: string,
): Record<Name, Spent[]>[] {
  const names = (row: Readonly<Record<Name, Command>>) => Object.keys(row) as Name[];
  const measured = rows.map(
    (row) => Object.fromEntries(names(row).map((name) => [name, []])) as unknown as Record<Name, Spent[]>,
  );
  const meter = join(folder, 'meter.cjs');
  const report = join(folder, 'cpu.txt');
  writeFileSync(
    meter,
    `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('node:fs').writeFileSync(${JSON.stringify(report)}, String((user + system) / 1000)); });\n`,
  );
  // The first round warms the disk cache.
  for (let round = 0; round <= rounds; round++) {
    for (const [at, row] of rows.entries()) {
      for (const name of names(row)) {
        const { folder: cwd, call } = row[name];
        const started = performance.now();
        const command = ['--require', meter, ...call];
        const { status, stderr } = spawnSync(process.execPath, command, { cwd, encoding: 'utf8' });
        const wall = performance.now() - started;
        if (status !== 0) throw new Error(`${call.join(' ')} failed: ${stderr}`);
        if (round > 0) measured[at]?.[name].push({ wall, cpu: Number(readFileSync(report, 'utf8')) });
      }
    }
  }
  return measured;
}

/** The median of the clock, and of processors. */
function times(all: readonly Spent[]): string {
  return `${median(all.map(({ wall }) => wall)).toFixed(0)} (${median(all.map(({ cpu }) => cpu)).toFixed(0)})`;
}

/** Round by round: median, least and greatest; of the clock, then of processors. */
function ratios(all: readonly Spent[], against: readonly Spent[]): string {
  const of = (figure: keyof Spent) => {
    const each = all.map((one, at) => one[figure] / (against[at]?.[figure] ?? Number.NaN));
    return `${median(each).toFixed(2)}× (${spread(each, 2)})`;
  };
  return `${of('wall')} | ${of('cpu')}`;
}

/** In the checkout, so that packages are found; `tableloom` is the compiled checkout. */
function inFolder<T>(run: (folder: string) => T): T {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/bench-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/tableloom'));
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scaleProject(folder: string, { sdl, patterns }: Project): string {
  mkdirSync(folder, { recursive: true });
  writeAll(folder, {
    'schema.graphql': sdl,
    'access-patterns.yaml': patterns,
    'package.json': '{ "type": "module" }\n',
    'plain.ts': `export default { schema: 'schema.graphql', generates: { 'plain/graphql.ts': { plugins: ['typescript', 'typescript-resolvers'] } } };\n`,
    'codegen.ts': `import { preset } from 'tableloom/preset';\nexport default { schema: 'schema.graphql', generates: { 'generated/': { preset } } };\n`,
  });
  return folder;
}

function starterProject(folder: string): string {
  const { status, stderr } = spawnSync(process.execPath, [tableloom, 'init', '--root', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`init failed: ${stderr}`);
  return folder;
}

/** The library of the tests, set up as the starter is. */
function projectWithRules(folder: string): string {
  const library = join(root, 'test/fixtures/scaffold');
  starterProject(folder);
  rmSync(join(folder, 'schema'), { recursive: true });
  for (const name of ['schema', 'access-patterns.yaml'])
    cpSync(join(library, name), join(folder, name), { recursive: true });
  const rules = join(library, 'nothing-to-do/after/rules');
  mkdirSync(join(folder, 'src/rules'), { recursive: true });
  for (const name of readdirSync(rules)) {
    const text = readFileSync(join(rules, name), 'utf8');
    writeFileSync(join(folder, 'src/rules', name), text.replace('../../../generated/', '../../generated/'));
  }
  return folder;
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
