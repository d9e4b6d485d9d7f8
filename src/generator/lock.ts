/**
 * The lock: what the planner chose earlier, so that it stays chosen. It keeps retired choices: items with their keys
 * and attributes may still be stored, so neither is used for anything else.
 */

export interface Lock {
  readonly entities: ReadonlyMap<string, LockedEntity>;
  readonly tables: ReadonlyMap<string, LockedTable>;
}

export const emptyLock: Lock = { entities: new Map(), tables: new Map() };

export interface LockedEntity {
  /** How each attribute is stored, by name. */
  readonly attributes: ReadonlyMap<string, { readonly encoding: string; readonly isRetired: boolean }>;
  /** Its own key; undefined where the entity is gone. */
  readonly key: { readonly table: string; readonly key: LockedKey } | undefined;
  readonly guards: ReadonlyMap<string, LockedKey>;
  /** Counts, sums and sequences, as the lock names them: `kept memberCount`, `sequence number`. */
  readonly aggregates: ReadonlyMap<string, LockedKey>;
  /** Where it is counted how many of its records name one, by reference. */
  readonly counters: ReadonlyMap<string, LockedKey>;
  /** Index keys and index entries, by their numbers. */
  readonly slots: readonly LockedSlot[];
  /** Primary keys, guards, aggregates and counters that it once had. */
  readonly retired: readonly { readonly what: RetiredKey; readonly key: LockedKey }[];
  /** What each pattern reads, by its name. */
  readonly patterns: ReadonlyMap<string, LockedPattern>;
  /** Keys that stored items may still have and that patterns have left, until somebody accepts it. */
  readonly moved: {
    /** The former key of its records. */
    readonly key: LockedEntity['key'];
    /** By pattern, what it read. */
    readonly patterns: ReadonlyMap<string, readonly string[]>;
  };
}

export interface LockedPattern {
  /** The field it answers. */
  readonly field: string | null;
  /** `key`, `slot 3`, `index ByCity` for a multi-attribute index, or `number` or `guard` with the key of it. */
  readonly reads: string;
}

export const nothingMoved: LockedEntity['moved'] = { key: undefined, patterns: new Map() };

/** The lock once it is accepted that these patterns or entities left keys behind. */
export function acceptMoves(lock: Lock, names: ReadonlySet<string>): Lock {
  return {
    ...lock,
    entities: new Map(
      [...lock.entities].map(([name, entity]) => {
        const { key, patterns } = entity.moved;
        const left = [...patterns].filter(([pattern]) => !names.has(pattern));
        const moved = { key: names.has(name) ? undefined : key, patterns: new Map(left) };
        return [name, { ...entity, moved }] as const;
      }),
    ),
  };
}

/** The names under which moves can be accepted: of an entity whose key moved, and of patterns. */
export function movedNames({ entities }: Lock): string[] {
  return [...entities].flatMap(([name, { moved }]) => [
    ...(moved.key ? [name] : []),
    ...moved.patterns.keys(),
  ]);
}

/** What a key was of that is no more. */
export type RetiredKey = 'key' | 'guard' | 'number' | 'counter';

/** The templates of a partition key and a sort key. */
export interface LockedKey {
  readonly partition: string;
  readonly sort: string | null;
}

export interface LockedSlot {
  /** In the order they were made; a number is never used again. */
  readonly number: number;
  /** The own key of an index entry; null where the slot is of the record itself. */
  readonly entry: LockedKey | null;
  /** Null where an entry is read by its own key. */
  readonly index: string | null;
  readonly key: LockedKey;
  readonly shards: number | null;
  readonly present: readonly string[];
  readonly when: readonly {
    readonly field: string;
    readonly values: readonly (string | number | boolean)[];
  }[];
  readonly isRetired: boolean;
}

export interface LockedTable {
  readonly key: readonly string[];
  /** Key attributes of its indexes, by name. */
  readonly indexes: ReadonlyMap<
    string,
    { readonly attributes: readonly string[]; readonly isRetired: boolean }
  >;
}

/** `access-patterns.yaml` -> `access-patterns.lock.json` in the same folder. */
export function lockPath(patterns: string): string {
  return `${patterns.replace(/\.ya?ml$/, '')}.lock.json`;
}

