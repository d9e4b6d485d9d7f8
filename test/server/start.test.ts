import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/server/config.js';
import { until } from '../support/until.js';
import { askAt, freePort, type Program, run } from './support/process.js';

const root = join(import.meta.dirname, '../..');
const main = 'src/server/main.ts';

const signIn =
  'mutation { signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) { accessToken refreshToken } }';

interface SignedIn {
  readonly signIn: { readonly accessToken: string; readonly refreshToken: string };
}

async function started(environment: Record<string, string>): Promise<{ program: Program; port: number }> {
  const port = await freePort();
  const program = run(root, main, { PORT: String(port), ...environment });
  await program.saw(/Server listening/);
  return { program, port };
}

describe('starting', () => {
  test('needs nothing outside production, and stops when told', async () => {
    const { program, port } = await started({});
    const { accessToken } = (await askAt<SignedIn>(port, signIn)).signIn;
    expect(await askAt(port, '{ me { email } }', accessToken)).toEqual({
      me: { email: 'admin@tyler-setup.example' },
    });
    expect((await fetch(`http://127.0.0.1:${port}/graphiql`)).status).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(program.output()).not.toMatch(/warn/i);
  });

  test('with DATA_DIR everything is found again after a restart: data, tokens and cursors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tableloom-'));
    try {
      const first = await started({ DATA_DIR: folder });
      const { accessToken, refreshToken } = (await askAt<SignedIn>(first.port, signIn)).signIn;
      const before = await askAt<{ users: { nodes: { id: string }[]; pageInfo: { endCursor: string } } }>(
        first.port,
        '{ users(first: 10) { nodes { id } pageInfo { endCursor } } }',
        accessToken,
      );
      const id = before.users.nodes[5]?.id;
      await askAt(
        first.port,
        `mutation { updateUser(id: "${id}", input: { name: "Orsel Renamed" }) { version } }`,
        accessToken,
      );
      expect(await first.program.stop('SIGINT')).toBe(0);

      const second = await started({ DATA_DIR: folder });
      const found = await askAt<{
        user: unknown;
        users: { nodes: { id: string }[] };
        log: { nodes: unknown[] };
      }>(
        second.port,
        `{ user(id: "${id}") { name version history { nodes { version } } }
           users(first: 10, after: "${before.users.pageInfo.endCursor}") { nodes { id } }
           log: auditLogsOfTarget(targetType: USER, targetId: "${id}", first: 1) { nodes { action } } }`,
        accessToken,
      );
      expect(found.user).toEqual({
        name: 'Orsel Renamed',
        version: 2,
        history: { nodes: [{ version: 2 }, { version: 1 }] },
      });
      expect(found.users.nodes).toHaveLength(10);
      expect(before.users.nodes.map((node) => node.id)).not.toContain(found.users.nodes[0]?.id);
      expect(found.log.nodes).toEqual([{ action: 'USER_UPDATED' }]);
      await askAt(second.port, `mutation { refreshSession(refreshToken: "${refreshToken}") { expiresIn } }`);
      expect(await second.program.stop()).toBe(0);

      const secrets = await stat(join(folder, 'development-secrets.json'));
      expect(secrets.mode & 0o777).toBe(0o600);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('lets a request under way finish when told to stop', async () => {
    const { program, port } = await started({});
    // Verifying a password takes long enough to be interrupted.
    const answer = askAt<SignedIn>(port, signIn);
    await program.saw(/"path":"\/graphql"/);
    const stopped = program.stop();
    expect((await answer).signIn.accessToken).toMatch(/^ey/);
    expect(await stopped).toBe(0);
  });

  test('told to stop, tells load balancers first, and goes on serving until they have noticed', async () => {
    const { program, port } = await started({ DRAIN_SECONDS: '5' });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await status('/readyz')).toBe(200);
    const stopped = program.stop();
    await until(async () => (await status('/readyz')) === 503);
    expect(await status('/livez')).toBe(200);
    expect((await askAt<SignedIn>(port, signIn)).signIn.accessToken).toMatch(/^ey/);
    expect(await stopped).toBe(0);
  });

  test('with new secrets before the old ones, tokens and cursors stay good', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tableloom-'));
    const [old, fresh] = ['the old secret of this very long test', 'the new secret of this very long test'];
    const cursors = [`${old} for cursors`, `${fresh} for cursors`] as const;
    const page = (after?: string) =>
      `{ users(first: 2${after ? `, after: "${after}"` : ''}) { pageInfo { endCursor } } }`;
    type Page = { readonly users: { readonly pageInfo: { readonly endCursor: string } } };
    const first = await started({ DATA_DIR: folder, JWT_SECRET: old, CURSOR_SECRET: cursors[0] });
    const { accessToken } = (await askAt<SignedIn>(first.port, signIn)).signIn;
    const { endCursor } = (await askAt<Page>(first.port, page(), accessToken)).users.pageInfo;
    await first.program.stop();

    const both = await started({
      DATA_DIR: folder,
      JWT_SECRET: `${fresh},${old}`,
      CURSOR_SECRET: `${cursors[1]}, ${cursors[0]}`,
    });
    const later = (await askAt<Page>(both.port, page(endCursor), accessToken)).users.pageInfo.endCursor;
    const renewed = (await askAt<SignedIn>(both.port, signIn)).signIn.accessToken;
    await both.program.stop();

    const last = await started({ DATA_DIR: folder, JWT_SECRET: fresh, CURSOR_SECRET: cursors[1] });
    await askAt<Page>(last.port, page(later), renewed);
    await expect(askAt<Page>(last.port, page(endCursor), renewed)).rejects.toThrow('BAD_CURSOR');
    await expect(askAt<Page>(last.port, page(later), accessToken)).rejects.toThrow('TOKEN_INVALID');
    await last.program.stop();
    await rm(folder, { recursive: true });
  });

  test('with trusted documents answers these and no others', async () => {
    const { program, port } = await started({ TRUSTED_DOCUMENTS: 'operations/documents.json' });
    const documents = JSON.parse(await readFile('operations/documents.json', 'utf8')) as Record<
      string,
      string
    >;
    const [documentId] = Object.entries(documents).find(([, text]) => text.startsWith('query Viewer')) ?? [];
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId }),
    });
    expect(await response.json()).toEqual({ data: { me: null, viewer: null } });
    await expect(askAt(port, '{ me { email } }')).rejects.toThrow('DOCUMENT_NOT_TRUSTED');
    await program.stop();
    const wrong = run(root, main, { TRUSTED_DOCUMENTS: 'operations/none.json' });
    expect(await wrong.ended()).toBe(1);
    expect(wrong.output()).toContain('TRUSTED_DOCUMENTS is `operations/none.json`, which cannot be read');
  });

  test('at a port that is taken says so in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const program = run(root, main, { PORT: String(port), LOG_LEVEL: 'silent' });
    expect(await program.ended()).toBe(1);
    expect(program.output().trim()).toBe(`Port ${port} of 127.0.0.1 is in use; set PORT to another one.`);
    other.close();
  });

  test('with data that another server has open says so in one line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tableloom-'));
    const first = await started({ DATA_DIR: folder });
    const second = run(root, main, { PORT: String(await freePort()), DATA_DIR: folder });
    expect(await second.ended()).toBe(1);
    expect(second.output().trim().split('\n')).toHaveLength(1);
    expect(second.output()).toContain('is open in another engine');
    await first.program.stop();
    await rm(folder, { recursive: true });
  });

  test('in production without what it takes is refused, with everything that is missing', async () => {
    const program = run(root, main, { NODE_ENV: 'production', JWT_SECRET: 'short' });
    expect(await program.ended()).toBe(1);
    expect(program.output()).toMatchInlineSnapshot(`
      "The server cannot start with this environment:
        AWS_REGION is missing: it says where the tables are.
        JWT_SECRET is too short: production needs at least 32 bytes, for instance from \`openssl rand -base64 48\`.
        CURSOR_SECRET is missing: production needs at least 32 bytes, for instance from \`openssl rand -base64 48\`.
      "
    `);
  });
});

