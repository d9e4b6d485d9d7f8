/** What generation costs as projects grow: each stage in this process, and whole processes with and without our preset. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildASTSchema, parse, Source } from 'graphql';
import { Renderer, type TemplateText } from '../src/generator/emit/render.js';
import { generate, type Measure, type Stage } from '../src/generator/generate.js';
import { median, spread } from './measure.js';
import { checkProcesses, type Sized, scaleProcesses } from './processes.js';
import { type Project, syntheticProject } from './synthetic.js';

const root = resolve(import.meta.dirname, '..');

const stages = ['parse', 'resolve', 'lay out', 'check', 'plan', 'budgets', 'emit'] as const satisfies Stage[];
type Timed = (typeof stages)[number];
type Times = Record<Timed | 'all', number[]>;

/** Markdown tables: milliseconds a stage and per entity, and whole processes. */
export function scaleTables(sizes: readonly number[], rounds: number): string {
  const projects = sizes.map((count) => ({ count, project: syntheticProject(count) }));
  build();
  return [
    '### The generator, milliseconds in one process',
    '',
    `Median of ${rounds} rounds over all sizes in turn; after the total its spread.`,
    '',
    stageTable(projects, rounds),
    '',
    '### Whole processes, milliseconds',
    '',
    `Medians of ${rounds} interleaved rounds, on the clock and in brackets of processors (user and system); ratios round by round,`,
    'median and spread. Plain: GraphQL Codegen with typescript + typescript-resolvers on the same SDL. Preset: the same',
    'command with the Tableloom preset. Generate: `tableloom generate`. The package is compiled, as it is installed.',
    '',
    scaleProcesses(projects, rounds),
    '',
    '### `check` beside `generate`',
    '',
    `Medians of ${rounds + 2} interleaved rounds, as above. Without rules \`check\` does not load TypeScript.`,
    '',
    checkProcesses(rounds + 2),
    '',
  ].join('\n');
}

function stageTable(projects: readonly Sized[], rounds: number): string {
  const measured = projects.map(({ count, project }) => ({ count, project, times: noTimes() }));
  // The first rounds, not counted, are the compiler's.
  for (let round = -2; round < rounds; round++) {
    for (const { project, times } of measured) {
      const spent = measureStages(project);
      if (round < 0) continue;
      for (const stage of [...stages, 'all'] as const) times[stage].push(spent[stage]);
    }
  }
  const lines = measured.map(({ count, times }) => {
    const all = median(times.all);
    const cells = stages.map((stage) => median(times[stage]).toFixed(1));
    return `| ${count} | ${count * 4} | ${cells.join(' | ')} | ${all.toFixed(0)} | ${spread(times.all, 0)} | ${(all / count).toFixed(2)} |`;
  });
  return [
    `| entities | patterns | ${stages.join(' | ')} | total | spread | total per entity |`,
    `|${'---|'.repeat(stages.length + 5)}`,
    ...lines,
  ].join('\n');
}

function noTimes(): Times {
  return Object.fromEntries([...stages, 'all'].map((stage) => [stage, []])) as unknown as Times;
}

function measureStages({ sdl, patterns }: Project): Record<Timed | 'all', number> {
  const schema = buildASTSchema(parse(new Source(sdl, 'schema.graphql')));
  const renderer = new Renderer(templates(), []);
  const spent = { parse: 0, resolve: 0, 'lay out': 0, check: 0, plan: 0, budgets: 0, emit: 0 };
  const measure: Measure = (stage, run) => {
    const began = performance.now();
    const result = run();
    if (stage in spent) spent[stage as Timed] += performance.now() - began;
    return result;
  };
  const started = performance.now();
  const path = 'access-patterns.yaml';
  generate({ schema, patterns: { path, text: patterns }, relative: (name) => name, renderer, measure });
  return { ...spent, all: performance.now() - started };
}

function templates(): TemplateText[] {
  const files = readdirSync(join(root, 'templates'), { withFileTypes: true }).filter((one) => one.isFile());
  return files.map(({ name }) => ({
    name: name.replace(/\.hbs$/, ''),
    text: readFileSync(join(root, 'templates', name), 'utf8'),
  }));
}

function build(): void {
  const { status, stdout } = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the package does not compile: ${stdout}`);
}
