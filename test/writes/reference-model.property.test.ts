/** Random creates, moves and deletes of records that name each other, against a model of rows. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { expectWhole, openShop, type Shop } from './support/shop.js';
import { applied, type Operation, type Rows, rowsIn, writeOf } from './support/shop-model.js';
import { codeOf } from './support/storage.js';

const few = fc.constantFrom('1', '2', '3');
const row = (entity: string) => few.map((id) => `${entity} ${id}`);
const perhaps = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { freq: 2 });

const changed = fc.oneof(
  fc.record({ row: row('Customer'), names: fc.constant({}) }),
  fc.record({ row: row('Product'), names: fc.constant({}) }),
  fc.record({ row: row('Employee'), names: fc.constant({}) }),
  fc.record({
    row: row('Order'),
    names: fc.record({ customer: row('Customer'), recommendedBy: perhaps(row('Customer')) }),
  }),
  fc.tuple(few, few).map(([order, product]) => ({
    row: `Line ${order}-${product}`,
    names: { order: `Order ${order}`, product: `Product ${product}` },
  })),
  fc.record({
    row: row('Review'),
    names: fc.record({ author: perhaps(row('Employee')), about: row('Product') }),
  }),
  fc.record({ row: row('Folder'), names: fc.record({ parent: perhaps(row('Folder')) }) }),
);
const movable = /^(Order|Review|Folder) /;

const operation: fc.Arbitrary<Operation> = fc
  .tuple(fc.constantFrom('create' as const, 'create' as const, 'move' as const, 'delete' as const), changed)
  .map(([kind, { row, names }]) => {
    if (kind === 'delete') return { kind, row };
    return { kind: kind === 'move' && !movable.test(row) ? 'create' : kind, row, names };
  });
const transaction = fc.oneof(
  { weight: 2, arbitrary: operation.map((one) => [one]) },
  { weight: 1, arbitrary: fc.array(operation, { minLength: 2, maxLength: 4 }) },
);

/** What a transaction gave: its code, or undefined. */
const sent = (shop: Shop, operations: readonly Operation[]) =>
  shop
    .open()
    .session()
    .write(...operations.map(writeOf))
    .then(() => undefined, codeOf);

test('after any sequence of writes everything that is named is there, and nothing is left over', async () => {
  let refused = 0;
  let carriedOut = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 5, maxLength: 25 }), async (transactions) => {
      const shop = await openShop();
      let rows: Rows = new Map();
      for (const operations of transactions) {
        const expected = applied(rows, operations);
        const code = await sent(shop, operations);
        if ('codes' in expected) {
          refused += 1;
          expect([...expected.codes], JSON.stringify(operations)).toContain(code);
        } else {
          carriedOut += 1;
          expect(code, JSON.stringify(operations)).toBeUndefined();
          rows = expected.rows;
        }
      }
      const items = await shop.items();
      expectWhole(items);
      expect(rowsIn(items)).toEqual(rows);
    }),
    { numRuns: runs(40) },
  );
  expect(Math.min(refused, carriedOut)).toBeGreaterThan(runs(40));
});

test('transactions at once leave nothing that names what is gone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(transaction, { minLength: 2, maxLength: 6 }), { minLength: 2, maxLength: 6 }),
      async (rounds) => {
        const shop = await openShop();
        for (const transactions of rounds) {
          const rows = rowsIn(await shop.items());
          const codes = await Promise.all(transactions.map((operations) => sent(shop, operations)));
          expectWhole(await shop.items());
          // What is refused alone in this state may be carried out after another; what nothing refuses is not lost.
          const [only, ...others] = transactions;
          if (only && others.length === 0 && 'rows' in applied(rows, only))
            expect(codes).toEqual([undefined]);
        }
      },
    ),
    { numRuns: runs(15) },
  );
});
