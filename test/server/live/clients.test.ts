/** The clients of docs/clients: what they show while a server comes and goes. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { buildApp } from '../../../src/server/app.js';
import { BrowserPage, chromium } from '../../support/browser.js';
import { temporaryFolder } from '../../support/temporary.js';
import { until } from '../../support/until.js';
import { freePort, runCommand } from '../support/process.js';
import { adminOf, memberOf, smallSample } from '../support/sample.js';
import { startServer } from '../support/server.js';

const clientAt = (name: string) => readFileSync(join('docs/clients', name), 'utf8');

interface World {
  readonly url: string;
  readonly token: string;
  /** Starts the server, on the same port each time. */
  open(corsOrigins?: readonly string[]): Promise<void>;
  close(): Promise<void>;
  /** Changes a user, whether or not the server runs. */
  change(): Promise<void>;
}

async function openWorld(): Promise<World> {
  const server = await startServer({ sample: smallSample() });
  const { auth, database, sample } = server;
  const [port, token] = [await freePort(), await server.tokenOf(adminOf(sample))];
  const { id } = memberOf(sample);
  let served: FastifyInstance | undefined;
  let changes = 0;
  onTestFinished(async () => {
    await served?.close();
    await server.close();
  });
  return {
    url: `ws://127.0.0.1:${port}/graphql`,
    token,
    async open(corsOrigins = []) {
      served = await buildApp({ database, auth, corsOrigins });
      await served.listen({ port, host: '127.0.0.1' });
    },
    close: async () => served?.close(),
    async change() {
      changes += 1;
      server.pass(1000);
      const input = `{ name: "Name ${changes}" }`;
      await server.get(`mutation { updateUser(id: "${id}", input: ${input}) { version } }`, { token });
    },
  };
}

/** @param shown what the client has shown */
async function comesAndGoes(
  world: World,
  corsOrigins: readonly string[],
  shown: () => Promise<string> | string,
): Promise<void> {
  const events = async () => (await shown()).match(/\{"type":"USER_UPDATED".*?\}/g) ?? [];
  const shows = async (count: number) => {
    const isThere = async () => (await events()).length >= count;
    await until(isThere, () => `${count} events are not shown`);
  };
  await world.change();
  await shows(1);
  await world.close();
  await world.change();
  await world.open(corsOrigins);
  await shows(2);
  await world.change();
  await shows(3);
  expect(new Set(await events()).size).toBe(3);
  expect(await events()).toHaveLength(3);
}

/** Before all that is kept. */
const longAgo = '2020-01-01T00:00:00Z';

test.skipIf(chromium === undefined)('the page shows each event once, also after a disconnect', async () => {
  const world = await openWorld();
  let html = '';
  const pages = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(html),
  );
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void pages.close());
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  await world.open([origin]);
  const page = await BrowserPage.open();
  onTestFinished(() => page.close());
  await page.go(origin);
  await page.evaluate(`localStorage.setItem('userChanged', '${longAgo}')`);

  html = clientAt('watch.html')
    .replace('ws://127.0.0.1:4000/graphql', world.url)
    .replace("token = ''", `token = '${world.token}'`);
  await page.go(origin);
  const shown = () => page.evaluate<string>("document.querySelector('pre').textContent");
  await until(
    async () => (await shown()).includes('EVENTS_EXPIRED'),
    () => page.complaints.join('\n'),
  );
  await page.until("localStorage.getItem('userChanged') !== null");
  await comesAndGoes(world, [origin], shown);
  // Reloaded, it continues where it was.
  await page.go(origin);
  await world.change();
  await page.until("document.querySelector('pre').textContent !== ''");
  expect((await shown()).trim().split('\n')).toHaveLength(1);
});

test('the script prints each event once, also after a disconnect and a restart', async () => {
  const world = await openWorld();
  await world.open();
  const folder = temporaryFolder();
  const cursor = join(folder, 'userChanged.cursor');
  writeFileSync(join(folder, 'watch.mjs'), clientAt('watch.mjs'));
  writeFileSync(cursor, longAgo);
  const start = () => {
    const { url: URL, token: TOKEN } = world;
    const program = runCommand(folder, process.execPath, ['watch.mjs'], { URL, TOKEN });
    onTestFinished(() => void program.stop('SIGKILL'));
    return program;
  };
  const first = start();
  await first.saw(/EVENTS_EXPIRED/);
  await until(() => existsSync(cursor) && readFileSync(cursor, 'utf8') !== longAgo);
  await comesAndGoes(world, [], first.output);
  await first.stop('SIGKILL');

  await world.change();
  const second = start();
  await second.saw(/USER_UPDATED/);
  expect(second.output().trim().split('\n')).toHaveLength(1);
});
