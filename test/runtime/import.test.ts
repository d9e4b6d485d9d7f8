/** Whole imports of Tyler Setup's legacy tables, by a process that is killed, under live traffic, against an oracle. */
import { expect, onTestFinished, test } from 'vitest';
import { type Endpoint, openEndpoint } from '../support/endpoint.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { type HarnessOptions, openWorld, runHarness } from '../support/import/harness.js';
import { runs } from '../support/runs.js';

async function opened(): Promise<Endpoint> {
  const engine = await openEngine();
  const endpoint = await openEndpoint(engine.clientConfig);
  onTestFinished(async () => {
    await endpoint.close();
    await engine.close();
  });
  return endpoint;
}

async function options(more: Partial<HarnessOptions>, endpoint?: Endpoint): Promise<HarnessOptions> {
  const { clientConfig } = endpoint ?? (await opened());
  const name = uniqueName('import');
  return { config: clientConfig, name, rows: runs(1000), kills: 0, callers: 0, seed: 16, ...more };
}

test('every row is accounted for', async () => {
  const { comparison, verified } = await runHarness(await options({}));
  expect(comparison).toMatchObject({ lost: [], doubled: [], stale: [], clear: 0, rows: runs(1000) });
  expect(comparison.merged).toBeGreaterThan(0);
  expect(comparison.rejected).toBeGreaterThan(0);
  expect(verified.findings).toEqual([]);
});

test('killed at any moment while others write and read, nothing is lost, doubled or stale', async () => {
  const { comparison, again, kills, calls } = await runHarness(
    await options({ rows: runs(1000), kills: 3, callers: 2, pauseMs: 15 }),
  );
  expect(comparison).toMatchObject({ lost: [], doubled: [], stale: [], clear: 0 });
  expect(again.findings).toEqual([]);
  expect(kills).toBe(3);
  expect(calls).toBeGreaterThan(50);
});

test('a storage that does not answer for a while ends no import', async () => {
  const endpoint = await opened();
  const config = { ...endpoint.clientConfig, maxAttempts: 1 };
  const world = await openWorld(await options({ rows: 400, config }, endpoint));
  onTestFinished(() => world.client.destroy());
  let answersAgain: NodeJS.Timeout | undefined;
  const report = await world.importer.run({
    onProgress: () => {
      if (answersAgain !== undefined) return;
      endpoint.hang(/Put|Scan|Query|Get|Transact/);
      // Longer than one request is waited for.
      answersAgain = setTimeout(() => endpoint.hang(), 4000);
    },
  });
  expect(endpoint.unanswered()).toBeGreaterThan(0);
  expect(report.isComplete).toBe(true);
  expect((await world.importer.verify()).findings).toEqual([]);
});
