import { each, type Keys, kindsOf, mapping, type Section, type Shape } from '../shape.js';
import { bindings, duration, fieldPath, flag, name, present, source, text } from '../values.js';

/** An argument, so that each call can have another value. */
const idempotencyKey = {
  type: 'string',
  pattern: '^\\$.',
  refusal: {
    message: '`{}` is a constant: every call would have the same idempotency key.',
    hint: 'Name an argument, as in `$token`.',
  },
} as const satisfies Shape;

const mutationKeys = {
  create: {
    ...text,
    isKind: true,
    title: 'Create',
    description: 'Creates a record of this entity.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input' },
  },
  update: {
    ...text,
    isKind: true,
    title: 'Update',
    description: 'Changes an existing record of this entity.',
    example: { update: 'User', for: 'Mutation.updateUser', where: { id: '$id' }, from: '$input' },
  },
  upsert: {
    ...text,
    isKind: true,
    title: 'Create or update',
    description: 'Changes the record, or creates it if it does not exist.',
    example: { upsert: 'Config', for: 'Mutation.setConfig', where: { key: '$input.key' }, from: '$input' },
  },
  put: {
    ...text,
    isKind: true,
    title: 'Create or replace',
    description:
      'Replaces the whole record, or creates it. Attributes without a value are cleared or get their default. Attributes that are immutable or generated on creation keep their values.',
    example: { put: 'Config', for: 'Mutation.putConfig', where: { key: '$input.key' }, from: '$input' },
  },
  touch: {
    ...text,
    isKind: true,
    title: 'Touch',
    description:
      'Changes the time at which a record of this entity expires, and nothing else. Fails with NOT_FOUND if it has expired.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, extend: '30d' },
  },
  delete: {
    ...text,
    isKind: true,
    title: 'Delete',
    description: 'Deletes a record of this entity. The field returns its last state.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' } },
  },
  for: {
    ...fieldPath,
    title: 'Answered field',
    description: 'The SDL field that the mutation answers.',
    example: { create: 'User', for: 'Mutation.signUp', from: '$input' },
    isRequired: true,
  },
  each: {
    ...source,
    title: 'One for each',
    description:
      'The argument with a list, for each element of which a record is written: `$each` is the element, `$each.sku` a field of it. All of them are one transaction, of at most 100 items.',
    example: { each: '$ids', delete: 'User', for: 'Mutation.deleteUsers', where: { id: '$each' } },
  },
  all: {
    ...name,
    title: 'All records of a pattern',
    description:
      'With `delete`, the `many` pattern whose records are deleted, as many as there are; `where` has its equalities. The field returns how many records were deleted.',
    example: {
      delete: 'User',
      all: 'usersOfTeam',
      for: 'Mutation.deleteUsers',
      where: { teamId: '$teamId' },
    },
  },
  where: {
    ...bindings,
    title: 'Key of the record',
    description: 'The values of the fields of the record’s key.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' } },
  },
  from: {
    ...source,
    title: 'Values',
    description:
      'The argument whose fields become the attributes of the same names. An absent field leaves its attribute unchanged, null clears it.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input' },
  },
  set: {
    ...each({ $ref: '#/definitions/value' }),
    title: 'Single values',
    description:
      'Attributes to set to constants, to values such as `$input.userId` or `$current.ownerId`, or to lists and documents made of them. For a DateTime, `now` and `now + 90d` are moments. `address.city`, `labels[$key]` and `lines[sku=$sku].count` are parts of attributes.',
    example: {
      update: 'User',
      for: 'Mutation.deactivateUser',
      where: { id: '$id' },
      set: { status: 'INACTIVE' },
    },
  },
  add: {
    ...bindings,
    title: 'Added numbers',
    description:
      'Numbers to add to the record’s current values. A negative number subtracts, and `-$points` is short for `subtract`. Fails with VALUE_INVALID if the result exceeds the range of the type.',
    example: { update: 'User', for: 'Mutation.countLogin', where: { id: '$id' }, add: { logins: 1 } },
  },
  subtract: {
    ...bindings,
    title: 'Subtracted numbers',
    description:
      'Numbers to subtract from the record’s current values. An argument that is negative fails with VALUE_INVALID, as does a result outside the range of the type.',
    example: { update: 'User', for: 'Mutation.spend', where: { id: '$id' }, subtract: { points: '$points' } },
  },
  append: {
    ...each(present),
    title: 'Appended elements',
    description: 'An element, or the elements of a list, to append to a list or add to a set.',
    example: { update: 'User', for: 'Mutation.addTag', where: { id: '$id' }, append: { tags: '$tag' } },
  },
  remove: {
    ...each(present),
    title: 'Removed elements',
    description:
      'An element, or the elements of a list, to remove from a list or set, at every position. Of a list of documents, the fields of those to remove, as in `{ lines: { sku: $sku } }`. Of a JSON document, the names of entries.',
    example: { update: 'User', for: 'Mutation.removeTag', where: { id: '$id' }, remove: { tags: '$tag' } },
  },
  require: {
    ...each({ $ref: '#/definitions/filter' }, { propertyNames: name }),
    title: 'Conditions',
    description:
      'Named conditions on the current record, written as filters. `$current.field` is another attribute of it. The first condition that is false fails with GUARD_FAILED and its name.',
    example: {
      update: 'User',
      for: 'Mutation.book',
      where: { id: '$id' },
      subtract: { seatsLeft: 1 },
      require: { seatLeft: { seatsLeft: { gt: 0 } } },
    },
  },
  messages: {
    ...each(text, { propertyNames: name }),
    title: 'Messages',
    description:
      'The message of the error where a condition of `require` is false, by its name. The code stays GUARD_FAILED.',
    example: {
      update: 'User',
      for: 'Mutation.book',
      where: { id: '$id' },
      require: { seatLeft: { seatsLeft: { gt: 0 } } },
      messages: { seatLeft: 'The course is full.' },
    },
  },
  to: {
    ...source,
    title: 'New time of expiry',
    description: 'With `touch`, the time at which the record expires.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, to: '$expiresAt' },
  },
  extend: {
    type: 'string',
    pattern: '^[1-9]\\d{0,5}[smhd]$',
    refusal: {
      message: '`{}` is not a duration.',
      hint: 'Write a number and `s`, `m`, `h` or `d`, as in `30d`.',
    },
    title: 'Time until expiry',
    description:
      'With `touch`, the time from now until the record expires, as in `30d`, `12h`, `15m`, `90s`.',
    example: { touch: 'User', for: 'Mutation.keepAlive', where: { id: '$id' }, extend: '30d' },
  },
  expect: {
    ...source,
    title: 'Expected revision',
    description: 'The revision that the caller last read. The write fails if the record has changed since.',
    example: {
      update: 'User',
      for: 'Mutation.updateUser',
      where: { id: '$id' },
      from: '$input',
      expect: '$input.version',
    },
  },
  untouched: {
    ...flag,
    title: 'Not counted as a change',
    description:
      'Leaves the fields with `generate: touch` as they are, for changes that are none to a reader.',
    example: {
      update: 'User',
      for: 'Mutation.countVisit',
      where: { id: '$id' },
      add: { visits: 1 },
      untouched: true,
    },
  },
  publish: {
    ...name,
    title: 'Published event',
    description:
      'The event type, under `events`, that reports the change. The event is written in the transaction of the change, and none where nothing changes.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input', publish: 'USER_CREATED' },
  },
  prepare: {
    ...name,
    title: 'Rule that provides the values',
    description: 'The rule that maps the arguments and the current record to values, instead of `from`.',
    example: { create: 'User', for: 'Mutation.createUser', prepare: 'newUser' },
  },
  alongside: {
    ...name,
    title: 'Rule that adds writes',
    description:
      'The rule that receives the record before and after the write and returns more writes for the same transaction.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input', alongside: 'audit' },
  },
  allow: {
    ...name,
    title: 'Access rule',
    description: 'The rule that runs before anything is read or written and may refuse access.',
    example: { delete: 'User', for: 'Mutation.deleteUser', where: { id: '$id' }, allow: 'admin' },
  },
  idempotent: {
    anyOf: [idempotencyKey, { $ref: '#/definitions/token' }],
    title: 'Idempotency key',
    description:
      'The argument that contains an idempotency key. A repeated call with the same key writes nothing and returns the first answer.',
    example: { create: 'User', for: 'Mutation.createUser', from: '$input', idempotent: '$token' },
  },
  transaction: {
    ...each({ $ref: '#/definitions/step' }, { propertyNames: name }),
    isKind: true,
    title: 'Transaction',
    description:
      'Several writes, by name, all or none of which take effect. A step can use a value of an earlier step, as in `$order.id`, if it is known before anything is written.',
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
    title: 'Returned step',
    description:
      'With `transaction`, the step whose record the field returns. If left out, the field’s type has a field for each step to return.',
    example: {
      for: 'Mutation.placeOrder',
      transaction: { order: { create: 'User', from: '$input' } },
      returns: 'order',
    },
  },
} as const satisfies Keys;

