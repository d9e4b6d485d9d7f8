/** The event store (A1 to A4) against an oracle in memory. */

import { isDeepStrictEqual } from 'node:util';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { walk } from '../../test/support/running.js';
import { runs } from '../../test/support/runs.js';
import { eventWrites } from './generated/writes.js';
import { Chance, moments, names, openExample, ordered, refusalOf } from './support.js';

interface Row {
  readonly storeId: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly type: string;
  readonly timestamp: string;
  readonly payload: unknown;
  readonly metadata: unknown;
}

const largest = 2 ** 31 - 1;
const stores = names.slice(0, 9);
const types = ['ORDER_PLACED', 'ORDER_PAID', 'STOCK_RESERVED', 'SOMETHING_ELSE', ''];
const documents: readonly unknown[] = [
  null,
  '',
  '#$',
  0,
  -1,
  2 ** 53 - 1,
  -1.5e-100,
  1e100,
  true,
  [],
  {},
  [null, [], { '#': '$' }],
  { amount: -12.5 },
  { amount: 'much' },
  { orderId: 'o#1', quantity: 3 },
  { customer: '🎉', lines: [{ sku: 'a#b', quantity: -2 }] },
  { customer: 'nobody', lines: [{ sku: 1 }] },
];
/** More than a page of DynamoDB's, and more than a list gives. */
const long = { storeId: 'long', aggregateId: 'stream', events: 1500 };

const now = new Date('2026-03-01T12:00:00.000Z');
const project = await openExample({ now: () => now });
const chance = new Chance(12);
const oracle = new Map<string, Row>();

const keyOf = ({ storeId, aggregateId, version }: Pick<Row, 'storeId' | 'aggregateId' | 'version'>) =>
  JSON.stringify([storeId, aggregateId, version]);
const put = (row: Row) => oracle.set(keyOf(row), row);
const eventsOf = (storeId: string, aggregateId: string) =>
  ordered(
    [...oracle.values()].filter((row) => row.storeId === storeId && row.aggregateId === aggregateId),
    ['version'],
  );

function row(storeId: string, aggregateId: string, version: number): Row {
  return {
    storeId,
    aggregateId,
    version,
    type: chance.of(types),
    timestamp: chance.moment(),
    payload: chance.of(documents),
    metadata: chance.is(3) ? chance.of(documents) : null,
  };
}

beforeAll(async () => {
  for (const storeId of stores) {
    for (const aggregateId of names) {
      const count = chance.is(3) ? chance.below(3) : chance.below(40);
      // Some streams lack their first event, and so are in no list; some have gaps.
      const start = chance.is(1) ? 2 : 1;
      for (let version = start; version < start + count; version++)
        if (version === start || !chance.is(1)) put(row(storeId, aggregateId, version));
      if (chance.is(1)) put(row(storeId, aggregateId, largest));
    }
  }
  for (let version = 1; version <= long.events; version++) {
    const { storeId, aggregateId } = long;
    put({ ...row(storeId, aggregateId, version), metadata: 'x'.repeat(900) });
  }
  const report = await project.database
    .session()
    .putAll([...oracle.values()].map((one) => eventWrites.create(one)));
  expect(report).toEqual({ written: oracle.size, unwritten: [], isComplete: true });
});

const fields = 'storeId aggregateId version type timestamp payload metadata';
const eventsDocument = `query ($storeId: ID!, $aggregateId: ID!, $min: Int, $max: Int, $order: Order, $limit: Int) {
  events(storeId: $storeId, aggregateId: $aggregateId, minVersion: $min, maxVersion: $max, order: $order, limit: $limit) { ${fields} } }`;
