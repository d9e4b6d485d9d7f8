/** What is stored, page by page. */

import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { MapCollection, MapSlot } from '../../../review/map/table-map.js';
import { collectionOf, hasValues, headOf } from './collections.js';
import type { LiveItem, LiveItems } from './live.js';

type WireItem = Record<string, AttributeValue>;

/** A page ends with the request that has brought it so many. */
const perPage = 25;

/** Where a scan finds little: at most so many requests for a page, which may then be empty. */
const mostRequests = 40;

/** The items of a collection of the map: of all partitions that its template stands for. */
export async function liveItems(
  client: DynamoDBClient,
  {
    table,
    slot,
    collection,
  }: { readonly table: string; readonly slot: MapSlot; readonly collection: MapCollection },
  cursor: string | null,
): Promise<LiveItems> {
  const items: LiveItem[] = [];
  let start = cursor === null ? undefined : decoded(cursor);
  for (let requests = 0; requests < mostRequests; requests++) {
    const { Items = [], LastEvaluatedKey } = await client.send(command(table, slot, collection, start));
    for (const item of Items) {
      const partition = keyText(item, slot.partition);
      if (partition === null || collectionOf(slot, partition) !== collection) continue;
      items.push({ partition, sort: keyText(item, slot.sort), attributes: plainItem(item) });
    }
    start = LastEvaluatedKey;
    if (!start || items.length >= perPage) break;
  }
  return { items, cursor: start ? encoded(start) : null };
}

/** One partition is queried. What has values in its key is many, which only a scan finds. */
function command(
  table: string,
  { index, partition }: MapSlot,
  { templates, partition: sample }: MapCollection,
  start: WireItem | undefined,
): QueryCommand | ScanCommand {
  const [name = ''] = partition;
  const input = {
    TableName: table,
    Limit: perPage,
    ...(index !== null && { IndexName: index }),
    ...(start && { ExclusiveStartKey: start }),
  };
  const bound = (value: string) => ({
    ExpressionAttributeNames: { '#p': name },
    ExpressionAttributeValues: { ':p': { S: value } },
  });
  if (partition.length === 1 && !templates.some(hasValues))
    return new QueryCommand({ ...input, KeyConditionExpression: '#p = :p', ...bound(sample) });
  const heads = templates.map(headOf);
  const [head = ''] = heads;
  if (partition.length > 1 || head === '' || heads.some((one) => one !== head)) return new ScanCommand(input);
  return new ScanCommand({ ...input, FilterExpression: 'begins_with(#p, :p)', ...bound(head) });
}

/** Several attributes of a multi-attribute key; null where it has none. */
function keyText(item: WireItem, names: readonly string[]): string | null {
  const texts = names.map((name) => item[name]?.S ?? item[name]?.N);
  return texts.length === 0 || texts.includes(undefined) ? null : texts.join(' ');
}

function plainItem(item: WireItem): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

/** As JSON: a number that JavaScript cannot hold is text, and so are bytes. */
function plain(value: AttributeValue): unknown {
  const number = (text: string) =>
    Number.isSafeInteger(Number(text)) || String(Number(text)) === text ? Number(text) : text;
  const bytes = (data: Uint8Array) => Buffer.from(data).toString('base64');
  if (value.N !== undefined) return number(value.N);
  if (value.NS) return value.NS.map(number);
  if (value.B) return bytes(value.B);
  if (value.BS) return value.BS.map(bytes);
  if (value.L) return value.L.map(plain);
  if (value.M) return plainItem(value.M);
  return value.NULL ? null : (value.S ?? value.SS ?? value.BOOL);
}

function encoded(key: WireItem): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decoded(cursor: string): WireItem {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as WireItem;
  } catch {
    throw new Error('The cursor is not one of this page.');
  }
}
