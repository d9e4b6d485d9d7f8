/** A server whose storage fails at random: no answer is wrong, no acknowledged write is lost, every error has a code, and it recovers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import * as generated from '../../../generated/index.js';
import { type Chaos, chaotic } from '../../support/chaos.js';
import { Dice } from '../../support/dice.js';
import { engineKind } from '../../support/engines.js';
import { isLong, runs } from '../../support/runs.js';
import { until } from '../../support/until.js';
import { adminOf, smallSample } from '../support/sample.js';
import { startServer } from '../support/server.js';
import { type Client, clientOf, work } from './clients.js';

/** Attempts are given up early, so that requests without an answer take no minutes; DynamoDB Local needs longer for an answer. */
const limits =
  engineKind() === 'embedded' ? { attemptMs: 500, deadlineMs: 3000 } : { attemptMs: 3000, deadlineMs: 9000 };

async function serve(keys: number) {
  let chaos: Chaos | undefined;
  const server = await startServer({
    sample: smallSample(),
    database: { limits },
    client(config) {
      chaos = chaotic(config, new Dice(1));
      return new DynamoDBClient(chaos.clientConfig);
    },
  });
  onTestFinished(() => server.close());
  if (chaos === undefined) throw new Error('the server has no client');
  const token = await server.tokenOf(adminOf(server.sample));
  const clients = Array.from({ length: keys }, (_, at) => clientOf(server, token, `chaos-${at}`));
  return { server, chaos, clients, token };
}

/** That everything is as the answers said, by the server and in the tables. */
async function check({ server, clients, token }: Awaited<ReturnType<typeof serve>>): Promise<void> {
  for (const { history, read } of clients) {
    await read();
    expect(history.wrong).toEqual([]);
    const logs = `query ($id: ID!) { auditLogsOfTarget(targetType: CONFIG, targetId: $id, first: 100) { nodes { id } } }`;
    const { auditLogsOfTarget } = await server.get<{ auditLogsOfTarget: { nodes: unknown[] } }>(logs, {
      token,
      variables: { id: history.key },
    });
    const { config } = await server.get<{ config: { version: number } | null }>(
      'query ($key: String!) { config(key: $key) { version } }',
      { token, variables: { key: history.key } },
    );
    const version = config?.version ?? 0;
    // Each write is made with its log, once.
    expect(auditLogsOfTarget.nodes).toHaveLength(Math.min(version, 100));
    expect(version).toBeGreaterThanOrEqual(history.written);
    expect(version).toBeLessThanOrEqual(history.written + history.unknown);
  }
  const report = await server.database.reindex(generated, { dryRun: true });
  expect(report).toMatchObject({ changed: 0, deleted: 0, aggregates: 0, problems: [] });
}

async function recovered(
  clients: readonly Client[],
  { server }: { server: { database: { storageState(): unknown } } },
) {
  for (const { write, read } of clients) await until(async () => (await write()) && (await read()));
  expect(JSON.stringify(server.database.storageState())).not.toContain('open');
}

test.each([0.01, 0.1, 0.5])('%d of the requests to storage fail', async (share) => {
  const served = await serve(4);
  const { chaos, clients } = served;
  chaos.fail(share);
  const most = runs(share < 0.05 ? 25 : 12);
  await work(clients, { isOver: (times) => times >= most });
  expect(Object.values(chaos.met).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
  chaos.fail(0);
  await recovered(clients, served);
  await check(served);
});

test('an outage: requests end, hardly any are sent, and everything works again afterwards', async () => {
  const served = await serve(8);
  const { server, chaos, clients } = served;
  await work(clients, { isOver: (times) => times >= 3 });
  chaos.cut(true);
  let isOver = false;
  const during = work(clients, { isOver: () => isOver, pauseMs: 20 });
  const isOpen = () => server.database.storageState().circuits.some(({ state }) => state !== 'closed');
  await until(isOpen);
  await sleep(1000);
  const [since, failed] = [chaos.sent(), failuresOf(clients)];
  await sleep(isLong ? 30_000 : 2000);
  expect(failuresOf(clients) - failed).toBeGreaterThan(10 * (chaos.sent() - since));
  chaos.cut(false);
  await until(() => !isOpen());
  isOver = true;
  await during;
  await recovered(clients, served);
  await check(served);
});

function failuresOf(clients: readonly Client[]): number {
  return clients
    .flatMap(({ history }) => [...history.errors.values()])
    .reduce((sum, count) => sum + count, 0);
}
