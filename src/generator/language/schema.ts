/**
 * The shape of access-patterns.yaml, once: JSON Schema (draft-07), which editors are given as
 * access-patterns.schema.json, which the first validation pass follows, and from which docs/reference.md is written.
 *
 * To add a key, add a row to the keys of its mapping below (and, if it is one of the kinds of a pattern or mutation,
 * its name to `kinds`), then run `npm run reference`. The row's `example` is the whole mapping that the key stands in;
 * tests read it, and require that the reader makes something of the key. The reader takes its keys from these types:
 * `map.get('typo')` does not compile. A mapping that is new also gets a row in `keysOf` and in `sections`.
 */

import type { Code } from '../diagnostics/codes.js';
import { encodeChoices } from '../encodings.js';

export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/** The part of JSON Schema that the language uses, and words for people that the published file leaves out. */
export interface Shape {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: Kind | readonly Kind[];
  /** Alternatives that differ in their type, so that the kind of a value says which is meant. */
  readonly anyOf?: readonly Shape[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Key>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Shape;
  readonly additionalProperties?: false | Shape;
  /** A shape of `definitions`. */
  readonly $ref?: string;

  /** What the mapping is called in messages, before its name. */
  readonly noun?: string;
  /** Exactly one of these keys must be there; published as `oneOf`. */
  readonly kinds?: { readonly keys: readonly string[]; readonly code: Code; readonly hint: string };
  /** Said where `pattern`, `const`, `minItems`, `maxItems` or a missing value refuses; `{}` is the value, or how many a list has. */
  readonly refusal?: Refusal;
  /** Said of a key that is none of `properties`; `{}` is the key. */
  readonly unknown?: string;
}

export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** A key of a mapping. */
export interface Key extends Shape {
  readonly title: string;
  readonly description: string;
  /** The mapping it stands in, whole; the default is not an example. */
  readonly example: Readonly<Record<string, unknown>>;
  /** What the example needs around it, where that is not what its section says. */
  readonly around?: Readonly<Record<string, unknown>>;
  readonly isRequired?: true;
}

type Keys = Readonly<Record<string, Key>>;

// --- values ---

const text = { type: 'string' } as const satisfies Shape;

const name = {
  type: 'string',
  pattern: '^[A-Za-z_]\\w*$',
  refusal: { message: '`{}` is not a name.', hint: 'Use letters, digits and `_`.' },
} as const satisfies Shape;

const indexName = {
  type: 'string',
  pattern: '^(?!table$).{3,}$',
  refusal: {
    message: '`{}` cannot name an index.',
    hint: 'Use three letters or more; `table` means the table itself.',
  },
} as const satisfies Shape;

const fieldPath = {
  type: 'string',
  pattern: '^[^.]+\\.[^.]+$',
  refusal: { message: '`{}` is not a field of the schema.', hint: 'Write `Type.field`.' },
} as const satisfies Shape;

/** Fields that other resolvers answer: `Type.*` is all of a type. */
const fieldPaths = {
  ...fieldPath,
  refusal: { ...fieldPath.refusal, hint: 'Write `Type.field` or `Type.*`.' },
} as const satisfies Shape;

/** One word or a list of them. */
const words = { anyOf: [text, { type: 'array', items: text }] } as const satisfies Shape;

/** The attributes of a key: a partition attribute and, at most, a sort attribute. */
const keyAttributes = {
  anyOf: [
    name,
    {
      type: 'array',
      items: name,
      minItems: 1,
      maxItems: 2,
      refusal: {
        message: 'A key is a partition attribute and, at most, a sort attribute.',
        hint: 'Write `[PARTITION, SORT]`.',
      },
    },
  ],
} as const satisfies Shape;

const constant = { type: ['string', 'number', 'boolean', 'null'] } as const satisfies Shape;

/** `$argument`, `$parent.field` or a constant. */
const source = {
  type: ['string', 'number', 'boolean'],
  refusal: {
    message: 'A value is missing here.',
    hint: 'Write `$argument`, `$parent.field` or a constant.',
  },
} as const satisfies Shape;

/** An argument, which is different in every call. */
const token = {
  type: 'string',
  pattern: '^\\$.',
  refusal: { message: '`{}` is the same in every call.', hint: 'Name an argument, as `$token`.' },
} as const satisfies Shape;

/** A constant where no argument can stand. */
const fixed = {
  type: ['string', 'number', 'boolean'],
  pattern: '^(?!\\$)',
  refusal: {
    message: 'The list of `in` is of constants.',
    hint: 'Write `in: $values` for a list that the caller gives.',
  },
} as const satisfies Shape;

const flag = { type: 'boolean', default: false } as const satisfies Shape;

function count(maximum: number): Shape {
  return { type: 'integer', minimum: 1, maximum };
}

/** How much a rule asks. */
const asked = { type: 'integer', minimum: 0, maximum: 1000 } as const satisfies Shape;

/** A mapping with any keys. */
function each(value: Shape, more: Shape = {}): Shape {
  return { type: ['object', 'null'], additionalProperties: value, ...more };
}

/** A mapping with these keys and no others. */
function mapping(properties: Keys, more: Shape = {}): Shape {
  const required = Object.keys(properties).filter((key) => properties[key]?.isRequired);
  const mayBeBlank = required.length === 0 && more.kinds === undefined;
  return {
    type: mayBeBlank ? ['object', 'null'] : 'object',
    properties,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    ...more,
  };
}

const templates = each(text);
const bindings = each(source);

const lookupKeys = {
  in: {
    anyOf: [
      source,
      {
        type: 'array',
        items: fixed,
        minItems: 1,
        refusal: {
          message: 'The list of `in` is empty.',
          hint: 'Write `in: [OPEN, HELD]` or `in: $values`.',
        },
      },
    ],
    title: 'Any of several values',
    description:
      'An argument that is a list, or a list of constants: one query for each value, merged in order (at most 100 partitions), or, of a whole key, one batch get in the caller’s order.',
    example: { in: ['OPEN', 'HELD'] },
    isRequired: true,
  },
} as const satisfies Keys;

const lookups = each({
  anyOf: [source, mapping(lookupKeys)],
  refusal: {
    message: source.refusal.message,
    hint: 'Write `$argument`, `$parent.field`, a constant, or `{ in: … }` for several values.',
  },
});

// --- tables ---

const indexKeys = {
  key: {
    ...keyAttributes,
    title: 'Key of a global index',
    description:
      'The partition attribute and, if there is one, the sort attribute. Alone it may be written without braces: `GSI1: [GSI1PK, GSI1SK]`.',
    example: { key: ['GSI1PK', 'GSI1SK'] },
  },
  partition: {
    anyOf: [
      text,
      {
        type: 'array',
        items: text,
        minItems: 1,
        maxItems: 4,
        refusal: {
          message: 'The partition key of an index has 1 to 4 attributes, not {}.',
          hint: 'Name 1 to 4: DynamoDB takes no more.',
        },
      },
    ],
    title: 'Partition attributes as they are',
    description:
      'Up to four attributes of records, which make the partition key just as they are (DynamoDB’s multi-attribute keys). A pattern names such an index and asks all of them by equality.',
    example: { partition: ['country', 'city'], sort: ['category', 'rating'] },
  },
  sort: {
    anyOf: [
      name,
      {
        type: 'array',
        items: text,
        maxItems: 4,
        refusal: {
          message: 'The sort key of an index has at most 4 attributes, not {}.',
          hint: 'Name 4 at most: DynamoDB takes no more.',
        },
      },
    ],
    title: 'Sort attribute of a local index, or sort attributes as they are',
    description:
      'Alone it makes the index a local one, which shares the table’s partition attribute. Beside `partition`: up to four attributes of records, asked from the left without a gap.',
    example: { sort: 'LSI1SK' },
  },
  project: {
    anyOf: [
      { type: 'string', enum: ['ALL', 'KEYS_ONLY'] },
      { type: 'array', items: text },
    ],
    default: 'ALL',
    title: 'Projection',
    description:
      'What DynamoDB copies into the index: everything, the keys, or the keys and these fields. Where a query needs more, the items are fetched after it.',
    example: { key: ['GSI1PK', 'GSI1SK'], project: ['name', 'email'] },
  },
} as const satisfies Keys;

const tableKeys = {
  name: {
    type: 'string',
    pattern: '^(?=.{3})([\\w.-]|\\$\\{\\w+\\})+$',
    refusal: {
      message: '`{}` is not a table name.',
      hint: 'Use three or more letters, digits, `_`, `-`, `.`, and `${VARIABLES}`.',
    },
    title: 'Name in DynamoDB',
    description: 'May hold `${VARIABLES}` of the environment, which are filled in when the server starts.',
    example: { name: '${TABLE_PREFIX}-entities', key: ['PK', 'SK'] },
    isRequired: true,
  },
  key: {
    ...keyAttributes,
    title: 'Primary key',
    description: 'The partition attribute and, if there is one, the sort attribute. Both hold text.',
    example: { name: 'app', key: ['PK', 'SK'] },
    isRequired: true,
  },
  indexes: {
    ...each(
      { anyOf: [keyAttributes.anyOf[1], mapping(indexKeys, { noun: 'index' })] },
      { propertyNames: indexName },
    ),
    title: 'Indexes',
    description:
      'The global and local secondary indexes, by name. Left out: as many as the patterns need, `GSI1` with `[GSI1PK, GSI1SK]` and so on.',
    example: {
      name: 'app',
      key: ['PK', 'SK'],
      indexes: { GSI1: ['GSI1PK', 'GSI1SK'], LSI1: { sort: 'LSI1SK' } },
    },
  },
  ttl: {
    ...name,
    title: 'Attribute of expiry',
    description: 'The attribute by which DynamoDB expires items; an entity’s `ttl` says what stands in it.',
    example: { name: 'app', key: ['PK', 'SK'], ttl: 'expires' },
  },
} as const satisfies Keys;

// --- entities ---

const boundsKeys = {
  min: {
    type: 'number',
    title: 'At least',
    description: 'The least a number may be, or how many characters a text or elements a list has at least.',
    example: { min: 1 },
  },
  max: {
    type: 'number',
    title: 'At most',
    description: 'The most a number may be, or how many characters a text or elements a list has at most.',
    example: { max: 254 },
  },
  pattern: {
    ...text,
    title: 'Form',
    description:
      'The regular expression (of JavaScript, with `u`) that the whole text matches. It needs `max`, which is looked at first.',
    example: { max: 80, pattern: '[a-z0-9]+(-[a-z0-9]+)*' },
  },
} as const satisfies Keys;

const generatedKeys = {
  sequence: {
    ...words,
    title: 'Numbers without gaps',
    description:
      'Whole numbers from 1 on, for each combination of values of these fields their own; `[]` for one sequence of the whole entity. Taken in the transaction of the create, so that none is skipped or given twice. What is deleted does not give its number back.',
    example: { sequence: 'projectId' },
    isRequired: true,
  },
} as const satisfies Keys;

const referenceKeys = {
  to: {
    ...text,
    title: 'What is named',
    description: 'The entity whose records it names.',
    example: { to: 'Customer', onDelete: 'restrict' },
    isRequired: true,
  },
  fields: {
    ...each(text),
    title: 'Fields',
    description:
      'For each field of the other’s key, the field here that holds it. Left out: the reference is called as its only field.',
    example: { to: 'User', fields: { tenantId: 'tenantId', id: 'ownerId' } },
  },
  onDelete: {
    type: 'string',
    enum: ['leave', 'restrict', 'cascade'],
    default: 'leave',
    title: 'Where the other is deleted',
    description:
      '`leave`: this record stays as it is. `restrict`: the other is not deleted while a record names it. `cascade`: this record is deleted with it.',
    example: { to: 'Customer', onDelete: 'cascade' },
  },
} as const satisfies Keys;

const entityKeys = {
  table: {
    ...text,
    title: 'Table',
    description: 'The table that holds the entity. May be left out where there is one table.',
    example: { table: 'main' },
  },
  key: {
    ...templates,
    title: 'Primary key',
    description: 'The key templates of the table’s own key, by attribute. Left out: built from the identity.',
    example: { key: { PK: 'USER#{id}', SK: 'METADATA' } },
  },
  identity: {
    ...words,
    title: 'What tells records apart',
    description:
      'The fields of which no two records have the same values, from which the primary key is built where none is pinned. Left out: `id`.',
    example: { identity: ['gameId', 'username'] },
  },
  stored: {
    ...each(text),
    title: 'Further attributes',
    description: 'Attributes that are kept and are in no SDL type, with their types in SDL syntax.',
    example: { stored: { passwordHash: 'String!', invitedById: 'ID' } },
  },
  secret: {
    ...words,
    title: 'Secrets',
    description: 'Attributes that are never copied into history, index entries or logs.',
    example: { stored: { passwordHash: 'String!' }, secret: ['passwordHash'] },
  },
  generate: {
    ...each({
      anyOf: [{ type: 'string', enum: ['uuidv7', 'now', 'touch', 'revision'] }, mapping(generatedKeys)],
    }),
    title: 'Generated values',
    description:
      'Which attributes the write path fills in: `uuidv7` where the caller gives none, `now` at creation, `touch` at every write, `revision` counts the writes and guards them against each other, `{ sequence: projectId }` numbers the records of each project without gaps.',
    example: { generate: { id: 'uuidv7', createdAt: 'now', updatedAt: 'touch', version: 'revision' } },
  },
  default: {
    ...each(constant),
    title: 'Default values',
    description: 'Constants for attributes that the caller leaves out at creation.',
    example: { default: { status: 'ACTIVE', logins: 0 } },
  },
  normalize: {
    ...each({
      anyOf: [
        { type: 'string', enum: ['lowercase', 'trim'] },
        { type: 'array', items: { type: 'string', enum: ['lowercase', 'trim'] } },
      ],
    }),
    title: 'Normalized text',
    description: 'What is done to a text before it is stored or looked up, in the order written.',
    example: { normalize: { email: ['trim', 'lowercase'] } },
  },
  encode: {
    ...each(text),
    title: 'How fields stand in keys',
    description: `By field, for every key of the entity: ${encodeChoices}. \`{plain(field)}\` in a template is the field without it.`,
    example: { encode: { rank: 'pad(6)', name: 'fold', score: 'invert' } },
  },
  compute: {
    ...each(name),
    title: 'Computed attributes',
    description:
      'Stored attributes that a rule computes from the rest of the record at every write. Index keys may hold them.',
    example: { stored: { searchName: 'String!' }, compute: { searchName: 'searchNameOf' } },
  },
  unique: {
    anyOf: [
      text,
      {
        type: 'array',
        items: { anyOf: [text, { type: 'array', items: text }, { $ref: '#/definitions/constraint' }] },
      },
      { $ref: '#/definitions/constraint' },
    ],
    title: 'Unique values',
    description:
      'Attributes of which no two records have the same value. A list within the list is a compound value, a constraint one that records of several entities share.',
    example: { unique: ['email', ['tenantId', 'number']] },
  },
  immutable: {
    anyOf: [
      {
        type: 'boolean',
        const: true,
        refusal: {
          message: '`immutable` is `true` or a list of fields.',
          hint: 'Write `true`, or leave it out.',
        },
      },
      text,
      { type: 'array', items: text },
    ],
    title: 'What is never changed',
    description: 'Attributes that no update changes; `true` for the whole entity, which is then append-only.',
    example: { immutable: ['createdAt'] },
  },
  ttl: {
    ...text,
    title: 'Time of expiry',
    description: 'The DateTime attribute that says when a record expires. The table names its own `ttl`.',
    example: { ttl: 'expiresAt' },
  },
  sets: {
    ...words,
    title: 'Sets',
    description:
      'Lists of text or numbers that are stored as DynamoDB sets: each value once, in ascending order.',
    example: { sets: ['tags'] },
  },
  references: {
    ...each({ anyOf: [text, mapping(referenceKeys)] }, { propertyNames: name }),
    title: 'References',
    description:
      'Records that this one names, and which have to be there: by field, the entity; or by a name, with the fields and what becomes of this record when the other is deleted. A field without a value names none.',
    example: { references: { customerId: 'Customer', shopId: { to: 'Shop', onDelete: 'restrict' } } },
  },
  movable: {
    ...words,
    title: 'Key fields that may change',
    description:
      'Fields of the primary key that an update may alter. The record then moves: it is deleted under its old key and put under the new one in one transaction; ALREADY_EXISTS where another has that key.',
    example: { key: { PK: 'PAGE#{slug}', SK: 'METADATA' }, stored: { slug: 'ID!' }, movable: ['slug'] },
  },
  transitions: {
    ...each(each(words)),
    title: 'State transitions',
    description:
      'By enum field, the values that may follow on each value. A value that is not listed is final; staying is no transition. Held in every update and upsert, else GUARD_FAILED.',
    example: { transitions: { status: { PENDING: ['ACTIVE', 'REVOKED'], ACTIVE: 'REVOKED' } } },
  },
  validate: {
    ...each({ anyOf: [name, mapping(boundsKeys, { noun: 'validation', type: 'object' })] }),
    title: 'What values have to be like',
    description:
      'By field: bounds and form, or a rule that is given the value and the record and returns a message, or nothing. Asked where a value is created or changed, else VALUE_INVALID.',
    example: { validate: { email: { min: 3, max: 254 }, seats: { min: 0 }, name: 'nameProblem' } },
  },
  singleton: {
    ...flag,
    title: 'Only one',
    description: 'There is one record, whose key has no holes: it is found by `one` without `where`.',
    example: { singleton: true },
  },
  keep: {
    anyOf: [
      count(1000),
      {
        type: 'string',
        pattern: '^[1-9]\\d*[mhd]$',
        refusal: {
          message: '`{}` is not a length of time.',
          hint: 'Write minutes, hours or days: `30m`, `12h`, `90d`.',
        },
      },
    ],
    title: 'How many versions, or how long',
    description:
      'With `historyOf`: so many versions of a record are kept, or each for so long after it was written. Left out: all of them, for ever.',
    example: { historyOf: 'Account', keep: '90d' },
  },
  historyOf: {
    ...text,
    title: 'History of an entity',
    description: 'Makes the entity the versions of another: one copy of the record at each write of it.',
    example: { historyOf: 'User', key: { PK: 'USER#{id}', SK: 'VERSION#{version}' } },
  },
} as const satisfies Keys;

// --- patterns ---

const rangeKeys = {
  from: {
    ...source,
    title: 'At least',
    description: 'The field is this or more.',
    example: { from: '$since' },
  },
  to: { ...source, title: 'At most', description: 'The field is this or less.', example: { to: '$until' } },
  after: {
    ...source,
    title: 'More than',
    description: 'The field is more than this.',
    example: { after: '$since' },
  },
  before: {
    ...source,
    title: 'Less than',
    description: 'The field is less than this.',
    example: { before: '$until' },
  },
  prefix: {
    ...source,
    title: 'Begins with',
    description: 'The field, a text, begins with this.',
    example: { prefix: '$text' },
  },
  suffix: {
    ...source,
    title: 'Ends with',
    description: 'The field, a text, ends with this: the key holds it as `{reverse(field)}`. In no order.',
    example: { suffix: '$text' },
  },
} as const satisfies Keys;

const sizeKeys = {
  eq: { ...source, title: 'Equal', description: 'It has as many.', example: { eq: 0 } },
  ne: { ...source, title: 'Not equal', description: 'It has not as many.', example: { ne: 0 } },
  lt: { ...source, title: 'Less', description: 'It has fewer.', example: { lt: '$count' } },
  lte: { ...source, title: 'At most', description: 'It has as many or fewer.', example: { lte: '$count' } },
  gt: { ...source, title: 'More', description: 'It has more.', example: { gt: '$count' } },
  gte: { ...source, title: 'At least', description: 'It has as many or more.', example: { gte: '$count' } },
} as const satisfies Keys;

const conditionKeys = {
  eq: {
    ...source,
    title: 'Equal',
    description: 'The value itself says the same: `status: $status`.',
    example: { eq: '$status' },
  },
  ne: {
    ...source,
    title: 'Not equal',
    description: 'The attribute is not this.',
    example: { ne: 'CLOSED' },
  },
  lt: { ...source, title: 'Less', description: 'The attribute is less.', example: { lt: '$max' } },
  lte: {
    ...source,
    title: 'At most',
    description: 'The attribute is this or less.',
    example: { lte: '$max' },
  },
  gt: { ...source, title: 'More', description: 'The attribute is more.', example: { gt: 0 } },
  gte: {
    ...source,
    title: 'At least',
    description: 'The attribute is this or more.',
    example: { gte: '$min' },
  },
  between: {
    type: 'array',
    items: source,
    minItems: 2,
    maxItems: 2,
    refusal: { message: '`between` takes a list of two values.', hint: 'Write `between: [$low, $high]`.' },
    title: 'Between',
    description: 'The attribute is the first, the second or between them.',
    example: { between: ['$low', '$high'] },
  },
  in: {
    anyOf: [source, { type: 'array', items: source }],
    title: 'One of',
    description: 'The attribute is one of a list: an argument that is a list, or a list of values.',
    example: { in: ['OPEN', '$other'] },
  },
  exists: {
    ...source,
    title: 'Has a value',
    description: 'Whether the attribute has a value.',
    example: { exists: true },
  },
  contains: {
    ...source,
    title: 'Contains',
    description: 'An element of a list or set, a part of a text.',
    example: { contains: '$tag' },
  },
  begins: {
    ...source,
    title: 'Begins with',
    description: 'The attribute, a text, begins with this.',
    example: { begins: '$prefix' },
  },
  size: {
    ...mapping(sizeKeys, { unknown: '`{}` is no comparison of a size.' }),
    title: 'Number of elements',
    description: 'How many elements a list, set or map has.',
    example: { size: { gt: '$count' } },
  },
} as const satisfies Keys;

const condition = {
  anyOf: [source, mapping(conditionKeys, { unknown: '`{}` is no filter operator.', type: 'object' })],
} as const satisfies Shape;

const filterKeys = {
  and: {
    type: 'array',
    items: { $ref: '#/definitions/filter' },
    refusal: { message: '`and` is a list of conditions.', hint: 'Write `- { field: … }` for each.' },
    title: 'All of',
    description: 'All conditions of the list hold.',
    example: { and: [{ total: { gte: '$min' } }, { total: { lt: '$max' } }] },
  },
  or: {
    type: 'array',
    items: { $ref: '#/definitions/filter' },
    refusal: { message: '`or` is a list of conditions.', hint: 'Write `- { field: … }` for each.' },
    title: 'Any of',
    description: 'One condition of the list holds, or several.',
    example: { or: [{ total: { gte: '$total' } }, { tip: { gte: '$tip' } }] },
  },
  not: {
    $ref: '#/definitions/filter',
    title: 'Not',
    description: 'The condition does not hold.',
    example: { not: { cancelledAt: { exists: true } } },
  },
} as const satisfies Keys;

const filter = {
  type: ['object', 'null'],
  properties: filterKeys,
  additionalProperties: condition,
} as const satisfies Shape;

const entryKeys = {
  key: {
    ...templates,
    title: 'Primary key of the entry',
    description: 'The key templates of the table’s own key.',
    example: { key: { PK: 'USER#{id}', SK: 'ENTRY#STATUS' } },
  },
  include: {
    ...words,
    title: 'Fields copied',
    description: 'Fields that the entry holds; others are fetched by a batch get.',
    example: { include: ['name', 'email'] },
  },
} as const satisfies Keys;

const pageKeys = {
  default: {
    ...count(1000),
    default: 20,
    title: 'Default size',
    description: 'The size of a page where the caller asks for none.',
    example: { default: 10 },
  },
  max: {
    ...count(1000),
    default: 100,
    title: 'Largest size',
    description:
      'The largest page that a caller may ask for; a list field returns at most as many, and `exists` takes a list of at most so many.',
    example: { max: 50 },
  },
} as const satisfies Keys;

const throughKeys = {
  one: {
    ...text,
    title: 'First join',
    description: 'The join entity, of which the first record is read; for a pattern with `one`.',
    example: { one: 'Alias', where: { alias: '$alias' } },
    around: { one: 'User', where: { id: '$through.userId' } },
  },
  many: {
    ...text,
    title: 'All joins',
    description:
      'The join entity, which is read by one query; what it leads to is read by batch gets. For a pattern with `many`.',
    example: { many: 'Participation', where: { username: '$parent.username' } },
  },
  where: {
    ...lookups,
    title: 'Equality',
    description: 'What fields of the join must equal, as in a pattern.',
    example: { many: 'Participation', where: { username: '$parent.username' } },
  },
} as const satisfies Keys;

const patternKeys = {
  one: {
    ...text,
    title: 'At most one',
    description: 'At most one record of this entity, or of an SDL interface or union of entities.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' } },
  },
  many: {
    ...text,
    title: 'Many',
    description:
      'Many records of this entity: pages where the field’s type ends in Connection, otherwise a list.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt' },
  },
  mixed: {
    ...text,
    title: 'Several entities',
    description:
      'Entities of an SDL union or interface by one query: those of one item collection, or several partitions of one index merged in order.',
    example: { mixed: 'OrderItem', for: 'Query.orderItems', where: { orderId: '$id' } },
  },
  members: {
    ...each(each(text)),
    title: 'Which entities',
    description:
      'With `mixed`: which entities, and what each calls the fields of `where`. Left out: all stored members.',
    example: {
      mixed: 'GameItem',
      for: 'Query.gameItems',
      where: { gameId: '$id' },
      members: { Game: { gameId: 'id' }, Entry: {} },
    },
  },
  parent: {
    ...text,
    title: 'Comes first',
    description: 'With `mixed`: the entity that comes first wherever it sorts, and whatever a filter drops.',
    example: { mixed: 'OrderItem', for: 'Query.orderItems', where: { orderId: '$id' }, parent: 'Order' },
  },
  count: {
    ...text,
    title: 'How many',
    description:
      'The number of matching records of this entity, at most `upTo`; the field is an Int. DynamoDB bills what it reads to count.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' } },
  },
  sum: {
    ...text,
    title: 'How much together',
    description:
      'The sum of a whole-number attribute, `of`, over the matching records of this entity. The write path maintains it, in the transaction of each write, and read by one get.',
    example: { sum: 'User', of: 'logins', for: 'Query.logins', where: { status: '$status' } },
  },
  of: {
    ...text,
    title: 'What is added up',
    description:
      'With `sum`: the attribute, a whole number. Binary fractions do not add up exactly: keep money in cents.',
    example: { sum: 'User', of: 'logins', for: 'Query.logins', where: { status: '$status' } },
  },
  maintained: {
    ...flag,
    title: 'Kept, not counted',
    description:
      'With `count`: the write path maintains the count, in the transaction of each write, and read by one get, however large it is. `where` takes equalities, `when` says which records count.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' }, maintained: true },
  },
  cap: {
    ...count(1_000_000_000),
    title: 'Never more than',
    description:
      'With a maintained count: a write that would make it more fails with GUARD_FAILED, which names the pattern.',
    example: {
      count: 'User',
      for: 'Query.userCount',
      where: { status: '$status' },
      maintained: true,
      cap: 50,
    },
  },
  total: {
    ...flag,
    title: 'Total of a connection',
    description:
      'With `many`: the write path keeps how many there are, for the field `totalCount: Int!` of the connection. It is read, beside the page, only where a client asks for it.',
    example: { many: 'User', for: 'Query.usersByStatus', where: { status: '$status' }, total: true },
  },
  exists: {
    ...text,
    title: 'Whether there is one',
    description:
      'Whether a record of this entity matches; the field is a Boolean. Where one key field is bound to a list, there is an answer for each element.',
    example: { exists: 'User', for: 'Query.userExists', where: { id: '$id' } },
  },
  through: {
    ...mapping(throughKeys),
    title: 'Through a join',
    description:
      'Another entity is looked up first, and leads to this one: `$through.field` in `where` is its attribute. `sort`, `range`, `filter`, `when`, `bucket`, `shards`, `index`, `key` and `entry` are about the join.',
    example: {
      many: 'Game',
      for: 'User.games',
      through: { many: 'Participation', where: { username: '$parent.username' } },
      where: { id: '$through.gameId' },
    },
  },
  for: {
    ...fieldPath,
    title: 'Field answered',
    description: 'The SDL field that the pattern answers. Left out: a typed query for rules only.',
    example: { one: 'User', for: 'Query.me', where: { id: '$id' } },
  },
  where: {
    ...lookups,
    title: 'Equality',
    description:
      'What each field must equal. `$arg` is an argument of the SDL field (`$input.email` goes deeper), `$parent.field` an attribute of the parent, `$through.field` one of the join; anything else stands for itself, and `{ in: … }` for any of several values.',
    example: { many: 'User', for: 'Query.usersByStatus', where: { status: '$status' } },
  },
  narrow: {
    ...bindings,
    title: 'Optional equality',
    description:
      'Further equalities, each asked only where it and those before it are given: a hierarchy in the sort key. A gap is an error.',
    example: {
      many: 'Store',
      for: 'Query.stores',
      where: { country: '$country' },
      narrow: { state: '$state', city: '$city' },
    },
  },
  last: {
    type: 'string',
    enum: ['prefix'],
    title: 'Last part by its beginning',
    description: 'With `narrow`: of the last part that is given, the beginning is enough.',
    example: {
      many: 'Store',
      for: 'Query.stores',
      where: { country: '$country' },
      narrow: { state: '$state', city: '$city' },
      last: 'prefix',
    },
  },
  sort: {
    ...words,
    title: 'Order',
    description:
      'The field that orders the result, or a list of fields; `-field` descends. Directions may be mixed.',
    example: { many: 'AuditLog', for: 'Query.auditLogs', sort: '-timestamp' },
  },
  order: {
    ...source,
    title: 'Order chosen by the caller',
    description: 'An enum argument with the values ASC and DESC.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', order: '$direction' },
  },
  range: {
    ...each(mapping(rangeKeys, { noun: 'range of' })),
    title: 'Range',
    description: 'Bounds on the first sort field. An optional argument that is absent leaves that end open.',
    example: {
      many: 'AuditLog',
      for: 'User.auditLogs',
      where: { actorId: '$parent.id' },
      sort: '-timestamp',
      range: { timestamp: { from: '$since', before: '$until' } },
    },
  },
  filter: {
    ...filter,
    title: 'Filter',
    description:
      'Conditions on attributes that are in no key. Everything in one mapping must hold; a comparison whose argument is absent or null asks nothing. DynamoDB reads, and bills, what a filter drops; pages are filled all the same.',
    example: { many: 'Order', for: 'Query.orders', sort: 'placedAt', filter: { status: { ne: '$status' } } },
  },
  when: {
    ...each({ anyOf: [constant, { type: 'array', items: constant }] }),
    title: 'Sparse membership',
    description:
      'The index holds only records for which this is so: a value, one of a list of values, or `present`. Kept up at every write.',
    example: { many: 'Order', for: 'Query.openOrders', sort: 'placedAt', when: { status: ['OPEN', 'HELD'] } },
  },
  bucket: {
    type: 'string',
    pattern: '^(hour|day|month|year)\\(\\s*\\w+\\s*\\)$',
    refusal: {
      message: '`{}` is not a bucket.',
      hint: 'Write `month(field)`, `day(field)`, `hour(field)` or `year(field)`.',
    },
    title: 'Time buckets',
    description: 'Partitions by the hour, day, month or year (UTC) of a DateTime field.',
    example: { many: 'AuditLog', for: 'Query.activity', bucket: 'month(timestamp)', sort: '-timestamp' },
  },
  in: {
    ...source,
    title: 'Bucket asked',
    description:
      'The one bucket of `bucket` that is read (`"2026-01"`), or an argument that is a list of them. Left out: buckets are crossed in order.',
    example: {
      many: 'AuditLog',
      for: 'Query.auditLogs',
      bucket: 'month(timestamp)',
      in: '$month',
      sort: '-timestamp',
    },
  },
  across: {
    ...count(1000),
    default: 12,
    title: 'Buckets crossed',
    description: 'With `bucket` and without `in`: how many buckets a query may cross.',
    example: {
      many: 'AuditLog',
      for: 'Query.activity',
      bucket: 'month(timestamp)',
      across: 24,
      sort: '-timestamp',
    },
  },
  shards: {
    ...count(100),
    default: 1,
    title: 'Shards',
    description:
      'Spreads each partition over so many; they are merged in order when read. `shards: 1` says that one partition for all records is meant. A maintained aggregate is spread over as many items, which are added up when read.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', shards: 4 },
  },
  upTo: {
    ...count(1_000_000),
    default: 10_000,
    title: 'Where counting stops',
    description: 'With `count`: the largest number it gives, so that the cost is bounded.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' }, upTo: 1000 },
  },
  index: {
    ...text,
    title: 'Index',
    description:
      'Pins the index; `table` is the table’s own key. Left out: a key that serves already, else the first index that is free.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', index: 'GSI1' },
  },
  key: {
    ...templates,
    title: 'Key templates',
    description: 'Pins how the key attributes of the index are built.',
    example: {
      many: 'User',
      for: 'Query.users',
      sort: 'createdAt',
      index: 'GSI1',
      key: { GSI1PK: 'USER', GSI1SK: '{createdAt}#{id}' },
    },
  },
  entry: {
    anyOf: [flag, mapping(entryKeys)],
    title: 'Index entry',
    description:
      'Stored as an item of its own, because the record’s own place in the index is taken: `true`, or how.',
    example: { many: 'User', for: 'Query.usersByRole', where: { role: '$role' }, sort: 'name', entry: true },
  },
  type: {
    ...each(text, {
      properties: {
        by: {
          ...source,
          title: 'Value that tells',
          description: 'Where the value stands that tells the types apart.',
          example: { by: '$parent.actorType', USER: 'User', CONTRACTOR: 'Contractor' },
        },
      },
      // `by` itself is asked for by the reader, which knows what to say.
    }),
    title: 'Type of the record',
    description:
      'With `one` of an interface or union: which entity it is, by a value. Left out: every member that has an `id` key is looked up in one batch get.',
    example: {
      one: 'Actor',
      for: 'AuditLog.actor',
      where: { id: '$parent.actorId' },
      type: { by: '$parent.actorType', USER: 'User', CONTRACTOR: 'Contractor' },
    },
  },
  consistent: {
    ...flag,
    title: 'Strongly consistent',
    description: 'Reads what was written before. Not on a global index.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' }, consistent: true },
  },
  page: {
    ...mapping(pageKeys),
    title: 'Sizes of a page',
    description: 'How many records a page has.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', page: { default: 10, max: 50 } },
  },
  select: {
    ...text,
    title: 'One attribute',
    description:
      'With `one` and `many`: the answer is this attribute of each record, and the field’s type is the attribute’s, or a list of it. An index that has the attribute answers it alone.',
    example: { many: 'User', for: 'Query.names', sort: 'name', select: 'name' },
  },
  limit: {
    ...source,
    title: 'Length of a list',
    description:
      'How many results a list gives, at most the `max` of `page`. An argument that is null: the default page.',
    example: { many: 'Score', for: 'Query.topScores', sort: '-score', limit: '$n' },
  },
  allow: {
    ...name,
    title: 'Access rule',
    description: 'The rule that is asked before anything is read.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', allow: 'staff' },
  },
  visible: {
    ...name,
    title: 'Visibility rule',
    description:
      'The rule that decides of the result whether this caller may see it; if not, it is null. With `one` only.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' }, visible: 'userVisible' },
  },
} as const satisfies Keys;

