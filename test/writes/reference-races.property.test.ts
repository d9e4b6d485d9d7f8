/** Those who name a record against the one who deletes it. */

import { expect, test } from 'vitest';
import {
  customerWrites,
  employeeWrites,
  orderWrites,
  productWrites,
  reviewWrites,
} from '../fixtures/ok/references/generated/writes.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import { expectWhole, openShop, type Shop } from './support/shop.js';
import { codeOf } from './support/storage.js';

const dice = new Dice(1);
const each = Array.from({ length: 64 }, (_, n) => n);

/** Somebody somewhere else, after a moment. */
async function somebody(
  shop: Shop,
  write: (db: ReturnType<Shop['database']['session']>) => Promise<unknown>,
) {
  await new Promise((resolve) => setTimeout(resolve, dice.below(60)));
  return write(shop.open().session()).then(() => 'done', codeOf);
}

test('of 64 who name a record and one who deletes it either all are told, or it stays', async () => {
  for (let round = 0; round < runs(2); round++) {
    const shop = await openShop();
    await shop.database
      .session()
      .write(productWrites.create({ id: 'p', name: 'p' }), employeeWrites.create({ shop: 's', id: 'e' }));
    const [deleted, ...created] = await Promise.all([
      somebody(shop, (db) => db.write(employeeWrites.delete({ shop: 's', id: 'e' }))),
      ...each.map((n) =>
        somebody(shop, (db) =>
          db.write(reviewWrites.create({ id: `r${n}`, shop: 's', authorId: 'e', productId: 'p' })),
        ),
      ),
    ]);
    expect(['done', 'REFERENCED', 'CONFLICT']).toContain(deleted);
    expect(created.filter((code) => !['done', 'REFERENCE_MISSING', 'CONFLICT'].includes(code))).toEqual([]);
    const named = created.filter((code) => code === 'done').length;
    // Where it went, nobody had named it before, and nobody could afterwards.
    if (deleted === 'done') expect(named).toBe(0);
    const { Employee = 0, Review = 0 } = expectWhole(await shop.items());
    expect([Employee, Review]).toEqual([deleted === 'done' ? 0 : 1, named]);
  }
});

test('of 64 who name a record and four who delete it with all that names it nobody leaves anything behind', async () => {
  for (let round = 0; round < runs(2); round++) {
    const shop = await openShop();
    await shop.database.session().write(customerWrites.create({ id: 'a', name: 'a' }));
    const create = (n: number) =>
      somebody(shop, (db) => db.write(orderWrites.create({ id: `o${n}`, number: n, customerId: 'a' })));
    await Promise.all(each.slice(0, 8).map(create));
    const [created, deleted] = await Promise.all([
      Promise.all(each.slice(8).map(create)),
      Promise.all(
        [1, 2, 3, 4].map(() => somebody(shop, (db) => db.cascade(customerWrites.delete({ id: 'a' })))),
      ),
    ]);
    expect(created.filter((code) => !['done', 'REFERENCE_MISSING', 'CONFLICT'].includes(code))).toEqual([]);
    expect(
      deleted.filter((code) => !['done', 'NOT_FOUND', 'CONFLICT', 'CASCADE_UNFINISHED'].includes(code)),
    ).toEqual([]);
    expectWhole(await shop.items());
    // Whatever was unfinished goes on.
    await shop.database
      .session()
      .cascade(customerWrites.delete({ id: 'a' }))
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'NOT_FOUND' }));
    expect(expectWhole(await shop.items())).toEqual({});
  }
});
