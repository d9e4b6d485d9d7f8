/** Holds the target tables, item by item, against what the oracle expects of the legacy ones. A million rows fit into memory. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { AnyCodec, Item } from 'tableloom/runtime';
import { codecs } from '../../../generated/index.js';
import { clearMark, type LegacyRow, type LegacySource, legacySources, legacyTable } from './legacy.js';
import { Either, type Expected, expectedOf } from './oracle.js';

export interface Comparison {
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly rejected: number;
  /** Rows without a record and without an entry of the account. */
  readonly lost: readonly string[];
  /** Records and items that no row explains. */
  readonly doubled: readonly string[];
  /** Records and items that are not what they should be. */
  readonly stale: readonly string[];
  /** Items with a token as it was. */
  readonly clear: number;
  /** Items of records in the target table. */
  readonly items: number;
}

export interface Places {
  /** What the names of the legacy tables begin with. */
  readonly legacy: string;
  readonly entities: string;
  readonly importedAt: string;
}

/** DynamoDB Local takes the longer for a page the more of its segment is before it. */
const segments = 100;

export async function* scanned(documents: DynamoDBDocumentClient, TableName: string): AsyncGenerator<Item> {
  for (let Segment = 0; Segment < segments; Segment++) {
    const input = { TableName, ConsistentRead: true, Segment, TotalSegments: segments };
    for await (const page of paginateScan({ client: documents }, input)) yield* (page.Items ?? []) as Item[];
  }
}

export async function compare(documents: DynamoDBDocumentClient, places: Places): Promise<Comparison> {
  const tables = {} as Record<LegacySource, LegacyRow[]>;
  for (const source of legacySources) {
    tables[source] = [];
    for await (const row of scanned(documents, legacyTable(places.legacy, source))) tables[source].push(row);
  }
  const comparing = new Comparing(expectedOf(tables, places.importedAt));
  for (const source of legacySources) tables[source] = [];
  for await (const item of scanned(documents, places.entities)) comparing.take(item);
  return comparing.result();
}

const sourceOf: Readonly<Record<string, LegacySource>> = {
  User: 'users',
  Contractor: 'contractors',
  RefreshToken: 'refresh-tokens',
  AuditLog: 'audit',
  Config: 'config',
};
const entryPartition = /^_IMPORT#([\w-]+)#\w+$/;

/** Items of several records, whatever their order: as many, and as equal. */
class Sum {
  count = 0;
  #sum = 0n;

  add(item: Item): void {
    this.count += 1;
    const text = JSON.stringify(
      Object.entries(item)
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
    this.#sum = (this.#sum + createHash('sha256').update(text).digest().readBigUInt64BE(0)) % 2n ** 64n;
  }

  equals(other: Sum): boolean {
    return this.count === other.count && this.#sum === other.#sum;
  }
}

class Comparing {
  readonly #expected: Readonly<Record<LegacySource, Map<string, Expected>>>;
  readonly #records = new Set<string>();
  readonly #entries = new Map<string, Item>();
  readonly #lost: string[] = [];
  readonly #doubled: string[] = [];
  readonly #stale: string[] = [];
  readonly #wanted = new Sum();
  readonly #found = new Sum();
  #clear = 0;
  #items = 0;

  constructor(expected: Readonly<Record<LegacySource, Map<string, Expected>>>) {
    this.#expected = expected;
  }

  take(item: Item): void {
    if (JSON.stringify(Object.values(item)).includes(clearMark)) this.#clear += 1;
    const [, entry] = entryPartition.exec(String(item['PK'])) ?? [];
    if (entry !== undefined) this.#entries.set(`${entry} ${item['SK']}`, item);
    if (String(item['PK']).startsWith('_IMPORT')) return;
    this.#items += 1;
    const type = String(item['_type']);
    const source = sourceOf[type];
    if (source !== undefined) this.#record(source, type, item);
    // Versions of deleted users stay, as with any deletion.
    else if (type !== 'UserVersion') this.#found.add(item);
  }

  #record(source: LegacySource, entity: string, item: Item): void {
    const key = String(entity === 'RefreshToken' ? item['tokenHash'] : (item['key'] ?? item['id']));
    const name = `${source} ${key}`;
    const one = this.#expected[source].get(key);
    if (one?.kind !== 'record' || this.#records.has(name)) {
      this.#doubled.push(`${name} is a record${one ? `, and should be ${one.kind}` : ''}`);
      return;
    }
    this.#records.add(name);
    this.#stale.push(...differing(one.fields, item).map((field) => `${name}.${field}`));
    const codec = codecs.find((each) => each.name === entity) as AnyCodec;
    const value = codec.read(item);
    const own = Object.entries(codec.item(value)).filter(([, wanted]) => wanted !== undefined);
    if (!own.every(([attribute, wanted]) => isDeepStrictEqual(item[attribute], wanted)))
      this.#stale.push(`${name}: a key of an index`);
    for (const derived of codec.entries?.(value) ?? []) if (derived) this.#wanted.add(derived);
    for (const { key: place, field } of codec.guards?.(value) ?? [])
      if (place)
        this.#wanted.add({
          ...place,
          _guards: entity,
          _field: field,
          _owner: JSON.stringify([item['PK'], item['SK']]),
        });
  }

  result(): Comparison {
    const counts = { migrated: 0, merged: 0, rejected: 0 };
    let rows = 0;
    for (const source of legacySources)
      for (const [key, one] of this.#expected[source]) {
        rows += 1;
        counts[one.kind === 'record' ? 'migrated' : one.kind] += 1;
        this.#account(source, key, one);
      }
    if (!this.#wanted.equals(this.#found)) {
      const text = `${this.#found.count} entries and guards, and should be ${this.#wanted.count}`;
      (this.#found.count > this.#wanted.count ? this.#doubled : this.#stale).push(text);
    }
    const [lost, doubled, stale] = [this.#lost, this.#doubled, this.#stale];
    return { rows, ...counts, lost, doubled, stale, clear: this.#clear, items: this.#items };
  }

  #account(source: LegacySource, key: string, one: Expected): void {
    const name = `${source} ${key}`;
    const entry = this.#entries.get(
      source === 'refresh-tokens' ? `${source} sha256:${key.slice(0, 32)}` : name,
    );
    const outcome = entry?.['outcome'];
    if (one.kind === 'record') {
      if (!this.#records.has(name)) this.#lost.push(name);
      else if (entry !== undefined && outcome !== 'deleted')
        this.#doubled.push(`${name} is a record and ${String(outcome)}`);
    } else if (entry === undefined) this.#lost.push(name);
    else if (outcome !== one.kind)
      this.#stale.push(`${name} is ${String(outcome)}, and should be ${one.kind}`);
    else if (one.kind === 'merged') this.#follow(name, String(entry['into']), one.into);
    else if (entry['code'] !== one.code)
      this.#stale.push(`${name} is rejected as ${String(entry['code'])}, and should be as ${one.code}`);
  }

  /** A merged row leads to the winner, maybe by way of others. */
  #follow(name: string, into: string, winner: string): void {
    let at = into;
    for (let steps = 0; at !== winner && steps < 20; steps++) {
      const next = this.#entries.get(`users ${at}`)?.['into'];
      if (typeof next !== 'string') break;
      at = next;
    }
    if (at !== winner) this.#stale.push(`${name} was merged into ${at}, and should be into ${winner}`);
  }
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
