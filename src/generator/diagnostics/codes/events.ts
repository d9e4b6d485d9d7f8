import type { CodeRows } from './row.js';

export const eventCodes = {
  'event-log': {
    meaning:
      'The entity with `events: true` cannot store events: there are several, an attribute has another type than events have or is one that nothing fills, it has settings that events cannot have, its table has no `ttl` or no sort key, or something else writes its records.',
    remedy:
      'Keep one such entity, with the attributes of an event only, in a table with a sort key and a `ttl` attribute.',
  },
  'event-key': {
    meaning:
      'The key that the entity with `events: true` pins does not serve the reading of one type’s events of one day.',
    remedy:
      'Pin a partition key with `{type}` and `{day(timestamp)}`, and `{lane}` where a type has `shards`, and a sort key that begins with `{timestamp}` and contains `{id}`; or remove `key`.',
  },
  'event-type': {
    meaning:
      'An event type names no entity that it can report, or a field that the entity lacks or keeps secret; it is not a value of the enum that the event’s `type` is; or no entity stores events.',
    remedy:
      'Name an entity and its attributes, add the value to the enum, and declare an entity with `events: true`.',
  },
  'publish-type': {
    meaning:
      'A mutation publishes an event type that is not declared or reports another entity, or its kind cannot publish: a `touch`, or a `delete` with `all`, which takes several transactions.',
    remedy: 'Name a type that is `of` the mutation’s entity, or remove `publish`.',
  },
  'event-unused': {
    meaning:
      'A warning: no mutation publishes an event type, and there is no rule that could. Subscribers wait in vain.',
    remedy: 'Add `publish` to a mutation, or remove the type.',
  },
  'subscription-field': {
    meaning:
      'A subscription answers a field of another type than `Subscription`, names an event type that is not declared, or `since` is not a nullable argument.',
    remedy: 'Name a field of `Subscription`, event types, and an argument of type `String`.',
  },
  'subscription-payload': {
    meaning:
      'The type of a subscription’s field is not what is delivered: an object type of its own with one `String!` field for the cursor, at most one nullable field for the event, and nullable fields for the records that its event types report.',
    remedy: 'Change the type, or answer the other fields with patterns or rules.',
  },
  'subscription-filter': {
    meaning:
      'The filter of a subscription compares something that not every event has: fields that each event type declares, fields of the record’s key, `type`, `entityId` and `actor` are there.',
    remedy: 'Add the field to each event type, or compare another one.',
  },
} as const satisfies CodeRows;
