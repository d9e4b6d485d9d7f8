import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  ExecuteStatementCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { create, type DocumentCommand, type Session } from 'tableloom/runtime';
import { beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { member, memberKey, members } from './support/domain.js';
import { openDatabase, type TestDatabase } from './support/engine.js';

let db: TestDatabase;
let session: Session;
const flag = (SK: string) => ({ PK: 'FLAGS', SK });

beforeAll(async () => {
  db = await openDatabase({ capacity: true });
});
beforeEach(() => {
  session = db.database.session();
  db.requests.length = 0;
});

describe('requests of users', () => {
  test('are sent by the document client, with tables named as in access-patterns.yaml', async () => {
    const { document } = session;
    const item = { ...flag('beta'), tags: new Set(['a', 'b']), nested: { at: [1, null, true] } };
    await document.send(new PutCommand({ TableName: 'main', Item: item }));
    const { Item } = await document.send(new GetCommand({ TableName: 'main', Key: flag('beta') }));
    expect(Item).toEqual(item);
    const { Attributes } = await document.send(
      new UpdateCommand({
        TableName: 'main',
        Key: flag('beta'),
        UpdateExpression: 'SET nested.#at[0] = :n',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':n': 2 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ ...item, nested: { at: [2, null, true] } });
    const { Items, Count } = await document.send(
      new QueryCommand({
        TableName: 'main',
        KeyConditionExpression: 'PK = :p',
        ExpressionAttributeValues: { ':p': 'FLAGS' },
      }),
    );
    expectTypeOf(Count).toEqualTypeOf<number | undefined>();
    expect(Items).toEqual([Attributes]);
    expect((await document.send(new ScanCommand({ TableName: 'main' }))).Items).toContainEqual(Attributes);
    await document.send(new DeleteCommand({ TableName: 'main', Key: flag('beta') }));
    expect(
      db.requests.map(({ operation, input }) => [operation, 'TableName' in input && input.TableName]),
    ).toEqual(
      ['PutItem', 'GetItem', 'UpdateItem', 'Query', 'Scan', 'DeleteItem'].map((one) => [one, db.tableName]),
    );
  });

  test('name tables in batches and transactions, and in what comes back by table', async () => {
    const { document } = session;
    const put = (SK: string) => ({ PutRequest: { Item: { ...flag(SK), on: true } } });
    const { UnprocessedItems } = await document.send(
      new BatchWriteCommand({ RequestItems: { main: [put('a'), put('b')] } }),
    );
    expect(UnprocessedItems).toEqual({});
    const { Responses } = await document.send(
      new BatchGetCommand({ RequestItems: { main: { Keys: [flag('a'), flag('none')] } } }),
    );
    expect(Responses).toEqual({ main: [{ ...flag('a'), on: true }] });
    await document.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: 'main', Item: flag('c') } },
          { Delete: { TableName: 'main', Key: flag('a') } },
          {
            Update: {
              TableName: 'main',
              Key: flag('d'),
              UpdateExpression: 'SET n = :n',
              ExpressionAttributeValues: { ':n': 1 },
            },
          },
          {
            ConditionCheck: {
              TableName: 'main',
              Key: flag('b'),
              ConditionExpression: 'attribute_exists(PK)',
            },
          },
        ],
      }),
    );
    const { Responses: found } = await document.send(
      new TransactGetCommand({
        TransactItems: ['a', 'c', 'd'].map((SK) => ({ Get: { TableName: 'main', Key: flag(SK) } })),
      }),
    );
    expect(found?.map(({ Item }) => Item)).toEqual([undefined, flag('c'), { ...flag('d'), n: 1 }]);
  });

  test('keys that were left unprocessed come back under the name they were requested by', async () => {
    const lazy = db.open({
      faults: [
        {
          on: ({ operation }) => operation === 'BatchGetItem',
          answer: (_, request) => ({ Responses: {}, UnprocessedKeys: request.RequestItems }),
        },
      ],
    });
    const RequestItems = { main: { Keys: [flag('a')] } };
    const { UnprocessedKeys } = await lazy.session().document.send(new BatchGetCommand({ RequestItems }));
    expect(UnprocessedKeys).toEqual(RequestItems);
  });

  test('count: requests, steps and units of the session, and reports to the observer', async () => {
    const get = () => session.document.send(new GetCommand({ TableName: 'main', Key: flag('none') }));
    await Promise.all([get(), get()]);
    await session.get(members, memberKey({ id: 'none' }));
    await session.document.send(new PutCommand({ TableName: 'main', Item: flag('count') }));
    expect(session.stats()).toEqual({ requests: 4, steps: 3, readUnits: 1.5, writeUnits: 1 });
    expect(db.requests.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  test('keep to the number of requests a session has under way', async () => {
    let underWay = 0;
    let most = 0;
    const limited = db
      .open({
        limits: { concurrency: 2 },
        delay: async () => {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setTimeout(resolve, 5));
          underWay -= 1;
        },
      })
      .session();
    const get = () => limited.document.send(new GetCommand({ TableName: 'main', Key: flag('none') }));
    await Promise.all(Array.from({ length: 6 }, get));
    expect([most, limited.stats().requests]).toEqual([2, 6]);
  });

  test('are aborted with the session; one that writes is carried to its end', async () => {
    const gone = new AbortController();
    const slow = db
      .open({ delay: () => new Promise((resolve) => setTimeout(resolve, 50)) })
      .session({ signal: gone.signal });
    const reading = slow.document.send(new GetCommand({ TableName: 'main', Key: flag('none') }));
    const other = db.open({ delay: () => new Promise((resolve) => setTimeout(resolve, 50)) });
    const writing = other
      .session({ signal: gone.signal })
      .document.send(new PutCommand({ TableName: 'main', Item: flag('to-its-end') }));
    setTimeout(() => gone.abort(), 10);
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await writing;
    const sent = db.requests.length;
    const late = new PutCommand({ TableName: 'main', Item: flag('late') });
    await expect(slow.document.send(late)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(db.requests).toHaveLength(sent);
    const { Item } = await session.document.send(
      new GetCommand({ TableName: 'main', Key: flag('to-its-end') }),
    );
    expect(Item).toEqual(flag('to-its-end'));
  });

  test('are sent again where DynamoDB throttles, until the deadline', async () => {
    const throttled = (times: number) =>
      db
        .open({
          limits: { deadlineMs: 400 },
          maxAttempts: 1,
          faults: [
            { on: ({ sequence }) => sequence <= times, error: { name: 'ThrottlingException' } },
            { on: () => true },
          ],
        })
        .session();
    const get = new GetCommand({ TableName: 'main', Key: flag('none') });
    const patient = throttled(2);
    await patient.document.send(get);
    expect(patient.stats().requests).toBe(3);
    await expect(throttled(1000).document.send(get)).rejects.toMatchObject({ code: 'BUSY' });
  });
});

describe('numbers', () => {
  const stored = async (numbers: Record<string, unknown>) => {
    const key = flag('numbers');
    await session.document.send(new PutCommand({ TableName: 'main', Item: { ...key, ...numbers } }));
    const { Item } = await session.document.send(new GetCommand({ TableName: 'main', Key: key }));
    const { PK: _pk, SK: _sk, ...rest } = Item ?? {};
    return rest;
  };

  test('whole ones beyond 2^53 are bigint, to the last of 38 digits; others are numbers', async () => {
    const exact = { big: 9_007_199_254_740_993n, digits: 12345678901234567890123456789012345678n };
    expect(await stored(exact)).toEqual(exact);
    const small = { zero: 0, last: Number.MAX_SAFE_INTEGER, part: 0.1, tiny: 1e-130, list: [1.5, -2] };
    expect(await stored(small)).toEqual(small);
    expect(await stored({ counts: new Set([1n, 2n ** 60n]) })).toEqual({ counts: new Set([1, 2n ** 60n]) });
  });

  test('a number beyond 2^53 is stored with the 17 digits that tell its double: who needs all sends a bigint', async () => {
    const { double } = await stored({ double: 2 ** 60 });
    expect(double).toBe(1_152_921_504_606_847_000n);
    expect(Number(double)).toBe(2 ** 60);
  });
});

describe('what fails', () => {
  const absent = 'attribute_not_exists(PK)';

  test('a condition is GUARD_FAILED, alone or in a transaction; the cause tells what DynamoDB said', async () => {
    const Item = flag('once');
    const put = { TableName: 'main', Item, ConditionExpression: absent } as const;
    await session.document.send(new PutCommand(put));
    await expect(session.document.send(new PutCommand(put))).rejects.toMatchObject({
      code: 'GUARD_FAILED',
      cause: { name: 'ConditionalCheckFailedException' },
    });
    const TransactItems = [{ Put: { ...put, Item: flag('other') } }, { Put: put }];
    await expect(session.document.send(new TransactWriteCommand({ TransactItems }))).rejects.toMatchObject({
      code: 'GUARD_FAILED',
      cause: { CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }] },
    });
  });

  test.each([
    ['NaN', { n: Number.NaN }, 'Special numeric value NaN is not allowed'],
    ['an instance of a class', { at: new Date(0) }, 'Unsupported type passed'],
    ['an empty set', { tags: new Set() }, 'Pass a non-empty set'],
  ])('%s is VALUE_INVALID, and nothing is sent', async (_, values, message) => {
    const Item = { ...flag('invalid'), ...values };
    await expect(session.document.send(new PutCommand({ TableName: 'main', Item }))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining(`The request was not sent: ${message}`),
    });
  });

  test('a table without a physical name is CONFIGURATION, and no request', async () => {
    const get = new GetCommand({ TableName: 'other', Key: flag('a') });
    await expect(session.document.send(get)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message:
        'The database was given no physical name for the table "other": add it to its option `tables`.',
    });
    expect(session.stats().requests).toBe(0);
  });

  test('a connection that breaks is STORAGE_UNAVAILABLE', async () => {
    const broken = db.open({ faults: [{ on: () => true, loseAnswer: true }], maxAttempts: 1 });
    const get = new GetCommand({ TableName: 'main', Key: flag('a') });
    await expect(broken.session().document.send(get)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('PartiQL is refused: its statements name tables in text', async () => {
    const statement = new ExecuteStatementCommand({ Statement: 'SELECT * FROM main' });
    // @ts-expect-error it is not a DocumentCommand
    expectTypeOf(statement).toMatchTypeOf<DocumentCommand>();
    await expect(session.document.send(statement as unknown as GetCommand)).rejects.toThrow(
      'db.document.send takes the commands of @aws-sdk/lib-dynamodb that read or write items, not ExecuteStatementCommand.',
    );
  });
});

test('after a write of the user the session reads anew', async () => {
  const key = memberKey({ id: 'm' });
  await session.write(create(members, () => member({ id: 'm', name: 'Old' })));
  expect((await session.get(members, key))?.name).toBe('Old');
  await session.document.send(
    new UpdateCommand({
      TableName: 'main',
      Key: key,
      UpdateExpression: 'SET #n = :n',
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':n': 'New' },
    }),
  );
  expect((await session.get(members, key))?.name).toBe('New');
});
