/** Types of events, and subscriptions to them. */

import type { Keys, Section } from '../shape.js';
import { mapping } from '../shape.js';
import { count, fieldPath, name, text, words } from '../values.js';

const eventTypeKeys = {
  of: {
    ...text,
    title: 'Entity',
    description: 'The entity whose changes the events report.',
    example: { of: 'User' },
    isRequired: true,
  },
  fields: {
    ...words,
    title: 'Fields',
    description:
      'The attributes of the record that an event contains, as they were before the change and as they are after it. If left out, none. Secret attributes are refused.',
    example: { of: 'User', fields: ['email', 'name'] },
  },
  shards: {
    ...count(100),
    default: 1,
    title: 'Shards',
    description:
      'Over how many partitions a day’s events of the type are spread, for types with more than a thousand events a second.',
    example: { of: 'User', shards: 4 },
  },
} as const satisfies Keys;

export const eventType = mapping(eventTypeKeys, { noun: 'event type' });

export const eventTypeSection = {
  heading: 'An event',
  intro: 'Under `events`, by the name of its type.',
  keys: eventTypeKeys,
  path: ['events', 'USER_UPDATED'],
  shown: 1,
} as const satisfies Section;

const around = { on: 'USER_UPDATED', for: 'Subscription.userChanged', since: '$since' };

const subscriptionKeys = {
  on: {
    ...words,
    title: 'Event types',
    description: 'The types whose events are delivered.',
    example: { ...around, on: ['USER_CREATED', 'USER_UPDATED'] },
    isRequired: true,
  },
  for: {
    ...fieldPath,
    title: 'Answered field',
    description:
      'The field of `Subscription` that it answers. The field’s type is an object type of its own: one `String!` field for the cursor, and optionally a nullable field for the event and nullable fields for the records as they are now.',
    example: { ...around, for: 'Subscription.userEvents' },
    isRequired: true,
  },
  since: {
    type: 'string',
    pattern: '^\\$.',
    refusal: {
      message: '`{}` is a constant: every subscriber would begin at the same event.',
      hint: 'Name an argument, as in `$since`.',
    },
    title: 'Where to resume',
    description:
      'The argument, of type `String`, with the cursor of the last delivery or with a moment. Events after it are delivered first. If it is null, delivery begins with what happens from now on.',
    example: { ...around, since: '$after' },
    isRequired: true,
  },
  filter: {
    $ref: '#/definitions/filter',
    title: 'Filter',
    description:
      'Which events are delivered: conditions on fields that each of the types declares, on fields of the record’s key, and on `type`, `entityId` and `actor`. A comparison whose argument is absent vanishes.',
    example: { ...around, filter: { status: '$status' } },
  },
  allow: {
    ...name,
    title: 'Access rule',
    description:
      'The rule that may refuse access. It runs when a subscription begins, and again before each delivery.',
    example: { ...around, allow: 'staff' },
  },
  visible: {
    ...name,
    title: 'Visibility rule',
    description: 'The rule that decides for each event whether the viewer sees it.',
    example: { ...around, visible: 'ownEvents' },
  },
} as const satisfies Keys;

export const subscription = mapping(subscriptionKeys, { noun: 'subscription' });

export const subscriptionSection = {
  heading: 'A subscription',
  intro: 'Under `subscriptions`, by name.',
  keys: subscriptionKeys,
  path: ['subscriptions', 'example'],
  shown: 1,
  around,
} as const satisfies Section;
