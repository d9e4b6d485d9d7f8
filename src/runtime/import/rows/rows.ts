/** Rows of a source, and the values of the records that they become. */
import { inexactIn } from '../../client/marshall.js';
import { TableloomError } from '../../errors.js';
import type { AttributeValue, Item, Key, TableRef } from '../../types.js';
import { sameValue } from '../../values.js';
import type {
  ConstantValue,
  FieldMapping,
  FieldType,
  SourceMapping,
  SourceReference,
  TransformContext,
  Transforms,
} from '../mapping.js';
import { builtIn, digestOf, forward, momentOf, Refusal } from './transforms.js';

export type Row = Readonly<Record<string, AttributeValue>>;
export type Values = Record<string, AttributeValue>;

/** What rows are evaluated with. */
export interface RowContext {
  readonly transforms: Transforms;
  readonly importedAt: Date;
  /** The value that a reference gets; undefined where the row that it names is gone. */
  readonly referred: (reference: SourceReference, key: string) => AttributeValue | undefined;
}

/** A source as requests refer to its table. */
export function sourceTable({ name, key: [partition = '', sort] }: SourceMapping): TableRef {
  return { name: `import ${name}`, partition, ...(sort !== undefined && { sort }) };
}

/** CONFIGURATION where the key is not that of the row, but a rounded one: see `requireExactKey`. */
export function sourceKey(source: SourceMapping, row: Row): Key {
  requireExactKey(source, row);
  return Object.fromEntries(source.key.map((name) => [name, row[name] as string | number]));
}

/** CONFIGURATION where a key attribute is a number that may stand for several: two rows would be one record. */
export function requireExactKey({ name: source, key }: SourceMapping, row: Row): void {
  for (const name of key) {
    const value = row[name];
    if (typeof value !== 'number') continue;
    if (!(Number.isInteger(value) && !Number.isSafeInteger(value)) && !inexactIn(row).includes(name))
      continue;
    throw new TableloomError(
      'CONFIGURATION',
      `The source ${source} has a key \`${name}\` that is a number of more digits than JavaScript's numbers keep: several rows would become one. Import a copy of the table whose \`${name}\` is text.`,
    );
  }
}

/**
 * The key of a row that no record knows yet, with the types that its table has; undefined where a value is missing, or is none
 * of the type.
 *
 * @param types `S`, `N` or `B`, by attribute
 */
export function keyOfType(
  source: SourceMapping,
  row: Row,
  types: Readonly<Record<string, string | undefined>>,
): Key | undefined {
  const key: Key = {};
  for (const name of source.key) {
    const value = ofType(row[name], types[name]);
    if (value === undefined) return undefined;
    key[name] = value;
  }
  return key;
}

function ofType(value: AttributeValue | undefined, type: string | undefined): string | number | undefined {
  if (type === 'N') {
    const number = typeof value === 'string' && String(Number(value)) === value ? Number(value) : value;
    const isKept = Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number));
    return isKept ? (number as number) : undefined;
  }
  if (type !== 'S') return undefined;
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined;
}

/** VALUE_INVALID where the row has numbers that were rounded as it was read: whoever stores it again would change them. */
export function requireExact({ name: source }: SourceMapping, row: Row): void {
  const [name] = inexactIn(row);
  if (name === undefined) return;
  throw new TableloomError(
    'VALUE_INVALID',
    `A row of ${source} has in \`${name}\` a number of more digits than JavaScript's numbers keep. Read it past the bridge, or store the number as text.`,
    { field: name },
  );
}

/** Longer texts are no sort key (1,024 bytes), and a name of that length helps nobody. */
const longestKey = 200;

/** The name of a row in the account. Of secret key attributes it has a digest only. */
export function keyText(source: SourceMapping, row: Row): string {
  const parts = source.key.map((name) => {
    const value = row[name];
    return source.secret.includes(name) ? digestOf(String(value)) : value;
  });
  const [only] = parts;
  const isPlain = parts.length === 1 && typeof only === 'string' && !only.startsWith('[');
  const text = isPlain ? only : JSON.stringify(parts);
  return Buffer.byteLength(text) > longestKey ? digestOf(text) : text;
}

/** The key of a row by its name in the account; undefined where that is a digest. */
export function namedRow(source: SourceMapping, text: string): Row | undefined {
  if (/^sha256:[0-9a-f]{32}$/.test(text)) return undefined;
  const parts = text.startsWith('[') ? partsOf(text) : [text];
  if (parts.length !== source.key.length) return undefined;
  const row = Object.fromEntries(source.key.map((name, at) => [name, parts[at] ?? '']));
  return keyText(source, row) === text ? row : undefined;
}

