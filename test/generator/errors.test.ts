/**
 * test/fixtures/errors/<code>/ is a whole project with that mistake, test/fixtures/warnings/<code>/ one that is
 * generated with a warning; expected.txt is what is printed. `UPDATE=1` rewrites it.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { afterEach, describe, expect, test } from 'vitest';
import { diagnosticsPage, printedFor } from '../../scripts/reference/diagnostics.js';
import { layoutChecks, modelChecks } from '../../src/generator/check/check.js';
import { commandCodes } from '../../src/generator/diagnostics/codes/commands.js';
import { importCodes } from '../../src/generator/diagnostics/codes/imports.js';
import type { CodeRow } from '../../src/generator/diagnostics/codes/row.js';
import { codeSections, codes } from '../../src/generator/diagnostics/codes.js';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { sdlMistakes } from '../../src/generator/parse/sdl-errors.js';
import { preset } from '../../src/generator/preset.js';
import { expectFile, generateProject } from '../support/projects.js';

const root = resolve('test/fixtures/errors');
const home = process.cwd();
const isUpdate = process.env.UPDATE === '1';
if (isUpdate && process.env.CI) throw new Error('UPDATE=1 rewrites what is expected: not under CI');

const folders = readdirSync(root).sort();
const warned = resolve('test/fixtures/warnings');
const warnings = readdirSync(warned).sort();

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
      expect(printed).toBe(readFileSync(join(warned, folder, 'expected.txt'), 'utf8'));
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

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('diagnostics/codes'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');

describe('every code', () => {
  test('is reported somewhere', () => {
    const rows = [...modelChecks, ...layoutChecks].map((check) => check.code);
    expect(new Set(rows).size).toBe(rows.length);
    expect(Object.keys(codes).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  test('has a fixture of its name, and no fixture is without a code', () => {
    // Commands report their own in test/cli and test/scaffold, mappings in imports.test.ts.
    const ours = Object.keys(codes).filter((code) => !(code in commandCodes || code in importCodes));
    expect([...folders, ...warnings].sort()).toEqual(ours.sort());
    expect(ours.filter((code) => printedFor(code) === undefined)).toEqual([]);
  });

  test('belongs to one section of the documentation', () => {
    const headings = codeSections.flatMap(({ rows }) => Object.keys(rows));
    expect(headings.sort()).toEqual(Object.keys(codes).sort());
  });

  test('is documented in docs/diagnostics.md: `npm run reference`', () => {
    expectFile('docs/diagnostics.md', diagnosticsPage());
  });

  test('says in sentences what it means and what to do', () => {
    for (const { meaning, remedy } of Object.values(codes)) {
      expect(meaning).toMatch(/^[A-Z`].+[.)]$/s);
      expect(remedy).toMatch(/^[A-Z`].+\.$/s);
    }
  });
});

describe('the example of a command’s code', () => {
  test.each(Object.entries<CodeRow>(commandCodes))(
    '%s has the words of the sources',
    (code, { example = '' }) => {
      const message = example.split(`error[${code}]: `)[1]?.split('\n')[0] ?? '';
      const hint = /^ {2}hint: (.*)$/m.exec(example)?.[1] ?? '';
      // graphql-js words what is wrong with an operation.
      const said = code.startsWith('operation-') ? [] : [message, hint];
      const fixed = said.flatMap((text) => text.split(/`[^`]*`|"[^"]*"|\S+\/\S+|type .*|\d.*/));
      expect(fixed.filter((text) => !sources.includes(text.trim()))).toEqual([]);
    },
  );
});