const constraintKeys = {
  name: {
    ...name,
    title: 'Name',
    description:
      'All entities that declare a constraint of this name share it: a value is held by one record of them all.',
    example: { name: 'login', fields: 'email' },
    isRequired: true,
  },
  fields: {
    ...words,
    title: 'Attributes',
    description: 'The attributes of this entity, as many and of the same types as those of the others.',
    example: { name: 'login', fields: ['tenantId', 'email'] },
    isRequired: true,
  },
} as const satisfies Keys;

// --- mutations and rules ---

const mutationKeys = {
  create: {
    ...text,
    title: 'Create',
    description: 'A new record of this entity.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input' },
  },
  update: {
    ...text,
    title: 'Update',
    description: 'Changes a record of this entity that there is.',
    example: { update: 'User', for: 'Mutation.updateUser', where: { id: '$id' }, from: '$input' },
  },
  upsert: {
    ...text,
    title: 'Create or update',
    description: 'Changes the record, or creates it.',
    example: { upsert: 'Config', for: 'Mutation.setConfig', where: { key: '$input.key' }, from: '$input' },
  },
  delete: {
    ...text,
    title: 'Delete',
    description: 'Removes a record of this entity; the field returns it as it last was.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' } },
  },
  put: {
    ...text,
    title: 'Create or replace',
    description:
      'Replaces the record whole, or creates it: what is not given is cleared or has its default. What is immutable or generated at creation stays.',
    example: { put: 'Config', for: 'Mutation.putConfig', where: { key: '$input.key' }, from: '$input' },
  },
  touch: {
    ...text,
    title: 'Touch',
    description:
      'Moves the time a record of this entity expires at, and nothing else. NOT_FOUND where it has expired.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, extend: '30d' },
  },
  for: {
    ...fieldPath,
    title: 'Field answered',
    description: 'The SDL field that the mutation answers.',
    example: { create: 'User', for: 'Mutation.signUp', from: '$input' },
    isRequired: true,
  },
  where: {
    ...bindings,
    title: 'Which record',
    description: 'The fields of its key.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' } },
  },
  from: {
    ...source,
    title: 'Values',
    description:
      'The argument whose fields are taken as the attributes of the same name. Absent leaves an attribute alone, null clears it.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input' },
  },
  set: {
    ...each(constant),
    title: 'Single values',
    description: 'Attributes that are set to constants, or to values as `$input.userId`.',
    example: {
      update: 'User',
      for: 'Mutation.deactivateUser',
      where: { id: '$id' },
      set: { status: 'INACTIVE' },
    },
  },
  add: {
    ...bindings,
    title: 'Numbers added',
    description:
      'What is added to numbers of the record as it is; negative subtracts. VALUE_INVALID beyond what the type holds.',
    example: { update: 'User', for: 'Mutation.countLogin', where: { id: '$id' }, add: { logins: 1 } },
  },
  append: {
    ...bindings,
    title: 'Elements appended',
    description: 'An element, or the elements of a list, put behind those of a list, or into a set.',
    example: { update: 'User', for: 'Mutation.addTag', where: { id: '$id' }, append: { tags: '$tag' } },
  },
  remove: {
    ...bindings,
    title: 'Elements removed',
    description: 'An element, or the elements of a list, taken out of a list or set wherever it stands.',
    example: { update: 'User', for: 'Mutation.removeTag', where: { id: '$id' }, remove: { tags: '$tag' } },
  },
  require: {
    ...each({ $ref: '#/definitions/filter' }, { propertyNames: name }),
    title: 'What has to hold',
    description:
      'Conditions on the record as it is, by name, in the language of filters; `$current.field` is another attribute of it. The first that does not hold is GUARD_FAILED with its name.',
    example: {
      update: 'User',
      for: 'Mutation.book',
      where: { id: '$id' },
      add: { seatsLeft: -1 },
      require: { seatLeft: { seatsLeft: { gt: 0 } } },
    },
  },
  to: {
    ...source,
    title: 'New time of expiry',
    description: 'With `touch`: the moment the record expires at.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, to: '$expiresAt' },
  },
  extend: {
    type: 'string',
    pattern: '^[1-9]\\d{0,5}[smhd]$',
    refusal: {
      message: '`{}` is no length of time.',
      hint: 'Write a number and `s`, `m`, `h` or `d`, as `30d`.',
    },
    title: 'Time left from now',
    description: 'With `touch`: the record expires so long from now, as `30d`, `12h`, `15m`, `90s`.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, extend: '30d' },
  },
  expect: {
    ...source,
    title: 'Revision expected',
    description: 'The revision that the caller saw; the write fails if there has been another since.',
    example: {
      update: 'User',
      for: 'Mutation.updateUser',
      where: { id: '$id' },
      from: '$input',
      expect: '$input.version',
    },
  },
  prepare: {
    ...name,
    title: 'Rule for the values',
    description: 'Maps the arguments and the current record to the values, instead of `from`.',
    example: { create: 'User', for: 'Mutation.createUser', prepare: 'newUser' },
  },
  alongside: {
    ...name,
    title: 'Rule for further writes',
    description:
      'Returns further writes for the same transaction, from the record as it was and as it will be.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input', alongside: 'audit' },
  },
  allow: {
    ...name,
    title: 'Access rule',
    description: 'The rule that is asked before anything is read or written.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' }, allow: 'admin' },
  },
  idempotent: {
    anyOf: [token, { $ref: '#/definitions/token' }],
    title: 'Once for a token',
    description:
      'The argument that holds an idempotency token: a call with the token of an earlier one writes nothing and has its answer.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input', idempotent: '$token' },
  },
  transaction: {
    ...each({ $ref: '#/definitions/step' }, { propertyNames: name }),
    title: 'Transaction',
    description:
      'Several writes, all or none, by name. A value may come from an earlier step, as `$order.id`, where it is known before anything is written.',
    example: {
      for: 'Mutation.placeOrder',
      transaction: {
        order: { create: 'User', from: '$input' },
        log: { create: 'User', set: { orderId: '$order.id' } },
      },
      returns: 'order',
    },
  },
  returns: {
    ...name,
    title: 'Step returned',
    description:
      'With `transaction`: the step whose record the field gives. Left out: the field’s type has a field for each step it gives.',
    example: {
      for: 'Mutation.placeOrder',
      transaction: { order: { create: 'User', from: '$input' } },
      returns: 'order',
    },
  },
} as const satisfies Keys;

