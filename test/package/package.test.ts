/** The README's "In your own project", command by command, from a tarball in an empty folder. */

import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../server/support/process.js';
import { filesBelow } from '../support/files.js';
import { InstalledProject, readmeBlocks } from './project.js';

const section = 'In your own project';
const [first = '', later = ''] = readmeBlocks(section, 'sh');
const commands = first.trim().split('\n');
const [install = '', init = '', installRest = '', generate = '', start = ''] = commands;
const requests = readmeBlocks(section, 'graphql');
const [answer = ''] = readmeBlocks(section, 'json');

let project: InstalledProject;

beforeAll(() => {
  project = new InstalledProject('plants');
}, 300_000);

afterAll(() => project.remove(), 300_000);

// One story: each test goes on where the last one ended.
describe('a new project', { timeout: 300_000 }, () => {
  test('has five commands to a first answer', () => {
    expect(commands).toHaveLength(5);
    expect(requests).toHaveLength(2);
  });

  test(`${install}: no warning`, () => {
    const { code, err } = project.run(install);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const ours = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'access-patterns.schema.json',
      'dist',
      'docs',
      'package.json',
      'templates',
    ];
    const own = join(project.folder, 'node_modules/tableloom');
    expect(readdirSync(own)).toEqual(ours);
    expect(readdirSync(join(own, 'dist/src'))).toEqual([
      'budget',
      'cli',
      'cli.js',
      'embedded',
      'fastify',
      'generator',
      'review',
      'runtime',
    ]);
    // Nothing of the reference application, and no embedded engine.
    const packages = readdirSync(join(project.folder, 'node_modules'));
    expect(packages.filter((name) => ['fastify', 'dynalite', 'ts-morph', 'vitest'].includes(name))).toEqual(
      [],
    );
  });

  test(init, () => {
    const { code, out, err } = project.run(init);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Next:\n  ${installRest}\n  ${generate}\n  ${start}\n`);
    expect(project.run(init).code).toBe(1);
    expect(project.run('npx tableloom --version').out).toBe(
      `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`,
    );
  });

  test('says what generating needs, where it is not installed', () => {
    const { code, err } = project.run('npx tableloom generate');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^tableloom: GraphQL Codegen is not installed\.\n {2}hint: Run `npm install --save-dev /,
    );
  });

  test(`${installRest}: no warning, one graphql`, () => {
    const { code, err } = project.run(installRest);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const copies = project.run('npm ls graphql --parseable').out.trim().split('\n');
    expect(copies).toEqual([expect.stringMatching(/plants\/node_modules\/graphql$/)]);
  });

  test(generate, () => {
    expect(project.run(generate)).toMatchObject({ code: 0 });
    expect(project.run(later.trim().split('\n').join(' && '))).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^unchanged \d+\nNo rule is missing\.\n\d+ generated files are up to date, 2 rules match\.\n$/,
      ),
      err: '',
    });
  });

  test(`${start}, and a first answer`, async () => {
    const port = await freePort();
    const { output } = await project.start(start, port, /Ctrl-C stops/);
    expect(output()).not.toMatch(/warn/i);
    const answers = [];
    for (const query of requests) answers.push(await ask(port, query));
    await project.stop();
    expect(answers).toEqual([
      { data: { addPlant: { name: 'Boston fern', room: 'BATHROOM' } } },
      JSON.parse(answer),
    ]);
  });

  test('scaffolds a rule that is asked for later', () => {
    const { folder } = project;
    appendFileSync(join(folder, 'schema/schema.graphql'), '\nextend type Plant {\n  label: String!\n}\n');
    appendFileSync(join(folder, 'access-patterns.yaml'), '\n  label: { for: Plant.label, in: plants }\n');
    expect(project.run('npx tableloom check')).toMatchObject({
      code: 1,
      err: expect.stringContaining('error[rule-missing]'),
    });
    expect(project.run('npx tableloom scaffold').out).toContain('wrote src/rules/plants.ts: label\n');
  });
});

describe('--root', { timeout: 300_000 }, () => {
  test('makes and works on a project in another folder', () => {
    const below = project.folder;
    expect(project.run('npx tableloom init --root services/herbs').out).toContain('  cd services/herbs\n');
    expect(project.run('npx tableloom generate --root services/herbs').out).toMatch(
      /created \d+, unchanged 0\n$/,
    );
    const folder = join(below, 'services/herbs/generated');
    const times = () => filesBelow(folder).map((path) => [path, statSync(join(folder, path)).mtimeMs]);
    const before = times();
    expect(project.run('npx tableloom generate --root ../services/herbs', join(below, 'schema'))).toEqual({
      code: 0,
      out: expect.stringMatching(/^unchanged \d+\n$/),
      err: '',
    });
    expect(times()).toEqual(before);
    expect(project.run('npx tableloom check --root services/herbs').code).toBe(0);
  });

  test('generates the same bytes as the checkout', () => {
    const folder = join(project.folder, 'services/reference');
    mkdirSync(folder);
    const inputs = readdirSync('.').filter(
      (name) => name === 'schema' || name.startsWith('access-patterns.'),
    );
    for (const name of inputs) cpSync(name, join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'codegen.ts'), readFileSync('templates/init/base/codegen.ts', 'utf8'));
    expect(project.run('npx tableloom generate --root services/reference')).toMatchObject({
      code: 0,
      err: '',
    });
    const names = filesBelow('generated');
    expect(filesBelow(join(folder, 'generated'))).toEqual(names);
    for (const name of names)
      expect(readFileSync(join(folder, 'generated', name), 'utf8'), name).toBe(
        readFileSync(join('generated', name), 'utf8'),
      );
  });
});

async function ask(port: number, query: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}
