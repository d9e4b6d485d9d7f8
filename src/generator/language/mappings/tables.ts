import { each, type Keys, mapping, type Section, type Shape } from '../shape.js';
import { flag, name, text } from '../values.js';

const indexName = {
  type: 'string',
  pattern: '^(?!table$).{3,}$',
  refusal: {
    message: '`{}` cannot name an index.',
    hint: 'Use at least three letters. `table` is reserved for the table itself.',
  },
} as const satisfies Shape;

/** The attributes of a key: a partition attribute and, optionally, a sort attribute. */
const keyAttributes = {
  anyOf: [
    name,
    {
      type: 'array',
      items: name,
      minItems: 1,
      maxItems: 2,
      refusal: {
        message: 'A key has a partition attribute and, optionally, one sort attribute.',
        hint: 'Write `[PARTITION, SORT]`.',
      },
    },
  ],
} as const satisfies Shape;

const indexKeys = {
  key: {
    ...keyAttributes,
    title: 'Key of a global index',
    description:
      'The partition attribute and, optionally, the sort attribute. Without other keys, write only the list: `GSI1: [GSI1PK, GSI1SK]`.',
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
          message: 'The partition key of a multi-attribute index has 1 to 4 attributes, not {}.',
          hint: 'Name 1 to 4 attributes, which is DynamoDB’s limit.',
        },
      },
    ],
    title: 'Partition attributes of a multi-attribute index',
    description:
      'Up to four attributes of records that together form the partition key (DynamoDB’s multi-attribute keys). A pattern names such an index and binds all of them by equality.',
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
          message: 'The sort key of a multi-attribute index has at most 4 attributes, not {}.',
          hint: 'Name at most 4 attributes, which is DynamoDB’s limit.',
        },
      },
    ],
    title: 'Sort attribute of a local index, or sort attributes of a multi-attribute index',
    description:
      'Without `partition`, the index is local and shares the table’s partition attribute: it can only be created with the table, and limits the items under one partition key to 10 GB. With `partition`, up to four attributes of records. A query binds them from the left, without gaps.',
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
      'What DynamoDB copies into the index: all attributes, only the keys, or the keys and the listed fields. If a query selects more, the full items are fetched afterwards.',
    example: { key: ['GSI1PK', 'GSI1SK'], project: ['name', 'email'] },
  },
} as const satisfies Keys;

const tableKeys = {
  name: {
    type: 'string',
    pattern: '^(?=.{3})([\\w.-]|\\$\\{\\w+\\})+$',
    refusal: {
      message: '`{}` is not a valid table name.',
      hint: 'Use three or more letters, digits, `_`, `-`, `.`, and `${VARIABLES}`.',
    },
    title: 'Name in DynamoDB',
    description: 'May contain `${VARIABLES}` of the environment, which are replaced when the server starts.',
    example: { name: '${TABLE_PREFIX}-entities', key: ['PK', 'SK'] },
    isRequired: true,
  },
  key: {
    ...keyAttributes,
    title: 'Primary key',
    description: 'The partition attribute and, optionally, the sort attribute. Both are text.',
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
      'The global and local secondary indexes, by name. If left out, the table has as many indexes as the patterns need: `GSI1` with the key `[GSI1PK, GSI1SK]`, and so on.',
    example: {
      name: 'app',
      key: ['PK', 'SK'],
      indexes: { GSI1: ['GSI1PK', 'GSI1SK'], LSI1: { sort: 'LSI1SK' } },
    },
  },
  ttl: {
    ...name,
    title: 'TTL attribute',
    description:
      'The attribute by which DynamoDB expires items. The `ttl` of an entity names the field that it is taken from.',
    example: { name: 'app', key: ['PK', 'SK'], ttl: 'expires' },
  },
  cache: {
    ...flag,
    title: 'Table of the cache',
    description:
      'Makes this the table in which processes share answers of patterns with `cache`. It stores no entity, and has a partition key and a `ttl`.',
    example: { name: 'app-cache', key: 'PK', ttl: 'ttl', cache: true },
  },
} as const satisfies Keys;

export const table = mapping(tableKeys, { noun: 'table' });

export const tableSection = {
  heading: 'A table',
  intro: 'Under `tables`, by name.',
  keys: tableKeys,
  path: ['tables', 'main'],
  shown: 1,
} as const satisfies Section;

export const indexSection = {
  heading: 'An index',
  intro: 'Under `indexes` of a table, by name.',
  keys: indexKeys,
  path: ['tables', 'main', 'indexes', 'GSI1'],
  shown: 1,
  around: { name: 'app', key: 'PK' },
} as const satisfies Section;
