import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  IdempotentParameterMismatchException,
  PutItemCommand,
  QueryCommand,
  ResourceNotFoundException,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEngine, type TestEngine, uniqueName } from '../support/engines.js';
import { createTable, failure, get, type Item, N, put, S } from './table.js';

let engine: TestEngine;
let table: string;
/** A partition of its own for every test. */
let pk: string;

beforeAll(async () => {
  engine = await openEngine();
  table = await createTable(engine.client);
});
afterAll(() => engine.close());
beforeEach(() => {
  pk = uniqueName('tx');
});

const key = (sk: string): Item => ({ PK: S(pk), SK: S(sk) });
const read = (sk: string) => get(engine.client, table, pk, sk);

function write(
  items: TransactWriteItem[],
  more: Partial<TransactWriteItemsCommandInput> = {},
): Promise<unknown> {
  return engine.client.send(new TransactWriteItemsCommand({ TransactItems: items, ...more }));
}

const putItem = (sk: string, item: Item = {}, more: object = {}): TransactWriteItem => ({
  Put: { TableName: table, Item: { ...key(sk), ...item }, ...more },
});
const addOne = (sk: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: key(sk),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': N(1) },
  },
});
const check = (sk: string, ConditionExpression: string, more: object = {}): TransactWriteItem => ({
  ConditionCheck: { TableName: table, Key: key(sk), ConditionExpression, ...more },
});

async function canceled(promise: Promise<unknown>): Promise<TransactionCanceledException> {
  const error = await failure(promise);
  expect(error).toBeInstanceOf(TransactionCanceledException);
  return error as TransactionCanceledException;
}

