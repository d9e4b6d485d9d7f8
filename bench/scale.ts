/** What generation costs as projects grow: each step in this process, and whole processes with and without our preset. */

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildASTSchema, lexicographicSortSchema, parse, printSchema, Source } from 'graphql';
import { checkLayout, checkModel } from '../src/generator/check/check.js';
import { costsOf } from '../src/generator/costs/costs.js';
import { singleBudgets } from '../src/generator/costs/pattern-budgets.js';
import type { Diagnostic } from '../src/generator/diagnostics/diagnostic.js';
import { formatDiagnostics } from '../src/generator/diagnostics/print.js';
import { emit } from '../src/generator/emit/emit.js';
import { Renderer } from '../src/generator/emit/render.js';
import { layOut } from '../src/generator/layout/layout.js';
import { readSdl } from '../src/generator/parse/sdl.js';
import { sdlFilesOf, sdlMistakes } from '../src/generator/parse/sdl-errors.js';
import { readYaml } from '../src/generator/parse/yaml.js';
import { planOf } from '../src/generator/plan/plan.js';
import { resolveModel } from '../src/generator/resolve/resolve.js';
import { median, spread } from './measure.js';
import { type Project, syntheticProject } from './synthetic.js';

const root = resolve(import.meta.dirname, '..');
const codegen = join(root, 'node_modules/@graphql-codegen/cli/esm/bin.js');
/** The package as it is installed: compiled. */
const dist = join(root, 'dist/src');

/** As `generate` does them. */
const steps = ['read', 'check', 'plan', 'print', 'emit'] as const;
type Step = (typeof steps)[number];
type Times = Record<Step | 'all', number[]>;

/** Two markdown tables: milliseconds a step and per entity, and whole processes. */
export function scaleTables(sizes: readonly number[], rounds: number): string {
  const projects = sizes.map((count) => ({ count, project: syntheticProject(count) }));
  return [
    '### The generator, milliseconds in one process',
    '',
    `Median of ${rounds} rounds over all sizes in turn; after the total its spread.`,
    '',
    stepTable(projects, rounds),
    '',
    '### Whole processes, milliseconds',
    '',
    `Median and spread of ${rounds} interleaved rounds. Plain: GraphQL Codegen with typescript + typescript-resolvers`,
    'on the same SDL. Preset: the same command with the Tableloom preset. Generate: `tableloom generate`. The package is',
    'compiled, as it is installed.',
    '',
    processTable(projects, rounds),
    '',
  ].join('\n');
}

interface Sized {
  readonly count: number;
  readonly project: Project;
}

function stepTable(projects: readonly Sized[], rounds: number): string {
  const measured = projects.map(({ count, project }) => ({ count, project, times: noTimes() }));
  // The first rounds, not counted, are the compiler's.
  for (let round = -2; round < rounds; round++) {
    for (const { project, times } of measured) {
      const spent = measureSteps(project);
      if (round < 0) continue;
      for (const step of [...steps, 'all'] as const) times[step].push(spent[step]);
    }
  }
  const lines = measured.map(({ count, times }) => {
    const all = median(times.all);
    const cells = steps.map((step) => median(times[step]).toFixed(1));
    return `| ${count} | ${count * 4} | ${cells.join(' | ')} | ${all.toFixed(0)} | ${spread(times.all, 0)} | ${(all / count).toFixed(2)} |`;
  });
  return [
    `| entities | patterns | ${steps.join(' | ')} | total | spread | total per entity |`,
    `|${'---|'.repeat(steps.length + 5)}`,
    ...lines,
  ].join('\n');
}

function noTimes(): Times {
  return { read: [], check: [], plan: [], print: [], emit: [], all: [] };
}

