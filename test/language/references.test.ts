/** Records that name others, by GraphQL: what a client is told, and what it costs. */

import { beforeEach, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/references/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/references/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/references/generated/schema.js';
import { tables } from '../fixtures/ok/references/generated/tables.js';
import {
  customerWrites,
  employeeWrites,
  productWrites,
  reviewWrites,
} from '../fixtures/ok/references/generated/writes.js';
import { openProject, type Project } from '../support/running.js';

let project: Project;
beforeEach(async () => {
  const goodbye = () => [productWrites.create({ id: 'farewell', name: 'Farewell' })];
  const resolvers = createResolvers({ goodbye });
  project = await openProject({ typeDefs, tables, resolvers, createLoaders });
  await project.database
    .session()
    .write(
      customerWrites.create({ id: 'a', name: 'A' }),
      productWrites.create({ id: 'p', name: 'P' }),
      employeeWrites.create({ shop: 's', id: 'e' }),
      reviewWrites.create({ id: 'r', shop: 's', authorId: 'e', productId: 'p' }),
    );
});

const place = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }';

test('what is named is checked in the transaction, and not read', async () => {
  const { data, requests, sent } = await project.ask(place, {
    input: { id: 'o1', number: 1, customerId: 'a' },
  });
  expect(data).toEqual({ placeOrder: { id: 'o1' } });
  expect(requests).toEqual(['TransactWriteItems']);
  // The order, the guard of its number, how many name the customer, and that the customer is there.
  const actions = sent.flatMap(({ input }) =>
    'TransactItems' in input ? [...(input.TransactItems ?? [])] : [],
  );
  expect(actions.flatMap((action) => Object.keys(action))).toEqual([
    'Put',
    'Put',
    'Update',
    'ConditionCheck',
  ]);
  const { errors } = await project.ask(place, { input: { id: 'o2', number: 2, customerId: 'b' } });
  expect(errors?.[0]).toMatchObject({
    message: 'The Customer that customerId of this Order names does not exist.',
    extensions: { code: 'REFERENCE_MISSING', entity: 'Order', field: 'customerId', to: 'Customer' },
  });
});

test('what is named goes with all that names it, or is kept', async () => {
  for (const number of [1, 2, 3])
    await project.data(place, { input: { id: `o${number}`, number, customerId: 'a' } });
  const { errors } = await project.ask('mutation { deleteEmployee(shop: "s", id: "e") { id } }');
  expect(errors?.[0]).toMatchObject({
    message: 'This Employee cannot be deleted: records refer to it by Review.author.',
    extensions: { code: 'REFERENCED', entity: 'Employee', by: 'Review.author' },
  });
  const remove = 'mutation ($version: Int) { deleteCustomer(id: "a", version: $version) { id name } }';
  const stale = await project.ask(remove, { version: 7 });
  expect(stale.errors?.[0]).toMatchObject({ extensions: { code: 'VERSION_CONFLICT' } });
  const { data, requests } = await project.ask(remove, { version: 1 });
  expect(data).toEqual({ deleteCustomer: { id: 'a', name: 'A' } });
  // The customer; its orders and visits; the orders as they are; their lines, of three orders; and one transaction.
  expect(requests.filter((operation) => operation === 'TransactWriteItems')).toHaveLength(1);
  expect(requests).toHaveLength(1 + 2 + 1 + 3 + 1);
  expect(await project.data('{ customer(id: "a") { id } }')).toEqual({ customer: null });
});