describe('TransactWriteItems', () => {
  test('puts, updates, deletes and checks together', async () => {
    await put(engine.client, table, { ...key('old'), v: S('x') }, { ...key('there'), v: S('y') });
    await write([
      putItem('new', { v: S('a'), G1P: S(pk), G1S: S('s') }),
      addOne('counted'),
      { Delete: { TableName: table, Key: key('old'), ConditionExpression: 'attribute_exists(PK)' } },
      check('there', 'attribute_exists(PK)'),
    ]);
    expect(await read('new')).toMatchObject({ v: S('a') });
    expect(await read('counted')).toEqual({ ...key('counted'), n: N(1) });
    expect(await read('old')).toBeUndefined();
    expect(await read('there')).toEqual({ ...key('there'), v: S('y') });
  });

  test('keeps global and local indexes', async () => {
    const query = (IndexName: string, name: string) =>
      engine.client.send(
        new QueryCommand({
          TableName: table,
          IndexName,
          KeyConditionExpression: `${name} = :p`,
          ExpressionAttributeValues: { ':p': S(pk) },
          ProjectionExpression: 'SK',
        }),
      );
    const found = async () =>
      Promise.all(
        [query('GSI1', 'G1P'), query('GSI3', 'G1P'), query('LSI1', 'PK')].map(async (page) =>
          ((await page).Items ?? []).map((item) => item.SK?.S).sort(),
        ),
      );
    await write([
      putItem('a', { G1P: S(pk), G1S: S('1'), L1S: S('l') }),
      putItem('b', { G1P: S(pk), G1S: S('2') }),
      putItem('c'),
    ]);
    expect(await found()).toEqual([['a', 'b'], ['a', 'b'], ['a']]);
    await write([
      {
        Update: { TableName: table, Key: key('a'), UpdateExpression: 'REMOVE G1P, L1S' },
      },
      { Delete: { TableName: table, Key: key('b') } },
      putItem('c', { G1P: S(pk), G1S: S('3'), L1S: S('m') }),
    ]);
    expect(await found()).toEqual([['c'], ['c'], ['c']]);
  });

  test('does nothing if one condition fails, and says which and why', async () => {
    await put(engine.client, table, { ...key('taken'), v: S('mine') });
    const error = await canceled(
      write([
        putItem('free'),
        putItem(
          'taken',
          {},
          {
            ConditionExpression: 'attribute_not_exists(PK)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        ),
        check('missing', 'attribute_exists(PK)', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        putItem('taken too', {}, { ConditionExpression: 'attribute_exists(PK)' }),
        addOne('counted'),
      ]),
    );
    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
      'ConditionalCheckFailed',
      'ConditionalCheckFailed',
      'None',
    ]);
    expect(error.message).toBe(
      'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        '[None, ConditionalCheckFailed, ConditionalCheckFailed, ConditionalCheckFailed, None]',
    );
    const [none, taken, missing, takenToo] = error.CancellationReasons ?? [];
    expect(none?.Message).toBeUndefined();
    // DynamoDB Local ends the message of a ConditionCheck with a full stop.
    expect(taken?.Message).toBe('The conditional request failed');
    expect(taken?.Item).toEqual({ ...key('taken'), v: S('mine') });
    expect(missing?.Item).toBeUndefined();
    expect(takenToo?.Item).toBeUndefined();
    expect(await read('free')).toBeUndefined();
    expect(await read('counted')).toBeUndefined();
    expect(await read('taken')).toEqual({ ...key('taken'), v: S('mine') });
  });

  test('a condition sees the state before the transaction, not its own writes', async () => {
    await put(engine.client, table, { ...key('a'), n: N(1) });
    await write([
      {
        Update: {
          TableName: table,
          Key: key('a'),
          UpdateExpression: 'SET n = n + :one',
          ConditionExpression: 'n = :one',
          ExpressionAttributeValues: { ':one': N(1) },
        },
      },
      check('b', 'attribute_not_exists(PK)'),
    ]);
    expect(await read('a')).toMatchObject({ n: N(2) });
  });

  test('an update that cannot be applied cancels everything', async () => {
    await put(engine.client, table, { ...key('a'), text: S('x') });
    const broken: TransactWriteItem = {
      Update: {
        TableName: table,
        Key: key('a'),
        UpdateExpression: 'SET m = nowhere',
      },
    };
    const error = await failure(write([putItem('b'), broken]));
    // DynamoDB Local 1.25 answers a plain ValidationException; the service lists this message under the
    // cancellation reasons of code ValidationError.
    if (engine.kind === 'embedded') {
      expect(error).toBeInstanceOf(TransactionCanceledException);
      expect((error as TransactionCanceledException).CancellationReasons).toEqual([
        { Code: 'None' },
        {
          Code: 'ValidationError',
          Message: 'The provided expression refers to an attribute that does not exist in the item',
        },
      ]);
    } else expect(error.name).toBe('ValidationException');
    expect(await read('b')).toBeUndefined();
  });

  test('an item that would grow beyond 400 KB cancels everything', async () => {
    await put(engine.client, table, { ...key('a'), half: S('x'.repeat(300_000)) });
    const grow: TransactWriteItem = {
      Update: {
        TableName: table,
        Key: key('a'),
        UpdateExpression: 'SET more = :v',
        ExpressionAttributeValues: { ':v': S('x'.repeat(200_000)) },
      },
    };
    const error = await canceled(write([putItem('b'), grow]));
    expect(error.CancellationReasons?.[1]).toEqual({
      Code: 'ValidationError',
      Message: 'Item size to update has exceeded the maximum allowed size',
    });
    expect(await read('b')).toBeUndefined();
    expect(Object.keys((await read('a')) ?? {}).sort()).toEqual(['PK', 'SK', 'half']);
  });

  test('a key of the wrong type cancels everything', async () => {
    const error = await canceled(write([putItem('b'), putItem('c', { SK: N(1) })]));
    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
    expect(await read('b')).toBeUndefined();
  });

  test('an index key of the wrong type cancels everything', async () => {
    const error = await canceled(write([putItem('b'), putItem('c', { G1P: N(1) })]));
    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
    expect(await read('b')).toBeUndefined();
  });

  test.each([
    ['no item', () => []],
    ['more than 100 items', () => Array.from({ length: 101 }, (_, at) => putItem(`k${at}`))],
    ['an item without an action', () => [{}]],
    ['an item with two actions', () => [{ ...putItem('a'), ...addOne('b') }]],
    ['two actions on one item', () => [putItem('a'), check('a', 'attribute_exists(PK)')]],
    ['a syntax error', () => [check('a', 'attribute_exists(')]],
    [
      'an unused value',
      () => [
        putItem(
          'a',
          {},
          { ConditionExpression: 'attribute_exists(PK)', ExpressionAttributeValues: { ':u': N(1) } },
        ),
      ],
    ],
    ['an item above 400 KB', () => [putItem('a'), putItem('b', { big: S('x'.repeat(410_000)) })]],
    [
      'more than 4 MB',
      () => Array.from({ length: 12 }, (_, at) => putItem(`k${at}`, { big: S('x'.repeat(390_000)) })),
    ],
  ])('refuses %s', async (_, items) => {
    expect((await failure(write(items()))).name).toBe('ValidationException');
    expect(await read('a')).toBeUndefined();
    expect(await read('k0')).toBeUndefined();
  });

  test('says so when two actions are on one item', async () => {
    const error = await failure(write([putItem('a'), addOne('a')]));
    expect(error.message).toBe('Transaction request cannot include multiple operations on one item');
  });

  test('refuses an empty key', async () => {
    // DynamoDB Local 1.25 answers a plain ValidationException where we, like the service, cancel.
    const error = await failure(write([putItem('a'), putItem('')]));
    expect(['TransactionCanceledException', 'ValidationException']).toContain(error.name);
    expect(await read('a')).toBeUndefined();
  });

  test('refuses a table that is not there', async () => {
    const external = { Put: { TableName: uniqueName('missing'), Item: key('a') } };
    expect(await failure(write([putItem('a'), external]))).toBeInstanceOf(ResourceNotFoundException);
    expect(await read('a')).toBeUndefined();
  });

  test('takes 100 items', async () => {
    await write(Array.from({ length: 100 }, (_, at) => putItem(`k${at}`)));
    expect(await read('k0')).toBeDefined();
    expect(await read('k99')).toBeDefined();
  });

  test('takes items of several tables', async () => {
    const other = await createTable(engine.client);
    await write([putItem('a'), { Put: { TableName: other, Item: key('a') } }]);
    expect(await read('a')).toBeDefined();
    expect(await get(engine.client, other, pk, 'a')).toBeDefined();
  });
});

describe('ClientRequestToken', () => {
  test('a repeated request succeeds without being applied again', async () => {
    const token = { ClientRequestToken: pk.slice(-36) };
    await write([addOne('a')], token);
    await write([addOne('a')], token);
    expect(await read('a')).toMatchObject({ n: N(1) });
  });

  test('the same token with another request is refused', async () => {
    const token = { ClientRequestToken: pk.slice(-36) };
    await write([addOne('a')], token);
    expect(await failure(write([addOne('b')], token))).toBeInstanceOf(IdempotentParameterMismatchException);
    expect(await read('b')).toBeUndefined();
  });

  test('a cancelled request does not use its token up', async () => {
    const token = { ClientRequestToken: pk.slice(-36) };
    const request = [addOne('a'), check('b', 'attribute_exists(PK)')];
    await canceled(write(request, token));
    await put(engine.client, table, key('b'));
    await write(request, token);
    expect(await read('a')).toMatchObject({ n: N(1) });
  });

  test('two at once are applied once', async () => {
    const token = { ClientRequestToken: pk.slice(-36) };
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => write([addOne('a')], token)));
    // DynamoDB Local may answer a conflict to some of them; none is applied twice.
    if (engine.kind === 'embedded') expect(results.map(({ status }) => status)).not.toContain('rejected');
    expect(await read('a')).toMatchObject({ n: N(1) });
  });

  test('is at most 36 characters long', async () => {
    const error = await failure(write([addOne('a')], { ClientRequestToken: 'x'.repeat(37) }));
    expect(error.name).toBe('ValidationException');
  });
});

