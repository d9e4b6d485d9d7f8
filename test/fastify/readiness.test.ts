/** A server whose version of the project is refused says so, and serves as soon as it may. */

import Fastify from 'fastify';
import { type PluginOptions, serverOptions, tableloom } from 'tableloom/server';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { storedIn, storedTables } from '../../src/runtime/tables/definition.js';
import * as generated from '../fixtures/ok/computed-attributes/generated/index.js';
import { openTables } from '../support/databases.js';
import { openEngine } from '../support/engines.js';

const engine = openEngine('embedded');
afterAll(async () => (await engine).close());

const rules = {
  cellOf: () => '0:0',
  readingCellOf: () => '0:0',
  searchNameOf: () => '',
  closingOf: () => null,
};

test('in the log at its start, at /readyz, and in no answer', async () => {
  const { client } = await engine;
  const { names, open } = await openTables(client, generated.tables);
  const stored = storedIn(generated.tables);
  const database = open({
    compute: rules,
    planMs: 0,
    tables: Object.defineProperty({ ...names }, storedTables, { value: stored }),
  });
  const migration = database.migration({ settleMs: 0 });
  const hashes = Object.assign({}, ...stored.map(({ forms }) => forms)) as Record<string, string>;
  const other = Object.fromEntries(Object.keys(hashes).map((name) => [name, 'another']));
  await migration.note({ fingerprint: 'another', hashes: other, forms: [], tables: [] });

  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const app = Fastify({ ...serverOptions(), logger: { stream } });
  onTestFinished(() => app.close());
  const options: PluginOptions = { ...generated, database, resolvers: generated.createResolvers(rules) };
  await app.register(tableloom as (app: object, options: PluginOptions) => Promise<void>, options);
  await app.ready();
  await expect.poll(() => lines.join('')).toContain('this version of the project is not served');
  expect(lines.join('')).toMatch(
    /is neither the one that its records are stored by .*`tableloom migrate status`/,
  );

  const refused = await app.inject('/readyz');
  expect(refused.statusCode).toBe(503);
  expect(refused.json()).toEqual({ status: 'refused', storage: 'ok' });
  expect((await app.inject('/livez')).statusCode).toBe(200);

  await migration.noteOther({ fingerprint: 'this', hashes, forms: [], tables: [] }, { isOffline: true });
  await expect.poll(async () => (await app.inject('/readyz')).statusCode).toBe(200);

  // It was ready, and is refused again.
  await migration.noteOther(
    { fingerprint: 'another', hashes: other, forms: [], tables: [] },
    { isOffline: true },
  );
  await expect.poll(async () => (await app.inject('/readyz')).statusCode).toBe(503);
});
