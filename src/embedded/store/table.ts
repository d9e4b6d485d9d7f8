import { ValidationError } from '../errors.js';
import { type AttributeValue, attribute, type Item, scalar, typeOf } from '../items/attributes.js';

/** A table or an index in the words of CreateTable and DescribeTable. */
export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface Projection {
  readonly ProjectionType?: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly NonKeyAttributes?: readonly string[];
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: Projection;
  readonly IndexStatus?: 'CREATING' | 'ACTIVE';
  readonly [member: string]: unknown;
}

export interface TableDescription {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: KeyType;
  }[];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly [member: string]: unknown;
}

/** What the store keeps of a table. `ids` names the key ranges of the table (under '') and its indexes. */
export interface TableRecord {
  readonly description: TableDescription;
  readonly ids: Readonly<Record<string, string>>;
  /** Attribute with the expiry time, if time to live is on. */
  readonly ttl?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The key of a table or index. */
export interface KeySchema {
  readonly id: string;
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
  /** Hash, then range. */
  readonly attributes: readonly KeyAttribute[];
}

export interface Index {
  readonly name: string;
  readonly kind: 'local' | 'global';
  readonly key: KeySchema;
  readonly ready: boolean;
  /** Names it projects, or undefined for all of them. */
  readonly projects: ReadonlySet<string> | undefined;
}

/** A table as operations use it. */
export interface Table {
  readonly name: string;
  readonly record: TableRecord;
  readonly key: KeySchema;
  readonly indexes: readonly Index[];
}

export function tableOf(record: TableRecord): Table {
  const { description } = record;
  const key = keySchema(record, '', description.KeySchema);
  const indexes = [
    ...(description.LocalSecondaryIndexes ?? []).map((index) => indexOf(record, key, index, 'local')),
    ...(description.GlobalSecondaryIndexes ?? []).map((index) => indexOf(record, key, index, 'global')),
  ];
  return { name: description.TableName, record, key, indexes };
}

function indexOf(
  record: TableRecord,
  tableKey: KeySchema,
  description: IndexDescription,
  kind: Index['kind'],
): Index {
  const key = keySchema(record, description.IndexName, description.KeySchema);
  const { ProjectionType = 'ALL', NonKeyAttributes = [] } = description.Projection;
  const names = [...key.attributes, ...tableKey.attributes].map(({ name }) => name);
  return {
    name: description.IndexName,
    kind,
    key,
    ready: description.IndexStatus !== 'CREATING',
    projects: ProjectionType === 'ALL' ? undefined : new Set([...names, ...NonKeyAttributes]),
  };
}

function keySchema(record: TableRecord, idName: string, elements: readonly KeySchemaElement[]): KeySchema {
  const attributes = elements.map(({ AttributeName }) => {
    const definition = record.description.AttributeDefinitions.find(
      (candidate) => candidate.AttributeName === AttributeName,
    );
    if (definition === undefined) throw new Error(`no attribute definition for key ${AttributeName}`);
    return { name: AttributeName, type: definition.AttributeType };
  });
  const [hash, range] = attributes;
  const id = record.ids[idName];
  if (hash === undefined || id === undefined) throw new Error('a key has a hash attribute and a key range');
  return range === undefined ? { id, hash, attributes } : { id, hash, range, attributes };
}

/** The part of an item an index holds, or undefined if the item has none there. */
export function entryOf(index: Index, item: Item | undefined): Item | undefined {
  if (item === undefined || !isIndexed(index, item)) return undefined;
  if (index.projects === undefined) return item;
  const entry: Record<string, AttributeValue> = {};
  for (const name of index.projects) {
    const value = attribute(item, name);
    if (value !== undefined) entry[name] = value;
  }
  return entry;
}

/**
 * Whether an item has an entry in an index. One written before the index was created may hold its attributes
 * with values that are no keys, and stays out.
 */
export function isIndexed(index: Index, item: Item): boolean {
  return index.key.attributes.every((part) => {
    const text = scalar(attribute(item, part.name), part.type);
    return text !== undefined && text !== '' && !isTooLong(index.key, part, text);
  });
}

/**
 * Checks the `Key` of a request against the table.
 * @throws ValidationError
 */
export function checkKey(table: Table, key: Item): void {
  const { attributes } = table.key;
  if (Object.keys(key).length !== attributes.length) throw new ValidationError(schemaMismatch);
  for (const part of attributes) {
    const text = scalar(attribute(key, part.name), part.type);
    if (text === undefined) throw new ValidationError(schemaMismatch);
    checkKeyText(table.key, part, text);
  }
}

export const schemaMismatch = 'The provided key element does not match the schema';

/**
 * Checks the key attributes of an item that is to be stored: those of the table and of every index.
 * @param old the item it replaces by an update, whose unchanged index keys need no check
 * @throws ValidationError
 */
export function checkItemKeys(table: Table, item: Item, old?: Item): void {
  for (const part of table.key.attributes) {
    const value = attribute(item, part.name);
    if (value === undefined) {
      throw new ValidationError(
        `One or more parameter values were invalid: Missing the key ${part.name} in the item`,
      );
    }
    const text = scalar(value, part.type);
    if (text === undefined) {
      throw new ValidationError(
        `One or more parameter values were invalid: Type mismatch for key ${part.name} ` +
          `expected: ${part.type} actual: ${typeOf(value)}`,
      );
    }
    checkKeyText(table.key, part, text);
  }
  for (const index of table.indexes) {
    for (const part of index.key.attributes) {
      const value = attribute(item, part.name);
      if (value === undefined || value === (old && attribute(old, part.name))) continue;
      checkIndexKey(index, part, value);
    }
  }
}

function checkKeyText(key: KeySchema, part: KeyAttribute, text: string): void {
  if (text === '') {
    throw new ValidationError(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain ' +
        `an empty ${part.type === 'B' ? 'binary' : 'string'} value. Key: ${part.name}`,
    );
  }
  if (isTooLong(key, part, text)) {
    throw new ValidationError(`One or more parameter values were invalid: ${sizeMessage(key, part)}`);
  }
}

function checkIndexKey(index: Index, part: KeyAttribute, value: AttributeValue): void {
  const text = scalar(value, part.type);
  if (text === undefined) {
    throw new ValidationError(
      `One or more parameter values were invalid: Type mismatch for Index Key ${part.name} ` +
        `Expected: ${part.type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
    );
  }
  if (text === '') {
    throw new ValidationError(
      'One or more parameter values are not valid. A value specified for a secondary index key is not ' +
        `supported. The AttributeValue for a key attribute cannot contain an empty ` +
        `${part.type === 'B' ? 'binary' : 'string'} value. IndexName: ${index.name}, IndexKey: ${part.name}`,
    );
  }
  if (isTooLong(index.key, part, text)) {
    throw new ValidationError(
      `One or more parameter values were invalid: ${sizeMessage(index.key, part)} IndexName: ${index.name}`,
    );
  }
}

function isTooLong(key: KeySchema, part: KeyAttribute, text: string): boolean {
  if (part.type === 'N') return false;
  return Buffer.byteLength(text, part.type === 'B' ? 'base64' : 'utf8') > (part === key.hash ? 2048 : 1024);
}

function sizeMessage(key: KeySchema, part: KeyAttribute): string {
  return part === key.hash
    ? 'Size of hashkey has exceeded the maximum size limit of2048 bytes'
    : 'Aggregated size of all range keys has exceeded the size limit of 1024 bytes';
}

/**
 * Checks that no expression reaches into a key attribute.
 * @param nestedPaths first names of paths that go deeper than one name
 * @throws ValidationError
 */
export function checkNestedPaths(table: Table, nestedPaths: Readonly<Record<string, true>> = {}): void {
  const message =
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ";
  for (const { name } of table.key.attributes) {
    if (Object.hasOwn(nestedPaths, name)) throw new ValidationError(`${message}Key: ${name}`);
  }
  for (const index of table.indexes) {
    for (const { name } of index.key.attributes) {
      if (Object.hasOwn(nestedPaths, name)) throw new ValidationError(`${message}IndexKey: ${name}`);
    }
  }
}
