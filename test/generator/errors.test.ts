/**
 * test/fixtures/errors/<code>/ is a whole project with that mistake; expected.txt is what is printed. `UPDATE=1`
 * rewrites it.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { afterEach, describe, expect, test } from 'vitest';
import { layoutChecks, modelChecks } from '../../src/generator/check/check.js';
import { formatDiagnostics } from '../../src/generator/diagnostics.js';
import { preset } from '../../src/generator/preset.js';
import { sdlMistakes } from '../../src/generator/read/sdl-errors.js';

const root = resolve('test/fixtures/errors');
const home = process.cwd();
const isUpdate = process.env.UPDATE === '1';
if (isUpdate && process.env.CI) throw new Error('UPDATE=1 rewrites what is expected: not under CI');

const folders = readdirSync(root).sort();

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

describe('every code', () => {
  /** What is not a row of a list of checks. */
  const others = {
    readers: ['read/yaml.ts', 'read/sdl-errors.ts'],
    planner: ['plan/layout.ts'],
  };
  const codesIn = (file: string) => {
    const text = readFileSync(join('src/generator', file), 'utf8');
    const found = [...text.matchAll(/(?:code: |report\(\s*|isSyntax \? | : )'([a-z]+(?:-[a-z]+)+)'/g)];
    return found.map((match) => match[1] ?? '');
  };
  const codes = new Set([
    ...[...modelChecks, ...layoutChecks].map((check) => check.code),
    ...[...others.readers, ...others.planner].flatMap(codesIn),
  ]);

  test('has a fixture, and no fixture is without a code', () => {
    expect(folders).toEqual([...codes].sort());
  });

  test('is explained in docs/diagnostics.md, and nothing else is', () => {
    const headings = [...readFileSync('docs/diagnostics.md', 'utf8').matchAll(/^### `(.+)`$/gm)];
    expect(headings.map((match) => match[1]).sort()).toEqual([...codes].sort());
  });

  test('has a purpose', () => {
    for (const { purpose } of [...modelChecks, ...layoutChecks]) expect(purpose).toMatch(/^[A-Z].+\.$/);
  });
});