const idempotentKeys = {
  token: {
    ...token,
    title: 'Token',
    description: 'The argument that holds the token: text of the caller’s making.',
    example: { token: '$token' },
    isRequired: true,
  },
  for: {
    type: 'string',
    pattern: '^[1-9]\\d*[mhd]$',
    refusal: {
      message: '`{}` is not a length of time.',
      hint: 'Write minutes, hours or days: `30m`, `12h`, `7d`.',
    },
    default: '24h',
    title: 'For how long',
    description: 'How long the token is remembered: minutes, hours or days.',
    example: { token: '$token', for: '7d' },
  },
} as const satisfies Keys;

/** A step of a transaction is a mutation without what belongs to the whole. */
const stepKeys = keysOfStep(mutationKeys);

type OfWhole = 'for' | 'allow' | 'idempotent' | 'transaction' | 'returns';

function keysOfStep<K extends Keys>(keys: K): Omit<K, OfWhole> {
  const ofWhole: ReadonlySet<string> = new Set<OfWhole>([
    'for',
    'allow',
    'idempotent',
    'transaction',
    'returns',
  ]);
  const own = Object.entries(keys).filter(([key]) => !ofWhole.has(key));
  return Object.fromEntries(
    own.map(([key, row]) => {
      const example = Object.entries(row.example).filter(([other]) => !ofWhole.has(other));
      return [key, { ...row, example: Object.fromEntries(example) }];
    }),
  ) as Omit<K, OfWhole>;
}

