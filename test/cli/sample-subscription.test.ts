import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { sampleSubscription } from '../../src/cli/dev/sample-subscription.js';

const plant = 'type Plant { name: String! label(language: ID!): String id: ID! room: Room! notes: [Plant!] }';
const types = `type Query { plant: Plant } enum Room { KITCHEN } ${plant}`;

test.each([
  [
    'type Subscription { plants(since: String): Change! } type Change { cursor: String! plant: Plant }',
    '{ plants { cursor plant { room id name } } }',
  ],
  [
    'type Subscription { plant(id: ID!): Plant! room: Plant! }',
    '{ room { name id room notes { room id name } } }',
  ],
  ['type Subscription { plants: Change! } type Change { of(id: ID!): Plant }', '{ plants { __typename } }'],
])('%s: %s', (subscriptions, sample) => {
  const schema = buildSchema(types + subscriptions);
  const made = sampleSubscription(schema) ?? '';
  expect(made).toBe(`subscription ${sample}`);
  expect(validate(schema, parse(made))).toEqual([]);
});

test('there is none without subscriptions, or where all need arguments', () => {
  expect(sampleSubscription(buildSchema(types))).toBeUndefined();
  const schema = buildSchema(`${types} type Subscription { plant(id: ID!): Plant! }`);
  expect(sampleSubscription(schema)).toBeUndefined();
});
