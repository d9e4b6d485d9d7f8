/** The shape of import.yaml. */
import { each, type Keys, mapping, type Section, type Shape } from '../shape.js';
import { constant, flag, name, text, value, words } from '../values.js';

/** A constant, a list, or a document. */
const anyValue = value;

const names = {
  type: 'string',
  pattern: '^[A-Za-z][\\w-]*$',
  refusal: name.refusal,
} as const satisfies Shape;

const fieldKeys = {
  from: {
    ...words,
    title: 'Attributes',
    description:
      'The attribute of the row, or several in the order of preference: the first that has a value counts. Null and empty text are no values.',
    example: { from: ['createdAt', 'updatedAt'] },
  },
  transform: {
    ...words,
    title: 'Transforms',
    description:
      'Functions that the value passes through: `trim`, `lowercase`, `uppercase`, `text`, `moment`, `json`, `hash` (SHA-256), `uuid` (a UUID that the value decides), or those of the module of `transforms`.',
    example: { from: 'email', transform: ['trim', 'lowercase'] },
  },
  map: {
    ...each(constant, { minProperties: 1 }),
    title: 'Value map',
    description:
      'What values become, whatever their case. A value that is not in it rejects the row, unless there is `otherwise`. On the way back, the first key with the value counts.',
    example: { from: 'role', map: { admin: 'ADMIN', employee: 'MEMBER' } },
  },
  otherwise: {
    ...constant,
    title: 'Other values',
    description: 'What values become that are not in the map.',
    example: { from: 'role', map: { admin: 'ADMIN' }, otherwise: 'READONLY' },
  },
  value: {
    ...anyValue,
    title: 'Constant',
    description: 'The value of every record.',
    example: { value: 'USER' },
  },
  default: {
    ...anyValue,
    title: 'Default',
    description:
      'Where there is no value: a constant, `{ field: other }` or `{ time: import }`, the time at which the import began. If left out, the default of access-patterns.yaml.',
    example: { from: 'createdAt', default: { time: 'import' } },
  },
  references: {
    ...text,
    title: 'Reference',
    description:
      'The source whose row the value names. The field gets the key of the record that the row became, or was merged into.',
    example: { from: 'userId', references: 'users' },
  },
  missing: {
    anyOf: [
      { type: 'string', enum: ['reject', 'keep', 'clear'] },
      { type: 'object', additionalProperties: value },
    ],
    title: 'Missing reference',
    description:
      'What happens where the named row is gone: `reject` the row, `keep` the value, `clear` it, or `{ value: … }`. If left out, `reject`.',
    example: { from: 'userId', references: 'users', missing: { value: 'former-user' } },
  },
  unit: {
    type: 'string',
    enum: ['iso', 'milliseconds', 'seconds'],
    default: 'iso',
    title: 'Form of a moment',
    description: 'How rows have the moment, for the way back. All forms are read.',
    example: { from: 'expiresAt', unit: 'milliseconds' },
  },
  oneWay: {
    ...flag,
    title: 'One-way',
    description: 'The field does not go back to rows: of hashes, and of functions without a way back.',
    example: { from: 'token', transform: 'hash', oneWay: true },
  },
} as const satisfies Keys;

const fieldShape = {
  anyOf: [text, mapping(fieldKeys, { noun: 'field' })],
  refusal: {
    message: 'The attribute is missing.',
    hint: 'Write `field: attribute`, or `field: { from: attribute }`.',
  },
} as const satisfies Shape;

const uniqueKeys = {
  newest: {
    ...text,
    title: 'Winner',
    description: 'The field whose greatest value wins. Of equal ones, the row with the least key.',
    example: { newest: 'updatedAt' },
    isRequired: true,
  },
  others: {
    type: 'string',
    enum: ['merge', 'reject'],
    default: 'merge',
    title: 'Other rows',
    description: '`merge`: references to them lead to the winner. `reject`: they are rejected as duplicates.',
    example: { newest: 'updatedAt', others: 'reject' },
  },
} as const satisfies Keys;

const rejectKeys = {
  field: {
    ...text,
    title: 'Field',
    description: 'The field of the record that decides.',
    example: { field: 'expiresAt', when: 'past' },
    isRequired: true,
  },
  when: {
    type: 'string',
    enum: ['past'],
    title: 'Moment',
    description: '`past`: the moment is before the time at which the import began.',
    example: { field: 'expiresAt', when: 'past' },
  },
  in: {
    type: 'array',
    items: constant,
    minItems: 1,
    title: 'Values',
    description: 'The field has one of these values.',
    example: { field: 'category', in: ['obsolete'] },
  },
} as const satisfies Keys;

