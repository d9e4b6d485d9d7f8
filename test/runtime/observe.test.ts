/** What observers of a database are reported. */

import {
  create,
  Database,
  type ObservedPattern,
  type ObservedRequest,
  type Observer,
} from 'tableloom/runtime';
import { expect, onTestFinished, test, vi } from 'vitest';
import { rules } from '../fastify/metrics/support.js';
import * as generated from '../fixtures/ok/computed-attributes/generated/index.js';
import { stopCodec } from '../fixtures/ok/computed-attributes/generated/items.js';
import { stopKey } from '../fixtures/ok/computed-attributes/generated/keys.js';
import { stopsInCell } from '../fixtures/ok/computed-attributes/generated/queries.js';
import { stopWrites } from '../fixtures/ok/computed-attributes/generated/writes.js';
import { openProject } from '../support/databases.js';
import { until } from '../support/until.js';
import * as cached from './support/cached.js';

/** Notes what it is reported: `before` and `after` of each request and pattern. */
function noting() {
  const requests: ObservedRequest[] = [];
  const patterns: ObservedPattern[] = [];
  const ended: unknown[] = [];
  const observer: Observer = {
    request: (request) => {
      requests.push(request);
      return { ended: ({ error }) => void ended.push(error) };
    },
    pattern: (pattern) => void patterns.push(pattern),
  };
  return { observer, requests, patterns, ended };
}

const values = { id: 'a', name: 'Quay', line: 1, x: 1.5, y: 2 };

test('requests with what they are for, patterns and writes; and nothing once it is taken away', async () => {
  const { database, names } = await openProject(generated.tables, { compute: rules });
  const { observer, requests, patterns, ended } = noting();
  const stop = database.observe(observer);
  await database.session().writeOne(stopWrites.create(values));
  const db = database.session();
  await Promise.all(['a', 'b'].map((id) => db.get(stopCodec, stopKey({ id }))));
  await db.list(stopsInCell({ cell: '1:2' }));
  await db.count(stopsInCell({ cell: '1:2' }));
  await expect(database.session().writeOne(stopWrites.create(values))).rejects.toThrow();
  expect(requests.map(({ operation, pattern }) => `${operation} ${pattern}`)).toEqual([
    'TransactWriteItems Stop.create',
    'BatchGetItem Stop.get',
    'Query stopsInCell',
    'Query stopsInCell',
    'TransactWriteItems Stop.create',
  ]);
  expect(patterns).toEqual([
    { kind: 'write', name: 'Stop.create' },
    { kind: 'read', name: 'stopsInCell', index: 'GSI1' },
    { kind: 'read', name: 'stopsInCell', index: 'GSI1' },
    { kind: 'write', name: 'Stop.create' },
  ]);
  expect(requests[0]?.tables).toEqual({ [names.map ?? '']: 'map' });
  expect(requests[2]?.input).toMatchObject({ IndexName: 'GSI1', ReturnConsumedCapacity: 'INDEXES' });
  expect(ended.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(ended[4]).toMatchObject({ name: 'TransactionCanceledException' });
  expect(db.stats().readUnits).toBeGreaterThan(0);

  stop();
  const later = database.session();
  await later.list(stopsInCell({ cell: '1:2' }));
  expect(requests).toHaveLength(5);
  expect(later.stats().readUnits).toBe(0);
});

test('an observer that fails becomes a warning, and the request an answer', async () => {
  const { database } = await openProject(generated.tables, { compute: rules });
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => warn.mockRestore());
  const fail = (): never => {
    throw new Error('broken');
  };
  database.observe({ request: fail, pattern: () => ({ ended: fail }) });
  const { observer, requests } = noting();
  database.observe(observer);
  expect(await database.session().list(stopsInCell({ cell: '1:2' }))).toEqual([]);
  expect(requests).toHaveLength(1);
  expect(warn.mock.calls.map(([error]) => String(error))).toEqual(['Error: broken', 'Error: broken']);
});

test('a pseudonym is the same in all processes with the secret, and another with another secret', async () => {
  const { database, names, engine } = await openProject(generated.tables, { compute: rules });
  const other = new Database({
    client: engine.client,
    tables: names,
    cursorSecrets: ['another secret of the tests, long enough', 'a secret of the tests, long enough'],
    compute: rules,
  });
  expect(database.pseudonym('USER#ada@plants.example')).toMatch(/^[\da-f]{12}$/);
  expect(database.pseudonym('USER#ada@plants.example')).toBe(database.pseudonym('USER#ada@plants.example'));
  expect(other.pseudonym('USER#ada@plants.example')).not.toBe(database.pseudonym('USER#ada@plants.example'));
});

test('reads of caches: of records and of answers, in the process and in what processes share', async () => {
  let moment = Date.parse('2026-03-01T10:00:00.000Z');
  const {
    database: one,
    engine,
    names,
  } = await openProject(cached.definitions, { now: () => new Date(moment), cache: {} });
  const other = new Database({
    client: engine.client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
    now: () => new Date(moment),
  });
  const { productKey, products, productsOf, product } = cached;
  await one.session().writeOne(create(products, () => product('a')));
  moment += 60_000;
  const seen: string[] = [];
  const sent: string[] = [];
  for (const database of [one, other])
    database.observe({
      cacheRead: ({ name, level, result }) => void seen.push(`${name} ${level} ${result}`),
      request: ({ operation, pattern }) => void sent.push(`${operation} ${pattern}`),
    });
  const read = (database: Database) => database.session().get(products, productKey({ id: 'a' }));
  const list = (database: Database) => database.session().connection(productsOf('books'), { first: 10 });
  const reported = async (work: () => Promise<unknown>) => {
    seen.length = 0;
    await work();
    return [...seen];
  };
  expect(await reported(() => read(one))).toEqual(['Product process miss']);
  expect(await reported(() => read(one))).toEqual(['Product process hit']);
  moment += 5.5 * 60_000;
  expect(await reported(() => read(one))).toEqual(['Product process stale']);
  expect(await reported(() => list(one))).toEqual(['productsOf process miss', 'productsOf shared miss']);
  await until(() => sent.includes('PutItem cache'));
  expect(await reported(() => list(one))).toEqual(['productsOf process hit']);
  expect(await reported(() => list(other))).toEqual(['productsOf process miss', 'productsOf shared hit']);
});