const ruleWriteKeys = {
  create: {
    ...words,
    title: 'Created',
    description: 'The entity of each record it creates.',
    example: { create: ['Session', 'AuditLog'] },
  },
  update: {
    ...words,
    title: 'Updated',
    description: 'The entity of each record it changes.',
    example: { update: 'User' },
  },
  upsert: {
    ...words,
    title: 'Created or updated',
    description: 'The entity of each record it changes or creates.',
    example: { upsert: 'Config' },
  },
  delete: {
    ...words,
    title: 'Deleted',
    description: 'The entity of each record it deletes.',
    example: { delete: 'Session' },
  },
} as const satisfies Keys;

const ruleKeys = {
  for: {
    ...fieldPath,
    title: 'Field answered',
    description:
      'The SDL field that the rule answers by hand. Left out: a rule that a pattern, a mutation or `compute` names.',
    example: { for: 'Mutation.signIn' },
  },
  in: {
    type: 'string',
    pattern: '^[A-Za-z_][\\w-]*$',
    refusal: {
      message: '`{}` is not a file of `src/rules/`.',
      hint: 'Write its name without folder and extension, as `in: access`.',
    },
    default: 'rules',
    title: 'File',
    description: 'The file of `src/rules/` that holds the rule, without its extension.',
    example: { in: 'access' },
  },
  gets: {
    ...asked,
    title: 'Records read',
    description:
      'How many records one call reads by key through loaders, side by side: they share batch gets. For the budgets of operations.',
    example: { for: 'Session.status', gets: 2 },
  },
  once: {
    ...name,
    title: 'Shared reads',
    description:
      'What `gets` reads, where it is the same for every rule that gives this name: it is read once an operation.',
    example: { in: 'access', gets: 1, once: 'viewer' },
  },
  requests: {
    ...asked,
    title: 'Requests',
    description:
      'How many requests of its own one call sends, one after the other, where no conflict makes it try again; 0 says that there are none. For the budgets of operations.',
    example: { for: 'Mutation.signIn', requests: 3 },
  },
  writes: {
    ...mapping(ruleWriteKeys),
    title: 'What it writes',
    description:
      'Of a rule that answers a mutation, or that is named by `alongside`: the entities it creates, updates, upserts and deletes, once for each time they are named. Only the write units on the generated page need it; left out, the page says that the rule’s writes come on top.',
    example: { for: 'Mutation.signIn', writes: { update: 'User', create: ['Session', 'AuditLog'] } },
  },
} as const satisfies Keys;

