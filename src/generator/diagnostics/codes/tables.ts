import type { CodeRows } from './row.js';

export const tableCodes = {
  'key-attribute-reused': {
    meaning: 'Two keys share an attribute. Each key has its own template, and an attribute holds one value.',
    remedy:
      'Give each index its own attributes. For an inverted index, pin its templates on attributes of its own.',
  },
  'table-name-reused': {
    meaning:
      'Two tables have the same `name`. Both would be one table in DynamoDB, in which records of one could overwrite those of the other.',
    remedy: 'Give each table its own name, or use one table for the entities of both.',
  },
  'attribute-clash': {
    meaning:
      'An attribute of an entity has the name of a key attribute of its table, of the table’s `ttl` attribute, or one that the runtime stores in items itself, as `_type`.',
    remedy: 'Rename the attribute of the table: clients never see it.',
  },
  'local-index': {
    meaning: 'A table without a sort key has a local index. DynamoDB refuses to create such a table.',
    remedy: 'Give the table a sort key, or give the index its own partition key.',
  },
  'too-many-indexes': {
    meaning: 'A table has more than 20 global or 5 local indexes. DynamoDB refuses to create such a table.',
    remedy: 'Let patterns share indexes: one index can hold the entries of several entities and patterns.',
  },
  'cache-table': {
    meaning:
      'A table with `cache: true` has more than a partition key, has no `ttl`, is the second of its kind, stores an entity, or no pattern shares its answers; or a pattern does, and there is no such table; or an entity does.',
    remedy:
      'Declare one such table, as `{ name: app-cache, key: PK, ttl: ttl, cache: true }`, and `cache: { for: 2m, shared: true }` of the patterns that use it.',
  },
  'multi-attribute-attribute': {
    meaning:
      'A key of a multi-attribute index (`partition: [city], sort: [rating]`) is not an attribute, is a list, document or boolean, is named twice, or has different types in two entities of the table. DynamoDB rejects an item whose key attribute has another type.',
    remedy: 'Name text, numbers, enums or DateTimes that have the same type in every entity of the table.',
  },
} as const satisfies CodeRows;
