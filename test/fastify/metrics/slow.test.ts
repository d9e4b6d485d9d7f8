/** Operations that were slow, or cost more than they should, are logged with what they were expected to cost. */

import { expect, test } from 'vitest';
import { addStop, serve } from './support.js';

const warnings = (logged: readonly Readonly<Record<string, unknown>>[]) =>
  logged.filter(({ level }) => level === 40);

test('a slow operation is logged with its request, its cost and its budget, and none of what it was sent', async () => {
  const { app, ask, logged } = await serve({ slow: { ms: 0 }, metrics: { prometheus: true } });
  await ask(addStop('secret'));
  logged.length = 0;
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    payload: {
      query:
        'query Where($cell: String!) { here: stopsInCell(cell: $cell) { name } stop(id: "secret") { id } }',
      variables: { cell: '1:2' },
    },
  });
  expect(warnings(logged)).toMatchObject([
    {
      msg: 'slow operation',
      reqId: response.headers['x-request-id'],
      operation: { type: 'query', name: 'Where', fields: ['stopsInCell', 'stop'] },
      ms: expect.any(Number),
      requests: 2,
      readUnits: 1,
      writeUnits: 0,
      budget: { usual: { requests: 2 }, most: { requests: 2 } },
      codes: [],
    },
  ]);
  expect(JSON.stringify(logged)).not.toMatch(/secret|1:2/);
});

test('an operation that sends more requests than the limit is costly', async () => {
  const { ask, logged } = await serve({ slow: { ms: 60_000, requests: 2 } });
  await ask('{ stop(id: "a") { name } }');
  expect(warnings(logged)).toEqual([]);
  await ask('{ stopsInCell(cell: "1:2") { name } search(line: 1) { id } }');
  expect(warnings(logged)).toMatchObject([{ msg: 'costly operation', requests: 2 }]);
});

test('nothing is logged where it is turned off', async () => {
  const { ask, logged } = await serve({ slow: false });
  await ask('{ stop(id: "a") { name } }');
  expect(warnings(logged)).toEqual([]);
});