const idempotentKeys = {
  token: {
    ...idempotencyKey,
    title: 'Idempotency key',
    description: 'The argument that contains the idempotency key, a text chosen by the caller.',
    example: { token: '$token' },
    isRequired: true,
  },
  for: {
    ...duration('7d'),
    default: '24h',
    title: 'Retention',
    description: 'How long the idempotency key is remembered: minutes, hours or days.',
    example: { token: '$token', for: '7d' },
  },
} as const satisfies Keys;

const ofTransaction = ['for', 'allow', 'idempotent', 'transaction', 'returns'] as const;
type OfTransaction = (typeof ofTransaction)[number];

/** A step of a transaction is a mutation without the keys that belong to the whole transaction. */
const stepKeys = keysOfStep(mutationKeys);

function keysOfStep<K extends Keys>(keys: K): Omit<K, OfTransaction> {
  const excluded: ReadonlySet<string> = new Set<OfTransaction>(ofTransaction);
  const own = Object.entries(keys).filter(([key]) => !excluded.has(key));
  return Object.fromEntries(
    own.map(([key, row]) => {
      const example = Object.entries(row.example).filter(([other]) => !excluded.has(other));
      return [key, { ...row, example: Object.fromEntries(example) }];
    }),
  ) as Omit<K, OfTransaction>;
}