// --- the whole ---

const table = mapping(tableKeys, { noun: 'table' });
const entity = mapping(entityKeys, { noun: 'entity' });
const constraint = mapping(constraintKeys, { noun: 'constraint' });
const pattern = mapping(patternKeys, {
  noun: 'pattern',
  kinds: {
    keys: ['one', 'many', 'mixed', 'count', 'sum', 'exists'],
    code: 'pattern-kind',
    hint: 'Write `one: Entity` for at most one result, `many: Entity` for a connection or list, `mixed: Union` for several entities, `count: Entity` for how many there are, `sum: Entity` for how much together, `exists: Entity` for whether there is one.',
  },
});
const mutation = mapping(mutationKeys, {
  noun: 'mutation',
  kinds: {
    keys: ['create', 'update', 'upsert', 'put', 'touch', 'delete', 'transaction'],
    code: 'mutation-kind',
    hint: 'Write exactly one, as `create: Entity`.',
  },
});
const step = mapping(stepKeys, {
  noun: 'step',
  kinds: {
    keys: ['create', 'update', 'upsert', 'put', 'touch', 'delete'],
    code: 'mutation-kind',
    hint: 'Write exactly one, as `create: Entity`.',
  },
});
const idempotent = mapping(idempotentKeys);
const rule = mapping(ruleKeys, { noun: 'rule' });