describe('TransactGetItems', () => {
  const getItem = (sk: string, more: object = {}) => ({ Get: { TableName: table, Key: key(sk), ...more } });
  const send = (TransactItems: object[]) =>
    engine.client.send(new TransactGetItemsCommand({ TransactItems: TransactItems as never }));

  test('answers in the order asked for, with gaps for what is not there', async () => {
    await put(engine.client, table, { ...key('a'), v: N(1), w: N(2) }, { ...key('b'), v: N(3) });
    const { Responses } = await send([
      getItem('b'),
      getItem('missing'),
      getItem('a', { ProjectionExpression: 'v' }),
    ]);
    expect(Responses?.map(({ Item }) => Item)).toEqual([{ ...key('b'), v: N(3) }, undefined, { v: N(1) }]);
  });

  test.each([
    ['no item', () => []],
    ['one item twice', () => [getItem('a'), getItem('a')]],
    ['more than 100 items', () => Array.from({ length: 101 }, (_, at) => getItem(`k${at}`))],
  ])('refuses %s', async (_, items) => {
    expect((await failure(send(items()))).name).toBe('ValidationException');
  });

  test('refuses a table that is not there', async () => {
    const external = { Get: { TableName: uniqueName('missing'), Key: key('a') } };
    expect(await failure(send([getItem('a'), external]))).toBeInstanceOf(ResourceNotFoundException);
  });

  test('never sees half of a transaction', async () => {
    const both = (n: number) => write([putItem('x', { n: N(n) }), putItem('y', { n: N(n) })]);
    await both(0);
    let writing = true;
    const writer = (async () => {
      for (let n = 1; n <= 50; n++) await both(n).catch(() => undefined);
      writing = false;
    })();
    const seen = new Set<string>();
    while (writing) {
      // DynamoDB Local may cancel a read that meets a write.
      const answer = await send([getItem('x'), getItem('y')]).catch(() => undefined);
      const [x, y] = answer?.Responses?.map(({ Item }) => Item?.n?.N) ?? [];
      expect(x).toBe(y);
      if (x !== undefined) seen.add(x);
    }
    await writer;
    expect(seen.size).toBeGreaterThan(1);
  });
});