function measureSteps({ sdl, patterns }: Project): Record<Step | 'all', number> {
  const schema = buildASTSchema(parse(new Source(sdl, 'schema.graphql')));
  const texts = readdirSync(join(root, 'templates'), { withFileTypes: true }).filter((one) => one.isFile());
  const templates = texts.map(({ name }) => ({
    name: name.replace(/\.hbs$/, ''),
    text: readFileSync(join(root, 'templates', name), 'utf8'),
  }));
  const started = performance.now();
  const yaml = readYaml('access-patterns.yaml', patterns);
  const read = readSdl(schema, (name) => name);
  const mistakes = sdlMistakes(sdlFilesOf(schema, (name) => name));
  refuse([...yaml.diagnostics, ...mistakes]);
  const model = { ...yaml.model, sdl: read.sdl };
  const afterRead = performance.now();
  const resolved = resolveModel(model);
  refuse(checkModel(resolved));
  const layout = layOut(model);
  refuse(checkLayout(model, layout));
  const afterCheck = performance.now();
  const plan = planOf(resolved, layout);
  const afterPlan = performance.now();
  const printed = printSchema(lexicographicSortSchema(schema));
  const afterPrint = performance.now();
  const costs = costsOf(plan);
  emit({
    plan,
    costs,
    budgets: singleBudgets(plan, costs, schema),
    sdl: printed,
    renderer: new Renderer(templates, []),
  });
  const ended = performance.now();
  return {
    read: afterRead - started,
    check: afterCheck - afterRead,
    plan: afterPlan - afterCheck,
    print: afterPrint - afterPlan,
    emit: ended - afterPrint,
    all: ended - started,
  };
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some((one) => one.severity === 'error'))
    throw new Error(`the synthetic project is wrong:\n${formatDiagnostics(diagnostics, new Map())}`);
}

function processTable(projects: readonly Sized[], rounds: number): string {
  build();
  const folder = mkdtempSync(join(tmpdir(), 'tableloom-scale-'));
  try {
    const measured = projects.map(({ count, project }) => ({
      count,
      folder: written(join(folder, String(count)), project),
      plain: [] as number[],
      preset: [] as number[],
      verb: [] as number[],
    }));
    // The first round warms the disk cache.
    for (let round = 0; round <= rounds; round++) {
      for (const one of measured) {
        const plain = spent(one.folder, [codegen, '--config', 'plain.ts']);
        const preset = spent(one.folder, [codegen, '--config', 'codegen.ts']);
        const verb = spent(one.folder, [join(dist, 'cli.js'), 'generate']);
        if (round === 0) continue;
        one.plain.push(plain);
        one.preset.push(preset);
        one.verb.push(verb);
      }
    }
    const lines = measured.map(({ count, plain, preset, verb }) => {
      const against = median(plain);
      const cells = (times: readonly number[]) => {
        const middle = median(times);
        return `${middle.toFixed(0)} | ${spread(times, 0)} | ${(middle - against).toFixed(0)} | ${(middle / against).toFixed(2)}×`;
      };
      return `| ${count} | ${count * 4} | ${against.toFixed(0)} | ${spread(plain, 0)} | ${cells(preset)} | ${cells(verb)} |`;
    });
    return [
      '| entities | patterns | plain | spread | preset | spread | added | ratio | generate | spread | added | ratio |',
      `|${'---|'.repeat(12)}`,
      ...lines,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(): void {
  const { status, stdout } = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the package does not compile: ${stdout}`);
}

function written(folder: string, { sdl, patterns }: Project): string {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'schema.graphql'), sdl);
  writeFileSync(join(folder, 'access-patterns.yaml'), patterns);
  writeFileSync(
    join(folder, 'plain.ts'),
    `export default { schema: 'schema.graphql', generates: { 'plain/graphql.ts': { plugins: ['typescript', 'typescript-resolvers'] } } };\n`,
  );
  writeFileSync(
    join(folder, 'codegen.ts'),
    `import { preset } from ${JSON.stringify(join(dist, 'generator/preset.js'))};\nexport default { schema: 'schema.graphql', generates: { 'generated/': { preset } } };\n`,
  );
  return folder;
}

function spent(folder: string, command: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
  return performance.now() - started;
}
