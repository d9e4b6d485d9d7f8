/** Servers write while a table is verified: of a table that is well nothing is reported, and one that is not becomes well. */

import type { Write } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { Dice } from '../../support/dice.js';
import { runs } from '../../support/runs.js';
import { openShop, type Shop } from './support/shop.js';

const ids = Array.from({ length: 12 }, (_, at) => `c${at}`);
const codes = [
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'UNIQUE_VIOLATION',
  'REFERENCE_MISSING',
  'REFERENCED',
  'CONFLICT',
  'BUSY',
];

function drawWrite(dice: Dice, { writes }: Shop): Write<object> {
  const id = dice.of(ids);
  const plan = dice.of(['FREE', 'PAID']);
  switch (dice.below(8)) {
    case 0:
      return writes.customer.create({ id, email: `${dice.of(ids)}@example.org`, plan });
    case 1:
      return writes.customer.update({ id }, { email: `${dice.of(ids)}@example.org`, name: dice.of(ids) });
    case 2:
      return writes.customer.update({ id }, { plan });
    case 3:
      return writes.customer.delete({ id });
    case 4:
      return writes.order.create({ id: dice.of(ids), customerId: id, total: dice.below(9) });
    case 5:
      return writes.order.update({ id: dice.of(ids) }, { customerId: id, total: dice.below(9) });
    case 6:
      return writes.order.delete({ id: dice.of(ids) });
    default:
      return writes.ticket.create({ id: `${id}-${dice.below(1e9)}`, project: dice.of(['p', 'q']) });
  }
}

/** Writers at work until they are stopped. */
function working(
  shop: Shop,
  count: number,
): { readonly written: () => number; readonly stop: () => Promise<void> } {
  let isOver = false;
  let done = 0;
  const work = async (number: number) => {
    const dice = new Dice(number + 17);
    while (!isOver) {
      const error: unknown = await shop.project.database
        .session()
        .writeOne(drawWrite(dice, shop))
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (error === undefined) done += 1;
      else if (!codes.includes(String((error as { code?: string }).code))) throw error;
      await new Promise(setImmediate);
    }
  };
  const all = Array.from({ length: count }, (_, number) => work(number));
  return {
    written: () => done,
    async stop() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

test('no false alarm while others write', async () => {
  const shop = await openShop();
  const writers = working(shop, 4);
  const sums = { rounds: 0, scanned: 0, unchecked: 0 };
  const enough = runs(200);
  while (writers.written() < enough) {
    const { findings, scanned, uncheckedCount } = await shop.verify({ segments: 1 + (sums.rounds % 4) });
    expect(findings).toEqual([]);
    sums.rounds += 1;
    sums.scanned += scanned;
    sums.unchecked += uncheckedCount;
  }
  await writers.stop();
  console.info({ ...sums, written: writers.written() });
  expect(sums.rounds).toBeGreaterThan(3);
  expect(await shop.verify()).toMatchObject({ found: 0, uncheckedCount: 0 });
});

test('what is wrong is corrected while others write, and nothing of theirs is lost', async () => {
  const shop = await openShop();
  for (const id of ids.slice(0, 8))
    await shop.write(
      shop.writes.customer.create({ id, email: `${id}@example.org`, plan: 'FREE' }),
      shop.writes.order.create({ id, customerId: id, total: 3 }),
    );
  const before = await shop.items();
  for (const item of before) {
    const key = { PK: String(item.PK), SK: String(item.SK) };
    if (item._guards !== undefined) await shop.drop(key);
    else if (item._counts !== undefined) await shop.set(key, { _number: 77 });
    else if ('GSI1PK' in item) await shop.set(key, { GSI1PK: 'NOWHERE' });
  }
  const writers = working(shop, 3);
  for (let at = 0; at < 4; at++) await shop.verify({ repair: true });
  await writers.stop();
  await shop.verify({ repair: true });
  expect(await shop.verify()).toMatchObject({ found: 0, uncheckedCount: 0 });
});