const small = { version: 1, tables: { main: { name: 'app', key: ['PK', 'SK'] } }, entities: { User: {} } };

const topKeys = {
  version: {
    type: 'integer',
    const: 1,
    refusal: { message: 'This version of the language is `1`.', hint: 'Write `version: 1`.' },
    title: 'Version of the language',
    description: 'Always 1.',
    example: small,
    isRequired: true,
  },
  tables: {
    ...each({ $ref: '#/definitions/table' }, { propertyNames: name }),
    title: 'Tables',
    description:
      'The DynamoDB tables, by the name that entities call them. Left out: one, `entities`, named `${TABLE_PREFIX}-entities`, with the key `[PK, SK]`.',
    example: small,
  },
  entities: {
    ...each({ $ref: '#/definitions/entity' }, { propertyNames: name }),
    title: 'Entities',
    description:
      'The SDL object types that are stored. Their attributes are their SDL fields that no pattern or rule answers, and what `stored` adds.',
    example: small,
    isRequired: true,
  },
  patterns: {
    ...each({ $ref: '#/definitions/pattern' }, { propertyNames: name }),
    title: 'Access patterns',
    description: 'What is asked of the data, by name.',
    example: {
      ...small,
      patterns: { user: { one: 'User', for: 'Query.user', where: { id: '$id' } } },
    },
  },
  mutations: {
    ...each({ $ref: '#/definitions/mutation' }, { propertyNames: name }),
    title: 'Mutations',
    description: 'What is written, by name.',
    example: {
      ...small,
      mutations: { createUser: { create: 'User', for: 'Mutation.createUser', from: '$input' } },
    },
  },
  rules: {
    ...each({ $ref: '#/definitions/rule' }, { propertyNames: name }),
    title: 'Rules',
    description:
      'Hand-written rules: those that answer a field, and in which file a rule lies that a pattern, a mutation or `compute` names.',
    example: { ...small, rules: { signIn: { for: 'Mutation.signIn', in: 'sessions' } } },
  },
  external: {
    anyOf: [fieldPaths, { type: 'array', items: fieldPaths }],
    title: 'External fields',
    description:
      'Fields that other resolvers of this server answer: `Type.field`, or `Type.*` for every field of the type that nothing here answers.',
    example: { ...small, external: ['Query.weather', 'Forecast.*'] },
  },
} as const satisfies Keys;

