/** A record and a page of its item collection by one Query: the same answers as by two requests. */

import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import type { IndexQuery, Item, Key, PageArguments } from 'tableloom/runtime';
import { rangeOf, time } from 'tableloom/runtime/generated';
import { beforeAll, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { member, members, own, type Visit, visits } from './support/domain.js';
import { openDatabase, type TestDatabase } from './support/engine.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
});

const atDay = (day: number) => `2026-01-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`;

interface Collection {
  readonly id: string;
  /** Where the parent's sort key lies. */
  readonly side: 'below' | 'above';
  readonly isThere: boolean;
  /** Days visits were on. */
  readonly days: readonly number[];
  /** How many other items stand between visits and parent. */
  readonly others: number;
  /** How large each of those and the parent is, in bytes. */
  readonly weight: number;
}

const parentKey = ({ id, side }: Collection): Key => ({
  PK: `MEMBER#${id}`,
  SK: side === 'below' ? 'METADATA' : 'ZENITH',
});

async function place(collection: Collection): Promise<void> {
  const { id, side, isThere, days, others, weight } = collection;
  const ballast = 'x'.repeat(weight);
  const items: Item[] = [
    ...(isThere ? [{ ...members.item(member({ id })), ...parentKey(collection), ballast }] : []),
    ...days.map((day) => visits.item(visitOn(id, day))),
    ...Array.from({ length: others }, (_, at) => ({
      PK: `MEMBER#${id}`,
      SK: `${side === 'below' ? 'NOTE' : 'WORD'}#${at}`,
      ballast,
    })),
    // Beyond both ends: never to be seen.
    { PK: `MEMBER#${id}`, SK: 'AAA' },
    { PK: `MEMBER#${id}`, SK: 'ZZZ' },
  ];
  const documents = DynamoDBDocumentClient.from(db.client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  for (let at = 0; at < items.length; at += 25) {
    const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [db.tableName]: puts } }));
  }
}

const visitOn = (id: string, day: number): Visit => ({
  id: `v${day}`,
  memberId: id,
  at: atDay(day),
  note: '',
});

interface Asked {
  readonly descending: boolean;
  readonly from: number | null;
  readonly to: number | null;
  readonly page: PageArguments;
}

const queryOf = ({ id }: Collection, { descending, from, to }: Omit<Asked, 'page'>): IndexQuery<Visit> => ({
  pattern: 'visits',
  entity: visits,
  index: own,
  partitions: { kind: 'one', key: `MEMBER#${id}` },
  sort: rangeOf(
    { from: from === null ? null : time(atDay(from)), to: to === null ? null : time(atDay(to)) },
    { head: 'VISIT#', terminated: true },
  ),
  descending,
  covering: { kind: 'all' },
  page: { default: 3, max: 20 },
});

/** A page and the parent, as an application reads them, and the requests it took. */
async function read(collection: Collection, asked: Asked, between?: number) {
  const session = db.database.session();
  const key = parentKey(collection);
  const parent = between === undefined ? undefined : { entity: members, key, head: 'VISIT#', between };
  db.requests.length = 0;
  const [page, record] = await Promise.all([
    session.connection(queryOf(collection, asked), asked.page, {}, { parent }),
    session.get(members, key),
  ]);
  const requests = db.requests.map(({ operation }) => operation);
  return { page: JSON.parse(JSON.stringify(page)) as unknown, record, requests };
}

const days = fc.uniqueArray(fc.nat(27), { maxLength: 12 });
const sizes = fc.nat(8);
const pages = fc.oneof(fc.record({ first: sizes }), fc.record({ last: sizes }), fc.constant({}));

let collections = 0;

test('whatever lies between, the page and the parent are what two requests bring, and never more requests', async () => {
  const bound = fc.option(fc.nat(27), { freq: 3 });
  const asks = fc.record({ descending: fc.boolean(), from: bound, to: bound, page: pages });
  const drawn = fc.record({
    side: fc.constantFrom<Collection['side']>('below', 'above'),
    isThere: fc.boolean(),
    days,
    others: fc.nat(5),
    weight: fc.constant(0),
  });
  await fc.assert(
    fc.asyncProperty(
      drawn,
      fc.array(fc.tuple(asks, fc.nat(6)), { minLength: 1, maxLength: 6 }),
      async (made, all) => {
        const collection = { ...made, id: `c${++collections}` };
        await place(collection);
        for (const [asked, between] of all) {
          const apart = await read(collection, asked);
          const together = await read(collection, asked, between);
          expect({ page: together.page, record: together.record }).toEqual({
            page: apart.page,
            record: apart.record,
          });
          if (between >= collection.others)
            expect(together.requests.length).toBeLessThanOrEqual(apart.requests.length);
        }
      },
    ),
    { numRuns: runs(30) },
  );
});

test.each(['below', 'above'] as const)(
  'a parent %s its children: one Query from its side, two requests from the other',
  async (side) => {
    const collection: Collection = {
      id: `side-${side}`,
      side,
      isThere: true,
      days: [1, 2, 3, 4, 5, 6],
      others: 2,
      weight: 0,
    };
    await place(collection);
    const near = { descending: side === 'above', from: null, to: null } as const;
    const far = { ...near, descending: side === 'below' };
    const operations = async (asked: Asked) => (await read(collection, asked, 2)).requests;
    expect(await operations({ ...near, page: { first: 2 } })).toEqual(['Query']);
    expect(db.requests[0]?.input).toMatchObject({ Limit: 6 });
    expect(await operations({ ...far, page: { last: 2 } })).toEqual(['Query']);
    expect(await operations({ ...far, page: { first: 2 } })).toEqual(['Query', 'GetItem']);
    // A bound at the far end is no hindrance, one at the parent's end is.
    const bounds = side === 'below' ? [{ to: 4 }, { from: 2 }] : [{ from: 2 }, { to: 4 }];
    expect(await operations({ ...near, ...bounds[0], page: { first: 2 } })).toEqual(['Query']);
    expect(await operations({ ...near, ...bounds[1], page: { first: 2 } })).toEqual(['Query', 'GetItem']);
  },
);

test('where large items between them end the request, the page is read by itself', async () => {
  const collection: Collection = {
    id: 'heavy',
    side: 'below',
    isThere: true,
    days: [1, 2, 3],
    others: 3,
    weight: 390_000,
  };
  await place(collection);
  const asked: Asked = { descending: false, from: null, to: null, page: { first: 2 } };
  const together = await read(collection, asked, 3);
  expect(together.requests).toEqual(['Query', 'Query']);
  const apart = await read(collection, asked);
  expect({ page: together.page, record: together.record }).toEqual({
    page: apart.page,
    record: apart.record,
  });
});
