/** Attributes that rules compute: at every write, from the record as it will be, and in its keys. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { Database, resolveTableNames } from 'tableloom/runtime';
import { beforeEach, expect, test } from 'vitest';
import { readings, search, stopsInCell } from '../fixtures/ok/computed-attributes/generated/queries.js';
import type { ComputeRules } from '../fixtures/ok/computed-attributes/generated/rules.js';
import { tables } from '../fixtures/ok/computed-attributes/generated/tables.js';
import { readingWrites, stopWrites } from '../fixtures/ok/computed-attributes/generated/writes.js';
import { openProject } from '../support/databases.js';
import { runs } from '../support/runs.js';

const asked: unknown[] = [];
beforeEach(() => {
  asked.length = 0;
});

const client = new DynamoDBClient({
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const square = (x: number, y: number) => `${Math.floor(x)}:${Math.floor(y)}`;
const compute: ComputeRules = {
  cellOf: (stop) => {
    asked.push(stop);
    return square(stop.x, stop.y);
  },
  readingCellOf: ({ x, y }) => square(x, y),
  searchNameOf: ({ name }) => name.toLowerCase(),
  closingOf: ({ name }) => (name.startsWith('Old') ? '2026-01-31T10:00:00+01:00' : null),
};

test('a database without the rules is refused when it is opened, and says which are missing', () => {
  const names = resolveTableNames(tables, {});
  const open = (rules: object) =>
    new Database({
      client,
      cursorSecrets: ['a secret of the tests'],
      tables: names,
      compute: rules as ComputeRules,
    });
  expect(() => open({})).toThrow(
    'Writes need rules that are not passed: cellOf, searchNameOf, closingOf, readingCellOf. Open the database with `compute: rules`.',
  );
  const { closingOf: _, ...most } = compute;
  expect(() => open(most)).toThrow(
    expect.objectContaining({
      code: 'RULE_MISSING',
      extensions: { code: 'RULE_MISSING', rules: ['closingOf'] },
    }),
  );
  expect(() => open({ ...compute, more: true })).not.toThrow();
});

test('the rule is given the rest of the record as it will be', async () => {
  const { database } = await openProject(tables, { compute });
  const db = database.session();
  const [stop] = await db.write(stopWrites.create({ id: 'a', name: 'Old Quay', line: 1, x: 1.5, y: -0.5 }));
  expect(stop).toMatchObject({
    cell: '1:-1',
    searchName: 'old quay',
    closesAt: '2026-01-31T09:00:00.000Z',
    version: 1,
  });
  await db.write(stopWrites.update({ id: 'a' }, { x: 7 }));
  await db.write(stopWrites.update({ id: 'a' }, ({ y }) => ({ y: y + 2, name: 'Quay' })));
  await db.write(
    stopWrites.upsert({ id: 'a' }, (current) => ({
      id: 'a',
      name: 'Quay',
      line: 2,
      x: 0,
      y: current?.y ?? 0,
    })),
  );
  const { createdAt } = stop;
  const rest = { __typename: 'Stop', id: 'a', createdAt };
  expect(asked).toEqual([
    { ...rest, name: 'Old Quay', line: 1, x: 1.5, y: -0.5, version: 1 },
    { ...rest, name: 'Old Quay', line: 1, x: 7, y: -0.5, version: 2 },
    { ...rest, name: 'Quay', line: 1, x: 7, y: 1.5, version: 3 },
    { ...rest, name: 'Quay', line: 2, x: 0, y: 1.5, version: 4 },
  ]);
  expect(await db.list(stopsInCell({ cell: '7:1' }))).toEqual([]);
  expect(await db.list(stopsInCell({ cell: '0:1' }))).toMatchObject([
    { id: 'a', closesAt: null, version: 4 },
  ]);
});

test('after any changes every stop is found in its cell, and by its name while it closes', async () => {
  const change = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    name: fc.constantFrom('Old Quay', 'Old Mill', 'QUAY'),
    line: fc.constantFrom(1, 2),
    x: fc.constantFrom(-0.5, 0, 0.5, 1.5),
    y: fc.constantFrom(0, 1),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const { database } = await openProject(tables, { compute });
      const stops = new Map(changes.map((one) => [one.id, one]));
      for (const values of changes)
        await database.session().write(stopWrites.upsert({ id: values.id }, values));
      const db = database.session();
      for (const cell of ['-1:0', '-1:1', '0:0', '0:1', '1:0', '1:1']) {
        const expected = [...stops.values()].filter(({ x, y }) => square(x, y) === cell);
        const found = await db.list(stopsInCell({ cell }));
        expect(found.map((one) => one.id).sort()).toEqual(expected.map((one) => one.id).sort());
      }
      const old = [...stops.values()].filter(({ name, line }) => line === 1 && name.startsWith('Old'));
      const found = await db.list(search({ line: 1, prefix: 'old' }));
      expect(found.map((one) => one.id).sort()).toEqual(old.map((one) => one.id).sort());
    }),
    { numRuns: runs(12) },
  );
});

test('it may be a part of the key of what never changes, also where many are loaded', async () => {
  const { database } = await openProject(tables, { compute });
  const db = database.session();
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 0, minute));
  await db.write(readingWrites.create({ id: 'r0', x: 0.1, y: 0.2, at: at(0) }));
  const more = [1, 2, 3].map((n) => readingWrites.create({ id: `r${n}`, x: n / 2, y: 0, at: at(n) }));
  expect((await db.putAll(more)).unwritten).toEqual([]);
  expect((await db.list(readings({ cell: '0:0' }))).map((one) => one.id)).toEqual(['r1', 'r0']);
  expect((await db.list(readings({ cell: '1:0' }))).map((one) => one.id)).toEqual(['r3', 'r2']);
});

test('a rule that is not there, gives nothing or answers later is a clear error, and nothing is written', async () => {
  const values = { id: 'a', name: 'Quay', line: 1, x: 0, y: 0 };
  const broken = [
    { rules: undefined, code: 'RULE_MISSING' },
    { rules: { ...compute, cellOf: () => undefined }, code: 'VALUE_INVALID' },
    { rules: { ...compute, cellOf: async () => '0:0' }, code: 'VALUE_INVALID' },
  ];
  for (const { rules, code } of broken) {
    const { database } = await openProject(tables, rules ? { compute: rules } : {});
    const db = database.session();
    await expect(db.write(stopWrites.create(values))).rejects.toMatchObject({ code });
    expect(await db.list(stopsInCell({ cell: '0:0' }))).toEqual([]);
  }
});
