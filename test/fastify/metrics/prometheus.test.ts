/** `GET /metrics`: what it tells is what happened. */

import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../server/support/process.js';
import { addStop, type Sample, samplesOf, scrape, serve, total } from './support.js';

const operations = 'tableloom_operation_duration_seconds_count';
const requests = 'tableloom_dynamodb_request_duration_seconds_count';
const units = 'tableloom_dynamodb_consumed_units_total';

test('operations, requests and units are those that there were', async () => {
  const { app, ask, sent } = await serve({ metrics: { prometheus: true } });
  for (const id of ['a', 'b', 'c']) await ask(addStop(id));
  const spent = { readUnits: 0, requests: 0 };
  for (const query of [
    '{ stop(id: "a") { name } }',
    '{ stop(id: "b") { name } }',
    '{ stopsInCell(cell: "1:2") { name x } }',
    '{ a: stop(id: "a") { id } b: stop(id: "b") { id } }',
    '{ stop(id: "a") { id } search(line: 1) { id } }',
  ]) {
    const answer = (await ask(query, { headers: { 'x-tableloom-cost': '1' } })) as {
      extensions: { tableloom: typeof spent };
    };
    spent.readUnits += answer.extensions.tableloom.readUnits;
    spent.requests += answer.extensions.tableloom.requests;
  }
  const samples = await scrape(app);
  const count = (operation: string, type: string) => total(samples, operations, { operation, type });
  expect(count('addStop', 'mutation')).toBe(3);
  expect(count('stop', 'query')).toBe(3);
  expect(count('stopsInCell', 'query')).toBe(1);
  expect(count('(several)', 'query')).toBe(1);
  expect(total(samples, operations)).toBe(8);
  expect(total(samples, requests)).toBe(sent.length);
  for (const operation of new Set(sent))
    expect(total(samples, requests, { operation })).toBe(sent.filter((one) => one === operation).length);
  expect(total(samples, requests, { pattern: 'stopsInCell', operation: 'Query' })).toBe(1);
  expect(total(samples, requests, { pattern: 'Stop.create' })).toBe(3);
  expect(total(samples, units, { kind: 'read' })).toBe(spent.readUnits);
  expect(total(samples, units, { kind: 'read', pattern: 'search', index: 'GSI2' })).toBeGreaterThan(0);
  expect(total(samples, units, { kind: 'write', pattern: 'Stop.create', index: 'GSI1' })).toBeGreaterThan(0);
  expect(
    total(samples, 'tableloom_pattern_duration_seconds_count', { pattern: 'stopsInCell', kind: 'read' }),
  ).toBe(1);
  expect(total(samples, 'tableloom_batch_keys_sum', { pattern: 'Stop.get' })).toBe(5);
});

test('the buckets of a histogram are cumulative, and the last has all', async () => {
  const { app, ask } = await serve({ metrics: { prometheus: true } });
  for (let at = 0; at < 5; at++) await ask('{ stop(id: "a") { name } }');
  const buckets = (await scrape(app)).filter(
    ({ name }) => name === 'tableloom_operation_duration_seconds_bucket',
  );
  const counts = buckets.map(({ value }) => value);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf', operation: 'stop' }, value: 5 });
});

test('errors are counted by their code, also of requests that are not executed', async () => {
  const { app, ask } = await serve({
    metrics: { prometheus: true },
    resolvers: {
      Query: {
        stop: () => {
          throw new Error('a bug');
        },
      },
    },
  });
  await ask('{ stop(id: "a") { name } }');
  await ask('{ nothing }');
  await ask('{ stop(');
  await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  const samples = await scrape(app);
  const errors = (labels: Record<string, string>) => total(samples, 'tableloom_errors_total', labels);
  expect(errors({ operation: 'stop', code: 'INTERNAL_SERVER_ERROR' })).toBe(1);
  expect(errors({ operation: '(none)', code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  expect(errors({ operation: '(none)', code: 'GRAPHQL_PARSE_FAILED' })).toBe(1);
  expect(errors({ code: 'BAD_REQUEST' })).toBe(1);
  expect(total(samples, operations, { type: '(none)' })).toBe(3);
});

test('what clients call their operations is no label, unless it is listed', async () => {
  const { app, ask } = await serve({ metrics: { prometheus: true, operations: ['Known'] } });
  for (let at = 0; at < 20; at++)
    await ask(`query Made${at} { alias${at}: stop(id: "secret${at}") { name } }`);
  await ask('query Known { stop(id: "a") { id } search(line: 1) { id } }');
  await ask('query Other { stop(id: "a") { id } } query Known { search(line: 1) { id } }', {
    operationName: 'Known',
  });
  const text = (await app.inject('/metrics')).body;
  expect(text).not.toMatch(/Made|alias|secret|Other/);
  const samples = samplesOf(text);
  expect(total(samples, operations, { operation: 'stop' })).toBe(20);
  expect(total(samples, operations, { operation: 'Known' })).toBe(2);
});

test('requests that fail are counted by the error', async () => {
  const { app, ask } = await serve({ metrics: { prometheus: true } });
  await ask(addStop('a'));
  await ask(addStop('a'));
  const failed = (samples: Sample[]) => total(samples, 'tableloom_dynamodb_errors_total');
  expect(failed(await scrape(app))).toBeGreaterThan(0);
});

test('the process is measured', async () => {
  const { app } = await serve({ metrics: { prometheus: true } });
  const samples = await scrape(app);
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_heap_size_used_bytes',
  ])
    expect(total(samples, name), name).toBeGreaterThan(0);
  expect(samples.filter(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
});

describe('who may read it', () => {
  test('nobody is given it where it was not asked for', async () => {
    const { app } = await serve();
    expect((await app.inject('/metrics')).statusCode).toBe(404);
  });

  test('in production, a server that would give it to everybody does not start', async () => {
    await expect(serve({ production: true, metrics: { prometheus: true } })).rejects.toThrow(
      /In production, \/metrics is not served to everybody.*token/s,
    );
  });

  test('a token that can be guessed is refused', async () => {
    await expect(serve({ metrics: { prometheus: { token: 'short' } } })).rejects.toThrow(
      /at least 16 characters/,
    );
  });

  test.each([
    [undefined, 401],
    ['Bearer wrong', 401],
    ['Bearer a token that is long enough', 401],
    ['Bearer a-token-that-is-long-enough', 200],
  ])('with a token: %s', async (authorization, status) => {
    const { app } = await serve({
      production: true,
      metrics: { prometheus: { token: 'a-token-that-is-long-enough' } },
    });
    const answer = await app.inject({ url: '/metrics', headers: authorization ? { authorization } : {} });
    expect(answer.statusCode).toBe(status);
    expect(answer.body.includes('tableloom_')).toBe(status === 200);
  });

  test('at a port of its own, until the server is closed', async () => {
    const port = await freePort();
    const { app } = await serve({ production: true, metrics: { prometheus: { port } } });
    await app.ready();
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(samplesOf(await answer.text()).length).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${port}/graphql`)).status).toBe(404);
    expect((await app.inject('/metrics')).statusCode).toBe(404);
    await app.close();
    await expect(
      new Promise((resolve, reject) =>
        request(`http://127.0.0.1:${port}/metrics`, resolve).on('error', reject).end(),
      ),
    ).rejects.toThrow('ECONNREFUSED');
  });

  test('a port that is in use keeps the server from starting', async () => {
    const port = await freePort();
    const first = await serve({ metrics: { prometheus: { port } } });
    await first.app.ready();
    const second = await serve({ metrics: { prometheus: { port } } });
    await expect(second.app.ready()).rejects.toThrow('EADDRINUSE');
  });
});
