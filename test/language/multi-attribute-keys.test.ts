/**
 * Indexes whose keys are attributes as they are. One attribute of each part works on every engine; several are
 * DynamoDB's own, so what is sent for them is held to the letter.
 */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  type Connection,
  createTables,
  Database,
  type IndexQuery,
  KeyError,
  type Session,
} from 'tableloom/runtime';
import { keyNumber, keyText, multiAttributeRange } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import type { Shop } from '../fixtures/ok/multi-attribute-keys/generated/entities.js';
import {
  bestShops,
  openedSince,
  placesByCategory,
  placesOfCity,
  shopsOfOwner,
  shopsWithStars,
} from '../fixtures/ok/multi-attribute-keys/generated/queries.js';
import { tables } from '../fixtures/ok/multi-attribute-keys/generated/tables.js';
import { shopWrites, stallWrites } from '../fixtures/ok/multi-attribute-keys/generated/writes.js';
import { openProject } from '../support/databases.js';

const scores = [-1e10, -1, -0.5, 0, 0.1, 0.25, 3, 1e21];
const openings = ['2024-02-29', '2025-12-31', '2026-01-01', '2026-01-31'].map(
  (day) => `${day}T00:00:00.000Z`,
);
const values = Array.from({ length: 24 }, (_, at) => ({
  id: `s${String(at).padStart(2, '0')}`,
  name: `Shop ${at}`,
  owner: at % 4 === 3 ? 'ben#1' : 'ada',
  openedAt: openings[at % openings.length] ?? '',
  score: at % 5 === 4 ? null : (scores[at % scores.length] ?? null),
  stars: at % 3,
}));

async function filled(): Promise<Session> {
  const { database } = await openProject(tables.filter(({ table }) => table === 'shops'));
  const db = database.session();
  for (const value of values) await db.write(shopWrites.create(value));
  // It has the same attributes, and so stands in the index as well.
  for (let at = 0; at < 9; at++)
    await db.write(stallWrites.create({ id: `t${at}`, owner: 'ada', openedAt: openings[at % 4] ?? '' }));
  return db;
}

