import type { CodeRows } from './row.js';

export const patternCodes = {
  'wrong-root': {
    meaning:
      'A pattern answers a field of Mutation, a mutation answers a field of another type, or one of them, or a rule, answers a field of Subscription.',
    remedy: 'Use a rule, move the field, or declare it under `subscriptions`.',
  },
  'wrong-return-type': {
    meaning: 'The field’s type is not what the pattern or mutation returns.',
    remedy: 'Change one of them. A list or connection needs `many`.',
  },
  'one-non-null': {
    meaning: 'A pattern returns at most one record, but its field is non-null.',
    remedy:
      'Make the field nullable, or let a reference with `onDelete: restrict` or `cascade` keep the record.',
  },
  'connection-arguments': {
    meaning: 'A connection lacks its paging arguments, or they have other types.',
    remedy: 'Add `first: Int, after: String`, and `last: Int, before: String` to page backwards.',
  },
  'mixed-directions': {
    meaning:
      'An order mixes directions. DynamoDB reads a sort key forwards or backwards as a whole. Numbers, DateTimes and booleans can be stored inverted, text and enums cannot.',
    remedy: 'Order text and enums in one direction.',
  },
  'order-argument': {
    meaning: 'The argument of `order` is not an enum of exactly `ASC` and `DESC`.',
    remedy: 'Declare the enum. For a fixed order, write `sort: -field`.',
  },
  'range-order': {
    meaning: 'A range bounds another field than the first one of `sort`.',
    remedy: 'Order by the bounded field first.',
  },
  'narrow-order': {
    meaning: 'The declared order does not hold when the caller leaves out the arguments of `narrow`.',
    remedy: 'Begin `sort` with the fields of `narrow`, or leave `sort` out.',
  },
  'narrow-twice': {
    meaning: 'A field is in both `where` and `narrow`.',
    remedy: 'Keep one of them.',
  },
  'range-prefix': {
    meaning: '`prefix` is used on a field that is neither text nor a DateTime, or on the field of a bucket.',
    remedy: 'Use `from` and `to`.',
  },
  'range-suffix': {
    meaning:
      '`suffix` is used on a field that is not text, together with another bound, or in a pattern that promises an order.',
    remedy: 'Use `suffix` alone and on text, without `sort` and `order`.',
  },
  'filter-operator': {
    meaning: 'A filter uses an operator that the attribute’s type does not have.',
    remedy: 'Use another operator: `contains` and `size` are for lists and text, `begins` is for text.',
  },
  'filter-not-projected': {
    meaning: 'A filter uses an attribute that the index or entry does not contain.',
    remedy: 'Add the attribute to `project` or `include`.',
  },
  'join-not-held': {
    meaning:
      'The join items of a pattern, index entries or projected items, lack the attributes that identify the target, an attribute of the edges, or the time of expiry.',
    remedy: 'Add the attribute where the hint says, or use an index that projects all attributes.',
  },
  'bucket-type': {
    meaning: 'A bucket is built from an attribute that is not a `DateTime`.',
    remedy: 'Name a `DateTime` attribute.',
  },
  'bucket-order': {
    meaning: 'A pattern reads across buckets without ordering by their time.',
    remedy: 'Order by the bucket’s field, or select one bucket with `in`.',
  },
  'sparse-unsaid': {
    meaning:
      'The key that a pattern reads contains a nullable attribute. The pattern would not find records without it, and does not declare so.',
    remedy: 'If that is intended, add `when: { field: present }`.',
  },
  'mixed-index': {
    meaning:
      'The members of a mixed pattern are in different indexes, or in an index that does not project all of their attributes.',
    remedy:
      'Pin an index that all members can use, or give the members keys that put them in one item collection.',
  },
  'mixed-order': {
    meaning: 'The sort keys of the members differ before the field that orders the answer.',
    remedy: 'Give the members the same text there, or pin an index of their own.',
  },
  'mixed-parent': {
    meaning: '`where` does not find the parent, or the parent does not sort first in a connection.',
    remedy: 'Provide the parent’s whole key. Return a list, or give the parent a sort key that sorts first.',
  },
  'page-sizes': {
    meaning: 'The default page size exceeds the maximum.',
    remedy: 'Change one of them.',
  },
  'exists-list': {
    meaning:
      'A pattern tests the elements of a list for existence, but an element does not identify one record: the pattern uses only a part of the key, takes two lists, or accepts null elements.',
    remedy: 'Use the whole key, with one field bound to a list of non-null values.',
  },
  'through-key': {
    meaning: 'The `where` of a pattern with `through` does not bind exactly the primary key of the target.',
    remedy:
      'Bind every key field, to the join (`$through.gameId`), an argument, the parent or a constant. Conditions on the join go into the `where` of `through`.',
  },
  'edge-attribute': {
    meaning:
      'The edges of a connection have a field besides `node` and `cursor` that the join does not provide: the join lacks the attribute, has it with another type, or another pattern returns the same connection without a join.',
    remedy: 'Add the attribute to the join, answer the field with a rule, or use a separate connection type.',
  },
  'maintained-question': {
    meaning:
      'A maintained aggregate is stored once for each combination of the values in `where`. The pattern selects a part of those records, which has no aggregate of its own, or counts a history.',
    remedy:
      'Select the counted records with `when`, count on read instead of `maintained`, or remove `total`.',
  },
  'maintained-cap': {
    meaning:
      'A maintained count has both `cap` and `shards`. A write changes one shard and cannot know the others.',
    remedy: 'Remove `shards` from a capped count, or `cap` from a sharded one.',
  },
  'maintained-expiring': {
    meaning:
      'A maintained aggregate counts records that expire. DynamoDB removes them by itself, and the aggregate would not decrease.',
    remedy: 'Count on read, which skips expired records, or delete the records with a job.',
  },
  'sum-attribute': {
    meaning:
      'A sum adds up an attribute that is not a whole number. DynamoDB adds decimal fractions exactly, but JavaScript numbers are binary: `0.1 + 0.2` is not `0.3`, and a sum drifts over thousands of writes.',
    remedy: 'Store cents, grams or milliseconds in an `Int`.',
  },
  'total-count': {
    meaning: '`total` is set on a pattern without a connection, or on a connection without `totalCount`.',
    remedy: 'Add `totalCount: Int!` to the connection type, or remove `total`.',
  },
  'key-without-effect': {
    meaning: 'A key changes nothing where it is used.',
    remedy: 'Remove it.',
  },
  'discriminator-type': {
    meaning: 'The value that selects the member of an interface or union is not an enum.',
    remedy: 'Declare an enum with a value for each member.',
  },
  'discriminator-member': {
    meaning: '`type` names an entity that is not a member of the interface or union.',
    remedy: 'Name a member.',
  },
  'discriminator-incomplete': {
    meaning: '`type` leaves out a value of the enum or a member of the interface or union.',
    remedy: 'Name the entity for each value.',
  },
  'any-without-id': {
    meaning: 'A pattern on an interface or union cannot find some of its members with the fields in `where`.',
    remedy: 'Name the fields of each key under `members`, or remove the members from the interface.',
  },
  'mixed-target': {
    meaning:
      '`mixed` names something other than a union or interface, or its members are not stored in one table.',
    remedy: 'Name stored members of one table.',
  },
  'distinct-pages': {
    meaning:
      'A pattern with `distinct` answers a connection. A page does not know what earlier pages contained, so it could not drop duplicates.',
    remedy: 'Make the field a list with a `limit`, or store one join record for each pair.',
  },
  'mixed-member': {
    meaning: 'A member lacks an attribute that the pattern uses.',
    remedy: 'Map the attribute under `members`, or leave the member out.',
  },
} as const satisfies CodeRows;

