import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { type DevelopedProject, developedProject } from './support/development.js';
import { askAt, type Program, run } from './support/process.js';

let project: DevelopedProject;
let root: string;
let port: number;
let program: Program;
let token: string;

beforeAll(async () => {
  project = await developedProject();
  ({ root, port, program, token } = project);
});
afterAll(() => project.remove());

function edit(file: string, from: string, to: string): Promise<void> {
  return project.edit(file, from, to);
}

/** What the query gives once that passes `condition`. */
async function becomes(query: string, condition: (data: string) => boolean): Promise<void> {
  let data = '';
  const isThere = async () => {
    data = await askAt(port, query, token).then(JSON.stringify, String);
    return condition(data);
  };
  await until(isThere, () => `${query} gives ${data}\n${program.output()}`);
}

const secret = '{ config(key: "security.signing-key") { value } }';

test('says where it is and how to sign in, and nothing else', () => {
  expect(
    program
      .output()
      .replace(/after [\d.]+ s/, 'after … s')
      .replaceAll(String(port), '4000'),
  ).toMatchInlineSnapshot(`
    "
    Ready after … s.

      GraphQL   http://127.0.0.1:4000/graphql
      IDE       http://127.0.0.1:4000/graphiql
      Tables    http://127.0.0.1:4000/tables
      Data      .data (delete the folder to start over)

      Sign in   admin@tyler-setup.example / correct-horse-battery

      mutation { signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) {
        accessToken refreshToken expiresIn user { name } } }

      subscription { auditLogged { cursor event { type entityId id } log { actorType targetType actorId } } }

    Changes are served at once. Ctrl-C stops.
    "
  `);
});

test('a changed rule is served, and the data is kept', async () => {
  await askAt(port, 'mutation { setConfig(input: { key: "kept", value: 1 }) { key } }', token);
  await edit('src/rules/config.ts', '(parent.isSecret ? null', "(parent.isSecret ? 'hidden'");
  await becomes(secret, (data) => data.includes('hidden'));
  expect(await askAt(port, '{ config(key: "kept") { value } }', token)).toEqual({ config: { value: 1 } });
});

test('a broken rule is shown, and the last good version goes on', async () => {
  await edit('src/rules/config.ts', 'export const configValue:', 'export const config Value:');
  await program.saw(/src\/rules\/config\.ts:\d+:\d+: ERROR/);
  expect(await askAt(port, secret, token)).toEqual({ config: { value: 'hidden' } });
  await edit('src/rules/config.ts', 'export const config Value:', 'export const configValue:');
});

test('a broken declaration is shown where it is, and the last good version goes on', async () => {
  await edit('access-patterns.yaml', 'for: Query.usersByRole', 'for: Query.usersByRoll');
  await program.saw(/access-patterns\.yaml:\d+:\d+: error\[/);
  await program.saw(/Serving the last version that was good/);
  expect(await askAt(port, '{ config(key: "kept") { value } }', token)).toEqual({ config: { value: 1 } });
  await edit('access-patterns.yaml', 'for: Query.usersByRoll', 'for: Query.usersByRole');
});

test('a new field with a rule is served once the rule is written', async () => {
  await edit(
    'schema/config.graphql',
    '"What the entry is for."',
    '"In capitals." loud: String\n  "What the entry is for."',
  );
  await edit(
    'access-patterns.yaml',
    '  configValues: { in: config, requests: 0 }',
    '  configValues: { in: config, requests: 0 }\n  loudKey: { for: Config.loud, in: config }',
  );
  await program.saw(/src\/rules\/config\.ts: the rule `loudKey` is not written/);
  await edit(
    'src/rules/config.ts',
    'export const configValues:',
    'export const loudKey = ({ parent }: { parent: { key: string } }) => parent.key.toUpperCase();\n\nexport const configValues:',
  );
  await becomes('{ config(key: "kept") { loud } }', (data) => data === '{"config":{"loud":"KEPT"}}');
});

test('a changed template is generated with', async () => {
  await edit('templates/tables.ts.hbs', '/** The tables', '/** All the tables');
  const tables = () => readFile(join(root, 'generated/tables.ts'), 'utf8');
  await until(async () => (await tables()).includes('All the tables'), program.output);
});

test('says what is wrong with the call, and what is not used', async () => {
  const again = (environment: Record<string, string>) =>
    run(root, 'src/cli.ts', environment, ['dev', '--data', '.data-2', '--port', String(port)]);
  const second = again({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' });
  expect(await second.ended()).toBe(2);
  expect(second.output()).toBe(
    `DYNAMODB_ENDPOINT is not used: the data is in .data-2.
tableloom: Port ${port} of 127.0.0.1 is in use; set PORT to another one.
`,
  );
});

test('stops with nothing left under way, and leaves the port', async () => {
  // Where anything is, it says so and ends with 1.
  expect(await program.stop('SIGINT')).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});
