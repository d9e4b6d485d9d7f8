/** Filters against an oracle in memory, on a real engine. */

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import {
  allOf,
  anyOf,
  atLeast,
  atMost,
  beginsWith,
  between,
  type Condition,
  contains,
  equal,
  exists,
  filterOf,
  greaterThan,
  lessThan,
  not,
  notEqual,
  oneOf,
  size,
  underAnyName,
} from 'tableloom/runtime/generated';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../src/embedded/index.js';
import { runs } from '../support/runs.js';

interface Thing {
  readonly SK: string;
  readonly count?: number;
  readonly name?: string;
  readonly tags?: readonly string[];
}

/** What is asked, what DynamoDB is sent for it and what is right. */
interface Asked {
  readonly condition: Condition;
  readonly matches: ((thing: Thing) => boolean) | undefined;
}

const texts = ['', 'a', 'ab', 'b', '#', '😀', 'a#b'];
const things: Thing[] = Array.from({ length: 40 }, (_, at) => ({
  SK: String(at).padStart(3, '0'),
  ...(at % 5 === 0 ? {} : { count: (at % 7) - 3 }),
  ...(at % 4 === 0 ? {} : { name: texts[at % texts.length] ?? '' }),
  ...(at % 3 === 0 ? {} : { tags: texts.slice(0, at % 4) }),
}));

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const number = fc.integer({ min: -4, max: 4 });
const text = fc.constantFrom(...texts);

const sizes = [
  ['=', (a, b) => a === b],
  ['<>', (a, b) => a !== b],
  ['<', (a, b) => a < b],
  ['>=', (a, b) => a >= b],
] as const satisfies readonly (readonly [string, (a: number, b: number) => boolean])[];

/** A comparison that vanishes where its value is null. */
function leaf<T>(value: T | null, condition: Condition, matches: (thing: Thing, value: T) => boolean): Asked {
  return { condition, matches: value === null ? undefined : (thing) => matches(thing, value) };
}

const leaves = fc.oneof(
  maybe(number).map((n) => leaf(n, equal('count', n), (thing, v) => thing.count === v)),
  maybe(number).map((n) => leaf(n, notEqual('count', n), (thing, v) => thing.count !== v)),
  maybe(number).map((n) =>
    leaf(n, lessThan('count', n), (thing, v) => thing.count !== undefined && thing.count < v),
  ),
  maybe(number).map((n) =>
    leaf(n, atMost('count', n), (thing, v) => thing.count !== undefined && thing.count <= v),
  ),
  maybe(number).map((n) =>
    leaf(n, greaterThan('count', n), (thing, v) => thing.count !== undefined && thing.count > v),
  ),
  maybe(number).map((n) =>
    leaf(n, atLeast('count', n), (thing, v) => thing.count !== undefined && thing.count >= v),
  ),
  fc.tuple(maybe(number), maybe(number)).map(
    ([from, to]): Asked => ({
      condition: between('count', from, to),
      matches:
        from === null && to === null
          ? undefined
          : ({ count }) =>
              count !== undefined && (from === null || count >= from) && (to === null || count <= to),
    }),
  ),
  maybe(fc.array(text, { maxLength: 3 })).map((list) =>
    leaf(list, oneOf('name', list), (thing, v) => thing.name !== undefined && v.includes(thing.name)),
  ),
  maybe(fc.boolean()).map((is) =>
    leaf(is, exists('name', is), (thing, v) => (thing.name !== undefined) === v),
  ),
  maybe(text).map((t) => leaf(t, contains('tags', t), (thing, v) => thing.tags?.includes(v) ?? false)),
  maybe(text.filter((t) => t !== '')).map((t) =>
    leaf(t, beginsWith('name', t), (thing, v) => thing.name?.startsWith(v) ?? false),
  ),
  maybe(fc.nat(4)).map((n) =>
    leaf(n, size('tags', '>=', n), (thing, v) => thing.tags !== undefined && thing.tags.length >= v),
  ),
  ...sizes.map(([operator, isTrue]) =>
    maybe(fc.nat(4)).map((n) =>
      leaf(n, size('tags', operator, n, 0), (thing, v) => isTrue(thing.tags?.length ?? 0, v)),
    ),
  ),
);

const { asked } = fc.letrec<{ asked: Asked }>((tie) => ({
  asked: fc.oneof(
    { depthSize: 'small' },
    leaves,
    fc
      .array(tie('asked'), { maxLength: 3 })
      .map((parts) => combine(parts, allOf, (results) => results.every(Boolean))),
    fc
      .array(tie('asked'), { maxLength: 3 })
      .map((parts) => combine(parts, anyOf, (results) => results.some(Boolean))),
    tie('asked').map(
      ({ condition, matches }): Asked => ({
        condition: not(condition),
        matches: matches && ((thing) => !matches(thing)),
      }),
    ),
  ),
}));

function combine(
  parts: readonly Asked[],
  join: (...conditions: readonly Condition[]) => Condition,
  decide: (results: readonly boolean[]) => boolean,
): Asked {
  const given = parts.flatMap(({ matches }) => matches ?? []);
  return {
    condition: join(...parts.map((part) => part.condition)),
    matches: given.length === 0 ? undefined : (thing) => decide(given.map((matches) => matches(thing))),
  };
}

describe('a filter', () => {
  let close: () => Promise<void>;
  let client: DynamoDBDocumentClient;

  beforeAll(async () => {
    const engine = await openEmbedded();
    const plain = new DynamoDBClient(engine.clientConfig);
    client = DynamoDBDocumentClient.from(plain);
    close = async () => {
      plain.destroy();
      await engine.close();
    };
    await plain.send(
      new CreateTableCommand({
        TableName: 'things',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'PK', AttributeType: 'S' },
          { AttributeName: 'SK', AttributeType: 'S' },
        ],
      }),
    );
    for (const thing of things)
      await client.send(new PutCommand({ TableName: 'things', Item: { PK: 'p', ...thing } }));
  });
  afterAll(() => close());

  it('keeps exactly the items its conditions hold for, absent arguments asking nothing', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ condition, matches }) => {
        const filter = filterOf(condition);
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: 'things',
            KeyConditionExpression: 'PK = :p',
            ...(filter && { FilterExpression: filter.expression }),
            ...(filter &&
              Object.keys(filter.names).length > 0 && { ExpressionAttributeNames: { ...filter.names } }),
            ExpressionAttributeValues: { ':p': 'p', ...filter?.values },
          }),
        );
        const right = things.filter((thing) => matches?.(thing) ?? true);
        expect(Items.map((item) => item.SK)).toEqual(right.map((thing) => thing.SK));
      }),
      { numRuns: runs(60) },
    );
  });

  it('of an attribute that was renamed is absent where its argument is, under `not` too', () => {
    const sized = (most: number | null) => underAnyName(['marks', 'points'], (name) => size(name, '<', most));
    expect(filterOf(not(sized(null)))).toBeUndefined();
    expect(not(sized(2))?.holds({ points: [1, 2] })).toBe(true);
    expect(not(sized(2))?.holds({ points: [1] })).toBe(false);
    expect(not(sized(2))?.holds({ marks: [1], points: [1, 2] })).toBe(false);
  });
});