/** Warnings about what works, but may not be intended. */
export const choiceCodes = {
  'unused-index': {
    meaning: 'No pattern uses a declared index.',
    remedy: 'Remove the index.',
  },
  'unique-apart': {
    meaning: 'Each of several values is unique, although a pattern lists records by one of them.',
    remedy:
      'Write `unique: [[a, b]]` if only the values together are unique. Otherwise use `one` in the pattern.',
  },
  'redundant-pattern': {
    meaning: 'Two patterns of one type are identical, including their rules and pages.',
    remedy: 'Remove one of them.',
  },
  'scalar-unknown': {
    meaning:
      'A key, a range or a filter compares values of a custom scalar that nothing tells of. They count as text, which orders numbers and times wrongly.',
    remedy: 'Say under `scalars` what the values are.',
  },
  'hot-partition': {
    meaning:
      'A partition key without holes puts every record of an entity into one partition. DynamoDB accepts a thousand write units a second for one partition key.',
    remedy:
      'Spread the records with `shards` or `bucket`. `shards: 1` declares that one partition is intended. Indexes with `when` are exempt, because they hold only some of the records.',
  },
  'key-not-unique': {
    meaning:
      'The key of a record ends in a number, a time or an enum that two records can share, and no `identity`, `unique`, `one` pattern or mutation declares that it identifies a record.',
    remedy: 'Add a field that tells the records apart, or declare the `identity`.',
  },
} as const satisfies CodeRows;

export const argumentCodes = {
  'argument-type': {
    meaning:
      'A value has another type than the attribute it is compared with or assigned to. Text scalars and `ID` are interchangeable, enums are not.',
    remedy: 'Give both the same type.',
  },
  'nested-input': {
    meaning:
      'An object of an input becomes a whole embedded type, but lacks a field that this type requires, allows null where it does not, or has a field of another type or none.',
    remedy:
      'Give the input the fields of the embedded type. To change a part of a stored object, merge the two in a `prepare` rule.',
  },
  'constant-bound': {
    meaning:
      'A bucket, a value of `narrow` or a bound behind one is a constant, or a constant is not the beginning of a moment.',
    remedy: 'Take it from an argument.',
  },
  'argument-nullable': {
    meaning: 'A value that a query needs is nullable, or is a field of something nullable.',
    remedy: 'Make it non-null. A default does not help, because a client can still send null.',
  },
  'parent-nullable': {
    meaning: 'A non-null collection is looked up by a nullable attribute of the parent.',
    remedy: 'Make the field nullable.',
  },
  'unused-argument': {
    meaning: 'Nothing uses an argument of a field.',
    remedy: 'Use it or remove it. Only connections use `first` and the other paging arguments.',
  },
  'input-field-unused': {
    meaning: 'Nothing uses a field of an input.',
    remedy: 'Use it, let a `prepare` rule use it, or remove it.',
  },
} as const satisfies CodeRows;