function partsOf(text: string): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? (parts as (string | number)[]) : [];
  } catch {
    return [];
  }
}

/** The first of a field's attributes that has a value. */
function attributeOf({ from }: Pick<FieldMapping, 'from'>, row: Row): string | undefined {
  return from.find((name) => row[name] !== undefined && row[name] !== null && row[name] !== '');
}

/** The value of that attribute. */
export function rawOf(field: Pick<FieldMapping, 'from'>, row: Row): AttributeValue | undefined {
  const name = attributeOf(field, row);
  return name === undefined ? undefined : row[name];
}

/** The keys of other rows that a row names. */
export function referencesOf(
  source: SourceMapping,
  row: Row,
): (readonly [SourceReference, string | number])[] {
  return source.fields.flatMap((field) => {
    const raw = field.reference && rawOf(field, row);
    return field.reference === undefined || raw === undefined
      ? []
      : [[field.reference, typeof raw === 'number' ? raw : String(raw)] as const];
  });
}

/** The values of the fields that the record's key is made of: rows of one key give one record. */
export function keyValues(
  source: SourceMapping,
  fields: readonly string[],
  row: Row,
  context: Omit<RowContext, 'referred'>,
): Values {
  return fieldValues(source, fields, row, { ...context, referred: () => undefined });
}

/** The values of some of the fields. Throws a Refusal where one of them has none. */
export function fieldValues(
  source: SourceMapping,
  fields: readonly string[],
  row: Row,
  context: RowContext,
): Values {
  const mappings = source.fields.filter(({ field }) => fields.includes(field));
  return evaluate(mappings, row, context);
}

/** Throws a Refusal where the row does not become a record. */
export function valuesOf(source: SourceMapping, row: Row, context: RowContext): Values {
  const values = evaluate(source.fields, row, context);
  for (const { name, field, when } of source.rejections) {
    const value = values[field];
    if (value === undefined || value === null) continue;
    const isMet =
      when.kind === 'past'
        ? String(value) < context.importedAt.toISOString()
        : when.values.some((one) => one === value);
    if (isMet)
      throw new Refusal(
        name,
        `${field} is ${when.kind === 'past' ? 'in the past' : 'a value that is rejected'}`,
      );
  }
  return values;
}

function evaluate(fields: readonly FieldMapping[], row: Row, context: RowContext): Values {
  const values: Values = {};
  let open = [...fields];
  while (open.length > 0) {
    const isOpen = new Set(open.map(({ field }) => field));
    const next = open.filter(({ fallback }) => fallback?.kind === 'field' && isOpen.has(fallback.field));
    // A circle of fallbacks is refused by the checks.
    const now = next.length === open.length ? open : open.filter((one) => !next.includes(one));
    for (const field of now) values[field.field] = fieldValue(field, row, values, context);
    open = next.length === open.length ? [] : next;
  }
  return values;
}

function fieldValue(field: FieldMapping, row: Row, values: Values, context: RowContext): AttributeValue {
  const found = ownValue(field, row, context);
  const value = found ?? fallbackOf(field, values, context);
  if (value !== null) return value;
  if (field.isRequired) throw new Refusal('value-missing', `${field.field} has no value`);
  return null;
}

function ownValue(field: FieldMapping, row: Row, context: RowContext): AttributeValue | undefined {
  const name = attributeOf(field, row);
  const raw = name === undefined ? undefined : row[name];
  if (name === undefined || raw === undefined) return undefined;
  try {
    if (inexactIn(row).includes(name))
      throw new Refusal(
        'number-inexact',
        `is a number of more digits than JavaScript's numbers keep: store it as text, or map another attribute`,
      );
    const { reference } = field;
    if (reference !== undefined) {
      const record = context.referred(reference, String(raw));
      if (record !== undefined) return record;
      const { missing } = reference;
      if (missing.kind === 'reject')
        throw new Refusal('reference-missing', `names a row of ${reference.source} that is gone`);
      if (missing.kind === 'clear') return undefined;
      if (missing.kind === 'value') return missing.value as AttributeValue;
    }
    const transformed = transformedOf(
      field,
      raw,
      { row, importedAt: context.importedAt },
      context.transforms,
    );
    if (transformed === undefined || transformed === null || transformed === '') return undefined;
    return typed(mapped(field, transformed), field.type);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, `${field.field} ${error.message}`);
    const reason = 'cannot be transformed: its function failed';
    throw new Refusal('transform-failed', `${field.field} ${reason}`);
  }
}