async function paged(db: Session, query: IndexQuery<Shop>, backwards: boolean): Promise<Shop[]> {
  const found: Shop[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Connection<Shop> = await db.connection(
      query,
      backwards ? { last: 3, before: cursor } : { first: 3, after: cursor },
    );
    if (backwards) found.unshift(...page.nodes);
    else found.push(...page.nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    cursor = backwards ? startCursor : endCursor;
    if (!(backwards ? hasPreviousPage : hasNextPage)) return found;
  }
}

const ids = (shops: readonly Shop[]) => shops.map((one) => one.id);

test('shops of an owner, in order, bounded, page by page both ways, and no stall among them', async () => {
  const db = await filled();
  for (const order of ['ASC', 'DESC'] as const) {
    for (const bounds of [
      {},
      { after: openings[0] },
      { to: openings[2] },
      { after: openings[1], to: openings[2] },
    ]) {
      const { after = '', to = '9' } = bounds;
      const expected = values.filter(
        (one) => one.owner === 'ada' && one.openedAt > after && one.openedAt <= to,
      );
      const query = shopsOfOwner({ owner: 'ada', order, ...bounds });
      const all = await db.list(query);
      expect(ids(all).sort()).toEqual(expected.map((one) => one.id).sort());
      const moments = all.map((one) => one.openedAt);
      expect(moments).toEqual(order === 'ASC' ? moments.toSorted() : moments.toSorted().reverse());
      expect(ids(await paged(db, query, false))).toEqual(ids(all));
      expect(ids(await paged(db, query, true))).toEqual(ids(all));
    }
  }
});

test('numbers are ordered and bounded as numbers; what has none is not in the index; the rest is read by key', async () => {
  const db = await filled();
  const ada = values.filter((one) => one.owner === 'ada' && one.score !== null);
  for (const bounds of [
    {},
    { after: -0.5 },
    { before: 0.25 },
    { after: 0, before: 3 },
    { after: 3, before: 3 },
  ]) {
    const { after = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = bounds;
    const expected = ada.filter(({ score }) => score !== null && score > after && score < before);
    const query = bestShops({ owner: 'ada', ...bounds });
    const all = await db.list(query);
    expect(ids(all).sort()).toEqual(expected.map((one) => one.id).sort());
    const found = all.map((one) => one.score ?? 0);
    expect(found).toEqual(found.toSorted((a, b) => b - a));
    expect(all.every((one) => one.name.startsWith('Shop'))).toBe(true);
    expect(ids(await paged(db, query, false))).toEqual(ids(all));
  }
  expect(ids(await db.list(shopsWithStars({ stars: 2 }))).sort()).toEqual(
    values.filter((one) => one.stars === 2).map((one) => one.id),
  );
});

test('the write itself keeps the index: changed, cleared, given again', async () => {
  const db = await filled();
  const best = async () => (await db.list(bestShops({ owner: 'ben#1' }))).map((one) => [one.id, one.score]);
  await db.write(shopWrites.update({ id: 's00' }, { owner: 'ben#1', score: 1e30 }));
  expect((await best())[0]).toEqual(['s00', 1e30]);
  await db.write(shopWrites.update({ id: 's00' }, { score: null }));
  expect((await best()).map(([id]) => id)).not.toContain('s00');
  await db.write(shopWrites.update({ id: 's00' }, { score: -1e30 }));
  expect((await best()).at(-1)).toEqual(['s00', -1e30]);
});

test('what can be no key is refused', async () => {
  const db = await filled();
  expect(() => shopsOfOwner({ owner: '' })).toThrow(KeyError);
  expect(() => bestShops({ owner: 'ada', after: Number.NaN })).toThrow(KeyError);
  await expect(db.write(shopWrites.update({ id: 's00' }, { owner: '' }))).rejects.toMatchObject({
    code: 'KEY_INVALID',
  });
});

test('bounds on raw values', () => {
  expect(multiAttributeRange(keyText, {})).toEqual({ kind: 'between' });
  expect(multiAttributeRange(keyText, { from: '', prefix: '' })).toEqual({ kind: 'between' });
  expect(multiAttributeRange(keyText, { to: '' })).toEqual({ kind: 'empty' });
  expect(multiAttributeRange(keyText, { after: 'a' })).toEqual({ kind: 'between', from: 'a\u0000' });
  expect(multiAttributeRange(keyText, { prefix: 'a' })).toEqual({ kind: 'prefix', prefix: 'a' });
  expect(multiAttributeRange(keyText, { prefix: 'a', from: 'ab' })).toEqual({
    kind: 'between',
    from: 'ab',
    below: 'b',
  });
  expect(multiAttributeRange(keyText, { from: 'b', to: 'a' })).toEqual({ kind: 'empty' });
  expect(multiAttributeRange(keyText, { from: 'a', before: 'a' })).toEqual({ kind: 'empty' });
  expect(multiAttributeRange(keyText, { from: 'a', to: 'a' })).toEqual({
    kind: 'between',
    from: 'a',
    to: 'a',
  });
  expect(multiAttributeRange(keyNumber, { after: 0 })).toEqual({ kind: 'between', from: 1e-130 });
  expect(multiAttributeRange(keyNumber, { after: -1e-130 })).toEqual({ kind: 'between', from: 0 });
  expect(multiAttributeRange(keyNumber, { after: 1, to: 3, before: 3 })).toEqual({
    kind: 'between',
    from: 1 + Number.EPSILON,
    below: 3,
  });
  expect(multiAttributeRange(keyNumber, { after: -1 })).toEqual({
    kind: 'between',
    from: -1 + Number.EPSILON / 2,
  });
});

/** A client that answers by itself, and keeps what it is sent. */
function recording(answers: (operation: string, at: number) => object) {
  const sent: { operation: string; body: Record<string, unknown> }[] = [];
  const handle = async (request: { headers: Record<string, string>; body: unknown }) => {
    const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
    const answer = answers(operation, sent.length);
    const { body } = request;
    // The SDK's own kind of bytes complains where its methods are called.
    const bytes =
      body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.length) : undefined;
    const text = bytes?.toString() ?? String(body);
    sent.push({ operation, body: JSON.parse(text) as Record<string, unknown> });
    return {
      response: {
        statusCode: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(JSON.stringify(answer)),
      },
    };
  };
  const requestHandler = {
    handle,
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>;
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  return { sent, client: new DynamoDBClient({ region: 'local', credentials, requestHandler }) };
}

const byCity = [
  { AttributeName: 'country', KeyType: 'HASH' },
  { AttributeName: 'city', KeyType: 'HASH' },
  { AttributeName: 'category', KeyType: 'RANGE' },
  { AttributeName: 'rating', KeyType: 'RANGE' },
  { AttributeName: 'openedAt', KeyType: 'RANGE' },
];

test('several attributes: the table is defined with each of them and its type', async () => {
  const definition = tables.filter(({ table }) => table === 'places');
  const types = {
    PK: 'S',
    SK: 'S',
    GSI1PK: 'S',
    GSI1SK: 'S',
    country: 'S',
    city: 'S',
    category: 'S',
    rating: 'N',
    openedAt: 'S',
  };
  const attributes = Object.entries(types).map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  }));
  const key = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
  const Projection = { ProjectionType: 'ALL' };
  const described = (schema: object) => ({
    Table: {
      TableStatus: 'ACTIVE',
      KeySchema: key('PK', 'SK'),
      AttributeDefinitions: attributes,
      GlobalSecondaryIndexes: [
        { IndexName: 'ByCity', IndexStatus: 'ACTIVE', KeySchema: schema, Projection },
        { IndexName: 'GSI1', IndexStatus: 'ACTIVE', KeySchema: key('GSI1PK', 'GSI1SK'), Projection },
      ],
    },
  });
  let isThere = false;
  const { client, sent } = recording((operation) => {
    if (operation === 'CreateTable') isThere = true;
    return isThere ? described(byCity) : { Table: undefined };
  });
  await createTables(client, definition, { places: 'places' });
  const creation = sent.find(({ operation }) => operation === 'CreateTable')?.body;
  expect(creation?.GlobalSecondaryIndexes).toEqual([
    { IndexName: 'ByCity', KeySchema: byCity, Projection },
    { IndexName: 'GSI1', KeySchema: key('GSI1PK', 'GSI1SK'), Projection },
  ]);
  expect(creation?.KeySchema).toEqual(key('PK', 'SK'));
  const sorted = (list: unknown) =>
    (list as { AttributeName: string }[]).map((one) => JSON.stringify(one)).sort();
  expect(sorted(creation?.AttributeDefinitions)).toEqual(sorted(attributes));

  const moved = byCity.map((one) => (one.AttributeName === 'city' ? { ...one, KeyType: 'RANGE' } : one));
  const other = recording(() => described(moved));
  await expect(createTables(other.client, definition, { places: 'places' })).rejects.toThrow(
    'has the index ByCity on [country / city, category, rating, openedAt], not [country, city / category, rating, openedAt]',
  );
});

