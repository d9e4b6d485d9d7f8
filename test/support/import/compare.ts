/** Holds the target tables, item by item, against what the oracle expects of the legacy ones. */
import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { AnyCodec, Item } from 'tableloom/runtime';
import { codecs } from '../../../generated/index.js';
import { clearMark, type LegacyRow, type LegacySource, legacySources, legacyTable } from './legacy.js';
import { Either, type Expected, expectedOf, type LegacyTables } from './oracle.js';

export interface Comparison {
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly rejected: number;
  /** Rows without a record and without an entry. */
  readonly lost: readonly string[];
  /** Records, entries of lists, guards that no row explains. */
  readonly doubled: readonly string[];
  /** Records and items that are not what they should be. */
  readonly stale: readonly string[];
  /** Items with a token as it was. */
  readonly clear: number;
}

export async function scanAll(documents: DynamoDBDocumentClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client: documents }, { TableName, ConsistentRead: true }))
    items.push(...((page.Items ?? []) as Item[]));
  return items;
}

const entityOf: Readonly<Record<LegacySource, string>> = {
  users: 'User',
  contractors: 'Contractor',
  'refresh-tokens': 'RefreshToken',
  audit: 'AuditLog',
  config: 'Config',
};

export async function compare(
  documents: DynamoDBDocumentClient,
  {
    legacy,
    entities,
    importedAt,
  }: { readonly legacy: string; readonly entities: string; readonly importedAt: string },
): Promise<Comparison> {
  const tables = {} as Record<LegacySource, readonly LegacyRow[]>;
  for (const source of legacySources) tables[source] = await scanAll(documents, legacyTable(legacy, source));
  return compareItems(tables, await scanAll(documents, entities), importedAt);
}

const rejectedKey = /^_IMPORT#([\w-]+)#\w+$/;

export function compareItems(tables: LegacyTables, items: readonly Item[], importedAt: string): Comparison {
  const expected = expectedOf(tables, importedAt);
  const lost: string[] = [];
  const doubled: string[] = [];
  const stale: string[] = [];
  const counts = { migrated: 0, merged: 0, rejected: 0 };
  const stored = new Map(items.map((item) => [placeOf(item), item]));
  const explained = new Set<string>();
  const entries = new Map<string, Item>();
  const records = new Map<string, Item>();
  for (const item of items) {
    const [, source] = rejectedKey.exec(String(item['PK'])) ?? [];
    if (source !== undefined) entries.set(`${source} ${item['SK']}`, item);
    const codec = codecs.find(({ name }) => name === item['_type']);
    if (codec && codec.name !== 'UserVersion')
      records.set(`${codec.name} ${identityOf(codec.name, item)}`, item);
  }
  for (const source of legacySources)
    for (const [key, one] of expected[source]) {
      const entity = entityOf[source];
      const record = records.get(`${entity} ${key}`);
      const entry = entries.get(
        `${source} ${source === 'refresh-tokens' ? `sha256:${key.slice(0, 32)}` : key}`,
      );
      const name = `${source} ${key}`;
      judge(name, one, { record, entry }, { lost, doubled, stale, counts });
      if (one.kind === 'merged' && entry) follow(name, String(entry['into']), one.into, entries, stale);
      if (record && one.kind === 'record') explain(entity, record, stored, explained, stale);
    }
  for (const item of items) {
    if (String(item['PK']).startsWith('_IMPORT') || item['_type'] === 'UserVersion') continue;
    if (!explained.has(placeOf(item))) doubled.push(placeOf(item));
  }
  const rows = legacySources.reduce((sum, source) => sum + tables[source].length, 0);
  const clear = items.filter((item) => JSON.stringify([...Object.values(item)]).includes(clearMark)).length;
  return { rows, ...counts, lost, doubled, stale, clear };
}

function placeOf(item: Item): string {
  return `${item['PK']} / ${item['SK']}`;
}

function identityOf(entity: string, item: Item): string {
  return String(
    entity === 'RefreshToken' ? item['tokenHash'] : entity === 'Config' ? item['key'] : item['id'],
  );
}

interface Notes {
  readonly lost: string[];
  readonly doubled: string[];
  readonly stale: string[];
  readonly counts: Record<'migrated' | 'merged' | 'rejected', number>;
}

function judge(
  name: string,
  one: Expected,
  { record, entry }: { readonly record: Item | undefined; readonly entry: Item | undefined },
  { lost, doubled, stale, counts }: Notes,
): void {
  const outcome = entry?.['outcome'];
  if (one.kind === 'record') {
    counts.migrated += 1;
    if (record === undefined) lost.push(name);
    else if (entry !== undefined && outcome !== 'deleted')
      doubled.push(`${name} is a record and ${String(outcome)}`);
    else stale.push(...differing(one.fields, record).map((field) => `${name}.${field}`));
    return;
  }
  counts[one.kind] += 1;
  if (record !== undefined) doubled.push(`${name} is a record, and should be ${one.kind}`);
  if (entry === undefined) lost.push(name);
  else if (outcome !== one.kind) stale.push(`${name} is ${String(outcome)}, and should be ${one.kind}`);
  else if (one.kind === 'rejected' && entry['code'] !== one.code)
    stale.push(`${name} is rejected as ${String(entry['code'])}, and should be as ${one.code}`);
}

/** A merged row leads to the winner, maybe by way of others. */
function follow(
  name: string,
  into: string,
  winner: string,
  entries: ReadonlyMap<string, Item>,
  stale: string[],
): void {
  let at = into;
  for (let steps = 0; at !== winner && steps < 20; steps++) {
    const next = entries.get(`users ${at}`)?.['into'];
    if (typeof next !== 'string') break;
    at = next;
  }
  if (at !== winner) stale.push(`${name} was merged into ${at}, and should be into ${winner}`);
}

function differing(fields: Readonly<Record<string, unknown>>, item: Item): string[] {
  return Object.entries(fields).flatMap(([field, wanted]) => {
    const found = item[field] ?? null;
    const choices = wanted instanceof Either ? wanted.values : [wanted];
    return choices.some((one) => isDeepStrictEqual(sorted(one), sorted(found))) ? [] : [field];
  });
}

/** Sets of the legacy tables have no order. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value;
}

/** The items that a record has, and that are there. */
function explain(
  entity: string,
  record: Item,
  stored: ReadonlyMap<string, Item>,
  explained: Set<string>,
  stale: string[],
): void {
  const codec = codecs.find(({ name }) => name === entity) as AnyCodec;
  const value = codec.read(record);
  const wanted = [
    codec.item(value),
    ...(codec.entries?.(value) ?? []),
    ...(codec.versions?.(value) ?? []),
    ...(codec.guards?.(value) ?? []).flatMap(({ key }) =>
      key ? [{ ...key, _owner: JSON.stringify([record['PK'], record['SK']]) }] : [],
    ),
  ].filter((item) => item !== undefined);
  for (const item of wanted) {
    explained.add(placeOf(item));
    const found = stored.get(placeOf(item));
    const isSame =
      found !== undefined &&
      Object.entries(item).every(([name, one]) => isDeepStrictEqual(found[name] ?? null, one ?? null));
    if (!isSame) stale.push(`${entity} ${placeOf(item)}`);
  }
}