/** Keys of earlier versions, each with what it is called now. */
export const renamedKeys: Readonly<Record<string, string>> = { elsewhere: 'external', kept: 'maintained' };

export const language: Shape = mapping(topKeys, {
  title: 'access-patterns.yaml',
  description: 'What a Tableloom application asks of its data.',
});

/** What `$ref` may name. */
export const definitions: Readonly<Record<string, Shape>> = {
  table,
  entity,
  constraint,
  pattern,
  mutation,
  step,
  token: idempotent,
  rule,
  filter,
};

export function resolve(shape: Shape): Shape {
  const found = shape.$ref && definitions[shape.$ref.replace('#/definitions/', '')];
  return found ? { ...found, ...shape } : shape;
}

/** The keys of each mapping, for the reader's types. */
export const keysOf = {
  top: topKeys,
  table: tableKeys,
  index: indexKeys,
  entity: entityKeys,
  constraint: constraintKeys,
  bounds: boundsKeys,
  generated: generatedKeys,
  reference: referenceKeys,
  pattern: patternKeys,
  lookup: lookupKeys,
  through: throughKeys,
  range: rangeKeys,
  entry: entryKeys,
  page: pageKeys,
  mutation: mutationKeys,
  step: stepKeys,
  idempotent: idempotentKeys,
  rule: ruleKeys,
  ruleWrites: ruleWriteKeys,
} as const satisfies Record<string, Keys>;