const place = (at: number) => ({
  PK: { S: `PLACE#p${at}` },
  SK: { S: 'METADATA' },
  id: { S: `p${at}` },
  name: { S: 'Museu' },
  country: { S: 'PT' },
  city: { S: 'Lisboa' },
  category: { S: 'CAFE' },
  rating: { N: String(5 - at) },
  openedAt: { S: '2026-01-31T00:00:00.000Z' },
  version: { N: '1' },
});

test('several attributes: a query has a term for each, and goes on after the whole key', async () => {
  const { client, sent } = recording(() => ({
    Items: [place(0), place(1), place(2)],
    Count: 3,
    ScannedCount: 3,
    LastEvaluatedKey: { ...place(2), id: undefined, name: undefined, version: undefined },
  }));
  const database = new Database({
    client,
    tables: { places: 'places' },
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  const db = database.session();
  const query = placesOfCity({ country: 'PT', city: 'Lisboa', category: 'CAFE', from: 1, before: 6 });
  const wants = { edges: true, hasNextPage: false, hasPreviousPage: false, cursors: true };
  const page = await db.connection(query, { first: 2 }, { wants });
  expect(page.nodes.map((one) => one.rating)).toEqual([5, 4]);
  await db.connection(query, { first: 2, after: page.pageInfo.endCursor }, { wants });
  const [first, second] = sent.map(({ body }) => body);
  expect(first).toMatchObject({
    TableName: 'places',
    IndexName: 'ByCity',
    KeyConditionExpression: '#_p = :_p AND #_e0 = :_e0 AND #_e1 = :_e1 AND #_s BETWEEN :_s AND :_t',
    ExpressionAttributeNames: { '#_p': 'country', '#_e0': 'city', '#_e1': 'category', '#_s': 'rating' },
    ExpressionAttributeValues: {
      ':_p': { S: 'PT' },
      ':_e0': { S: 'Lisboa' },
      ':_e1': { S: 'CAFE' },
      ':_s': { N: '1' },
      ':_t': { N: '6' },
    },
    ScanIndexForward: false,
  });
  expect(first).not.toHaveProperty('ExclusiveStartKey');
  const { PK, SK, country, city, category, rating, openedAt } = place(1);
  expect(second?.ExclusiveStartKey).toEqual({ PK, SK, country, city, category, rating, openedAt });
  // A cursor is bound to every attribute asked for.
  const external = placesOfCity({ country: 'PT', city: 'Porto', category: 'CAFE', from: 1, before: 6 });
  await expect(db.connection(external, { after: page.pageInfo.endCursor })).rejects.toMatchObject({
    code: 'BAD_CURSOR',
  });
});

test('several attributes: constants, order by the last, and a beginning of the first', async () => {
  const { client, sent } = recording(() => ({ Items: [], Count: 0, ScannedCount: 0 }));
  const database = new Database({
    client,
    tables: { places: 'places' },
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  const db = database.session();
  await db.list(openedSince({ country: 'PT', city: 'Lisboa', after: '2026-01-31T00:00:00Z' }));
  await db.list(placesByCategory({ country: 'PT', city: 'Lisboa', prefix: 'MU' }));
  await db.count(placesByCategory({ country: 'PT', city: 'Lisboa' }), 10);
  expect(sent.map(({ body }) => [body.KeyConditionExpression, body.ExpressionAttributeValues])).toEqual([
    [
      '#_p = :_p AND #_e0 = :_e0 AND #_e1 = :_e1 AND #_e2 = :_e2 AND #_s >= :_s',
      {
        ':_p': { S: 'PT' },
        ':_e0': { S: 'Lisboa' },
        ':_e1': { S: 'MUSEUM' },
        ':_e2': { N: '5' },
        ':_s': { S: '2026-01-31T00:00:00.000Z\u0000' },
      },
    ],
    [
      '#_p = :_p AND #_e0 = :_e0 AND begins_with(#_s, :_s)',
      { ':_p': { S: 'PT' }, ':_e0': { S: 'Lisboa' }, ':_s': { S: 'MU' } },
    ],
    ['#_p = :_p AND #_e0 = :_e0', { ':_p': { S: 'PT' }, ':_e0': { S: 'Lisboa' } }],
  ]);
  expect(sent[2]?.body).toMatchObject({
    Select: 'COUNT',
    ExpressionAttributeNames: { '#_p': 'country', '#_e0': 'city' },
  });
});
