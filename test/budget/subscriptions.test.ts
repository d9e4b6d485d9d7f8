/** The budget of a subscription is that of one delivery. */

import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { budgetOf } from '../../src/budget/budget.js';
import { budgetText } from '../../src/budget/text.js';
import { costs } from '../fixtures/ok/events/generated/costs.js';
import { typeDefs } from '../fixtures/ok/events/generated/schema.js';

const schema = buildSchema(typeDefs);

function explained(text: string): string {
  const budget = budgetOf(costs, schema, parse(text));
  return budget ? budgetText(budget) : '';
}

test('the record is read where it is selected, and rules run for each event', () => {
  expect(explained('subscription Users { userChanged { cursor user { name } } }')).toMatchInlineSnapshot(`
    "subscription Users: 2 requests, 2 steps, 1.5 read units per event
    plus undeclared requests of ownTenant

                                times  step  requests  read units
      Subscription.userChanged     ×1     2         1           1  per event: reads User by key
      └ rule staff                 ×1     1         1         0.5  reads \`viewer\`, once per operation
    "
  `);
  expect(explained('subscription { userChanged { cursor event { id after } } }')).toMatchInlineSnapshot(`
    "subscription: 1 request, 1 step, 0.5 read units per event
    plus undeclared requests of ownTenant

                                times  step  requests  read units
      Subscription.userChanged     ×1     2         0           0  per event
      └ rule staff                 ×1     1         1         0.5  reads \`viewer\`, once per operation
    "
  `);
  expect(explained('subscription { settingChanged(name: "theme") { cursor } }')).toMatchInlineSnapshot(`
    "subscription: 0 requests, 0 steps, 0 read units per event

                                   times  step  requests  read units
      Subscription.settingChanged     ×1     1         0           0  per event
    "
  `);
});
