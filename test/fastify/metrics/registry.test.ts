/** What is measured, and that its memory has an end. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { instruments } from '../../../src/fastify/metrics/instruments.js';
import { prometheusText } from '../../../src/fastify/metrics/prometheus.js';
import { Registry } from '../../../src/fastify/metrics/registry.js';
import { samplesOf, total } from './support.js';

test('docs/operating.md lists every metric, with its labels, and no other', () => {
  const text = readFileSync('docs/operating.md', 'utf8');
  const rows = [...text.matchAll(/^\| `((?:tableloom|nodejs|process)_\w+)` \| (\w+) \| (.*?) \|/gm)];
  expect(rows.map(([, name, kind, labels]) => [name, kind, labels])).toEqual(
    Object.values(instruments).map(({ name, kind, labels }) => [
      name,
      kind,
      labels.map((label) => `\`${label}\``).join(', '),
    ]),
  );
});

test('names are as Prometheus wants them', () => {
  const all = Object.values(instruments);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, kind } of all) expect(name.endsWith('_total'), name).toBe(kind === 'counter');
});

test('series without end are counted as others, and no value is lost', () => {
  const registry = new Registry();
  for (let at = 0; at < 5000; at++) registry.count('errors', ['stop', `CODE_${at}`]);
  const samples = samplesOf(prometheusText(registry));
  expect(samples.length).toBe(2001);
  expect(total(samples, 'tableloom_errors_total', { code: '(other)' })).toBe(3000);
  expect(total(samples, 'tableloom_errors_total')).toBe(5000);
});

test('labels are escaped', () => {
  const registry = new Registry();
  registry.count('errors', ['a"b\\c\nd', 'X']);
  expect(prometheusText(registry)).toContain('{operation="a\\"b\\\\c\\nd",code="X"} 1\n');
});