const sourceKeys = {
  table: {
    ...text,
    title: 'Table',
    description: 'The name of the table, in which `${VARIABLE}` is replaced by an environment variable.',
    example: { table: '${LEGACY_PREFIX}-users', key: 'id', entity: 'User', fields: { id: 'id' } },
    isRequired: true,
  },
  key: {
    ...words,
    title: 'Key',
    description:
      'The attributes of the table’s primary key: the partition attribute and, if there is one, the sort attribute.',
    example: { table: 'logs', key: ['day', 'id'], entity: 'Log', fields: { id: 'id' } },
    isRequired: true,
  },
  entity: {
    ...text,
    title: 'Entity',
    description: 'The entity that the rows become.',
    example: { table: 'users', key: 'id', entity: 'User', fields: { id: 'id' } },
    isRequired: true,
  },
  secret: {
    ...words,
    title: 'Secret attributes',
    description:
      'Attributes whose values appear nowhere but in the source. Where the key is among them, the account has digests of keys.',
    example: { table: 'tokens', key: 'token', entity: 'Token', secret: 'token', fields: { id: 'token' } },
  },
  fields: {
    ...each(fieldShape, { propertyNames: name }),
    title: 'Fields',
    description: 'What each field of the record is made of. `field: attribute` takes the attribute as it is.',
    example: { table: 'users', key: 'id', entity: 'User', fields: { id: 'id', name: { from: 'fullName' } } },
    isRequired: true,
  },
  unique: {
    ...each(mapping(uniqueKeys, { noun: 'unique value' })),
    title: 'Collisions',
    description:
      'What happens where several rows have one value of a unique field. If left out, every row after the first is rejected.',
    example: {
      table: 'users',
      key: 'id',
      entity: 'User',
      fields: { id: 'id' },
      unique: { email: { newest: 'updatedAt' } },
    },
  },
  reject: {
    ...each(mapping(rejectKeys, { noun: 'rejection' }), { propertyNames: names }),
    title: 'Rejections',
    description: 'Rows that do not become records. The name is reported as the code.',
    example: {
      table: 'tokens',
      key: 'id',
      entity: 'Token',
      fields: { id: 'id' },
      reject: { expired: { field: 'expiresAt', when: 'past' } },
    },
  },
  oneWay: {
    ...flag,
    title: 'One-way',
    description:
      'Records that are new do not become rows. Those of imported rows go back as far as their fields do.',
    example: { table: 'tokens', key: 'token', entity: 'Token', fields: { id: 'token' }, oneWay: true },
  },
} as const satisfies Keys;

const fileKeys = {
  version: {
    type: 'integer',
    const: 1,
    refusal: { message: 'The version of the mapping file is `1`.', hint: 'Write `version: 1`.' },
    title: 'Version',
    description: 'Always 1.',
    example: { version: 1, sources: {} },
    isRequired: true,
  },
  transforms: {
    ...text,
    title: 'Module of transforms',
    description: 'A TypeScript file whose exports are the project’s own transforms, by name.',
    example: { version: 1, transforms: 'src/import/transforms.ts', sources: {} },
  },
  sources: {
    ...each(mapping(sourceKeys, { noun: 'source' }), { propertyNames: names }),
    title: 'Sources',
    description: 'The tables that are imported, by name.',
    example: { version: 1, sources: {} },
    isRequired: true,
  },
} as const satisfies Keys;

export const importFile: Shape = mapping(fileKeys);

export const importKeys = {
  file: fileKeys,
  source: sourceKeys,
  field: fieldKeys,
  unique: uniqueKeys,
  reject: rejectKeys,
} as const;

/** For the reference in docs/importing.md. */
export const importSections: readonly Section[] = [
  { heading: 'The file', intro: 'The top level of `import.yaml`.', keys: fileKeys, path: [], shown: 0 },
  {
    heading: 'A source',
    intro: 'A table and the entity that its rows become.',
    keys: sourceKeys,
    path: ['sources', 'users'],
    shown: 1,
  },
  {
    heading: 'A field',
    intro: 'What a field of the record is made of.',
    keys: fieldKeys,
    path: ['sources', 'users', 'fields', 'email'],
    shown: 1,
  },
  {
    heading: 'Collisions',
    intro: 'Rows that have one value of a unique field.',
    keys: uniqueKeys,
    path: ['sources', 'users', 'unique', 'email'],
    shown: 1,
  },
  {
    heading: 'Rejections',
    intro: 'Rows that do not become records.',
    keys: rejectKeys,
    path: ['sources', 'tokens', 'reject', 'expired'],
    shown: 1,
  },
];
