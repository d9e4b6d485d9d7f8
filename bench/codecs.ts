/** Generated keys, parameters and readers against what one would write by hand for lib-dynamodb, and its marshaller. */

import * as sdk from '@aws-sdk/util-dynamodb';
import { userCodec } from '../generated/items.js';
import { userKey } from '../generated/keys.js';
import { auditLogsOfUser } from '../generated/queries.js';
import { marshall, unmarshall } from '../src/runtime/client/marshall.js';
import { type Measured, median, timeCalls } from './measure.js';

const id = '0198f3c2-6a51-7cc1-8a2b-3d5e7f901234';
const at = '2026-01-31T09:30:00.000Z';

const item = {
  PK: `USER#${id}`,
  SK: 'METADATA',
  id,
  email: 'someone@example.com',
  name: 'Someone',
  role: 'MEMBER',
  status: 'ACTIVE',
  createdAt: at,
  updatedAt: at,
  version: 1,
  passwordHash: 'hash',
  sessionEpoch: 0,
};

/** Hand-written: the same query's range without escaping or checks. */
const byHand = (actorId: string, from: string) => ({
  key: `USER#${actorId}`,
  from: `AUDIT#${from}`,
  below: 'AUDIT$',
});

export function measureCodecs(rounds: number, calls: number): Measured[] {
  const hand = timeCalls(() => byHand(id, at), rounds, calls);
  const spread = timeCalls(() => ({ ...item }), rounds, calls);
  const wire = marshall(item);
  const marshalled = timeCalls(() => sdk.marshall(item, marshallOptions), rounds, calls);
  const unmarshalled = timeCalls(() => sdk.unmarshall(wire, { wrapNumbers: Number }), rounds, calls);
  return [
    { name: 'a query with a range, by hand, unescaped', unit: 'µs', values: hand },
    {
      name: 'a query with a range, generated',
      unit: 'µs',
      values: timeCalls(() => auditLogsOfUser({ actorId: id, from: at }), rounds, calls),
      against: median(hand),
    },
    { name: 'a primary key, generated', unit: 'µs', values: timeCalls(() => userKey({ id }), rounds, calls) },
    { name: 'a shallow copy of an item', unit: 'µs', values: spread },
    {
      name: 'reading an item, generated',
      unit: 'µs',
      values: timeCalls(() => userCodec.read(item), rounds, calls),
      against: median(spread),
    },
    { name: 'an item for DynamoDB, by the SDK', unit: 'µs', values: marshalled },
    {
      name: 'an item for DynamoDB, by src/runtime/client/marshall.ts',
      unit: 'µs',
      values: timeCalls(() => marshall(item), rounds, calls),
      against: median(marshalled),
    },
    { name: 'an item from DynamoDB, by the SDK', unit: 'µs', values: unmarshalled },
    {
      name: 'an item from DynamoDB, by src/runtime/client/marshall.ts',
      unit: 'µs',
      values: timeCalls(() => unmarshall(wire), rounds, calls),
      against: median(unmarshalled),
    },
  ];
}

/** As the seam has it. */
const marshallOptions = { removeUndefinedValues: true, allowImpreciseNumbers: true };
