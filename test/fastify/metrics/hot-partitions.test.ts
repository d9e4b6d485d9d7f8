/** The partitions that consume the most: found, and not named by their keys. */

import type { IndexQuery } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { HotPartitions } from '../../../src/fastify/metrics/hot-partitions.js';
import { measuring } from '../../../src/fastify/metrics/observer.js';
import { prometheusText } from '../../../src/fastify/metrics/prometheus.js';
import { Registry } from '../../../src/fastify/metrics/registry.js';
import type { Stop } from '../../fixtures/ok/computed-attributes/generated/entities.js';
import { tables } from '../../fixtures/ok/computed-attributes/generated/index.js';
import { search, stopsInCell } from '../../fixtures/ok/computed-attributes/generated/queries.js';
import { addStop, samplesOf, serve } from './support.js';

const minute = 60_000;

test('hot partitions are reported of the last full minute, by pseudonyms, with what they are used for', async () => {
  const { ask, database } = await serve();
  const registry = new Registry();
  let now = 5 * minute;
  const partitions = new HotPartitions(tables, (key) => database.pseudonym(key));
  const stop = database.observe(measuring(registry, partitions, () => now));
  for (let at = 0; at < 30; at++) await ask(addStop(`secret-${at}`, 7));
  for (let at = 0; at < 40; at++) await ask('{ search(line: 7) { id } }');
  for (let at = 0; at < 5; at++) await ask('{ stop(id: "secret-1") { id } }');
  const pseudonym = ({ partitions: { ...read } }: IndexQuery<Stop>) =>
    database.pseudonym('key' in read ? String(read.key) : '');
  const hot = (kind: string, index: string) =>
    report().find(({ labels }) => labels.kind === kind && labels.index === index)?.labels;
  const report = () => {
    partitions.report(registry, now);
    return samplesOf(prometheusText(registry)).filter(({ name }) => name === 'tableloom_hot_partition_units');
  };
  expect(report()).toEqual([]);
  now += minute;
  expect(hot('read', 'GSI2')).toEqual({
    kind: 'read',
    table: 'map',
    index: 'GSI2',
    pattern: 'search',
    partition: pseudonym(search({ line: 7 })),
  });
  // Writes of all stops go to one partition of the index, each to its own of the table.
  expect(hot('write', 'GSI1')?.partition).toBe(pseudonym(stopsInCell({ cell: '1:2' })));
  expect(hot('write', 'table')).toBeUndefined();
  expect(JSON.stringify(report())).not.toMatch(/secret|LINE|CELL/i);
  for (const { labels } of report()) expect(labels.partition).toMatch(/^[\da-f]{12}$/);
  now += minute;
  expect(report()).toEqual([]);
  stop();
});