const pagesDocument = `query ($storeId: ID!, $aggregateId: ID!, $min: Int, $max: Int, $order: Order, $first: Int, $after: String, $last: Int, $before: String) {
  eventPages(storeId: $storeId, aggregateId: $aggregateId, minVersion: $min, maxVersion: $max, order: $order, first: $first, after: $after, last: $last, before: $before) {
    edges { node { ${fields} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

function question() {
  const bound = () =>
    chance.of([null, null, -5, 0, 1, 2, chance.below(40), chance.below(40), largest - 1, largest]);
  const [storeId, aggregateId] = chance.is(1)
    ? [long.storeId, long.aggregateId]
    : [chance.of([...stores, 'nowhere']), chance.of(names)];
  return {
    storeId,
    aggregateId,
    min: bound(),
    max: bound(),
    order: chance.of([null, 'ASC', 'DESC'] as const),
  };
}

function answer({ storeId, aggregateId, min, max, order }: ReturnType<typeof question>): Row[] {
  const right = eventsOf(storeId, aggregateId).filter(
    ({ version }) => version >= (min ?? 0) && version <= (max ?? largest),
  );
  return order === 'DESC' ? right.reverse() : right;
}

test('A1: events of an aggregate, between versions, in the order asked, and no more than asked', async () => {
  for (let at = 0; at < runs(300); at++) {
    const asked = question();
    const limit = chance.of([null, 0, 1, 2, 7, 30, 999, 1000]);
    const { events } = await project.data(eventsDocument, { ...asked, limit });
    expect(events, JSON.stringify({ ...asked, limit })).toEqual(answer(asked).slice(0, limit ?? 1000));
  }
});

test('A1: the limit is of results, and reads no further', async () => {
  const { storeId, aggregateId } = long;
  const asked = { storeId, aggregateId, order: 'DESC', limit: 10 };
  const { data, requests } = await project.ask(eventsDocument, asked);
  expect(data?.events).toMatchObject(Array.from({ length: 10 }, (_, at) => ({ version: long.events - at })));
  expect(requests).toEqual(['Query']);
  const much = await project.ask(eventsDocument, { ...asked, limit: 1001 });
  expect(much.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_PAGE' });
});

test('A1: whole streams, page by page and both ways', async () => {
  for (let at = 0; at < runs(60); at++) {
    const asked = question();
    const size = asked.storeId === long.storeId ? 400 : chance.of([1, 3, 10, 100]);
    const right = answer(asked);
    expect(await walk(project, pagesDocument, { ...asked, first: size }), JSON.stringify(asked)).toEqual(
      right,
    );
    expect(await walk(project, pagesDocument, { ...asked, last: size }, true)).toEqual(right);
  }
});

test('A1: reads are strongly consistent, those of A2 are not', async () => {
  const asked = async (document: string) => {
    const { sent } = await project.ask(document);
    return sent.map(({ input }) => {
      const { IndexName, ConsistentRead = false } = input as { IndexName?: string; ConsistentRead?: boolean };
      return [IndexName, ConsistentRead];
    });
  };
  expect(await asked('{ events(storeId: "a", aggregateId: "c") { version } }')).toEqual([[undefined, true]]);
  expect(
    await asked('{ eventPages(storeId: "a", aggregateId: "c", first: 3) { edges { cursor } } }'),
  ).toEqual([[undefined, true]]);
  expect(await asked('{ aggregates(storeId: "a", first: 3) { edges { cursor } } }')).toEqual([
    ['initialEvents', false],
  ]);
});

test('A1: a fold drains the stream, however long', async () => {
  const document = `query ($storeId: ID!, $aggregateId: ID!, $max: Int) {
    aggregate(storeId: $storeId, aggregateId: $aggregateId, maxVersion: $max) { version events types } }`;
  const asked = [
    { ...long, max: null },
    { ...long, max: 1234 },
    ...Array.from({ length: runs(20) }, () => ({
      storeId: chance.of(stores),
      aggregateId: chance.of(names),
      max: chance.of([null, 5]),
    })),
  ];
  for (const { storeId, aggregateId, max } of asked) {
    const right = eventsOf(storeId, aggregateId).filter(({ version }) => version <= (max ?? largest));
    const types: Record<string, number> = {};
    for (const { type } of right) types[type] = (types[type] ?? 0) + 1;
    const { aggregate } = await project.data(document, { storeId, aggregateId, max });
    expect(aggregate).toEqual({ version: right.at(-1)?.version ?? 0, events: right.length, types });
  }
});

test('the payload is told by its type, and is null where it has another form', async () => {
  const document = `query ($storeId: ID!, $aggregateId: ID!) { events(storeId: $storeId, aggregateId: $aggregateId) {
    type payload content { __typename ... on OrderPlaced { customer lines { sku quantity } } ... on OrderPaid { amount }
      ... on StockReserved { orderId quantity } } } }`;
  const forms = new Map([
    ['ORDER_PLACED', { form: documents[15], __typename: 'OrderPlaced' }],
    ['ORDER_PAID', { form: documents[12], __typename: 'OrderPaid' }],
    ['STOCK_RESERVED', { form: documents[14], __typename: 'StockReserved' }],
  ]);
  let told = 0;
  for (const storeId of stores) {
    for (const aggregateId of names) {
      const { events } = await project.data(document, { storeId, aggregateId });
      for (const { type, payload, content } of events as (Row & { content: unknown })[]) {
        const known = forms.get(type);
        const fits = known !== undefined && isDeepStrictEqual(known.form, payload);
        expect(content).toEqual(fits ? { __typename: known.__typename, ...(known.form as object) } : null);
        told += fits ? 1 : 0;
      }
    }
  }
  expect(told).toBeGreaterThan(30);
});

const aggregatesDocument = `query ($storeId: ID!, $from: DateTime, $to: DateTime, $order: Order, $first: Int, $after: String, $last: Int, $before: String) {
  aggregates(storeId: $storeId, initialEventAfter: $from, initialEventBefore: $to, order: $order, first: $first, after: $after, last: $last, before: $before) {
    edges { node { aggregateId timestamp } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

test('A2: the aggregates of a store by their first event, page by page and both ways', async () => {
  for (let at = 0; at < runs(200); at++) {
    const storeId = chance.of([...stores, 'nowhere', long.storeId]);
    const [from, to] = [chance.of([null, null, ...moments]), chance.of([null, null, ...moments])];
    const order = chance.of([null, 'ASC', 'DESC'] as const);
    const asked = { storeId, from, to, order };
    const right = ordered(
      [...oracle.values()].filter((one) => one.storeId === storeId && one.version === 1),
      ['timestamp', 'aggregateId'],
      order === 'DESC',
    )
      .filter(({ timestamp }) => timestamp >= (from ?? '') && timestamp <= (to ?? '9'))
      .map(({ aggregateId, timestamp }) => ({ aggregateId, timestamp }));
    const size = chance.of([1, 2, 5, 100]);
    expect(await walk(project, aggregatesDocument, { ...asked, first: size }), JSON.stringify(asked)).toEqual(
      right,
    );
    expect(await walk(project, aggregatesDocument, { ...asked, last: size }, true)).toEqual(right);
  }
});

test('A2: the index holds first events and nothing else', async () => {
  const { Count } = await project.documents.send(
    new ScanCommand({ TableName: project.tableName('events'), IndexName: 'initialEvents', Select: 'COUNT' }),
  );
  expect(Count).toBe([...oracle.values()].filter(({ version }) => version === 1).length);
});

test('A2: one query answers it; what the index does not hold is fetched by key', async () => {
  const ask = (fields: string) =>
    project.ask(`{ aggregates(storeId: "a", first: 5) { edges { node { ${fields} } } } }`);
  expect((await ask('storeId aggregateId timestamp')).requests).toEqual(['Query']);
  expect((await ask('aggregateId type')).requests).toEqual(['Query', 'BatchGetItem']);
});

test('A2: a cursor is good for the options it was given with, and for no others', async () => {
  const given = { storeId: 'a', from: moments[0], to: null, order: 'DESC', first: 2 };
  const { aggregates } = await project.data(aggregatesDocument, given);
  const { pageInfo } = aggregates as { pageInfo: { endCursor: string } };
  const next = { ...given, after: pageInfo.endCursor };
  expect((await project.ask(aggregatesDocument, { ...next, first: 9 })).errors).toBeUndefined();
  for (const other of [
    { order: 'ASC' },
    { from: null },
    { from: moments[1] },
    { to: moments[9] },
    { storeId: 'a#b' },
  ]) {
    const { errors } = await project.ask(aggregatesDocument, { ...next, ...other });
    expect(errors?.[0]?.extensions, JSON.stringify(other)).toMatchObject({ code: 'BAD_CURSOR' });
  }
});

test('A2: strong consistency is refused at generation', async () => {
  const refusal = await refusalOf('when: { version: 1 }', 'when: { version: 1 }\n    consistent: true');
  expect(refusal).toContain(
    'error[consistent-index]: Pattern `aggregates` requests consistent reads of initialEvents, a global index, which DynamoDB does not offer.',
  );
  expect(refusal).toContain('hint: Remove `consistent`, or read the table or a local index.');
});

const pushDocument = `mutation ($input: PushEventInput!, $force: Boolean) { pushEvent(input: $input, force: $force) { ${fields} } }`;
const groupDocument = `mutation ($inputs: [PushEventInput!]!, $force: Boolean) { pushEventGroup(inputs: $inputs, force: $force) { ${fields} } }`;

test('A3: an event is pushed once, unless by force', async () => {
  let refused = 0;
  for (let at = 0; at < runs(200); at++) {
    const input = row(chance.of(stores), chance.of(names), 1 + chance.below(45));
    const force = chance.of([null, false, true]);
    const { data, errors } = await project.ask(pushDocument, { input, force });
    if (oracle.has(keyOf(input)) && force !== true) {
      const { storeId, aggregateId, version } = input;
      expect(errors?.[0]?.extensions).toEqual({
        code: 'ALREADY_EXISTS',
        entity: 'Event',
        events: [{ storeId, aggregateId, version }],
      });
      refused += 1;
    } else {
      expect(errors).toBeUndefined();
      expect(data?.pushEvent).toEqual(input);
      put(input);
    }
  }
  expect(refused).toBeGreaterThan(runs(10));
});

test('A3: of many who push one version at once, one succeeds', async () => {
  const inputs = Array.from({ length: 32 }, (_, at) => ({ ...row('race', 'one', 1), metadata: at }));
  const answers = await Promise.all(inputs.map((input) => project.ask(pushDocument, { input })));
  const won = answers.flatMap(({ data, errors }) => (errors ? [] : [data?.pushEvent as Row]));
  expect(won).toHaveLength(1);
  for (const { errors } of answers.filter((one) => one.errors))
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'ALREADY_EXISTS' });
  put(won[0] as Row);
  expect((await project.data('{ events(storeId: "race", aggregateId: "one") { metadata } }')).events).toEqual(
    [{ metadata: won[0]?.metadata }],
  );
});

test('A3: versions begin with 1', async () => {
  for (const version of [0, -1]) {
    const { errors } = await project.ask(pushDocument, { input: row('a', 'c', version) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'version' });
  }
});

test('A4: a group is pushed whole or not at all, at one moment', async () => {
  let refused = 0;
  for (let at = 0; at < runs(80); at++) {
    const timestamp = chance.moment();
    const inputs = new Map<string, Row>();
    for (let left = 1 + chance.below(8); left > 0; left--) {
      const one = { ...row(chance.of(stores), chance.of(names), 1 + chance.below(120)), timestamp };
      inputs.set(keyOf(one), one);
    }
    const group = [...inputs.values()];
    const force = chance.is(2);
    const there = group.filter((one) => oracle.has(keyOf(one)));
    const { data, errors } = await project.ask(groupDocument, {
      // Only the first says when.
      inputs: group.map((one, place) => (place === 0 ? one : { ...one, timestamp: null })),
      force,
    });
    if (there.length > 0 && !force) {
      refused += 1;
      expect(errors?.[0]?.extensions).toEqual({
        code: 'ALREADY_EXISTS',
        entity: 'Event',
        events: there.map(({ storeId, aggregateId, version }) => ({ storeId, aggregateId, version })),
      });
    } else {
      expect(errors).toBeUndefined();
      expect(data?.pushEventGroup).toEqual(group);
      for (const one of group) put(one);
    }
  }
  expect(refused).toBeGreaterThan(runs(10));
});

test('A4: without a moment given it is now, for all of them; two moments are refused', async () => {
  const inputs = ['x', 'y', 'z'].map((aggregateId) => ({
    storeId: 'now',
    aggregateId,
    version: 1,
    type: 'T',
  }));
  const { pushEventGroup } = await project.data(groupDocument, { inputs });
  const rows = pushEventGroup as Row[];
  expect(rows.map(({ timestamp }) => timestamp)).toEqual(inputs.map(() => now.toISOString()));
  for (const one of rows) put(one);
  const { errors } = await project.ask(groupDocument, {
    inputs: inputs.map((one, at) => ({ ...one, version: 2, timestamp: moments[at] })),
  });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: 'timestamp' });
});

