/** access-patterns.md says what `tableloom explain` says. */

import { readFileSync } from 'node:fs';
import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { budgetOf } from '../../src/budget/budget.js';
import { costsOf } from '../../src/generator/costs/costs.js';
import { type SingleBudgets, singleBudgets } from '../../src/generator/costs/pattern-budgets.js';
import { generateProject } from '../support/projects.js';
import { checked } from './support.js';

const delivery = await generateProject('examples/delivery');
const page = delivery.files.get('generated/access-patterns.md') ?? '';
const schema = buildSchema(delivery.run.sdl);

/** The lines below the heading of a pattern. */
function block(text: string, pattern: string): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`- **${pattern}**`));
  const end = lines.findIndex((line, index) => index > at && !line.startsWith('  - '));
  return lines.slice(at + 1, end).map((line) => line.replace('  - ', ''));
}

/** The pages of lists whose records are selected whole. */
const documents: Readonly<Record<string, string>> = {
  recipient: '{ recipient(recipientId: "r") { recipientId name } }',
  warehousesByCityCategory:
    'query ($c: String!, $k: String!) { warehousesByCityCategory(city: $c, category: $k) { nodes { warehouseId name city createdAt address { street } } pageInfo { hasNextPage } } }',
};

describe('the cost of a pattern', () => {
  test.each(Object.entries(documents))('%s', (pattern, document) => {
    const budget = budgetOf(delivery.run.costs, schema, parse(document));
    const { requests, readUnits } = budget?.usual ?? { requests: 0, readUnits: 0 };
    expect(block(page, pattern)[1]).toMatch(
      new RegExp(`^${requests} requests?, ${readUnits} read units?(?:, a page of 20)?$`),
    );
  });

  test('with a filter: what it drops is read on', () => {
    expect(block(page, 'activeDeliveries').slice(1)).toEqual([
      'filter: status ≠ $excluded and total ≥ $minTotal',
      '1 … 11 requests, 5.5 … 60.5 read units, a page of 20',
    ]);
  });

  test('does not depend on the names of key attributes', () => {
    const yaml = readFileSync('examples/delivery/access-patterns.yaml', 'utf8');
    const renamed = yaml.replace(/\b(PK|SK)\b/g, (name) => (name === 'PK' ? 'hash' : 'order'));
    expect(renamed).not.toBe(yaml);
    expect(budgets(renamed)).toEqual(budgets(yaml));
  });
});

function budgets(yaml: string): SingleBudgets {
  const { plan } = checked(yaml, buildSchema(delivery.run.sdl));
  if (!plan) throw new Error('refused');
  return singleBudgets(plan, costsOf(plan), schema);
}
