/**
 * The lock: how records are stored, so that what was chosen stays chosen. Once it is sealed (records are stored that nobody
 * may lose) it also keeps what is gone, so that neither keys nor attributes are used for anything else, and what records
 * stored before still need.
 */

import { printValues } from './plan/types/storage.js';

export interface Lock {
  /** Records are deployed somewhere: what is gone is retired, and what they need stays until somebody deals with it. */
  readonly isSealed: boolean;
  readonly entities: ReadonlyMap<string, LockedEntity>;
  /** The values of enums that attributes hold, or values within them. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** The fields of the types that are stored within attributes. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, LockedValue>>;
  readonly tables: ReadonlyMap<string, LockedTable>;
  readonly pending: readonly Pending[];
}

export const emptyLock: Lock = {
  isSealed: false,
  entities: new Map(),
  enums: new Map(),
  types: new Map(),
  tables: new Map(),
  pending: [],
};

export interface LockedEntity {
  readonly attributes: ReadonlyMap<string, LockedAttribute>;
  /** Its own key; undefined where the entity is gone. */
  readonly key: { readonly table: string; readonly key: LockedKey } | undefined;
  /** The field that says when a record expires; undefined where the lock does not know. */
  readonly ttl: string | null | undefined;
  readonly guards: ReadonlyMap<string, LockedKey>;
  /** Counts, sums and sequences, as the lock names them: `kept memberCount`, `sequence number`. */
  readonly aggregates: ReadonlyMap<string, LockedAggregate>;
  /** Where it is counted how many of its records name one, by reference. */
  readonly counters: ReadonlyMap<string, LockedKey>;
  /** Index keys and index entries. */
  readonly slots: readonly LockedSlot[];
  /** Primary keys, guards, aggregates and counters that it once had. */
  readonly retired: readonly { readonly what: RetiredKey; readonly key: LockedKey }[];
  /** What each pattern reads, by its name. */
  readonly patterns: ReadonlyMap<string, LockedPattern>;
  /** Of the entity of events, its types. */
  readonly events: ReadonlyMap<string, LockedEventType>;
}

export interface LockedEventType {
  readonly of: string;
  readonly fields: readonly string[];
  readonly lanes: number;
}

/** How a value is stored. */
export interface LockedValue {
  /**
   * `text`, `list of integer`, `set of enum`, of an embedded type `object`, of any JSON `json`. `document`, in locks of before, is
   * a list, a set, an object or JSON.
   */
  readonly encoding: string;
  /** The enum whose values it holds, or the type of objects. */
  readonly of: string | null;
  /** Undefined where the lock does not know, which one of version 1 does not. */
  readonly isRequired: boolean | undefined;
}

/** How an attribute is stored. */
export interface LockedAttribute extends LockedValue {
  /** How keys encode it, where `encode` says so. */
  readonly encode: string | null;
  readonly normalize: readonly string[] | undefined;
  /** Names under which stored records may still have it. */
  readonly formerly: readonly string[];
  readonly isRetired: boolean;
}

export interface LockedPattern {
  /** The field it answers. */
  readonly field: string | null;
  /** `key`, the name of a slot, `index ByCity` for a multi-attribute index, or `number` or `guard` with the key of it. */
  readonly reads: string;
}

/** What records that were stored before still need. */
export interface Pending {
  readonly code: PendingCode;
  /** `User`, `table entities`, or `type Address`. */
  readonly owner: string;
  /** What somebody says who has dealt with it: of a pattern, `User`, `User.email`, `entities.GSI1`. */
  readonly name: string;
  /** What stored records have: keys, values, types, as texts. */
  readonly was: readonly string[];
}

export const pendingCodes = [
  'attribute-renamed',
  'attribute-required',
  'attribute-retyped',
  'backfill-needed',
  'enum-value-gone',
  'event-lanes',
  'identity-changed',
  'index-new',
  'key-moved',
] as const;

export type PendingCode = (typeof pendingCodes)[number];

/** What a reindex deals with, or reports where a record keeps it from that. */
const reindexable: readonly PendingCode[] = [
  'attribute-required',
  'backfill-needed',
  'identity-changed',
  'key-moved',
];

/**
 * What `tableloom reindex` of the entity deals with, once it has completed without a problem: `settle` these names. Of a former
 * name it knows where that is declared.
 */
export function reindexed({ entities, pending }: Lock, entity: string): string[] {
  const attributes = entities.get(entity)?.attributes;
  const isRenamed = ({ name, was }: Pending) => {
    const { formerly = [] } = attributes?.get(name.slice(entity.length + 1)) ?? {};
    return was.every((one) => formerly.includes(one));
  };
  const isDone = (one: Pending) =>
    reindexable.includes(one.code) || (one.code === 'attribute-renamed' && isRenamed(one));
  const own = pending.filter(({ owner }) => owner === entity);
  const left = new Set(own.filter((one) => !isDone(one)).map(({ name }) => name));
  return [...new Set(own.map(({ name }) => name))].filter((name) => !left.has(name));
}

