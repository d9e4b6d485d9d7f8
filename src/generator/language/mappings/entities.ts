import { encodeChoices } from '../../encodings.js';
import { each, type Keys, mapping, type Section } from '../shape.js';
import { count, duration, flag, name, templates, text, words } from '../values.js';
import { cache } from './caching.js';
import { bounds, generated, reference } from './entity-values.js';

const entityKeys = {
  table: {
    ...text,
    title: 'Table',
    description: 'The table that stores the entity. Optional if there is only one table.',
    example: { table: 'main' },
  },
  key: {
    ...templates,
    title: 'Primary key',
    description:
      'Pins the key templates of the table’s primary key, by attribute. If left out, the key is built from the identity.',
    example: { key: { PK: 'USER#{id}', SK: 'METADATA' } },
  },
  keys: {
    ...each(templates),
    title: 'Index keys',
    description:
      'Pins the key templates of indexes, by index and attribute, for whichever patterns read them. A record without a value for a hole is not in the index.',
    example: { keys: { GSI1: { GSI1PK: 'TEAM#{team}', GSI1SK: 'USER#{name}#{id}' } } },
  },
  identity: {
    ...words,
    title: 'Identity',
    description:
      'The fields that together identify a record. The primary key is built from them unless `key` pins it. If left out, `id`.',
    example: { identity: ['gameId', 'username'] },
  },
  stored: {
    ...each(text),
    title: 'Additional attributes',
    description: 'Stored attributes that are not part of the SDL type, with their types in SDL syntax.',
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
      anyOf: [{ type: 'string', enum: ['uuidv7', 'now', 'touch', 'revision'] }, generated],
    }),
    title: 'Generated values',
    description:
      'Attributes that every write fills in: `uuidv7` if the caller provides no value, `now` on creation, `touch` on every write. `revision` counts the writes and detects conflicting ones. `{ sequence: projectId }` numbers the records of each project without gaps.',
    example: { generate: { id: 'uuidv7', createdAt: 'now', updatedAt: 'touch', version: 'revision' } },
  },
  default: {
    ...each({ $ref: '#/definitions/value' }),
    title: 'Default values',
    description:
      'Constants for attributes that the caller leaves out on creation: values, lists and documents. `now + 30d` is a DateTime that long after the creation.',
    example: { default: { status: 'ACTIVE', logins: 0, tags: [] } },
  },
  readDefault: {
    ...words,
    title: 'Defaults of stored records',
    description:
      'Attributes whose `default` is also read from records that were stored without the attribute. The next write of a record stores it.',
    example: { default: { status: 'ACTIVE' }, readDefault: ['status'] },
  },
  renamed: {
    ...each(name),
    title: 'Renamed attributes',
    description:
      'What attributes were called before, and are called now. Records stored under the former name are read by it; the next write of a record, or `tableloom reindex`, stores the new name.',
    example: { renamed: { phone: 'phoneNumber' } },
  },
  normalize: {
    ...each({
      anyOf: [
        { type: 'string', enum: ['lowercase', 'trim'] },
        { type: 'array', items: { type: 'string', enum: ['lowercase', 'trim'] } },
      ],
    }),
    title: 'Normalized text',
    description: 'Transformations applied to a text, in this order, before it is stored or looked up.',
    example: { normalize: { email: ['trim', 'lowercase'] } },
  },
  encode: {
    ...each(text),
    title: 'Encoding in keys',
    description: `How fields are encoded in every key of the entity: ${encodeChoices}. \`{plain(field)}\` in a template is the field without the encoding.`,
    example: { encode: { rank: 'pad(6)', name: 'fold', score: 'invert' } },
  },
  compute: {
    ...each(name),
    title: 'Computed attributes',
    description:
      'Stored attributes that a rule computes from the rest of the record on every write. Index keys may use them.',
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
      'Attributes whose values are unique among all records. A list within the list is a compound value. A named constraint is shared by several entities.',
    example: { unique: ['email', ['tenantId', 'number']] },
  },
  immutable: {
    anyOf: [
      {
        type: 'boolean',
        const: true,
        refusal: {
          message: '`immutable` is `true` or a list of fields.',
          hint: 'Write `true`, or remove `immutable`.',
        },
      },
      text,
      { type: 'array', items: text },
    ],
    title: 'Immutable attributes',
    description: 'Attributes that no update changes. `true` makes the whole entity append-only.',
    example: { immutable: ['createdAt'] },
  },
  ttl: {
    ...text,
    title: 'Time of expiry',
    description: 'The DateTime attribute at which a record expires. The table must have a `ttl` attribute.',
    example: { ttl: 'expiresAt' },
  },
  sets: {
    ...words,
    title: 'Sets',
    description:
      'Lists of text or numbers that are stored as DynamoDB sets, without duplicates and in ascending order.',
    example: { sets: ['tags'] },
  },
  references: {
    ...each({ anyOf: [text, reference] }, { propertyNames: name }),
    title: 'References',
    description:
      'References to records that must exist: the referenced entity by field, or a named reference with its fields and what happens when the other record is deleted. A field without a value references nothing.',
    example: { references: { customerId: 'Customer', shopId: { to: 'Shop', onDelete: 'restrict' } } },
  },
  movable: {
    ...words,
    title: 'Key fields that may change',
    description:
      'Fields of the primary key that an update may change. The update moves the record: one transaction deletes it under the old key and puts it under the new one. It fails with ALREADY_EXISTS if another record has the new key.',
    example: { key: { PK: 'PAGE#{slug}', SK: 'METADATA' }, stored: { slug: 'ID!' }, movable: ['slug'] },
  },
  transitions: {
    ...each(each(words)),
    title: 'State transitions',
    description:
      'For each value of an enum field, the values that may follow it. A value that is not listed is final. Keeping a value is always allowed. Every update and upsert checks this and otherwise fails with GUARD_FAILED.',
    example: { transitions: { status: { PENDING: ['ACTIVE', 'REVOKED'], ACTIVE: 'REVOKED' } } },
  },
  validate: {
    ...each({ anyOf: [name, bounds] }),
    title: 'Validation',
    description:
      'For each field, its bounds and pattern, or a rule that receives the value and the record and returns an error message or nothing. It runs when a value is created or changed, and fails with VALUE_INVALID.',
    example: { validate: { email: { min: 3, max: 254 }, seats: { min: 0 }, name: 'nameProblem' } },
  },
  singleton: {
    ...flag,
    title: 'Singleton',
    description:
      'The entity has exactly one record, whose key has no holes. A `one` pattern finds it without `where`.',
    example: { singleton: true },
  },
  keep: {
    anyOf: [count(1000), duration('90d')],
    title: 'Retention',
    description:
      'With `historyOf`, how many versions of a record are kept, or how long each version is kept; if left out, all are. With `events`, how long events are kept: `30d` if left out.',
    example: { historyOf: 'Account', keep: '90d' },
  },
  historyOf: {
    ...text,
    title: 'History of an entity',
    description:
      'Makes this entity the history of another one. Every write stores a copy of the record as a version.',
    example: { historyOf: 'User', key: { PK: 'USER#{id}', SK: 'VERSION#{version}' } },
  },
  cache: {
    ...cache,
    title: 'Cache',
    description:
      'For how long each process may answer with a record that was read by its key. A process drops a record that it writes, and with a waker also one that others write, if that publishes an event. A writer always reads what it wrote.',
    example: { cache: '5m' },
  },
  events: {
    ...flag,
    title: 'Events',
    description:
      'Makes this entity the project’s events: mutations with `publish` store them in the transaction of their change. Of `id`, `type`, `entity`, `entityId`, `revision`, `actor`, `before`, `after`, `timestamp`, `lane`, `key`, `previous` and `expiresAt`, what its SDL type lacks is stored and not shown.',
    example: { events: true },
  },
} as const satisfies Keys;

export const entity = mapping(entityKeys, { noun: 'entity' });

export const entitySection = {
  heading: 'An entity',
  intro: 'Under `entities`, by the name of its SDL type.',
  keys: entityKeys,
  path: ['entities', 'User'],
  shown: 1,
} as const satisfies Section;
