import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ide } from '../../src/fastify/ide/ide.js';

const origin = 'http://ide.test';
const query =
  'mutation SignIn { signIn(email: "ada@example.com", password: "`${x}`</script>") { accessToken } }';
let app: FastifyInstance;
let html: string;
let base: string;

beforeAll(async () => {
  app = Fastify();
  const paths = { endpoint: '/graphql', stream: '/graphql/stream', path: '/graphiql' };
  await app.register(ide, { ...paths, title: 'Tyler & <Setup>', query });
  html = (await app.inject('/graphiql')).body;
  base = /<base href="([^"]*)"/.exec(html)?.[1] ?? '';
});
afterAll(() => app.close());

/** Every URL the page's HTML refers to, absolute. */
function references(): string[] {
  const attributes = html.matchAll(/(?<!<base )\b(?:src|href|action|data|poster)="([^"]*)"/g);
  return [...attributes].map(([, url = '']) => new URL(url, new URL(base, origin)).href);
}

const contentTypes: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

async function expectAsset(url: string): Promise<string> {
  const answer = await app.inject(url);
  expect(answer.statusCode, url).toBe(200);
  expect(answer.headers['content-type'], url).toBe(contentTypes[url.split('.').at(-1) ?? '']);
  expect(answer.headers['x-content-type-options'], url).toBe('nosniff');
  expect(answer.rawPayload.byteLength, url).toBeGreaterThan(0);
  return answer.body;
}

describe('the page', () => {
  test('is HTML with the given title', async () => {
    const answer = await app.inject('/graphiql');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(html).toContain('<title>Tyler &#38; &#60;Setup&#62;</title>');
  });

  test('is also found with a slash at the end', async () => {
    const answer = await app.inject('/graphiql/');
    expect(answer.statusCode).toBe(308);
    expect(answer.headers.location).toBe('/graphiql');
  });

  test('allows no origin but its own, and no script in the page', async () => {
    const header = (await app.inject('/graphiql')).headers['content-security-policy'];
    const policy = new Map(
      String(header)
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)] as const),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('script-src')).toEqual(["'self'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
    const allowed = new Set(["'none'", "'self'", "'unsafe-inline'", 'data:']);
    for (const [name, sources] of policy) {
      for (const source of sources) expect(allowed, `${name} ${source}`).toContain(source);
      if (sources.includes("'unsafe-inline'")) expect(name).toBe('style-src');
      if (sources.includes('data:')) expect(name).toBe('img-src');
    }
  });

  test('has no inline script or handler, which its policy would stop', () => {
    for (const [, attributes, body] of html.matchAll(/<script\b([^>]*)>([^<]*)/g)) {
      expect(attributes).toContain('src=');
      expect(body).toBe('');
    }
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
    expect(html).not.toMatch(/javascript:/i);
  });
});

describe('what the page loads', () => {
  test('is all on this origin, and there', async () => {
    const urls = references();
    expect(urls.length).toBeGreaterThan(5);
    for (const url of urls) {
      expect(new URL(url).origin).toBe(origin);
      await expectAsset(url);
    }
  });

  test('are modules whose own imports are there too', async () => {
    const seen = new Set(references().filter((url) => url.endsWith('.js') && url.includes(base)));
    for (const url of seen) {
      const source = await expectAsset(url);
      for (const [, name = ''] of source.matchAll(/["']\.?\/?((?:chunk|worker)-[A-Z0-9]+\.js)["']/g)) {
        seen.add(new URL(name, url).href);
      }
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  test('are style sheets that load from this origin alone', async () => {
    const sheets = references().filter((url) => url.endsWith('.css'));
    expect(sheets.length).toBeGreaterThan(0);
    for (const sheet of sheets) {
      const css = await expectAsset(sheet);
      expect(css).not.toMatch(/@import/);
      for (const [, target = ''] of css.matchAll(/url\(\s*["']?([^"')]+)["']?\s*\)/g)) {
        if (target.startsWith('data:image/') || target.startsWith('#')) continue;
        const url = new URL(target, sheet);
        expect(url.origin).toBe(origin);
        await expectAsset(url.href.split(/[?#]/)[0] ?? '');
      }
    }
  });

  test('can be cached for ever under a path that names the version', async () => {
    expect(base).toMatch(/^\/graphiql\/\d+\.\d+\.\d+\/$/);
    const answer = await app.inject(`${base}main.js`);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });
});

test('the editor starts with the given document and talks to the given endpoint', async () => {
  const answer = await app.inject('/graphiql/init.js');
  expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-cache');
  let given: Record<string, unknown> = {};
  const AltairGraphQL = { init: (options: Record<string, unknown>) => (given = options) };
  new Function('AltairGraphQL', answer.body)(AltairGraphQL);
  expect(given).toMatchObject({
    endpointURL: '/graphql',
    subscriptionsEndpoint: '/graphql/stream',
    initialSubscriptionRequestHandlerId: 'graphql-sse',
    initialQuery: query,
  });
  expect(given).toMatchObject({ disableAccount: true, persistedSettings: { 'banners.disable': true } });
});

test.each([
  '../../package.json',
  '..%2f..%2fpackage.json',
  '%2e%2e%2f%2e%2e%2fpackage.json',
  '..%5c..%5cpackage.json',
  '....//....//package.json',
  'assets/../../package.json',
  '%2fetc%2fpasswd',
  '/etc/passwd',
  'main.js%00.css',
  'main.js/',
  'toString',
  '__proto__',
  '',
  'index.html',
  'iframe-sandbox/index.html',
  'assets',
])('%j below the assets is not found', async (path) => {
  const answer = await app.inject(`${base}${path}`);
  expect(answer.statusCode).toBe(404);
});

test('under a prefix, the page refers to itself with it', async () => {
  const prefixed = Fastify();
  const paths = { endpoint: '/api/graphql', stream: '/api/graphql/stream', path: '/ide' };
  await prefixed.register(ide, { prefix: '/api', ...paths, title: 'x' });
  const page = (await prefixed.inject('/api/ide')).body;
  const urls = [...page.matchAll(/<script[^>]*\ssrc="(\/[^"]*)"/g)].map(([, url = '']) => url);
  expect(urls).toEqual(['/api/ide/init.js']);
  expect((await prefixed.inject('/api/ide/init.js')).statusCode).toBe(200);
  const prefixedBase = /<base href="([^"]*)"/.exec(page)?.[1];
  expect((await prefixed.inject(`${prefixedBase}main.js`)).statusCode).toBe(200);
  await prefixed.close();
});