/** The lock once what these names mean is dealt with. */
export function settle(lock: Lock, names: Iterable<string>): Lock {
  const settled = new Set(names);
  return { ...lock, pending: lock.pending.filter(({ name }) => !settled.has(name)) };
}

/** From now on, what is gone is retired: records are stored that nobody may lose. */
export function seal(lock: Lock): Lock {
  return { ...lock, isSealed: true };
}

/** What a key was of that is no more. */
export type RetiredKey = 'key' | 'guard' | 'number' | 'counter';

/** The templates of a partition key and a sort key. */
export interface LockedKey {
  readonly partition: string;
  readonly sort: string | null;
}

export interface LockedAggregate extends LockedKey {
  /** What it is of; undefined where the lock does not know, and of a sequence. */
  readonly of?: LockedSum;
}

/** Of which records, and which of their fields is summed; null for counts. */
export interface LockedSum extends Pick<LockedSlot, 'shards' | 'present' | 'when'> {
  readonly field: string | null;
}

export interface LockedSlot {
  /** The own key of an index entry; null where the slot is of the record itself. */
  readonly entry: LockedKey | null;
  /** Null where an entry is read by its own key. */
  readonly index: string | null;
  readonly key: LockedKey;
  readonly shards: number | null;
  readonly present: readonly string[];
  readonly when: readonly {
    readonly field: string;
    readonly values: readonly (string | number | boolean | null)[];
  }[];
  /** The fields that an entry has; undefined where the lock does not know. */
  readonly include?: readonly string[] | undefined;
  readonly isRetired: boolean;
}

/** A slot has no other name than what it is: two that are made apart are the same where they are alike. */
export function slotName({
  entry,
  index,
  key,
  shards,
  present,
  when,
}: Omit<LockedSlot, 'isRetired'>): string {
  const of = when.map(({ field, values }) => `${field} ${printValues(values)}`);
  return [
    keyName(entry ?? key),
    ...(entry && index !== null ? [`with ${keyName(key)}`] : []),
    ...(index === null ? [] : [`on ${index}`]),
    ...(shards === null ? [] : [`in ${shards} shards`]),
    ...(of.length > 0 ? [`for ${of.join(', ')}`] : []),
    ...(present.length > 0 ? [`where ${present.join(' and ')} is present`] : []),
  ].join(' ');
}

export function keyName({ partition, sort }: LockedKey): string {
  return sort === null ? partition : `${partition} / ${sort}`;
}

export interface LockedTable {
  readonly key: readonly string[];
  /** Key attributes of its indexes, by name. */
  readonly indexes: ReadonlyMap<
    string,
    {
      readonly attributes: readonly string[];
      /** What it projects besides keys; undefined for all. */
      readonly project?: readonly string[] | undefined;
      readonly isRetired: boolean;
    }
  >;
}