/**
 * The text: one line a fact, sorted, and a last line in each mapping that is always there, so that what is added
 * shows as added lines alone.
 */
export function printLock({ entities, tables }: Lock): string {
  return [
    '{',
    '  "entities": {',
    sections(sorted(entities).map(([name, entity]) => [name, entityLines(entity)])),
    '  },',
    '  "tables": {',
    sections(sorted(tables).map(([name, table]) => [name, tableLines(table)])),
    '  },',
    '  "version": 1',
    '}',
    '',
  ]
    .filter((text, at, all) => text !== '' || at === all.length - 1)
    .join('\n');
}

function sections(entries: readonly (readonly [string, readonly string[]])[]): string {
  return entries
    .map(([name, lines]) => `    ${JSON.stringify(name)}: {\n      ${lines.join(',\n      ')}\n    }`)
    .join(',\n');
}

function entityLines({
  attributes,
  key,
  guards,
  aggregates: kept,
  counters,
  slots,
  retired,
  patterns,
  moved,
}: LockedEntity): string[] {
  const names = sorted(attributes);
  const numbered = [...slots].sort((a, b) => a.number - b.number);
  const aggregateLines = (kind: string) =>
    sorted(kept)
      .filter(([name]) => name.startsWith(`${kind} `))
      .map(([name, number]) => line(name, keyValue(number)));
  const live = <T extends { readonly isRetired: boolean }>(one: T) => !one.isRetired;
  return [
    ...names.filter(([, one]) => live(one)).map(([name, one]) => line(`attribute ${name}`, one.encoding)),
    ...sorted(counters).map(([name, counter]) => line(`counter ${name}`, keyValue(counter))),
    ...sorted(guards).map(([fields, guard]) => line(`guard ${fields}`, keyValue(guard))),
    ...aggregateLines('kept'),
    ...(moved.key ? [line(`moved key ${moved.key.table}`, keyValue(moved.key.key))] : []),
    ...sorted(moved.patterns).map(([name, reads]) => line(`moved pattern ${name}`, reads)),
    ...sorted(patterns).map(([name, { field, reads }]) =>
      line(`pattern ${name}`, { ...(field === null ? {} : { for: field }), reads }),
    ),
    ...names
      .filter(([, one]) => one.isRetired)
      .map(([name, one]) => line(`retired attribute ${name}`, one.encoding)),
    ...retired
      .map(({ what, key: old }) => line(`retired ${what} ${old.partition}`, old.sort ?? ''))
      .sort(compare),
    ...numbered
      .filter((one) => one.isRetired)
      .map((slot) => line(`retired slot ${slot.number}`, slotValue(slot))),
    ...aggregateLines('sequence'),
    ...numbered.filter(live).map((slot) => line(`slot ${slot.number}`, slotValue(slot))),
    key ? line(`table ${key.table}`, keyValue(key.key)) : line('table', null),
  ];
}

function slotValue({ entry, index, key, shards, present, when }: LockedSlot): unknown {
  return {
    ...(entry ? { entry: keyValue(entry) } : {}),
    ...(index === null ? {} : { index, key: keyValue(key) }),
    ...(shards === null ? {} : { shards }),
    ...(present.length > 0 ? { present } : {}),
    ...(when.length > 0
      ? { when: Object.fromEntries(when.map(({ field, values }) => [field, values])) }
      : {}),
  };
}

function tableLines({ key, indexes }: LockedTable): string[] {
  return [
    ...[...indexes]
      .sort(([a], [b]) => byNumber(a, b))
      .map(([name, one]) => line(`${one.isRetired ? 'retired ' : ''}index ${name}`, one.attributes)),
    line('table', key),
  ];
}

function keyValue({ partition, sort }: LockedKey): string[] {
  return sort === null ? [partition] : [partition, sort];
}

function line(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${spaced(value)}`;
}

/** JSON on one line, with blanks where people put them. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`);
  return `{ ${entries.join(', ')} }`;
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `GSI2` before `GSI10`. */
export function byNumber(a: string, b: string): number {
  const [, stemA = '', numberA = ''] = /^(.*?)(\d*)$/.exec(a) ?? [];
  const [, stemB = '', numberB = ''] = /^(.*?)(\d*)$/.exec(b) ?? [];
  return compare(stemA, stemB) || Number(numberA) - Number(numberB);
}