const oneKind = { code: 'mutation-kind', hint: 'Write exactly one, as in `create: Entity`.' } as const;

export const mutation = mapping(mutationKeys, { noun: 'mutation', oneKind });
export const step = mapping(stepKeys, { noun: 'step', oneKind });
export const idempotent = mapping(idempotentKeys);

export const mutationSection = {
  heading: 'A mutation',
  intro: `Under \`mutations\`, by name. Exactly one of ${quoted(mutationKeys)} is required.`,
  keys: mutationKeys,
  path: ['mutations', 'example'],
  shown: 1,
} as const satisfies Section;

export const stepSection = {
  heading: 'A step',
  intro: `Under \`transaction\` of a mutation, by name: a mutation without the keys of the whole transaction. Exactly one of ${quoted(stepKeys)} is required.`,
  keys: stepKeys,
  path: ['mutations', 'example', 'transaction', 'order'],
  shown: 1,
  around: { for: 'Mutation.placeOrder' },
} as const satisfies Section;

export const idempotentSection = {
  heading: 'A token',
  intro: 'Under `idempotent` of a mutation, to set more than the argument.',
  keys: idempotentKeys,
  path: ['mutations', 'example', 'idempotent'],
  shown: 1,
  around: { create: 'User', for: 'Mutation.createUser', from: '$input' },
} as const satisfies Section;

function quoted(keys: Keys): string {
  const names = kindsOf(keys).map((key) => `\`${key}\``);
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
