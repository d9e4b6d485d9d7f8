import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { initVerb } from '../../src/cli/commands/init.js';
import { filesBelow } from '../support/files.js';
import { temporaryFolder } from '../support/temporary.js';
import { printed } from './project.js';

const init = (root: string, force = false, template = 'minimal') =>
  printed(() => initVerb({ root, force, template }));
const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
const manifestIn = (folder: string): Record<string, unknown> => JSON.parse(read(folder, 'package.json'));

describe('init', () => {
  test('writes a project into a folder of its own, and says what comes next', async () => {
    const root = join(temporaryFolder(), 'new/plants');
    const { code, out, err } = await init(root);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const files = [
      'access-patterns.yaml',
      'codegen.ts',
      'package.json',
      'schema/schema.graphql',
      'server.ts',
    ];
    expect(filesBelow(root)).toEqual(['.gitattributes', '.gitignore', ...files, 'tsconfig.json']);
    expect(read(root, '.gitignore')).toContain('node_modules/');
    for (const file of files) expect(out).toContain(`wrote ${file}\n`);
    expect(out).toMatch(
      /Next:\n {2}cd .*new\/plants\n {2}npm install\n {2}npx graphql-codegen\n {2}npm start\n$/,
    );
  });

  test('the project is one to deploy, unless it is told to be minimal', async () => {
    const root = temporaryFolder();
    const { code, out } = await printed(() => initVerb({ root }));
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/\n {2}npm run dev\n$/) });
    expect(filesBelow(root)).toEqual(
      expect.arrayContaining([
        '.dockerignore',
        'Dockerfile',
        'src/app.ts',
        'schema/live.graphql',
        'src/lambda.ts',
        'src/rules/index.ts',
      ]),
    );
    expect(Object.keys(manifestIn(root).scripts as object)).toEqual(
      expect.arrayContaining(['dev', 'build', 'start', 'test', 'bundle']),
    );
    expect(await init(temporaryFolder(), false, 'large')).toEqual({
      code: 2,
      out: '',
      err: 'tableloom: There is no template `large`.\n  hint: Use one of full, minimal.\n',
    });
  });

  test.each(['minimal', 'full'])(
    'what a %s project runs on is apart from what it is made with',
    async (template) => {
      const root = temporaryFolder();
      await init(root, false, template);
      const { dependencies, devDependencies } = manifestIn(root) as Record<string, Record<string, string>>;
      const forTools = ['@graphql-codegen/cli', 'ts-morph', 'handlebars', 'dynalite', 'typescript', 'tsx'];
      expect(Object.keys(devDependencies ?? {})).toEqual(expect.arrayContaining(forTools));
      expect(Object.keys(dependencies ?? {}).filter((name) => forTools.includes(name))).toEqual([]);
      // npm would install an optional peer of ours with `--omit=dev`, as soon as a project has it for development.
      const { dependencies: own, peerDependencies } = JSON.parse(read('.', 'package.json'));
      expect(forTools.filter((name) => name in own || name in peerDependencies)).toEqual([]);
    },
  );

  test('asks for the versions this package is tested with', async () => {
    const root = temporaryFolder();
    await init(root);
    const ours = JSON.parse(read('.', 'package.json'));
    const { dependencies, devDependencies, ...rest } = manifestIn(root);
    expect({ ...ours.dependencies, ...ours.devDependencies, ...ours.peerDependencies }).toMatchObject({
      ...(dependencies as object),
      ...(devDependencies as object),
    });
    expect(rest).toMatchObject({
      type: 'module',
      overrides: ours.overrides,
      allowScripts: ours.allowScripts,
    });
  });

  test('writes nothing where anything is in the way, and replaces it with --force', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'schema'));
    writeFileSync(join(root, 'schema/ours.graphql'), 'type Query { us: Int }\n');
    writeFileSync(join(root, 'codegen.ts'), 'export default {};\n');
    const refused = await init(root);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err.match(/^\S+ error\[file-exists\]/gm)).toEqual([
      'codegen.ts: error[file-exists]',
      'schema/ours.graphql: error[file-exists]',
    ]);
    expect(filesBelow(root)).toEqual(['codegen.ts', 'schema/ours.graphql']);
    expect((await init(root, true)).code).toBe(0);
    expect(read(root, 'codegen.ts')).toContain('tableloom/preset');
    expect(read(root, 'schema/ours.graphql')).toBe('type Query { us: Int }\n');
  });

  test('keeps what package.json, tsconfig.json and .gitignore say', async () => {
    const root = temporaryFolder();
    const manifest = {
      name: 'ours',
      scripts: { start: 'node ours.js' },
      dependencies: { graphql: '16.15.0' },
    };
    writeFileSync(join(root, 'package.json'), JSON.stringify(manifest, null, '\t'));
    writeFileSync(join(root, 'tsconfig.json'), '{}\n');
    writeFileSync(join(root, '.gitignore'), 'ours\n');
    const { code, out } = await init(root);
    expect(code).toBe(0);
    expect(out).toContain('  npx tsx server.ts\n');
    expect(manifestIn(root)).toMatchObject({ ...manifest, type: 'module' });
    expect(read(root, 'package.json')).toMatch(/^\{\n\t"name": "ours"/);
    expect([read(root, 'tsconfig.json'), read(root, '.gitignore')]).toEqual(['{}\n', 'ours\n']);
  });

  test('refuses a CommonJS package, at the place, and changes it with --force', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'package.json'), '{\n  "name": "ours",\n  "type": "commonjs"\n}\n');
    const refused = await init(root);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/^package\.json:3:11: error\[not-a-module\]/);
    expect(readdirSync(root)).toEqual(['package.json']);
    expect((await init(root, true)).code).toBe(0);
    expect(manifestIn(root).type).toBe('module');
  });

  test('says where a file stands where a folder is needed', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'schema'), '');
    expect((await init(root, true)).err).toContain('schema is not a folder');
    expect((await init(join(root, 'schema'))).err).toContain('schema is not a folder');
    expect((await init(join(root, 'schema/plants'))).err).toContain('schema is not a folder');
    expect(readdirSync(root)).toEqual(['schema']);
  });

  test('says that package.json is no JSON', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'package.json'), '{ "name": ');
    expect(await init(root)).toMatchObject({
      code: 2,
      err: expect.stringContaining('package.json cannot be read'),
    });
    expect(existsSync(join(root, 'server.ts'))).toBe(false);
  });
});
