/** Where stored keys and requests are on the map of `tableloom dev`. */

import { expect, test } from 'vitest';
import { collectionOf } from '../../src/cli/dev/tables/collections.js';
import { liveRequest } from '../../src/cli/dev/tables/requests.js';
import type { MapCollection, MapSlot, TableMap } from '../../src/review/map/table-map.js';

function collection(...templates: string[]): MapCollection {
  const [first = ''] = templates;
  return { partition: `sample of ${first}`, templates, shards: 1, state: 'same', entries: [] };
}

function slot(index: string | null, keys: readonly [string[], string[]], templates: string[]): MapSlot {
  const [partition, sort] = keys;
  const kind = index === null ? 'table' : 'global';
  const collections = templates.map((template) => collection(template));
  return { index, kind, partition, sort, projects: 'all', state: 'same', collections };
}

const key = slot(null, [['PK'], ['SK']], ['USER#{id}', 'USER#{id}#ORDERS', 'SETTINGS', '{type}#{id}']);
const byCity = slot('CITY', [['country', 'city'], ['rating']], ['{country} {city}']);
const gsi1 = slot('GSI1', [['GSI1PK'], ['GSI1SK']], ['ORDER#{shard}']);
const map: TableMap = {
  tables: [{ name: 'main', physicalName: 'main', state: 'same', slots: [key, gsi1, byCity], items: [] }],
  patterns: [],
};

test('a stored key belongs to the template that says the most of it', () => {
  const templateOf = (text: string) => collectionOf(key, text)?.templates[0];
  expect(templateOf('USER#1')).toBe('USER#{id}');
  expect(templateOf('USER#1#ORDERS')).toBe('USER#{id}#ORDERS');
  expect(templateOf('SETTINGS')).toBe('SETTINGS');
  expect(templateOf('CITY#1')).toBe('{type}#{id}');
  expect(templateOf('nothing of it')).toBeUndefined();
});

/** `operation: index partition condition` of each place. */
function placesOf(operation: Parameters<typeof liveRequest>[2]['operation'], input: object): string[] {
  const { places } = liveRequest(map, { main: 'dev-main' }, { operation, input: input as never });
  return places.map(({ index, partition, condition }) => `${index}: ${partition}: ${condition}`);
}

test('a query is in the collection that it names', () => {
  const input = {
    TableName: 'dev-main',
    IndexName: 'GSI1',
    KeyConditionExpression: '#_p = :_p AND begins_with(#_s, :_s)',
    ExpressionAttributeNames: { '#_p': 'GSI1PK', '#_s': 'GSI1SK' },
    ExpressionAttributeValues: { ':_p': 'ORDER#3', ':_s': '2026' },
  };
  expect(placesOf('Query', input)).toEqual([
    'GSI1: sample of ORDER#{shard}: GSI1PK = ORDER#3 AND begins_with(GSI1SK, 2026)',
  ]);
});

test('the key of a multi-attribute index is of several attributes', () => {
  const input = {
    TableName: 'dev-main',
    IndexName: 'CITY',
    KeyConditionExpression: '#_p = :_p AND #_e0 = :_e0',
    ExpressionAttributeNames: { '#_p': 'country', '#_e0': 'city' },
    ExpressionAttributeValues: { ':_p': 'NZ', ':_e0': 'Nelson' },
  };
  expect(placesOf('Query', input)).toEqual([
    'CITY: sample of {country} {city}: country = NZ AND city = Nelson',
  ]);
});

test('whatever reads or writes items is in the collections whose keys these have', () => {
  const [one, two] = [
    { PK: 'USER#1', SK: 'A' },
    { PK: 'USER#2#ORDERS', SK: 'B' },
  ];
  const places = [
    'null: sample of USER#{id}: PK = USER#1 and SK = A',
    'null: sample of USER#{id}#ORDERS: PK = USER#2#ORDERS and SK = B',
  ];
  expect(placesOf('GetItem', { TableName: 'dev-main', Key: one })).toEqual(places.slice(0, 1));
  expect(placesOf('BatchGetItem', { RequestItems: { 'dev-main': { Keys: [one, two] } } })).toEqual(places);
  expect(
    placesOf('BatchWriteItem', {
      RequestItems: { 'dev-main': [{ PutRequest: { Item: one } }, { DeleteRequest: { Key: two } }] },
    }),
  ).toEqual(places);
  expect(
    placesOf('TransactWriteItems', {
      TransactItems: [
        { Put: { TableName: 'dev-main', Item: { ...one, GSI1PK: 'ORDER#0', GSI1SK: 'C' } } },
        { ConditionCheck: { TableName: 'dev-main', Key: two } },
        { Delete: { TableName: 'of another project', Key: two } },
      ],
    }),
  ).toEqual([places[0], 'GSI1: sample of ORDER#{shard}: GSI1PK = ORDER#0 and GSI1SK = C', places[1]]);
});

test('a key of an earlier plan is shown, and is nowhere on the map', () => {
  expect(placesOf('GetItem', { TableName: 'dev-main', Key: { PK: 'gone', SK: 'A' } })).toEqual([
    'null: : PK = gone and SK = A',
  ]);
});
