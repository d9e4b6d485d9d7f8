/** Fewest groups, however many things: exact for few, found with a bounded number of attempts for many. */

import { expect, test } from 'vitest';
import { fewestGroups } from '../../src/generator/layout/choose/groups.js';
import { commonKey } from '../../src/generator/layout/choose/keys.js';

const others = ['b', 'c', 'd', 'e', 'f'];

function questions(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    equals: ['a', ...others.filter((_field, bit) => (at * 7 + 3) & (1 << bit))],
    sorts: at % 3 === 0 ? [] : [`x${at % 4}`],
  }));
}

test.each([
  { count: 5, most: 50 },
  { count: 14, most: 500 },
  { count: 20, most: 1000 },
  { count: 40, most: 5000 },
])('$count questions that share keys two by two take at most $most attempts', ({ count, most }) => {
  const asked = questions(count);
  let attempts = 0;
  const make = (group: readonly (typeof asked)[number][]) => {
    attempts += 1;
    return commonKey(group);
  };
  const keys = fewestGroups(asked, { make, cost: ({ sort }) => sort.length });
  expect(attempts).toBeLessThanOrEqual(most);
  for (const question of asked) {
    expect(keys.some((key) => commonKey([question, { equals: key.partition, sorts: key.sort }]))).toBe(true);
  }
});

test('a set that is found by search is as few as one gone through', () => {
  // Together where one divides the other: of 4, 6, 10 and 15 no two are.
  const aggregates = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 90, 180, 360, 720];
  const isChain = (group: readonly number[]) =>
    group.every((one) => group.every((other) => one % other === 0 || other % one === 0));
  const chains = fewestGroups(aggregates, {
    make: (group) => (isChain(group) ? group : undefined),
    cost: () => 0,
  });
  expect(chains.flat().sort((a, b) => a - b)).toEqual(aggregates);
  expect(chains.length).toBe(4);
});
