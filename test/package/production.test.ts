/** The reference application as it is deployed: built, installed without what develops it, and started. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/embedded/index.js';
import { askAt, freePort, runCommand } from '../server/support/process.js';
import { openEndpoint } from '../support/endpoint.js';

const home = mkdtempSync(join(tmpdir(), 'tableloom-production-'));

beforeAll(() => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const build = [compiler, '-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')];
  execFileSync(process.execPath, build);
  for (const path of ['package.json', 'package-lock.json', '.npmrc', 'application'])
    cpSync(path, join(home, path), { recursive: true });
  execFileSync('npm', ['ci', '--omit=dev'], { cwd: home });
}, 600_000);

afterAll(() => rmSync(home, { recursive: true, force: true }), 120_000);

const signIn = (email: string, password: string) =>
  `mutation { signIn(input: { email: "${email}", password: "${password}" }) { user { name } } }`;

describe('the server, installed with npm ci --omit=dev', { timeout: 300_000 }, () => {
  test('has what runs it, and not what develops it', () => {
    const packages = readdirSync(join(home, 'node_modules'));
    expect(packages).toEqual(expect.arrayContaining(['fastify', 'mercurius', 'graphql-scalars', 'graphql']));
    for (const name of ['vitest', 'typescript', 'tsx', 'cspell', 'jose', 'altair-static', '@graphql-codegen'])
      expect(packages).not.toContain(name);
  });

  test('starts with nothing set, on the embedded engine', async () => {
    const port = await freePort();
    const program = runCommand(home, 'node', ['dist/src/server/main.js'], { PORT: String(port) });
    await program.saw(/Server listening/);
    expect(program.output()).toContain('There is no IDE');
    expect(await askAt(port, signIn('admin@tyler-setup.example', 'correct-horse-battery'))).toMatchObject({
      signIn: { user: { name: expect.any(String) } },
    });
    expect(await program.stop()).toBe(0);
  });

  test('is set up and runs in production', async () => {
    const engine = await openEmbedded();
    const endpoint = await openEndpoint({ ...engine.clientConfig });
    const port = await freePort();
    const environment = {
      NODE_ENV: 'production',
      PORT: String(port),
      DYNAMODB_ENDPOINT: endpoint.clientConfig.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      JWT_SECRET: 'a secret of access tokens for this test',
      CURSOR_SECRET: 'a secret of cursors for this test alone',
    };
    try {
      const password = 'a long enough password';
      const setUp = runCommand(home, 'node', ['dist/src/server/set-up.js'], {
        ...environment,
        ADMIN_EMAIL: 'first@tyler-setup.example',
        ADMIN_NAME: 'First',
        ADMIN_PASSWORD: password,
      });
      expect(await setUp.ended()).toBe(0);
      expect(setUp.output().trim()).toBe('first@tyler-setup.example can sign in now.');
      const program = runCommand(home, 'node', ['dist/src/server/main.js'], environment);
      await program.saw(/Server listening/);
      expect(await askAt(port, signIn('first@tyler-setup.example', password))).toEqual({
        signIn: { user: { name: 'First' } },
      });
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
      expect(await program.stop()).toBe(0);
    } finally {
      await endpoint.close();
      await engine.close();
    }
  });
});

test('what both manifests name has one version', () => {
  type Manifest = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>;
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const { dependencies, devDependencies } = read('package.json');
  const developed = Object.entries({ ...dependencies, ...devDependencies });
  expect(read('application/package.json').dependencies).toMatchObject(
    Object.fromEntries(developed.filter(([name]) => name in read('application/package.json').dependencies)),
  );
});
