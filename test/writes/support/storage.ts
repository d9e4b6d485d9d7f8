/** What lies in the table of the reference application, held against what the generated codecs make of it. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type EntityCodec, type Item, TableloomError } from 'tableloom/runtime';
import {
  auditLogCodec,
  configCodec,
  contractorCodec,
  refreshTokenCodec,
  userCodec,
  userVersionCodec,
} from '../../../generated/items.js';

/** Every item of a table, by the id of its key. */
export type Items = ReadonlyMap<string, Item>;

/** A key as one text, in the form guards name their owners. */
export function keyId(item: Item): string {
  return JSON.stringify([item.PK, item.SK]);
}

export async function itemsIn(client: DynamoDBClient, TableName: string): Promise<Items> {
  const documents = DynamoDBDocumentClient.from(client);
  const items = new Map<string, Item>();
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }),
    );
    for (const item of (page.Items ?? []) as Item[]) items.set(keyId(item), item);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** The main item, entries and guards of a record; not its versions, of which there are more than the last. */
export function itemsOf<R extends object>(codec: EntityCodec<R>, record: R): Item[] {
  const main = stored(codec.item(record));
  const guards = (codec.guards?.(record) ?? []).flatMap(({ field, key }) =>
    key === undefined ? [] : [{ ...key, _guards: codec.name, _field: field, _owner: keyId(main) }],
  );
  const entries = (codec.entries?.(record) ?? []).flatMap((entry) => (entry === undefined ? [] : [entry]));
  return [main, ...entries.map(stored), ...guards];
}

/** Attributes without a value are not stored. */
export function stored(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

/** The code of an error; what is none of ours is thrown on. */
export function codeOf(error: unknown): string {
  if (error instanceof TableloomError) return error.code;
  throw error;
}

/** One stored record again from its main item: everything that has to lie beside it. */
const recomputations = new Map(
  [
    recomputation(userCodec),
    recomputation(contractorCodec),
    recomputation(refreshTokenCodec),
    recomputation(auditLogCodec),
    recomputation(configCodec),
  ].map((each) => [each.type, each]),
);

interface Recomputation {
  readonly type: string;
  items(main: Item): readonly Item[];
  /** Those of the last write. */
  versions(main: Item): readonly Item[];
}

function recomputation<R extends object>(codec: EntityCodec<R>): Recomputation {
  return {
    type: codec.name,
    items: (main) => itemsOf(codec, codec.read(main)),
    versions: (main) => (codec.versions?.(codec.read(main)) ?? []).map(stored),
  };
}

/** All that lies in a table, computed anew from its main items and versions. What is not in it is a stray. */
export function recomputed(items: Items): Map<string, Item> {
  const expected = new Map<string, Item>();
  for (const item of items.values()) {
    const type = String(item._type);
    // A version may outlive its record: alone it can only be compared with itself.
    if (type === userVersionCodec.name) {
      const version = stored(userVersionCodec.item(userVersionCodec.read(item)));
      if (!expected.has(keyId(version))) expected.set(keyId(version), version);
    }
    const of = recomputations.get(type);
    for (const each of of?.items(item) ?? []) expected.set(keyId(each), each);
    for (const version of of?.versions(item) ?? []) expected.set(keyId(version), version);
  }
  return expected;
}
