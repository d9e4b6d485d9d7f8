/** Reads a stored form as a codec: what generated code says of an entity, of items in the place of records. */
import {
  type AnyEncoding,
  day,
  decimal,
  declared,
  enumValue,
  flag,
  fold,
  hour,
  integer,
  invertedDecimal,
  invertedFlag,
  invertedInteger,
  invertedSafeInteger,
  invertedTime,
  month,
  pad,
  reverse,
  safeInteger,
  text,
  time,
  wholeText,
  year,
} from '../keys/encodings.js';
import { shardOf } from '../keys/partitions.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Counted, Guard, Item, Key } from '../types.js';
import { epochSeconds, lowercase, trim } from '../values.js';
import type {
  AttributeForm,
  CounterForm,
  EncodeForm,
  EntryForm,
  Existence,
  KeyForm,
  PartForm,
  StoredForm,
  VersionForm,
} from './form.js';

/** The codec of a form. Its records are the attributes of items; its `item` has what the form adds to them: type, keys and expiry. */
export type FormCodec = AnyCodec & {
  readonly form: StoredForm;
  item(record: object): Item;
  read(item: Item): Item;
};

const plain = {
  text,
  wholeText,
  enumValue,
  integer,
  safeInteger,
  decimal,
  flag,
  time,
  year,
  month,
  day,
  hour,
  fold,
  reverse,
  invertedInteger,
  invertedSafeInteger,
  invertedDecimal,
  invertedFlag,
  invertedTime,
} as const;

/** Encodings by the name that forms have of them. */
function encodingOf([name, ...of]: EncodeForm): AnyEncoding {
  if (name === 'pad') return pad(Number(of[0]));
  if (name === 'declared') return declared(of.map(String));
  if (Object.hasOwn(plain, name)) return plain[name as keyof typeof plain];
  throw new TypeError(`no encoding is called ${name}: the form is of a later version of Tableloom`);
}

/** @throws TypeError where the form has what this version of Tableloom does not know */
export function codecOf(form: StoredForm): FormCodec {
  const { name, table, revision, ttl } = form;
  const key = keyBuilder(form, form.key);
  const indexes = form.indexes.map((one) => keyBuilder(form, one));
  const entries = form.entries.map((one) => entryBuilder(form, one));
  const versions = form.versions.map((one) => versionBuilder(form, one));
  const guards = form.guards.map((guard) => ({ guard, key: keyBuilder(form, guard.key) }));
  const counters = form.counters.map((counter) => ({ counter, key: keyBuilder(form, counter.key) }));
  const references = form.references.map((one) => ({ ...one, key: keyBuilder(form, one.key) }));
  const referencedBy = form.referencedBy.map((one) => ({ ...one, key: keyBuilder(form, one.key) }));
  const keep = form.versions.map((one) => one.keep ?? {});
  const read = reader(form);
  const keyOf = (record: object): Key => key(record as Item) ?? {};
  return {
    form,
    name,
    table,
    read,
    key: keyOf,
    item: (record) => ({
      _type: name,
      ...expiryOf(form, record as Item),
      ...keyOf(record),
      ...Object.assign({}, ...indexes.map((build) => build(record as Item))),
    }),
    ...(entries.length > 0 && { entries: (record: object) => entries.map((build) => build(record as Item)) }),
    ...(versions.length > 0 && {
      versions: (record: object) => versions.map((build) => build(record as Item)),
    }),
    ...(form.versions.some((one) => one.keep) && { keep }),
    ...(guards.length > 0 && {
      guards: (record: object): Guard[] =>
        guards.map(({ guard: { key: _key, ...guard }, key: build }) => ({
          ...guard,
          key: build(record as Item),
        })),
    }),
    ...(counters.length > 0 && {
      counters: (record: object): Counted[] =>
        counters.map(({ counter, key: build }) => counted(counter, build(record as Item), record as Item)),
    }),
    ...(references.length > 0 && {
      references: (record: object) => references.map((one) => ({ ...one, key: one.key(record as Item) })),
    }),
    ...(referencedBy.length > 0 && {
      referencedBy: (record: object) => referencedBy.map((one) => ({ ...one, key: one.key(record as Item) })),
    }),
    ...(form.cascades && { cascades: true }),
    ...(revision !== undefined && { revision }),
    ...(ttl && { ttl: ttl.attribute }),
  };
}

/**
 * The codec of records that only this version has to do with: attributes are stored as it reads them.
 *
 * @param others names that another version has of its attributes
 */
