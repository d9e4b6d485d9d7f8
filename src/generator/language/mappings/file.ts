import { each, type Keys, mapping, type Section, type Shape } from '../shape.js';
import { fieldPath, name } from '../values.js';
import { access } from './access.js';
import { rate, review, size } from './review.js';

const small = { version: 1, tables: { main: { name: 'app', key: ['PK', 'SK'] } }, entities: { User: {} } };

/** Fields that other resolvers answer: `Type.*` is all of a type. */
const fieldPaths = {
  ...fieldPath,
  refusal: { ...fieldPath.refusal, hint: 'Write `Type.field` or `Type.*`.' },
} as const satisfies Shape;

const fileKeys = {
  version: {
    type: 'integer',
    const: 1,
    refusal: { message: 'The version of the language is `1`.', hint: 'Write `version: 1`.' },
    title: 'Version of the language',
    description: 'Always 1.',
    example: small,
    isRequired: true,
  },
  tables: {
    ...each({ $ref: '#/definitions/table' }, { propertyNames: name }),
    title: 'Tables',
    description:
      'The DynamoDB tables, by the names that entities use for them. If left out, one table, `entities`, with the key `[PK, SK]`.',
    example: small,
  },
  entities: {
    ...each({ $ref: '#/definitions/entity' }, { propertyNames: name }),
    title: 'Entities',
    description:
      'The SDL object types that are stored. The attributes of an entity are the SDL fields that no pattern or rule answers, and those under `stored`.',
    example: small,
    isRequired: true,
  },
  patterns: {
    ...each({ $ref: '#/definitions/pattern' }, { propertyNames: name }),
    title: 'Access patterns',
    description: 'The reads, by name.',
    example: {
      ...small,
      patterns: { user: { one: 'User', for: 'Query.user', where: { id: '$id' } } },
    },
  },
  mutations: {
    ...each({ $ref: '#/definitions/mutation' }, { propertyNames: name }),
    title: 'Mutations',
    description: 'The writes, by name.',
    example: {
      ...small,
      mutations: { createUser: { create: 'User', for: 'Mutation.createUser', from: '$input' } },
    },
  },
  rules: {
    ...each({ $ref: '#/definitions/rule' }, { propertyNames: name }),
    title: 'Rules',
    description:
      'Hand-written rules, by name: rules that answer a field, and details of rules that patterns, mutations and entities name, such as their files.',
    example: { ...small, rules: { signIn: { for: 'Mutation.signIn', in: 'sessions' } } },
  },
  access: {
    ...access,
    title: 'Access',
    description: 'The roles that `@allow` of the schema names, and the rule that says who sends a request.',
    example: { ...small, access: { roles: ['Role', 'CONTRACTOR'], viewer: 'caller' } },
  },
  events: {
    ...each({ $ref: '#/definitions/event' }, { propertyNames: name }),
    title: 'Event types',
    description:
      'The types of events, by name. Mutations publish them; the entity with `events: true` stores them, in the transaction of the change.',
    example: { ...small, events: { USER_CREATED: { of: 'User', fields: 'email' } } },
  },
  subscriptions: {
    ...each({ $ref: '#/definitions/subscription' }, { propertyNames: name }),
    title: 'Subscriptions',
    description: 'What clients may subscribe to, by name.',
    example: {
      ...small,
      subscriptions: {
        userChanged: { on: 'USER_UPDATED', for: 'Subscription.userChanged', since: '$since' },
      },
    },
  },
  scalars: {
    ...each(
      {
        type: 'string',
        enum: ['text', 'integer', 'decimal', 'boolean', 'time', 'document'],
      },
      { propertyNames: name },
    ),
    title: 'Scalars',
    description:
      'What the values of custom scalars of the schema are: `text`, `integer` (whole numbers up to 2^53 - 1), `decimal`, `boolean`, `time` (a moment, stored in UTC) or `document` (any JSON). `DateTime`, `JSON` and the number scalars of graphql-scalars are known; any other is text.',
    example: { ...small, scalars: { AWSTimestamp: 'integer', AWSDateTime: 'time' } },
  },
  external: {
    anyOf: [fieldPaths, { type: 'array', items: fieldPaths }],
    title: 'External fields',
    description:
      'Fields that your own resolvers answer: `Type.field`, or `Type.*` for every field of the type that nothing else answers.',
    example: { ...small, external: ['Query.weather', 'Forecast.*'] },
  },
  sizes: {
    ...each(size, { propertyNames: name }),
    title: 'Sizes',
    description:
      'How many records there are and how large they are, by entity. Only `tableloom review` uses it, for what patterns, storage and a reindex cost.',
    example: { ...small, sizes: { User: { records: 120_000, bytes: 900 } } },
  },
  rates: {
    ...each(rate, { propertyNames: name }),
    title: 'Rates',
    description:
      'How often patterns, mutations and rules are called in a second, by name. Only `tableloom review` uses it, for the cost of a month and the load of partitions.',
    example: { ...small, rates: { user: 12, createUser: { average: 0.5, peak: 40 } } },
  },
  review: {
    ...review,
    title: 'Reviews',
    description: 'The policy of `tableloom review`: limits, severities, waivers and prices.',
    example: { ...small, review: { severity: { 'api-safe': 'off' } } },
  },
} as const satisfies Keys;

export const file = mapping(fileKeys, {
  title: 'access-patterns.yaml',
  description: 'The access patterns of a Tableloom application.',
});

export const fileSection = {
  heading: 'The file',
  intro: 'The top-level keys.',
  keys: fileKeys,
  path: [],
  shown: 0,
} as const satisfies Section;
