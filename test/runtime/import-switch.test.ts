/** Changes of phase: at once, interrupted, and while an import runs. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { customer, openShop } from '../support/import/shop.js';
import { once } from './migrate/support/importing.js';

/** A change that is interrupted once everybody has seen it, and while former writes are waited for. */
async function interrupted(shop: Awaited<ReturnType<typeof openShop>>, phase: 'legacy' | 'dual') {
  const end = new AbortController();
  const onWait = (waiting: number) => waiting === 0 && end.abort();
  return shop.open(undefined, 600_000).enter(phase, { signal: end.signal, onWait });
}

test('a change that was interrupted is not settled until it is made again', async () => {
  const shop = await openShop();
  expect(await interrupted(shop, 'dual')).toMatchObject({ phase: 'dual', isSettled: false });
  expect(await shop.importer.status()).toMatchObject({ phase: 'dual', isSettled: false });
  await expect(shop.importer.run()).rejects.toMatchObject({ code: 'CONFIGURATION' });
  await shop.importer.enter('dual');
  expect(await shop.importer.status()).toMatchObject({ phase: 'dual', isSettled: true });
  expect(await shop.importer.run()).toMatchObject({ isComplete: true });
});

test('on the way back to `legacy` rows are imported all the while', async () => {
  const shop = await openShop();
  await shop.importer.enter('dual');
  await shop.importer.run();
  expect(await interrupted(shop, 'legacy')).toMatchObject({ phase: 'legacy', isSettled: false });
  expect(await shop.importer.run()).toMatchObject({ isComplete: true });
  expect(await interrupted(shop, 'legacy')).toMatchObject({ isSettled: false });
  expect(await shop.importer.run()).toMatchObject({ isComplete: true });
});

test('of two changes at once one is made, and the other one is refused', async () => {
  const shop = await openShop();
  await shop.importer.enter('dual');
  await shop.importer.run();
  await shop.importer.enter('shadow');
  const answers = await Promise.allSettled([shop.open().enter('dual'), shop.open().enter('legacy')]);
  const { phase } = await shop.importer.status();
  const made = answers.filter(({ status }) => status === 'fulfilled');
  expect(made).toMatchObject([{ value: { phase } }]);
  expect(answers).toContainEqual(
    expect.objectContaining({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'CONFIGURATION' }),
    }),
  );
});

test('a slower change does not take back that a later one is settled', async () => {
  const shop = await openShop();
  let slow: Promise<unknown> | undefined;
  await new Promise<void>((resolve) => {
    const onWait = (waiting: number) => waiting === 0 && resolve();
    slow = expect(shop.open(undefined, 500).enter('dual', { onWait })).rejects.toMatchObject({
      code: 'CONFIGURATION',
    });
  });
  await shop.importer.enter('dual');
  await slow;
  expect(await shop.importer.run()).toMatchObject({ isComplete: true });
});

test('a run that began before the phase `new` overwrites nothing in it', async () => {
  const shop = await openShop();
  await shop.put('customers', customer('c1', { email: 'same@x', changed: 1 }));
  await shop.put('customers', customer('c2', { email: 'same@x', changed: 2 }));
  await shop.importer.enter('dual');
  await shop.importer.run();
  await shop.importer.enter('shadow');
  const bridge = shop.importer.bridge();
  // It looks again at the row that was merged.
  const change = async () => {
    await shop.importer.enter('new');
    await bridge.put('customers', customer('c1', { email: 'own@x', name: 'changed in new', changed: 3 }));
    await shop.put('customers', customer('c1', { email: 'own@x', name: 'by another program', changed: 4 }));
  };
  const other = shop.open((client: DynamoDBClient) => {
    once(client, { before: /BatchGetItem/ }, 'CUSTOMER#c1', change);
  });
  await expect(other.run()).rejects.toMatchObject({ code: 'CONFIGURATION' });
  expect(await shop.record('Customer', 'c1')).toMatchObject({ name: 'changed in new' });
  await bridge.close();
});
