import { each, type Keys, mapping, type Section } from '../shape.js';
import {
  bindings,
  count,
  fieldPath,
  flag,
  name,
  someConstant,
  source,
  templates,
  text,
  words,
} from '../values.js';
import { cache } from './caching.js';
import { filter } from './filters.js';
import { entry, lookups, page, range, through } from './pattern-values.js';

const patternKeys = {
  one: {
    ...text,
    isKind: true,
    title: 'At most one',
    description: 'Returns at most one record of this entity, or of an SDL interface or union of entities.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' } },
  },
  many: {
    ...text,
    isKind: true,
    title: 'Many',
    description:
      'Returns many records of this entity: a Relay connection if the name of the field’s type ends in Connection, otherwise a list.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt' },
  },
  mixed: {
    ...text,
    isKind: true,
    title: 'Several entities',
    description:
      'Returns records of several entities, the members of an SDL union or interface: those of one item collection, or of several partitions of one index merged in order.',
    example: { mixed: 'OrderItem', for: 'Query.orderItems', where: { orderId: '$id' } },
  },
  members: {
    ...each(each(text)),
    title: 'Members',
    description:
      'Of a union or interface, the entities to read, each with its own names for the fields of the pattern: `Game: { id: gameId }` reads `Game.id` where the pattern says `gameId`. With `one`, `where` binds the key of each under these names. If left out, all stored members.',
    example: {
      mixed: 'GameItem',
      for: 'Query.gameItems',
      where: { gameId: '$id' },
      members: { Game: { id: 'gameId' }, Entry: {} },
    },
  },
  parent: {
    ...words,
    title: 'Parent',
    description:
      'With `mixed`, the entity, or the entities in order, whose record comes first, wherever it sorts and whatever a filter excludes. One query reads it with the others if it is at that end of their keys, otherwise a query of its own in parallel, by its key where `where` binds it.',
    example: { mixed: 'OrderItem', for: 'Query.orderItems', where: { orderId: '$id' }, parent: 'Order' },
  },
  count: {
    ...text,
    isKind: true,
    title: 'Count',
    description:
      'Returns the number of matching records of this entity, at most `upTo`. The field is an Int. DynamoDB bills every record that is read to be counted.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' } },
  },
  sum: {
    ...text,
    isKind: true,
    title: 'Sum',
    description:
      'Returns the sum of a whole-number attribute, `of`, over the matching records of this entity. Each write maintains the sum in its transaction, and one get reads it.',
    example: { sum: 'User', of: 'logins', for: 'Query.logins', where: { status: '$status' } },
  },
  of: {
    ...text,
    title: 'Summed attribute',
    description:
      'With `sum`, the whole-number attribute to add up. Binary fractions do not add up exactly, so store money in cents.',
    example: { sum: 'User', of: 'logins', for: 'Query.logins', where: { status: '$status' } },
  },
  maintained: {
    ...flag,
    title: 'Maintained count',
    description:
      'With `count`, each write maintains the count in its transaction, and one get reads it, whatever its size. `where` contains only equalities, and `when` selects the records to count.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' }, maintained: true },
  },
  cap: {
    ...count(1_000_000_000),
    title: 'Cap',
    description:
      'With a maintained count, its maximum. A write that would exceed it fails with GUARD_FAILED, which names the pattern.',
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
      'With `many`, each write maintains the number of records for the field `totalCount: Int!` of the connection. It is read along with the page, and only if a client selects it.',
    example: { many: 'User', for: 'Query.usersByStatus', where: { status: '$status' }, total: true },
  },
  exists: {
    ...text,
    isKind: true,
    title: 'Existence',
    description:
      'Returns whether a record of this entity matches. The field is a Boolean. If one key field is bound to a list, the field is a list with an answer for each element.',
    example: { exists: 'User', for: 'Query.userExists', where: { id: '$id' } },
  },
  through: {
    ...through,
    title: 'Through a join',
    description:
      'Looks up another entity first, whose records lead to this one. `$through.field` in `where` is an attribute of the join. `sort`, `range`, `filter`, `when`, `bucket`, `shards`, `index`, `key` and `entry` apply to the join.',
    example: {
      many: 'Game',
      for: 'User.games',
      through: { many: 'Participation', where: { username: '$parent.username' } },
      where: { id: '$through.gameId' },
    },
  },
  for: {
    ...fieldPath,
    title: 'Answered field',
    description:
      'The SDL field that the pattern answers. If left out, the pattern is a typed query for rules only.',
    example: { one: 'User', for: 'Query.me', where: { id: '$id' } },
  },
  where: {
    ...lookups,
    title: 'Equality',
    description:
      'The value that each field must equal. `$arg` is an argument of the SDL field (`$input.email` is a field of it), `$parent.field` an attribute of the parent, `$through.field` an attribute of the join. Anything else is a constant. `{ in: … }` accepts any of several values.',
    example: { many: 'User', for: 'Query.usersByStatus', where: { status: '$status' } },
  },
  narrow: {
    ...bindings,
    title: 'Optional equality',
    description:
      'More equalities, a hierarchy in the sort key. Each applies only if its value and those before it are present. A gap is an error.',
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
    title: 'Prefix of the last part',
    description: 'With `narrow`, the last value that is present matches as a prefix.',
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
      'The field, or list of fields, that orders the result. `-field` sorts in descending order. Directions may be mixed.',
    example: { many: 'AuditLog', for: 'Query.auditLogs', sort: '-timestamp' },
  },
  order: {
    ...source,
    title: 'Order chosen by the caller',
    description:
      'An enum argument with the values ASC and DESC. Of `mixed` without `sort`, the order of the keys, which can also be fixed: `order: DESC`.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', order: '$direction' },
  },
  range: {
    ...each(range),
    title: 'Range',
    description: 'Bounds of the first sort field. If an optional argument is absent, that end is open.',
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
      'Conditions on attributes that are in no key. All conditions of a mapping must be true. A comparison whose argument is absent or null is ignored. DynamoDB reads and bills the records that a filter excludes. Pages are filled nevertheless.',
    example: { many: 'Order', for: 'Query.orders', sort: 'placedAt', filter: { status: { ne: '$status' } } },
  },
  when: {
    ...each({ anyOf: [someConstant, { type: 'array', items: someConstant }] }),
    title: 'Sparse index',
    description:
      'The index contains only records whose field has this value, one of these values, or, with `present`, any value, with `absent`, none. Every write keeps it up to date.',
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
    description: 'Partitions the records by the hour, day, month or year (UTC) of a DateTime field.',
    example: { many: 'AuditLog', for: 'Query.activity', bucket: 'month(timestamp)', sort: '-timestamp' },
  },
  in: {
    ...source,
    title: 'Selected bucket',
    description:
      'The bucket to read (`"2026-01"`), or an argument that is a list of buckets. If left out, the query reads across buckets in order.',
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
    title: 'Maximum number of buckets',
    description: 'With `bucket` and without `in`, how many buckets one query may read.',
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
      'Spreads each partition over this number of shards, which a read merges in order. `shards: 1` declares that one partition for all records is intended. A maintained aggregate is spread over as many items, which a read adds up.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', shards: 4 },
  },
  upTo: {
    ...count(1_000_000),
    default: 10_000,
    title: 'Limit of a count',
    description: 'With `count`, the largest number that is returned, which bounds the cost.',
    example: { count: 'User', for: 'Query.userCount', where: { status: '$status' }, upTo: 1000 },
  },
  index: {
    ...text,
    title: 'Index',
    description:
      'Pins the index. `table` is the table’s primary key. `unique`, with `one`, finds the record by the guard of a unique value, with strong consistency and without an index. If left out, an existing key that serves the pattern, otherwise the first free index.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', index: 'GSI1' },
  },
  key: {
    ...templates,
    title: 'Key templates',
    description: 'Pins the templates of the index key, by attribute.',
    example: {
      many: 'User',
      for: 'Query.users',
      sort: 'createdAt',
      index: 'GSI1',
      key: { GSI1PK: 'USER', GSI1SK: '{createdAt}#{id}' },
    },
  },
  entry: {
    anyOf: [flag, entry],
    title: 'Index entry',
    description:
      'Stores a separate item for this pattern, because the record already uses its key of the index: `true`, or a mapping with details.',
    example: { many: 'User', for: 'Query.usersByRole', where: { role: '$role' }, sort: 'name', entry: true },
  },
  type: {
    ...each(text, {
      properties: {
        by: {
          ...source,
          title: 'Discriminator',
          description: 'The value that selects the type.',
          example: { by: '$parent.actorType', USER: 'User', CONTRACTOR: 'Contractor' },
        },
      },
      // The reader requires `by`, with a message of its own.
    }),
    title: 'Type of the record',
    description:
      'With `one` of an interface or union, the value that selects the entity. If left out, one batch get looks up every member that has an `id` key.',
    example: {
      one: 'Actor',
      for: 'AuditLog.actor',
      where: { id: '$parent.actorId' },
      type: { by: '$parent.actorType', USER: 'User', CONTRACTOR: 'Contractor' },
    },
  },
  consistent: {
    ...flag,
    title: 'Strongly consistent read',
    description: 'Reads all earlier writes. Not available on a global index.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' }, consistent: true },
  },
  cache: {
    ...cache,
    title: 'Cache',
    description:
      'For how long an answer may be given again, to anybody: rules still decide who may see it. A writer always reads what it wrote.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', cache: '2m' },
  },
  page: {
    ...page,
    title: 'Page sizes',
    description: 'The default and the maximum number of records of a page.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', page: { default: 10, max: 50 } },
  },
  distinct: {
    ...flag,
    title: 'Without duplicates',
    description:
      'With `many` through a join, a list contains each record once, at the first of the join records that lead to it. With `select`, it contains each value once.',
    example: {
      many: 'Book',
      for: 'Author.booksLent',
      through: { many: 'Loan', where: { authorId: '$parent.id' } },
      where: { id: '$through.bookId' },
      distinct: true,
    },
  },
  select: {
    ...text,
    title: 'One attribute',
    description:
      'With `one` and `many`, the field is this attribute of each record instead of the record: its type is that of the attribute, or a list of it. An index that has the attribute answers alone.',
    example: { many: 'User', for: 'Query.names', sort: 'name', select: 'name' },
  },
  limit: {
    ...source,
    title: 'Length of a list',
    description:
      'The number of results of a list, at most the `max` of `page`. If the argument is null, the default page size.',
    example: { many: 'Score', for: 'Query.topScores', sort: '-score', limit: '$n' },
  },
  allow: {
    ...name,
    title: 'Access rule',
    description: 'The rule that runs before anything is read and may refuse access.',
    example: { many: 'User', for: 'Query.users', sort: 'createdAt', allow: 'staff' },
  },
  visible: {
    ...name,
    title: 'Visibility rule',
    description:
      'The rule that decides whether this caller may see the record. If not, the result is null. With `one` only.',
    example: { one: 'User', for: 'Query.user', where: { id: '$id' }, visible: 'userVisible' },
  },
} as const satisfies Keys;

export const pattern = mapping(patternKeys, {
  noun: 'pattern',
  oneKind: {
    code: 'pattern-kind',
    hint: 'Write `one: Entity` for at most one record, `many: Entity` for a connection or list, `mixed: Union` for several entities, `count: Entity` for the number of records, `sum: Entity` for a sum, or `exists: Entity` for a Boolean.',
  },
});

export const patternSection = {
  heading: 'A pattern',
  intro: 'Under `patterns`, by name. Exactly one of the keys that say what is returned is required.',
  keys: patternKeys,
  path: ['patterns', 'example'],
  shown: 1,
} as const satisfies Section;
