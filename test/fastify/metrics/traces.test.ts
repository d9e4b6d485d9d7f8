/** Traces, as an application's OpenTelemetry collects them. */

import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/until.js';
import * as live from '../live/support.js';
import { addStop, serve } from './support.js';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
});
afterAll(() => {
  for (const api of [context, propagation, trace]) api.disable();
});
beforeEach(() => exporter.reset());

const named = (name: string): ReadableSpan => {
  const found = exporter.getFinishedSpans().find((span) => span.name === name);
  if (found === undefined)
    throw new Error(`no span ${name} among ${exporter.getFinishedSpans().map((span) => span.name)}`);
  return found;
};
const parentOf = (span: ReadableSpan) => span.parentSpanContext?.spanId;

test('an operation, its patterns and their requests are one trace', async () => {
  const { ask } = await serve({ traces: true });
  await ask(addStop('a'));
  exporter.reset();
  await ask('query Near($cell: String!) { stopsInCell(cell: $cell) { name } }', {
    variables: { cell: '1:2' },
  });
  const [operation, pattern, request] = [named('query'), named('stopsInCell'), named('DynamoDB.Query')];
  expect(exporter.getFinishedSpans()).toHaveLength(3);
  expect(parentOf(operation)).toBeUndefined();
  expect(parentOf(pattern)).toBe(operation.spanContext().spanId);
  expect(parentOf(request)).toBe(pattern.spanContext().spanId);
  expect(operation.kind).toBe(SpanKind.SERVER);
  expect(operation.attributes).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Near',
    'tableloom.fields': ['stopsInCell'],
    'tableloom.requests': 1,
    'tableloom.steps': 1,
    'tableloom.read_units': 0.5,
    'tableloom.write_units': 0,
  });
  expect(pattern.attributes).toEqual({
    'tableloom.pattern': 'stopsInCell',
    'tableloom.kind': 'read',
    'tableloom.index': 'GSI1',
  });
  expect(request.kind).toBe(SpanKind.CLIENT);
  expect(request.attributes).toMatchObject({
    'db.system.name': 'aws.dynamodb',
    'db.operation.name': 'Query',
    'rpc.system': 'aws-api',
    'rpc.service': 'DynamoDB',
    'rpc.method': 'Query',
    'aws.dynamodb.index_name': 'GSI1',
    'aws.dynamodb.count': 1,
    'tableloom.pattern': 'stopsInCell',
  });
  const [consumed] = request.attributes['aws.dynamodb.consumed_capacity'] as string[];
  expect(JSON.parse(consumed ?? '')).toMatchObject({ CapacityUnits: 0.5 });
});

test('a write is a span, with its requests', async () => {
  const { ask } = await serve({ traces: true });
  await ask(addStop('a'));
  const write = named('Stop.create');
  expect(parentOf(write)).toBe(named('mutation').spanContext().spanId);
  const below = exporter.getFinishedSpans().filter((span) => parentOf(span) === write.spanContext().spanId);
  expect(below.map(({ name }) => name)).toEqual(['DynamoDB.TransactWriteItems']);
});

test('a trace that the caller began goes on', async () => {
  const { ask } = await serve({ traces: true });
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  await ask('{ stop(id: "a") { name } }', { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
  expect(named('query').spanContext().traceId).toBe(traceId);
  expect(parentOf(named('query'))).toBe(spanId);
  expect(named('DynamoDB.GetItem').spanContext().traceId).toBe(traceId);
});

test('what fails is marked, without what clients sent', async () => {
  const { ask } = await serve({ traces: true });
  await ask(addStop('secret@example.org'));
  exporter.reset();
  await ask(addStop('secret@example.org'));
  await ask('{ stop(id: "secret@example.org", wrong: 1) { name } }');
  const write = named('Stop.create');
  expect(write.status.code).toBe(SpanStatusCode.ERROR);
  expect(write.attributes['error.type']).toBe('ALREADY_EXISTS');
  // The caller's mistake is none of the server.
  expect(named('mutation').status.code).toBe(SpanStatusCode.UNSET);
  expect(named('mutation').attributes['error.type']).toBe('ALREADY_EXISTS');
  expect(named('GraphQL Operation').attributes['error.type']).toBe('GRAPHQL_VALIDATION_FAILED');
  const told = exporter.getFinishedSpans().map(({ name, attributes, events, status }) => ({
    name,
    attributes,
    events,
    status,
  }));
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('each delivery to a subscriber is a trace of its own', async () => {
  const served = await live.serve({ traces: true });
  const subscriber = live.subscribed(
    live.client(served),
    'subscription { ticks { number next { number } } }',
  );
  const source = await served.source();
  for (const number of [1, 2]) source.push({ ticks: { number } });
  await until(() => subscriber.results.length === 2);
  const deliveries = exporter.getFinishedSpans();
  expect(deliveries.map(({ name, attributes }) => [name, attributes])).toEqual(
    [1, 2].map(() => [
      'subscription',
      { 'graphql.operation.type': 'subscription', 'tableloom.operation': 'ticks' },
    ]),
  );
  expect(new Set(deliveries.map((span) => span.spanContext().traceId)).size).toBe(2);
});

test('without `traces`, there is no span, and no capacity is requested', async () => {
  const { ask, database } = await serve();
  await ask('{ stop(id: "a") { name } }');
  expect(exporter.getFinishedSpans()).toEqual([]);
  const session = database.session();
  expect(session.stats().readUnits).toBe(0);
});