describe('the environment', () => {
  const problemsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      readConfig(environment);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  };

  test('has a default for everything outside production', () => {
    expect(readConfig({})).toEqual({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      storage: { kind: 'embedded', dataDir: null },
      tablePrefix: 'tyler-setup',
      jwtSecrets: [],
      cursorSecrets: [],
      logLevel: 'info',
      requestLimit: null,
      corsOrigins: [],
      trustProxy: [],
      maxConnections: null,
      redisUrl: null,
      trustedDocuments: null,
      drainMs: 0,
      metrics: { prometheus: true },
      traces: false,
      slowMs: null,
    });
  });

  test('in production, metrics are served to nobody unless it says to whom', () => {
    const production = {
      NODE_ENV: 'production',
      AWS_REGION: 'eu-west-1',
      JWT_SECRET: 'x'.repeat(32),
      CURSOR_SECRET: 'y'.repeat(32),
    };
    const metrics = (more: Record<string, string>) => readConfig({ ...production, ...more }).metrics;
    expect(metrics({})).toEqual({});
    expect(metrics({ METRICS_PORT: '9464', HOST: '0.0.0.0' })).toEqual({
      prometheus: { port: 9464, host: '0.0.0.0' },
    });
    expect(metrics({ METRICS_TOKEN: 'z'.repeat(16), METRICS_EMF: 'Tyler/Setup' })).toEqual({
      prometheus: { token: 'z'.repeat(16) },
      emf: { namespace: 'Tyler/Setup' },
    });
    expect(problemsOf({ METRICS_TOKEN: 'short', METRICS_PORT: '9464' })).toEqual([
      expect.stringContaining('METRICS_TOKEN and METRICS_PORT are both set'),
      expect.stringContaining('METRICS_TOKEN is too short'),
    ]);
  });

  test('a secret with a comma is several, and the refusal of a short one says so', () => {
    const [secret, cursors] = ['x'.repeat(40), 'y'.repeat(40)];
    const production = { NODE_ENV: 'production', AWS_REGION: 'eu-west-1', CURSOR_SECRET: cursors };
    expect(problemsOf({ ...production, JWT_SECRET: `${secret},${cursors}` })).toEqual([]);
    expect(problemsOf({ ...production, JWT_SECRET: `${secret},tail` })).toEqual([
      expect.stringContaining('JWT_SECRET has commas, so it is several secrets, of which one is too short'),
    ]);
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['DYNAMODB_ENDPOINT', 'localhost:8000'],
    ['TABLE_PREFIX', 'a b'],
    ['LOG_LEVEL', 'loud'],
    ['MAX_CONNECTIONS', 'all'],
    ['DRAIN_SECONDS', 'long'],
    ['REQUEST_LIMIT', '0'],
    ['REQUEST_LIMIT', 'many'],
    ['METRICS_PORT', 'http'],
    ['METRICS_EMF', 'a:b'],
    ['TRACES', 'yes'],
    ['SLOW_MS', 'never'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} is \`${value}\``)]);
  });

  test.each([
    ['CORS_ORIGINS', 'https://app.example, app.example', 'app.example'],
    ['CORS_ORIGINS', 'https://app.example/', 'https://app.example/'],
    ['TRUST_PROXY', '10.0.0.0/8, proxy', 'proxy'],
    ['TRUST_PROXY', '10.0.0.0/33', '10.0.0.0/33'],
    ['TRUST_PROXY', '2', '2'],
  ])('%s=%s is refused for one of its values', (name, value, wrong) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} has \`${wrong}\``)]);
  });

  test('lists origins and proxies between commas', () => {
    const { corsOrigins, trustProxy } = readConfig({
      CORS_ORIGINS: 'https://app.example, http://localhost:3000',
      TRUST_PROXY: 'loopback,10.0.0.0/8 , ::1',
    });
    expect({ corsOrigins, trustProxy }).toEqual({
      corsOrigins: ['https://app.example', 'http://localhost:3000'],
      trustProxy: ['loopback', '10.0.0.0/8', '::1'],
    });
  });

  test('names storage elsewhere', () => {
    const secrets = { JWT_SECRET: 'x'.repeat(32), CURSOR_SECRET: 'y'.repeat(32) };
    expect(readConfig({ DYNAMODB_ENDPOINT: 'http://localhost:8000' }).storage).toEqual({
      kind: 'endpoint',
      endpoint: 'http://localhost:8000',
      region: 'us-east-1',
    });
    expect(readConfig({ NODE_ENV: 'production', AWS_REGION: 'eu-central-1', ...secrets }).storage).toEqual({
      kind: 'amazon',
      region: 'eu-central-1',
    });
  });
});
