/** Several keys of one entity on one index: each record has the one whose conditions it meets, or none. */
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ticket } from '../fixtures/ok/conditional-keys/generated/entities.js';
import { ticketKey } from '../fixtures/ok/conditional-keys/generated/keys.js';
import {
  byDue,
  byPriority,
  held,
  solved,
  waiting,
  waitingSince,
} from '../fixtures/ok/conditional-keys/generated/queries.js';
import { tables } from '../fixtures/ok/conditional-keys/generated/tables.js';
import { ticketWrites } from '../fixtures/ok/conditional-keys/generated/writes.js';
import { openProject } from '../support/databases.js';
import { runs } from '../support/runs.js';

const openedAt = '2026-01-30T00:00:00.000Z';
const dueAt = '2026-01-31T00:00:00.000Z';
const key = { team: 't', id: '1' };

test('a change moves an item from one key to the other, and out', async () => {
  const { database, engine, names } = await openProject(tables);
  const db = database.session();
  const documents = DynamoDBDocumentClient.from(engine.client);
  const indexed = async () => {
    const { Item = {} } = await documents.send(
      new GetCommand({ TableName: names.desk, Key: ticketKey(key), ConsistentRead: true }),
    );
    return Object.fromEntries(Object.entries(Item).filter(([name]) => /^(GSI|LSI)/.test(name)));
  };
  await db.write(ticketWrites.create({ ...key, state: 'NEW', priority: 3, openedAt, dueAt }));
  expect(await indexed()).toEqual({
    GSI1PK: 'WAITING#0000000003',
    GSI1SK: `${openedAt}#1`,
    LSI1SK: 'PRIORITY#0000000003#1',
  });
  await db.write(ticketWrites.update(key, { state: 'HELD', holder: 'ada' }));
  expect(await indexed()).toEqual({ GSI1PK: 'HELD#ada', GSI1SK: `${dueAt}#1`, LSI1SK: `DUE#${dueAt}#1` });
  await db.write(ticketWrites.update(key, { holder: null }));
  expect(await indexed()).toEqual({ LSI1SK: `DUE#${dueAt}#1` });
  await db.write(ticketWrites.update(key, { state: 'SOLVED' }));
  expect(await indexed()).toEqual({ GSI1PK: 'TICKET_BY_TEAM#t', GSI1SK: `${openedAt}#1` });
  await db.write(ticketWrites.update(key, { state: 'DROPPED' }));
  expect(await indexed()).toEqual({});
  await db.write(ticketWrites.upsert(key, { ...key, state: 'OPEN', priority: 1, openedAt, dueAt }));
  expect(await indexed()).toEqual({ GSI1PK: 'WAITING#0000000001', GSI1SK: `${openedAt}#1` });
});

test('after any changes each query gives what its conditions say', async () => {
  const change = fc.record({
    id: fc.constantFrom('1', '2', '3', '4'),
    state: fc.constantFrom<Ticket['state']>('NEW', 'OPEN', 'HELD', 'SOLVED', 'DROPPED'),
    priority: fc.constantFrom(1, 2),
    holder: fc.constantFrom('ada', '#', null),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      const { database } = await openProject(tables);
      const tickets = new Map<string, (typeof changes)[number]>();
      for (const values of changes) {
        tickets.set(values.id, values);
        const given = { team: 't', openedAt, dueAt, ...values };
        await database.session().write(ticketWrites.upsert({ team: 't', id: values.id }, given));
      }
      const db = database.session();
      const ids = async (query: Parameters<typeof db.list<Ticket>>[0]) =>
        (await db.list(query)).map((one) => one.id).sort();
      const expected = (is: (one: (typeof changes)[number]) => boolean) =>
        [...tickets.values()]
          .filter(is)
          .map((one) => one.id)
          .sort();
      const isWaiting = ({ state }: (typeof changes)[number]) => state === 'NEW' || state === 'OPEN';
      for (const priority of [1, 2]) {
        const asked = expected((one) => isWaiting(one) && one.priority === priority);
        expect(await ids(waiting({ priority }))).toEqual(asked);
        expect(await ids(waitingSince({ priority, from: openedAt }))).toEqual(asked);
      }
      for (const holder of ['ada', '#'])
        expect(await ids(held({ holder }))).toEqual(
          expected((one) => one.state === 'HELD' && one.holder === holder),
        );
      expect(await ids(solved({ team: 't' }))).toEqual(expected((one) => one.state === 'SOLVED'));
      expect(await ids(byDue({ team: 't' }))).toEqual(expected((one) => one.state === 'HELD'));
      expect(await ids(byPriority({ team: 't' }))).toEqual(expected((one) => one.state === 'NEW'));
    }),
    { numRuns: runs(12) },
  );
});
