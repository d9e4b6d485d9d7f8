/** What `init` writes is deployed: tested, built by the steps of its Dockerfile, served; bundled, and called as a function. */

import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, runCommand } from '../server/support/process.js';
import { type Endpoint, openEndpoint } from '../support/endpoint.js';
import { openEngine } from '../support/engines.js';
import { build, type Image, megabytes, packagesIn, stagesOf } from './dockerfile.js';
import { InstalledProject, readmeBlocks } from './project.js';

const home = mkdtempSync(join(tmpdir(), 'tableloom-image-'));
const engine = openEngine('embedded');
let project: InstalledProject;
let endpoint: Endpoint;
let environment: Record<string, string>;

beforeAll(async () => {
  project = new InstalledProject('garden');
  const [install = ''] = readmeBlocks('In your own project', 'sh')[0]?.split('\n') ?? [];
  expect(project.install(install)).toMatchObject({ code: 0 });
  expect(project.run('npx tableloom init')).toMatchObject({ code: 0 });
  expect(project.install('npm install')).toMatchObject({ code: 0 });
  expect(project.run('npx graphql-codegen')).toMatchObject({ code: 0 });
  const { clientConfig } = await engine;
  endpoint = await openEndpoint(clientConfig);
  environment = {
    DYNAMODB_ENDPOINT: endpoint.clientConfig.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    CURSOR_SECRET: 'a secret of cursors for this test alone',
  };
}, 600_000);

afterAll(async () => {
  await endpoint.close();
  await (await engine).close();
  await project.remove();
  rmSync(home, { recursive: true, force: true });
}, 600_000);

const list = '{ plantsInRoom(room: KITCHEN) { nodes { name } } }';
const add = 'mutation { addPlant(input: { name: "Aloe", room: KITCHEN }) { name } }';

// One story: each test goes on where the last one ended.
describe('a new project', { timeout: 600_000 }, () => {
  test('compiles, and its own tests pass', () => {
    expect(project.run('npx tsc')).toMatchObject({ code: 0 });
    expect(project.run('npm test')).toMatchObject({ code: 0, out: expect.stringMatching(/5 passed/) });
    expect(project.run('npx tableloom check')).toMatchObject({ code: 0 });
  });

  test('has the tables that it deploys', async () => {
    const command = ['tableloom', 'deploy', '--endpoint', endpoint.clientConfig.endpoint];
    const deploy = runCommand(project.folder, 'npx', command, environment);
    expect(await deploy.ended(), deploy.output()).toBe(0);
  });

  let image: Image;
  test('is an image by the steps of its Dockerfile', () => {
    cpSync(join(dirname(project.folder), 'tableloom'), join(home, 'build/tableloom'), { recursive: true });
    image = build(project.folder, home, project.environment);
    const stages = stagesOf(readFileSync(join(project.folder, 'Dockerfile'), 'utf8'));
    const names = stages.map(({ name }) => name);
    for (const [at, { image: base, steps }] of stages.entries()) {
      expect(base).toMatch(/^node:\d+-slim$/);
      const sources = steps.flatMap(({ value }) => /--from=(\S+)/.exec(value)?.[1] ?? []);
      expect(sources.every((name) => names.slice(0, at).includes(name))).toBe(true);
    }
    expect(image).toMatchObject({ user: 'node', environment: { NODE_ENV: 'production', HOST: '0.0.0.0' } });
  });

  test('needs nothing that it only generates with once it runs', () => {
    const packages = packagesIn(image.folder);
    expect(packages).toEqual(expect.arrayContaining(['tableloom', 'fastify', '@aws-sdk/client-dynamodb']));
    const refused =
      /^(ts-morph|typescript|dynalite|classic-level|tsx|vitest|esbuild|handlebars|altair-static)$|graphql-codegen/;
    expect(packages.filter((name) => refused.test(name))).toEqual([]);
    expect(megabytes(join(image.folder, 'node_modules'))).toBeLessThan(80);
  });

  test('serves from that image, and ends when it is told to', async () => {
    const port = await freePort();
    const [command = '', ...args] = image.command;
    const program = runCommand(image.folder, command, args, {
      ...image.environment,
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(port),
    });
    await program.saw(/GraphQL at/);
    const ask = async (query: string) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query });
      return (await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body })).json();
    };
    expect(await ask(add)).toEqual({ data: { addPlant: { name: 'Aloe' } } });
    expect(await ask(list)).toEqual({ data: { plantsInRoom: { nodes: [{ name: 'Aloe' }] } } });
    expect(await ask('{ __schema { queryType { name } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await program.stop()).toBe(0);
  });

  test('is a function in one file', async () => {
    expect(project.run('npm run bundle')).toMatchObject({ code: 0 });
    const bundle = join(project.folder, 'dist/lambda/index.mjs');
    expect(statSync(bundle).size).toBeLessThan(3_000_000);
    cpSync(bundle, join(home, 'function/index.mjs'));
    const event = readFileSync('test/fastify/events/function-url.json', 'utf8');
    const program = `
      const { handler } = await import('./index.mjs');
      const answer = await handler({ ...${event}, body: ${JSON.stringify(JSON.stringify({ query: list }))}, isBase64Encoded: false });
      console.log(answer.statusCode, answer.body);
      process.exit(0);`;
    const called = runCommand(join(home, 'function'), 'node', ['--input-type=module', '--eval', program], {
      ...environment,
      AWS_LAMBDA_FUNCTION_NAME: 'garden',
    });
    expect(await called.ended()).toBe(0);
    expect(called.output()).toContain('200 {"data":{"plantsInRoom":{"nodes":[{"name":"Aloe"}]}}}\n');
  });
});