/** The mappings in the order of the reference page. */
export const sections: readonly {
  readonly heading: string;
  readonly intro: string;
  readonly keys: Keys;
  /** Where in a document an example stands. */
  readonly path: readonly string[];
  /** How many words of the path are shown around it. */
  readonly shown: number;
  /** What a table, pattern … needs besides, where the example stands within it. */
  readonly around?: Readonly<Record<string, unknown>>;
}[] = [
  { heading: 'The file', intro: 'The keys at the top.', keys: topKeys, path: [], shown: 0 },
  {
    heading: 'A table',
    intro: 'Under `tables`, by name.',
    keys: tableKeys,
    path: ['tables', 'main'],
    shown: 1,
  },
  {
    heading: 'An index',
    intro: 'Under `indexes` of a table, by name.',
    keys: indexKeys,
    path: ['tables', 'main', 'indexes', 'GSI1'],
    shown: 1,
    around: { name: 'app', key: 'PK' },
  },
  {
    heading: 'An entity',
    intro: 'Under `entities`, by the name of its SDL type.',
    keys: entityKeys,
    path: ['entities', 'User'],
    shown: 1,
  },
  {
    heading: 'A constraint',
    intro: 'Under `unique` of an entity, or in its list beside single attributes and lists of them.',
    keys: constraintKeys,
    path: ['entities', 'User', 'unique'],
    shown: 1,
  },
  {
    heading: 'Bounds of a value',
    intro: 'Under a field of `validate` of an entity.',
    keys: boundsKeys,
    path: ['entities', 'User', 'validate', 'email'],
    shown: 2,
  },
  {
    heading: 'A generated number',
    intro: 'Under a field of `generate` of an entity.',
    keys: generatedKeys,
    path: ['entities', 'User', 'generate', 'number'],
    shown: 2,
  },
  {
    heading: 'A reference',
    intro: 'Under `references` of an entity, by its only field or a name.',
    keys: referenceKeys,
    path: ['entities', 'Order', 'references', 'customerId'],
    shown: 3,
  },
  {
    heading: 'A pattern',
    intro: 'Under `patterns`, by name. Exactly one of the keys that say what is returned.',
    keys: patternKeys,
    path: ['patterns', 'example'],
    shown: 1,
  },
  {
    heading: 'An equality with several values',
    intro: 'Under a field of `where` of a pattern.',
    keys: lookupKeys,
    path: ['patterns', 'example', 'where', 'status'],
    shown: 2,
    around: { many: 'User' },
  },
  {
    heading: 'A join',
    intro: 'Under `through` of a pattern: `where`, and `one` or `many` as the pattern itself says.',
    keys: throughKeys,
    path: ['patterns', 'example', 'through'],
    shown: 1,
    around: { many: 'User', where: { id: '$through.userId' } },
  },
  {
    heading: 'A range',
    intro: 'Under `range` of a pattern, by field.',
    keys: rangeKeys,
    path: ['patterns', 'example', 'range', 'createdAt'],
    shown: 2,
    around: { many: 'User' },
  },
  {
    heading: 'A filter',
    intro: 'Under `filter` of a pattern: these, and conditions by field.',
    keys: filterKeys,
    path: ['patterns', 'example', 'filter'],
    shown: 1,
    around: { many: 'User' },
  },
  {
    heading: 'A condition of a filter',
    intro: 'Under a field of a filter.',
    keys: conditionKeys,
    path: ['patterns', 'example', 'filter', 'total'],
    shown: 2,
    around: { many: 'User' },
  },
  {
    heading: 'A size',
    intro: 'Under `size` of a condition.',
    keys: sizeKeys,
    path: ['patterns', 'example', 'filter', 'items', 'size'],
    shown: 2,
    around: { many: 'User' },
  },
  {
    heading: 'An index entry',
    intro: 'Under `entry` of a pattern.',
    keys: entryKeys,
    path: ['patterns', 'example', 'entry'],
    shown: 1,
    around: { many: 'User' },
  },
  {
    heading: 'A page',
    intro: 'Under `page` of a pattern.',
    keys: pageKeys,
    path: ['patterns', 'example', 'page'],
    shown: 1,
    around: { many: 'User' },
  },
  {
    heading: 'A mutation',
    intro:
      'Under `mutations`, by name. Exactly one of `create`, `update`, `upsert`, `put`, `touch`, `delete`, `transaction`.',
    keys: mutationKeys,
    path: ['mutations', 'example'],
    shown: 1,
  },
  {
    heading: 'A step',
    intro:
      'Under `transaction` of a mutation, by name: a mutation of its own, without what belongs to the whole. Exactly one of `create`, `update`, `upsert`, `delete`.',
    keys: stepKeys,
    path: ['mutations', 'example', 'transaction', 'order'],
    shown: 1,
    around: { for: 'Mutation.placeOrder' },
  },
  {
    heading: 'A token',
    intro: 'Under `idempotent` of a mutation, where more than the token is said.',
    keys: idempotentKeys,
    path: ['mutations', 'example', 'idempotent'],
    shown: 1,
    around: { create: 'User', for: 'Mutation.createUser', from: '$input' },
  },
  {
    heading: 'A rule',
    intro: 'Under `rules`, by name.',
    keys: ruleKeys,
    path: ['rules', 'example'],
    shown: 1,
  },
  {
    heading: 'What a rule writes',
    intro: 'Under `writes` of a rule.',
    keys: ruleWriteKeys,
    path: ['rules', 'example', 'writes'],
    shown: 1,
  },
];