function transformedOf(
  { transforms: names }: FieldMapping,
  raw: AttributeValue,
  context: TransformContext,
  own: Transforms,
): unknown {
  return names.reduce((value: unknown, name) => {
    if (value === undefined || value === null) return value;
    const transform = own[name] ?? builtIn[name];
    if (transform === undefined) throw new TypeError(`There is no transform ${name}.`);
    return forward(transform)(value, context);
  }, raw);
}

function mapped({ map, otherwise }: FieldMapping, value: unknown): unknown {
  if (map === undefined) return value;
  const key = String(value).trim().toLowerCase();
  if (Object.hasOwn(map, key)) return map[key];
  if (otherwise !== undefined) return otherwise;
  throw new Refusal('value-unmapped', 'has a value that is not in its map');
}

function fallbackOf({ fallback }: FieldMapping, values: Values, { importedAt }: RowContext): AttributeValue {
  if (fallback === undefined) return null;
  if (fallback.kind === 'value') return fallback.value as AttributeValue;
  if (fallback.kind === 'field') return values[fallback.field] ?? null;
  return importedAt.toISOString();
}

function typed(value: unknown, type: FieldType): AttributeValue {
  const refuse = (what: string): never => {
    throw new Refusal('type-mismatch', `is not ${what}`);
  };
  switch (type.kind) {
    case 'json':
      return value as AttributeValue;
    case 'moment':
      return momentOf(value);
    case 'text':
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : refuse('text');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' || value === 1
        ? true
        : value === 'false' || value === 0
          ? false
          : refuse('a boolean');
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) return refuse('a number');
      return type.kind === 'integer' && !Number.isInteger(number) ? refuse('a whole number') : number;
    }
    case 'enum':
      return typeof value === 'string' && type.values.includes(value)
        ? value
        : refuse(`one of ${type.values.join(', ')}`);
    case 'list': {
      const list = value instanceof Set ? [...(value as Set<AttributeValue>)] : value;
      return Array.isArray(list) ? list.map((one) => typed(one, type.of)) : refuse('a list');
    }
  }
}

/**
 * What a row has of the record, by attribute; undefined where the record has no value. What does not go back is left out: of that,
 * the row keeps its own.
 */
export function rowOf(
  source: SourceMapping,
  record: Readonly<Record<string, unknown>>,
  own: Transforms,
): Item {
  const row: Item = {};
  for (const field of source.fields) {
    const [attribute] = field.from;
    if (field.oneWay || attribute === undefined || attribute in row) continue;
    if (isUnmapped(field, record[field.field])) continue;
    row[attribute] = backOf(field, record[field.field], own);
  }
  return row;
}

/** The fields whose values no key of their maps gives back. */
export function unmappedIn(
  source: SourceMapping,
  record: Readonly<Record<string, unknown>>,
): readonly FieldMapping[] {
  return source.fields.filter(
    (field) => !field.oneWay && field.from.length > 0 && isUnmapped(field, record[field.field]),
  );
}

function isUnmapped({ map }: FieldMapping, value: unknown): boolean {
  return map !== undefined && value !== null && value !== undefined && keyOf(map, value) === undefined;
}

/** The first key with the value. */
function keyOf(map: Readonly<Record<string, ConstantValue>>, value: unknown): string | undefined {
  const isIt = (to: ConstantValue) => sameValue(to as AttributeValue, value as AttributeValue);
  return Object.entries(map).find(([, to]) => isIt(to))?.[0];
}

/** What a record has that no attribute of a row gives. */
export function withoutPlace({ fields }: SourceMapping, record: Row): Values {
  const given = new Set(fields.filter(({ from }) => from.length > 0).map(({ field }) => field));
  return Object.fromEntries(Object.entries(record).filter(([name]) => !given.has(name)));
}

function backOf(field: FieldMapping, value: unknown, own: Transforms): AttributeValue | undefined {
  if (value === null || value === undefined) return undefined;
  const { map, transforms, type } = field;
  const key = map && keyOf(map, value);
  // A map of booleans has their texts as keys.
  const unmapped: unknown = map === undefined ? value : key === 'true' ? true : key === 'false' ? false : key;
  const raw = transforms.reduceRight((now: unknown, name) => {
    const transform = own[name] ?? builtIn[name];
    return typeof transform === 'object' ? transform.back(now) : now;
  }, unmapped);
  if (type.kind === 'moment') return momentBack(String(raw), field.moment);
  return raw as AttributeValue | undefined;
}

function momentBack(text: string, form: FieldMapping['moment']): AttributeValue {
  if (form === 'iso') return text;
  const ms = Date.parse(text);
  return form === 'milliseconds' ? ms : Math.floor(ms / 1000);
}

export type { ConstantValue };
