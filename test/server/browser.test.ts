/** A page of another origin calls the API, in a browser. Needs Chromium, which `.ci/run` installs; skipped where there is none. */

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromium } from '../support/browser.js';
import { temporaryFolder } from '../support/temporary.js';
import { adminOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

/** The query, sent as the page of an application does: what a browser allows is written into the page. */
const page = (
  api: string,
  token: string,
) => `<!doctype html><title>app</title><pre id="out"></pre><script type="module">
  const ask = async (token) => {
    try {
      const answer = await fetch(${JSON.stringify(api)}, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token },
        body: JSON.stringify({ query: '{ me { role } }' }),
      });
      const { data, errors } = await answer.json();
      return { status: answer.status, data, code: errors?.[0].extensions.code, named: answer.headers.has('x-request-id') };
    } catch (error) {
      return error.name;
    }
  };
  document.querySelector('#out').textContent = JSON.stringify([await ask(${JSON.stringify(token)}), await ask('forged')]);
</script>`;

describe.skipIf(chromium === undefined)('a page of another origin', () => {
  let server: TestServer;
  let pages: Server;
  let port: number;

  beforeAll(async () => {
    let html = '';
    pages = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    port = (pages.address() as AddressInfo).port;
    server = await startServer({
      sample: smallSample(),
      app: { production: true, corsOrigins: [`http://127.0.0.1:${port}`] },
    });
    const api = `${await server.app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
    html = page(api, await server.tokenOf(adminOf(server.sample)));
  });
  afterAll(async () => {
    await server.close();
    pages.close();
  });

  /** What the page says once it has run. */
  async function shown(host: string): Promise<unknown> {
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000', '--dump-dom'];
    const profile = `--user-data-dir=${temporaryFolder()}`;
    const url = `http://${host}:${port}/`;
    const { stdout } = await promisify(execFile)(chromium ?? '', [...args, profile, url]);
    return JSON.parse(/<pre id="out">(.*?)<\/pre>/.exec(stdout)?.[1] ?? 'null');
  }

  test('calls the API with a token, and reads answers, codes and ids of requests', async () => {
    expect(await shown('127.0.0.1')).toEqual([
      { status: 200, data: { me: { role: 'ADMIN' } }, named: true },
      { status: 401, code: 'TOKEN_INVALID', named: true },
    ]);
  });

  test('is kept from it by the browser where its origin is not listed', async () => {
    expect(await shown('localhost')).toEqual(['TypeError', 'TypeError']);
  });
});
