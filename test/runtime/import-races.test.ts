/** What others write between an importer's reads and its writes is neither lost nor left behind. */
import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { customer, openShop } from '../support/import/shop.js';

/** Reads items one after the other, as DynamoDB may: no two of a BatchGetItem are of one moment. */
function onEachRead(client: DynamoDBClient, act: (reads: number) => Promise<void>): void {
  let reads = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetItemCommand') {
          const answer = await next(args);
          await act(++reads);
          return answer;
        }
        if (commandName !== 'BatchGetItemCommand') return next(args);
        const { RequestItems = {} } = args.input as BatchGetItemCommandInput;
        const Responses: NonNullable<BatchGetItemCommandOutput['Responses']> = {};
        let last = await next(args);
        for (const [table, { Keys = [], ...rest }] of Object.entries(RequestItems))
          for (const key of Keys) {
            last = await next({ ...args, input: { RequestItems: { [table]: { ...rest, Keys: [key] } } } });
            const { Responses: read } = last.output as BatchGetItemCommandOutput;
            Responses[table] = [...(Responses[table] ?? []), ...(read?.[table] ?? [])];
            await act(++reads);
          }
        return { ...last, output: { ...last.output, Responses, UnprocessedKeys: {} } };
      },
    { step: 'initialize' },
  );
}

test('a row that was read before does not replace the record of the row that a bridge wrote since', async () => {
  const { importer, open, put, row, record } = await openShop();
  await importer.enter('dual');
  const bridge = importer.bridge();
  const most = 6;
  for (let at = 1; at <= most; at++) {
    const id = `c${at}`;
    expect(await bridge.put('customers', customer(id, { changed: 'never' }))).toBe('rejected');
    await put('customers', customer(id, { name: 'second', about: 'read before' }));
    const other = open((client) =>
      onEachRead(client, async (reads) => {
        if (reads === at) await bridge.put('customers', customer(id, { name: 'third' }));
      }),
    );
    await other.retry({ sources: ['customers'] });
    // Where so much was not read, the second row stays.
    const stored = await row('customers', id);
    expect(await record('Customer', id)).toMatchObject({ name: stored?.['name'] });
  }
  expect((await importer.verify()).findings).toEqual([]);
  await bridge.close();
});

test('a record of a row that was deleted meanwhile is removed, however busy its items are', async () => {
  const { importer, open, put } = await openShop();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await put('tokens', { id: 'secret', holder: 'somebody' });
  let [isDeleted, refusals] = [false, 3];
  const other = open((client) =>
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const text = JSON.stringify(args.input);
          if (!isDeleted && text.includes('_source') && text.includes('"somebody"')) {
            isDeleted = true;
            await bridge.delete('tokens', { id: 'secret' });
          }
          const isRemoval = commandName === 'TransactWriteItemsCommand' && text.includes('"Delete"');
          if (isRemoval && refusals-- > 0)
            throw new TransactionCanceledException({
              message: 'Transaction cancelled',
              $metadata: {},
              CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
            });
          return next(args);
        },
      { step: 'initialize' },
    ),
  );
  expect((await other.run()).isComplete).toBe(true);
  expect([isDeleted, refusals]).toEqual([true, -1]);
  expect((await importer.verify()).findings).toEqual([]);
  await bridge.close();
});