/** `access-patterns.yaml` -> `access-patterns.lock.json` in the same folder. */
export function lockPath(patterns: string): string {
  return `${patterns.replace(/\.ya?ml$/, '')}.lock.json`;
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `GSI2` before `GSI10`. */
export function byNumber(a: string, b: string): number {
  const [, stemA = '', numberA = ''] = /^(.*?)(\d*)$/.exec(a) ?? [];
  const [, stemB = '', numberB = ''] = /^(.*?)(\d*)$/.exec(b) ?? [];
  return compare(stemA, stemB) || Number(numberA) - Number(numberB);
}

/**
 * The text: one line a fact, sorted. Each line says all of its fact, whose it is included, and the last lines are always
 * there: what is added shows as added lines alone, and the lines of two branches together are the lock of both.
 */
export function printLock({ isSealed, entities, enums, types, tables, pending }: Lock): string {
  const facts = [
    ...[...entities].flatMap(([name, entity]) => entityFacts(name, entity)),
    ...[...enums].flatMap(([name, values]) => values.map((value): Fact => [`enum ${name}: ${value}`, true])),
    ...[...types].flatMap(([name, fields]) =>
      [...fields].map(([field, value]): Fact => [`type ${name}: ${field}`, valueText(value)]),
    ),
    ...[...tables].flatMap(([name, table]) => tableFacts(name, table)),
    ...pending.map(({ code, owner, name, was }): Fact => [`${owner}: pending ${code} ${name}`, was]),
  ].sort(([a], [b]) => compare(a, b));
  return [
    '{',
    [...facts, ['sealed', isSealed] as const, ['version', 2] as const].map(lineOf).join(',\n'),
    '}\n',
  ].join('\n');
}

type Fact = readonly [name: string, value: unknown];

function entityFacts(name: string, entity: LockedEntity): Fact[] {
  const { attributes, key, ttl, guards, aggregates, counters, slots, retired, patterns, events } = entity;
  const keys = (what: string, all: ReadonlyMap<string, LockedKey>) =>
    [...all].map(([one, value]): Fact => [`${what}${one}`, keyValue(value)]);
  const live = new Map(slots.filter((one) => !one.isRetired).map((slot) => [slotName(slot), slot]));
  const read = new Set([...patterns.values()].map(({ reads }) => reads));
  const facts: Fact[] = [
    ...[...attributes].map(
      ([one, value]): Fact => [`${retiredWord(value)}attribute ${one}`, attributeText(value)],
    ),
    ...keys('guard ', guards),
    ...[...aggregates].map(([one, { of, ...value }]): Fact => {
      return [one, of ? { key: keyValue(value), ...sumValue(of) } : keyValue(value)];
    }),
    ...keys('counter ', counters),
    ...(ttl ? [['ttl', ttl] as const] : []),
    ...(key ? [[`table ${key.table}`, keyValue(key.key)] as const] : []),
    ...[...patterns].map(([one, { field, reads }]): Fact => {
      const slot = live.get(reads);
      return [
        `pattern ${one}`,
        { ...(field === null ? {} : { for: field }), ...(slot ? slotValue(slot) : { reads }) },
      ];
    }),
    ...slots
      .filter((slot) => slot.isRetired || !read.has(slotName(slot)))
      .map((slot): Fact => [`${retiredWord(slot)}slot ${slotName(slot)}`, slotValue(slot)]),
    ...[...events].map(([one, type]): Fact => [`event ${one}`, eventText(type)]),
    ...retired.map(({ what, key: old }): Fact => [`retired ${what} ${old.partition}`, old.sort ?? '']),
  ];
  return facts.map(([fact, value]) => [`${name}: ${fact}`, value]);
}

/** `User in 4 lanes: email name` */
function eventText({ of, fields, lanes }: LockedEventType): string {
  const spread = lanes > 1 ? ` in ${lanes} lanes` : '';
  return `${of}${spread}${fields.length > 0 ? `: ${fields.join(' ')}` : ''}`;
}

function retiredWord({ isRetired }: { readonly isRetired: boolean }): string {
  return isRetired ? 'retired ' : '';
}

/** `text!, normalized by trim lowercase, in keys fold` */
function attributeText(attribute: LockedAttribute): string {
  const { encode, normalize, formerly } = attribute;
  return [
    valueText(attribute),
    ...(normalize && normalize.length > 0 ? [`normalized by ${normalize.join(' ')}`] : []),
    ...(formerly.length > 0 ? [`formerly ${formerly.join(' ')}`] : []),
    ...(encode === null ? [] : [`in keys ${encode}`]),
  ].join(', ');
}

function valueText({ encoding, of, isRequired }: LockedValue): string {
  return `${encoding}${of === null ? '' : ` ${of}`}${isRequired ? '!' : ''}`;
}

function sumValue({ field, ...conditions }: LockedSum) {
  return { ...(field === null ? {} : { of: field }), ...conditionsValue(conditions) };
}

function conditionsValue({ shards, present, when }: Pick<LockedSlot, 'shards' | 'present' | 'when'>) {
  return {
    ...(shards === null ? {} : { shards }),
    ...(present.length > 0 ? { present } : {}),
    ...(when.length > 0
      ? { when: Object.fromEntries(when.map(({ field, values }) => [field, values])) }
      : {}),
  };
}

function slotValue({ entry, index, key, shards, present, when, include, isRetired }: LockedSlot) {
  return {
    ...(entry ? { entry: keyValue(entry) } : {}),
    ...(index === null ? {} : { index, key: keyValue(key) }),
    ...conditionsValue({ shards, present, when }),
    ...(include && !isRetired ? { include } : {}),
  };
}

function tableFacts(name: string, { key, indexes }: LockedTable): Fact[] {
  return [
    [`table ${name}: key`, key],
    ...[...indexes].map(([index, one]): Fact => {
      const { attributes, project } = one;
      return [
        `table ${name}: ${retiredWord(one)}index ${index}`,
        project ? { key: attributes, project } : attributes,
      ];
    }),
  ];
}

function keyValue({ partition, sort }: LockedKey): string[] {
  return sort === null ? [partition] : [partition, sort];
}

function lineOf([name, value]: Fact): string {
  return `  ${JSON.stringify(name)}: ${spaced(value)}`;
}

/** JSON on one line, with blanks where people put them. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`);
  return `{ ${entries.join(', ')} }`;
}