describe('together with writes of single items', () => {
  test('64 transactions and updates on one counter lose none', async () => {
    const attempt = async (at: number): Promise<void> => {
      for (;;) {
        try {
          if (at % 2 === 0) return void (await write([addOne('counter'), putItem(`log${at}`)]));
          const { Update } = addOne('counter');
          return void (await engine.client.send(new UpdateItemCommand(Update as never)));
        } catch (error) {
          // DynamoDB Local answers conflicts, as the service does.
          if (!(error instanceof Error) || !/Conflict|Canceled/.test(error.name)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, at) => attempt(at)));
    expect(await read('counter')).toMatchObject({ n: N(64) });
  });
});

describe('conditions of single writes', () => {
  test('show the old item when asked for it', async () => {
    const old = { ...key('a'), v: N(1) };
    await put(engine.client, table, old);
    const condition = {
      TableName: table,
      ConditionExpression: 'attribute_not_exists(PK)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    const errors = await Promise.all([
      failure(engine.client.send(new PutItemCommand({ ...condition, Item: key('a') }))),
      failure(engine.client.send(new DeleteItemCommand({ ...condition, Key: key('a') }))),
      failure(
        engine.client.send(
          new UpdateItemCommand({ ...condition, Key: key('a'), UpdateExpression: 'REMOVE v' }),
        ),
      ),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConditionalCheckFailedException);
      expect((error as ConditionalCheckFailedException).Item).toEqual(old);
      expect(error.message).toBe('The conditional request failed');
    }
    expect(await read('a')).toEqual(old);
  });

  test('show nothing when not asked, or when there is nothing', async () => {
    await put(engine.client, table, key('a'));
    const put1 = new PutItemCommand({
      TableName: table,
      Item: key('a'),
      ConditionExpression: 'attribute_not_exists(PK)',
    });
    const put2 = new PutItemCommand({
      TableName: table,
      Item: key('b'),
      ConditionExpression: 'attribute_exists(PK)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    for (const command of [put1, put2]) {
      const error = await failure(engine.client.send(command));
      expect((error as ConditionalCheckFailedException).Item).toBeUndefined();
    }
  });
});
