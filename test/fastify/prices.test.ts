/** Prices that are remembered are those that would be worked out. */
import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { usualRequests } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../../generated/costs.js';
import { typeDefs } from '../../generated/schema.js';
import { Prices } from '../../src/fastify/cost/points.js';

const schema = buildSchema(typeDefs);

const documents = [
  'query ($a: ID!, $b: ID!) { one: user(id: $a) { id } two: user(id: $b) { id } node(id: $b) { id } }',
  'query ($a: ID!, $n: Int) { user(id: $a) { auditLogs(first: $n) { nodes { id details } } } }',
  'query ($a: ID!, $b: ID!, $yes: Boolean!) { user(id: $a) @include(if: $yes) { id } node(id: $b) @skip(if: $yes) { id } }',
  'query ($a: ID!) { user(id: $a) { id } node(id: "x") { id } }',
  'query ($n: Int, $order: SortDirection, $a: String, $b: String) { users(first: $n, direction: $order, after: $a, before: $b) { nodes { id } } }',
  'query ($n: Int = 5) { users(first: $n) { nodes { id auditLogs(first: $n) { totalCount: nodes { id } } } } }',
].map((text) => parse(text));

const texts = fc.constantFrom('x', 'y', 'z', '');
const variables = fc.record(
  {
    a: texts,
    b: texts,
    n: fc.constantFrom(null, 0, 1, 5, 20, 100),
    yes: fc.boolean(),
    order: fc.constantFrom('ASC', 'DESC'),
  },
  { requiredKeys: ['a', 'b', 'yes'] },
);

test('do not depend on what was priced before', () => {
  const prices = new Prices(costs, schema, 1000);
  fc.assert(
    fc.property(fc.constantFrom(...documents), variables, (document, variables) => {
      const requests = usualRequests(costs, schema, document, { variables }) ?? 0;
      expect(prices.of({ document, variables })).toBe(Math.max(1, requests));
    }),
    { numRuns: 500 },
  );
});

test('of documents without texts of their own are worked out once for all texts', () => {
  const prices = new Prices(costs, schema, 1000);
  const [document] = documents;
  const of = (a: string, b: string) => prices.of({ document: document as never, variables: { a, b } });
  expect([of('x', 'y'), of('y', 'x'), of('x', 'x')]).toEqual([of('v', 'w'), of('v', 'w'), of('v', 'v')]);
  expect(of('x', 'x')).toBeLessThan(of('x', 'y') + 1);
});
