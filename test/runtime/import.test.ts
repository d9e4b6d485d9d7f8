/** Whole imports of Tyler Setup's legacy tables, by a process that is killed, under live traffic, against an oracle. */
import { expect, onTestFinished, test } from 'vitest';
import { openEndpoint } from '../support/endpoint.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { type HarnessOptions, runHarness } from '../support/import/harness.js';
import { runs } from '../support/runs.js';

async function options(more: Partial<HarnessOptions>): Promise<HarnessOptions> {
  const engine = await openEngine();
  const endpoint = await openEndpoint(engine.clientConfig);
  onTestFinished(async () => {
    await endpoint.close();
    await engine.close();
  });
  const name = uniqueName('import');
  return { config: endpoint.clientConfig, name, rows: runs(1000), kills: 0, callers: 0, seed: 16, ...more };
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
    await options({ rows: runs(2000), kills: 3, callers: 2, pauseMs: 15 }),
  );
  expect(comparison).toMatchObject({ lost: [], doubled: [], stale: [], clear: 0 });
  expect(again.findings).toEqual([]);
  expect(kills).toBe(3);
  expect(calls).toBeGreaterThan(50);
});