export function settledCodec(form: StoredForm, others: readonly string[] = []): FormCodec {
  const codec = codecOf(form);
  const reads = Object.entries(form.reads);
  const former = [...others, ...reads.flatMap(([, { formerly = [] }]) => formerly)].map(
    (name) => [name, undefined] as const,
  );
  return {
    ...codec,
    item: (record) => ({
      ...Object.fromEntries(former),
      ...Object.fromEntries(reads.map(([name]) => [name, (record as Item)[name] ?? undefined])),
      ...codec.item(record),
    }),
  };
}

function counted({ name, field, max, range }: CounterForm, key: Key | undefined, record: Item): Counted {
  return {
    name,
    key,
    by: field === undefined ? 1 : Number(record[field] ?? 0),
    ...(max !== undefined && { max }),
    ...(range !== undefined && { range }),
  };
}

function expiryOf({ ttl }: StoredForm, record: Item): Item {
  const value = ttl && record[ttl.field];
  return ttl && typeof value === 'string' ? { [ttl.attribute]: epochSeconds(value) } : {};
}

type Build = (record: Item) => Key | undefined;

/** What gives the key of an item of a record; undefined where the record has none. */
export function keyBuilder(
  form: Pick<StoredForm, 'keyFields'>,
  { attributes, ...existence }: KeyForm,
): Build {
  const exists = existenceOf(existence);
  const made = Object.entries(attributes).map(([name, parts]) => [name, textBuilder(form, parts)] as const);
  return (record) => {
    if (!exists(record)) return undefined;
    const key: Key = {};
    for (const [name, build] of made) key[name] = build(record);
    return key;
  };
}

function textBuilder(
  { keyFields }: Pick<StoredForm, 'keyFields'>,
  parts: readonly PartForm[],
): (record: Item) => string {
  const builders = parts.map((part): ((record: Item) => string) => {
    if (typeof part === 'string') return () => part;
    if ('shards' in part) {
      const { shards } = part;
      return (record) => String(shardOf(keyFields.map((field) => String(record[field])).join('#'), shards));
    }
    const { field } = part;
    const encode = encodingOf(part.encode);
    return (record) => encode(record[field] as never);
  });
  return (record) => builders.map((build) => build(record)).join('');
}

function existenceOf({ present = [], when = [] }: Existence): (record: Item) => boolean {
  if (present.length + when.length === 0) return () => true;
  return (record) =>
    present.every((field) => (record[field] ?? null) !== null) &&
    when.every(({ field, values }) => values.some((value) => value === (record[field] ?? null)));
}

/** An entry has all of its keys, or there is none. */
function entryBuilder(
  form: StoredForm,
  { type, attributes, keys }: EntryForm,
): (record: Item) => Item | undefined {
  const builders = keys.map((key) => keyBuilder(form, key));
  return (record) => {
    const made = builders.map((build) => build(record));
    if (made.some((key) => key === undefined)) return undefined;
    return {
      _type: type,
      ...expiryOf(form, record),
      ...picked(record, attributes),
      ...Object.assign({}, ...made),
    };
  };
}

function versionBuilder(form: StoredForm, { entity, attributes, keys }: VersionForm): (record: Item) => Item {
  const builders = keys.map((key) => keyBuilder(form, key));
  return (record) => ({
    _type: entity,
    ...picked(record, attributes),
    ...Object.assign({}, ...builders.map((build) => build(record))),
  });
}

function picked(record: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.map((name) => [name, record[name] ?? undefined]));
}

/** The attributes of an item, as the form reads them. */
function reader({ reads, revision }: StoredForm): (item: Item) => Item {
  const others = Object.entries(reads);
  return (item) => {
    const record: Item = { ...item };
    for (const [name, form] of others) {
      const value = readAs(form, name, item);
      if (value === undefined) delete record[name];
      else record[name] = value;
    }
    if (revision !== undefined) record[revision] ??= 0;
    return record;
  };
}

const steps = { trim, lowercase } as const;

function readAs(
  { formerly = [], default: preset, normalize = [] }: AttributeForm,
  name: string,
  item: Item,
): Item[string] {
  const stored = [name, ...formerly].map((one) => item[one]).find((value) => (value ?? null) !== null);
  const value = stored ?? (preset as Item[string]);
  return typeof value === 'string' ? normalize.reduce((all, step) => steps[step](all), value) : value;
}
