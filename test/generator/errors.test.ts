/**
 * test/fixtures/errors/<code>/ is a whole project with that mistake, test/fixtures/warnings/<code>/ one that is
 * generated with a warning; expected.txt is what is printed. `UPDATE=1` rewrites it.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { afterEach, describe, expect, test } from 'vitest';
import { layoutChecks, modelChecks } from '../../src/generator/check/check.js';
import { formatDiagnostics } from '../../src/generator/diagnostics/diagnostic.js';
import { sdlMistakes } from '../../src/generator/parse/sdl-errors.js';
import { preset } from '../../src/generator/preset.js';
import { generateProject } from '../support/projects.js';

const root = resolve('test/fixtures/errors');
const home = process.cwd();
const isUpdate = process.env.UPDATE === '1';
if (isUpdate && process.env.CI) throw new Error('UPDATE=1 rewrites what is expected: not under CI');

const folders = readdirSync(root).sort();
const warned = resolve('test/fixtures/warnings');
const warnings = readdirSync(warned).sort();
const printedFor = (code: string) =>
  readFileSync(join(warnings.includes(code) ? warned : root, code, 'expected.txt'), 'utf8');

afterEach(() => process.chdir(home));

describe('a project with a mistake', () => {
  for (const folder of folders) {
    test(folder, async () => {
      // Places are printed relative to the project.
      process.chdir(join(root, folder));
      const printed = `${await refused()}\n`;
      if (isUpdate) writeFileSync('expected.txt', printed);
      expect(printed).toBe(readFileSync('expected.txt', 'utf8'));
      expect(printed).toContain(`error[${folder}]`);
      expect(existsSync('generated')).toBe(false);
    });
  }
});

describe('a project with a warning', () => {
  for (const folder of warnings) {
    test(folder, async () => {
      const { run } = await generateProject(`test/fixtures/warnings/${folder}`);
      const printed = `${formatDiagnostics(run.warnings, run.sources)}\n`;
      if (isUpdate) writeFileSync(join(warned, folder, 'expected.txt'), printed);
      expect(printed).toBe(printedFor(folder));
      expect(printed).toContain(`warning[${folder}]`);
    });
  }
});

/** The diagnostics of the project in the working directory, through GraphQL Codegen. */
async function refused(): Promise<string> {
  const schema = readdirSync('schema').map((name) => `schema/${name}`);
  const config = { silent: true, schema: 'schema/**/*.graphql', generates: { 'generated/': { preset } } };
  const error: unknown = await generate(config, true).then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  const [cause] = error instanceof AggregateError ? error.errors : [error];
  if (cause instanceof Error && cause.name === 'DiagnosticsError') return cause.message;
  // Codegen could not load the schema: what our own command line says then.
  const files = schema.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const mistakes = sdlMistakes(files);
  if (mistakes.length === 0) throw cause;
  return formatDiagnostics(mistakes, new Map(files.map(({ path, text }) => [path, text])));
}

/** The codes that a folder of sources reports: written out, or of a row of checks. */
function codesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const written = text.match(/\bcode: .*|\breport\(\s*'[a-z-]+'/g) ?? [];
    return written.flatMap((one) =>
      Array.from(one.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g), ([, code = '']) => code),
    );
  });
}

describe('every code', () => {
  const codes = new Set(codesIn('src/generator'));
  /** Shown by test/fixtures/scaffold, and by the tests of the command line. */
  const others = new Set([...codesIn('src/generator/scaffold'), ...codesIn('src/cli')]);
  const docs = readFileSync('docs/diagnostics.md', 'utf8');
  const sections = docs.split(/^### /m).slice(1);

  test('is found in the sources', () => {
    const rows = [...modelChecks, ...layoutChecks].map((check) => check.code);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.filter((code) => !codes.has(code))).toEqual([]);
  });

  test('has a fixture, and no fixture is without a code', () => {
    expect([...folders, ...warnings].sort()).toEqual([...codes].filter((code) => !others.has(code)).sort());
  });

  test('is explained in docs/diagnostics.md, and nothing else is', () => {
    const headings = sections.map((section) => /^`(.+)`\n/.exec(section)?.[1] ?? section);
    expect(headings.sort()).toEqual([...new Set([...codes, ...others])].sort());
  });

  test.each([...folders, ...warnings])(
    '%s is shown in docs/diagnostics.md as its fixture prints it',
    (folder) => {
      const section = sections.find((one) => one.startsWith(`\`${folder}\`\n`)) ?? '';
      const example = /```text\n(.*?)\n```/s.exec(section)?.[1];
      expect(printedFor(folder).split('\n\n')).toContain(example);
    },
  );

  test('has a purpose', () => {
    for (const { purpose } of [...modelChecks, ...layoutChecks]) expect(purpose).toMatch(/^[A-Z].+\.$/);
  });
});
