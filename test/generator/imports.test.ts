/**
 * test/fixtures/imports/<code>/import.yaml is a mapping to Tyler Setup's entities with that mistake; expected.txt is what is
 * printed. `UPDATE=1` rewrites it.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importCodes } from '../../src/generator/diagnostics/codes/imports.js';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { importMapping } from '../../src/generator/importing/importing.js';
import { builtInTransforms } from '../../src/generator/importing/types.js';
import { importKeys, importSections } from '../../src/generator/language/mappings/import.js';
import { builtIn } from '../../src/runtime/import/rows/transforms.js';
import { tylerPlan } from '../support/import/project.js';

const root = 'test/fixtures/imports';
const isUpdate = process.env.UPDATE === '1';
if (isUpdate && process.env.CI) throw new Error('UPDATE=1 rewrites what is expected: not under CI');

async function printed(text: string): Promise<string> {
  const plan = await tylerPlan();
  try {
    const { warnings, sources } = await importMapping({
      path: 'import.yaml',
      text,
      plan,
      transforms: () => [],
    });
    return warnings.length === 0 ? '' : formatDiagnostics(warnings, sources);
  } catch (error) {
    if (error instanceof Error && error.name === 'DiagnosticsError') return error.message;
    throw error;
  }
}

describe('a mapping with a mistake', () => {
  const folders = readdirSync(root).sort();

  test.each(folders)('%s', async (code) => {
    const folder = join(root, code);
    const text = `${await printed(readFileSync(join(folder, 'import.yaml'), 'utf8'))}\n`;
    const expected = join(folder, 'expected.txt');
    if (isUpdate) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, 'utf8'));
    expect(text).toContain(`[${code}]: `);
  });

  test('has a fixture for each code', () => {
    expect(folders).toEqual(Object.keys(importCodes).sort());
  });
});

const users = readFileSync(join(root, 'import-unique/import.yaml'), 'utf8').replace(
  '{ name: {',
  '{ email: {',
);

test('what fits is reported as nothing', async () => {
  expect(await printed(users)).toBe('');
});

test.each([
  [
    'an unknown key',
    users.replace('entity: User', 'entity2: User'),
    /unknown-key.*\n.*\n.*\n.*Did you mean `entity`/,
  ],
  [
    'no policy',
    users.replace(/ {4}unique.*\n/, ''),
    /warning\[import-unique\]: Of rows with the same `email`/,
  ],
  [
    'a value of an enum that no key gives back',
    users.replace('name: name', 'role: { from: role, map: { admin: ADMIN } }\n      name: name'),
    /warning\[import-one-way\]: No key of its map gives `role` back where it is `MEMBER`, `READONLY`: rows keep/,
  ],
  [
    'what a map gives otherwise, with no key back',
    users.replace(
      'name: name',
      'name: name\n      createdById: { from: by, map: { me: you }, otherwise: nobody }',
    ),
    /import.yaml:\d+:\d+: warning\[import-one-way\]: .*`createdById` back where it is `nobody`/,
  ],
  [
    'a field that writes set',
    `${users.replace('name: name', 'version: version')}`,
    /`User.version` is set by every write/,
  ],
  [
    'a default of another type',
    users.replace('name: name', 'lastLogin: { default: soon }\n      name: name'),
    /import-type\]: `lastLogin` is a moment, and `"soon"` is not/,
  ],
  [
    'a circle of defaults',
    users.replace('name: name', 'name: { default: { field: name } }'),
    /lead in a circle/,
  ],
  ['no YAML', 'sources: [', /yaml-syntax/],
  [
    'a history',
    users.replace('entity: User', 'entity: UserVersion'),
    /`UserVersion` are written along with those of others/,
  ],
])('%s is reported', async (_what, text, expected) => {
  expect(await printed(text)).toMatch(expected);
});

test('sources that refer to one another are refused', async () => {
  const source = (name: string, other: string) => `  ${name}:
    table: legacy-${name}
    key: id
    entity: AuditLog
    fields:
      id: id
      action: action
      actorType: { value: USER }
      actorId: { from: userId, references: ${other} }
      targetType: { value: USER }
      targetId: userId
`;
  const text = `version: 1\nsources:\n${source('a', 'b')}${source('b', 'a')}`;
  expect(await printed(text)).toMatch(/import-source\]: The sources `a`, `b` refer to one another/);
});

test('a source comes after those that it refers to', async () => {
  const text = readFileSync('import.yaml', 'utf8');
  const [head = '', ...parts] = text.split(/\n(?= {2}[\w-]+:\n)/);
  const turned = [head, ...parts.reverse()].join('\n');
  const own = ['activity', 'document', 'invitation'].map((name) => ({
    name,
    isInvertible: name !== 'invitation',
  }));
  const plan = await tylerPlan();
  const { mapping } = await importMapping({ path: 'import.yaml', text: turned, plan, transforms: () => own });
  const names = mapping.sources.map(({ name }) => name);
  expect(names.indexOf('users')).toBeLessThan(
    Math.min(...['contractors', 'refresh-tokens', 'audit'].map((name) => names.indexOf(name))),
  );
});

test('the transforms are those of the runtime, with the same inverses', () => {
  const runtime = Object.entries(builtIn).map(([name, one]) => [name, typeof one === 'object']);
  expect(Object.entries(builtInTransforms).map(([name, { isInvertible }]) => [name, isInvertible])).toEqual(
    runtime,
  );
});

test('docs/importing.md has every key of the file', () => {
  const page = existsSync('docs/importing.md') ? readFileSync('docs/importing.md', 'utf8') : '';
  const missing = Object.entries(importKeys).flatMap(([mapping, keys]) =>
    Object.keys(keys).flatMap((key) => (page.includes(`| \`${key}\` |`) ? [] : [`${mapping}.${key}`])),
  );
  expect(missing).toEqual([]);
  expect(importSections.filter(({ heading }) => !page.includes(`### ${heading}`))).toEqual([]);
});