test('A4: a group takes a hundred events, of no version twice', async () => {
  const timestamp = moments[5] ?? null;
  const group = (count: number, storeId: string) =>
    Array.from({ length: count }, (_, at) => ({ ...row(storeId, `of ${at % 3}`, at + 1), timestamp }));
  const whole = group(100, 'hundred') as Row[];
  expect((await project.data(groupDocument, { inputs: whole })).pushEventGroup).toEqual(whole);
  for (const one of whole) put(one);
  const many = await project.ask(groupDocument, { inputs: group(101, 'more') });
  expect(many.errors?.[0]?.extensions).toMatchObject({
    code: 'TRANSACTION_TOO_LARGE',
    items: 101,
    limit: 100,
  });
  const [one] = group(1, 'twice');
  const twice = await project.ask(groupDocument, { inputs: [one, one] });
  expect(twice.errors?.[0]?.extensions).toMatchObject({ code: 'WRITE_TWICE' });
  for (const storeId of ['more', 'twice'])
    expect((await project.data(eventsDocument, { storeId, aggregateId: 'of 0' })).events).toEqual([]);
});

test('after all that the tables hold what the oracle holds', async () => {
  const rows: Row[] = [];
  const keys = new Set(
    [...oracle.values()].map(({ storeId, aggregateId }) => JSON.stringify([storeId, aggregateId])),
  );
  for (const key of keys) {
    const [storeId, aggregateId] = JSON.parse(key) as [string, string];
    rows.push(...(await walk<Row>(project, pagesDocument, { storeId, aggregateId, first: 500 })));
  }
  expect(ordered(rows, ['storeId', 'aggregateId', 'version'])).toEqual(
    ordered([...oracle.values()], ['storeId', 'aggregateId', 'version']),
  );
  const { Count } = await project.documents.send(
    new ScanCommand({ TableName: project.tableName('events'), IndexName: 'initialEvents', Select: 'COUNT' }),
  );
  expect(Count).toBe([...oracle.values()].filter(({ version }) => version === 1).length);
});
