/** Lines from which CloudWatch makes metrics, held against "Specification: Embedded metric format". */

import { lambdaHandler } from 'tableloom/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EmfWriter } from '../../../src/fastify/metrics/emf.js';
import { Registry } from '../../../src/fastify/metrics/registry.js';
import { addStop, serve } from './support.js';

type Document = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

const units = ['Seconds', 'Count', 'Bytes'];

/** The document of a line, where it is as the specification says. */
function documentOf(line: string): Document {
  expect(line).not.toContain('\n');
  expect(line.length).toBeLessThan(256 * 1024);
  const document = JSON.parse(line) as Document;
  const { Timestamp, CloudWatchMetrics } = document._aws;
  expect(Number.isInteger(Timestamp)).toBe(true);
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    expect(Namespace).toMatch(/^[^:]{1,1024}$/);
    expect(Metrics.length).toBeGreaterThan(0);
    expect(Metrics.length).toBeLessThanOrEqual(100);
    expect(new Set(Metrics.map(({ Name }) => Name)).size).toBe(Metrics.length);
    for (const { Name, Unit } of Metrics) {
      expect(Name).toMatch(/^.{1,1024}$/);
      expect(units).toContain(Unit);
      const values = [document[Name]].flat();
      expect(values.length).toBeGreaterThan(0);
      expect(values.length).toBeLessThanOrEqual(100);
      for (const value of values) expect(Number.isFinite(value)).toBe(true);
    }
    for (const set of Dimensions) {
      expect(set.length).toBeLessThanOrEqual(30);
      for (const name of set) {
        expect(name).toMatch(/^[^:][ -~]{0,249}$/);
        expect(document[name]).toMatch(/^[ -~]{1,1024}$/);
      }
    }
  }
  return document;
}

/** The sum of a metric over all documents. */
const sum = (documents: readonly Document[], name: string, dimensions: Record<string, string> = {}) =>
  documents
    .filter((one) => Object.entries(dimensions).every(([key, value]) => one[key] === value))
    .flatMap((one) => (one[name] as number | number[] | undefined) ?? [])
    .reduce((total, value) => total + value, 0);

test('what a server did is written when it is closed, and each part once', async () => {
  const lines: string[] = [];
  const { app, ask, sent } = await serve({
    metrics: { emf: { namespace: 'Stops', write: (line) => void lines.push(line) } },
  });
  await ask(addStop('a'));
  for (let at = 0; at < 3; at++) await ask(`query Q${at} { stop(id: "secret@example.org") { name } }`);
  await ask('{ nothing }');
  expect(lines).toEqual([]);
  await app.close();
  const documents = lines.map(documentOf);
  expect(documents.every(({ _aws }) => _aws.CloudWatchMetrics[0]?.Namespace === 'Stops')).toBe(true);
  expect(sum(documents, 'tableloom_operation_duration_seconds_count', { operation: 'stop' })).toBe(3);
  expect(sum(documents, 'tableloom_operation_duration_seconds_count')).toBe(5);
  expect(sum(documents, 'tableloom_dynamodb_request_duration_seconds_count')).toBe(sent.length);
  expect(sum(documents, 'tableloom_errors_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  expect(lines.join()).not.toMatch(/secret|Q\d|partition/);
});

test('a function of AWS Lambda writes with each answer: it may be frozen for good after it', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'stops');
  onTestFinished(() => void vi.unstubAllEnvs());
  const lines: string[] = [];
  const { app } = await serve({ metrics: { emf: { write: (line) => void lines.push(line) } } });
  const handle = lambdaHandler(app);
  for (const count of [1, 2]) {
    await handle({
      rawPath: '/graphql',
      rawQueryString: new URLSearchParams({ query: '{ stop(id: "a") { name } }' }).toString(),
      headers: {},
      requestContext: { http: { method: 'GET', sourceIp: '203.0.113.7' } },
    });
    expect(sum(lines.map(documentOf), 'tableloom_operation_duration_seconds_count')).toBe(count);
  }
});

test('counters are written as what was added since the last lines', () => {
  const lines: string[] = [];
  const registry = new Registry();
  const emf = new EmfWriter(registry, { write: (line) => void lines.push(line) });
  registry.count('errors', ['stop', 'BUSY'], 2);
  emf.flush(1000);
  emf.flush(2000);
  registry.count('errors', ['stop', 'BUSY']);
  emf.flush(3000);
  const documents = lines.map(documentOf);
  expect(documents.map((one) => [one._aws.Timestamp, one.tableloom_errors_total])).toEqual([
    [1000, 2],
    [3000, 1],
  ]);
});

test('of more than 100 values a sample is written, and how many there were', () => {
  const lines: string[] = [];
  const registry = new Registry();
  const emf = new EmfWriter(registry, { write: (line) => void lines.push(line) });
  for (let at = 1; at <= 1000; at++) registry.observe('lag', ['USER_CREATED'], at);
  emf.flush();
  const [document] = lines.map(documentOf);
  const values = document?.tableloom_event_lag_seconds as number[];
  expect(values).toHaveLength(100);
  expect(new Set(values).size).toBe(100);
  expect(values.some((value) => value > 100)).toBe(true);
  expect(document?.tableloom_event_lag_seconds_count).toBe(1000);
});

test('values of dimensions are ones that CloudWatch takes', () => {
  const lines: string[] = [];
  const registry = new Registry();
  const emf = new EmfWriter(registry, { write: (line) => void lines.push(line) });
  registry.count('errors', ['', `Größe\n${'x'.repeat(2000)}`]);
  emf.flush();
  expect(lines.map(documentOf)[0]?.operation).toBe('(none)');
});
