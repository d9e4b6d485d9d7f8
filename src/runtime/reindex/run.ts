/** What the parts of one reindex share: the plan, the requests, and what is counted. */
import type { Requester } from '../client/requests.js';
import { fromAws, TableloomError } from '../errors.js';
import { type TableDefinition, tableRefOf } from '../tables/definition.js';
import type { Item, Key, TableRef } from '../types.js';
import { type Condition, countedAttribute, nextAttribute } from '../write/action.js';
import { computed } from '../write/entity/changing.js';
import { asCounted, unchangedAndStaying } from '../write/entity/unchanged.js';
import { markAttribute, unmarked } from '../write/references.js';
import type { WriteEnvironment } from '../write/write.js';
import type { AnyCodec, ReindexCounts, ReindexProblem, StoredProject } from './types.js';

export const noCounts: ReindexCounts = {
  scanned: 0,
  records: 0,
  changed: 0,
  moved: 0,
  written: 0,
  deleted: 0,
  aggregates: 0,
  unsettled: 0,
  failed: 0,
};

const mostProblems = 1000;

export interface RunOptions {
  readonly requester: Requester;
  readonly env: Pick<WriteEnvironment, 'rule'>;
  readonly dryRun: boolean;
  readonly retired: readonly string[] | undefined;
  readonly gone?: readonly string[] | undefined;
  /** Items under keys that are not those of their records are no records. */
  readonly isStrict?: boolean;
  /** What writes keep changing is no problem: see `ReindexOptions`. */
  readonly isCounted?: boolean | undefined;
  readonly now: () => Date;
}

export class Run {
  readonly requester: Requester;
  readonly dryRun: boolean;
  /** Names of aggregates whose items may be those of another plan: only these are dealt with. Undefined: all are counted. */
  readonly retired: ReadonlySet<string> | undefined;
  /** Types of items that no record has any more. */
  readonly gone: ReadonlySet<string>;
  readonly isStrict: boolean;
  readonly isCounted: boolean;
  readonly now: () => Date;
  /** What was done so far, earlier runs included. */
  readonly counts: { -readonly [Name in keyof ReindexCounts]: number };
  readonly problems: ReindexProblem[] = [];
  /** The entities that are reindexed, by name. */
  readonly codecs: ReadonlyMap<string, AnyCodec>;
  /** All of the project: any may own the guard of a shared value. */
  readonly known: ReadonlyMap<string, AnyCodec>;
  /** Of a dry run, the items that moved records would have: leftovers are none of them. */
  readonly expected = new Set<string>();
  readonly #env: RunOptions['env'];
  readonly #tables: ReadonlyMap<string, TableDefinition>;

  constructor(
    { codecs, tables }: StoredProject,
    entities: ReadonlySet<string>,
    counts: ReindexCounts,
    { requester, env, dryRun, retired, gone, isStrict = false, isCounted = false, now }: RunOptions,
  ) {
    this.requester = requester;
    this.dryRun = dryRun;
    this.retired = retired && new Set(retired);
    this.gone = new Set(gone);
    this.isStrict = isStrict;
    this.isCounted = isCounted;
    this.now = now;
    this.#env = env;
    this.counts = { ...counts };
    this.known = new Map(codecs.map((codec) => [codec.name, codec]));
    this.codecs = new Map([...this.known].filter(([name]) => entities.has(name)));
    this.#tables = new Map(tables.map((table) => [table.table, table]));
  }

  get tables(): readonly TableRef[] {
    return [...this.#tables.values()].map(tableRefOf);
  }

  /** The attribute that DynamoDB expires items of a table by. */
  expiry(table: string): string | undefined {
    return this.#tables.get(table)?.ttl;
  }

  fail(entity: string, key: Key, error: unknown): void {
    const { code, message } = error instanceof TableloomError ? error : fromAws(error);
    this.counts.failed += 1;
    if (this.problems.length < mostProblems) this.problems.push({ entity, key, code, message });
  }

  /** The record of a main item, its attributes normalized and computed again. Fields that it lacks are undefined. */
  read(codec: AnyCodec, item: Item): object {
    const record = normalized(codec, codec.read(item));
    const { computed: rules } = codec;
    return rules === undefined ? record : computed<object, never>(this.#env, record, rules);
  }

  /** The attributes of other programs: all but those of the record, and keys that earlier plans gave it. */
  foreign(codec: AnyCodec, record: object, table: TableRef, item: Item): Item {
    const ours = codec.item(record);
    const keys = [table.name, codec.table.name].flatMap((name) => this.#derived(name, codec));
    const derived = new Set([nextAttribute, countedAttribute, ...keys]);
    return Object.fromEntries(Object.entries(item).filter(([name]) => !(name in ours || derived.has(name))));
  }

  /** The attributes of a table's items that keys and expiry are made of, and that no record has as fields. */
  #derived(name: string, { ttl: expiry }: AnyCodec): string[] {
    const table = this.#tables.get(name);
    if (table === undefined) return [];
    const { key, indexes, ttl } = table;
    const names = [key, ...indexes.filter(({ multiAttribute }) => multiAttribute === undefined)].flatMap(
      ({ partition, sort }) => [partition, sort],
    );
    // Versions of a history that expire have a time that their record does not tell.
    return [...names, expiry === ttl ? undefined : ttl].filter((one) => one !== undefined);
  }
}

/** The item is as it was read, and no cascade has begun to delete its record. */
export function asRead({ table, revision, uncounted }: AnyCodec, item: Item): Condition {
  if (revision !== undefined && item[revision] !== undefined)
    return unchangedAndStaying({ table, revision, uncounted, cascades: true }, item);
  return unmarked(asCounted({ uncounted }, item, same(item)));
}

/** The item has these attributes with these values: for items that no revision tells apart. */
export function same(item: Item): Condition {
  const attributes = Object.entries(item).filter(([name]) => name !== markAttribute);
  return {
    expression: attributes.map((_, at) => `#c${at} = :c${at}`).join(' AND '),
    names: Object.fromEntries(attributes.map(([name], at) => [`#c${at}`, name])),
    values: Object.fromEntries(attributes.map(([, value], at) => [`:c${at}`, value ?? null])),
  };
}

/** Text that was stored before it was normalized as it is now. */
function normalized({ normalize }: AnyCodec, record: object): object {
  if (normalize === undefined) return record;
  const values = Object.entries(record).map(([name, value]) => {
    const steps = (Object.hasOwn(normalize, name) ? normalize[name] : undefined) ?? [];
    return [name, typeof value === 'string' ? steps.reduce((text, step) => step(text), value) : value];
  });
  return Object.fromEntries(values);
}
