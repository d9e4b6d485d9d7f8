/** What metrics tell of subscriptions. */

import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { scrape, total } from '../../fastify/metrics/support.js';
import { until } from '../../support/until.js';
import { adminOf, readerOf, smallSample } from '../support/sample.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let url: string;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startServer({
    sample: smallSample(),
    database: { live: { pollMs: 50 } },
    app: { metrics: { prometheus: true } },
  });
  url = (await server.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await server.close();
});

interface Changed {
  readonly configChanged: { readonly cursor: string; readonly event: object | null };
}

function subscribe(token: string, field: string) {
  const connectionParams = { authorization: `Bearer ${token}` };
  const client = createClient({
    url: `${url}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  });
  clients.push(client);
  const seen: { deliveries: Changed[]; isOver: boolean } = { deliveries: [], isOver: false };
  const over = () => {
    seen.isOver = true;
  };
  const stop = client.subscribe<Changed>(
    { query: `subscription { ${field} { cursor event { id } } }` },
    {
      next: ({ data }) => void (data && seen.deliveries.push(data)),
      error: over,
      complete: over,
    },
  );
  return { seen, stop };
}

const events = ({ seen }: ReturnType<typeof subscribe>) =>
  seen.deliveries.filter(({ configChanged }) => configChanged.event !== null).length;

const lag = async () => {
  const samples = await scrape(server.app);
  return total(samples, 'tableloom_event_lag_seconds_count', { type: 'CONFIG_SET' });
};

test('subscriptions that are open, and deliveries that were taken, are counted; what is resumed with has no lag', async () => {
  const token = await server.tokenOf(adminOf(server.sample));
  const set = (key: string) =>
    server.get(`mutation { setConfig(input: { key: "${key}", value: 1 }) { key } }`, { token });
  const open = async () => total(await scrape(server.app), 'tableloom_subscriptions');
  const [first, second] = [subscribe(token, 'configChanged'), subscribe(token, 'configChanged')];
  await until(() => [first, second].every(({ seen }) => seen.deliveries.length === 1));
  expect(await open()).toBe(2);
  const [begun] = first.seen.deliveries;
  await set('a');
  await set('b');
  await until(() => events(first) === 2 && events(second) === 2);
  await until(async () => (await lag()) === 4);
  first.stop();
  second.stop();
  await until(async () => (await open()) === 0);

  const resumed = subscribe(token, `configChanged(since: "${begun?.configChanged.cursor}")`);
  await until(() => events(resumed) === 2);
  await set('c');
  await until(() => events(resumed) === 3);
  await until(async () => (await lag()) === 5);
  resumed.stop();
});

test('a subscription that is refused is counted as an error, and is not open', async () => {
  const token = await server.tokenOf(readerOf(server.sample));
  const refused = subscribe(token, 'auditLogged');
  await until(() => refused.seen.isOver);
  const samples = await scrape(server.app);
  const labels = { operation: '(subscription)', code: 'FORBIDDEN' };
  expect(total(samples, 'tableloom_errors_total', labels)).toBeGreaterThan(0);
  await until(async () => total(await scrape(server.app), 'tableloom_subscriptions') === 0);
});
