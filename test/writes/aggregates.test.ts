/** Numbers that writes keep beside records: exact under races, and after whatever is written. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Aggregate, Database } from 'tableloom/runtime';
import { expect, onTestFinished, test } from 'vitest';
import type { Member } from '../fixtures/ok/aggregates/generated/entities.js';
import type { Status } from '../fixtures/ok/aggregates/generated/graphql.js';
import { issueNumberSequence } from '../fixtures/ok/aggregates/generated/keys.js';
import { createLoaders } from '../fixtures/ok/aggregates/generated/loaders.js';
import {
  activeMembers,
  allMembers,
  invited,
  issues,
  members,
  membersOfCity,
  spent,
  spentBy,
  turnover,
} from '../fixtures/ok/aggregates/generated/queries.js';
import { createResolvers } from '../fixtures/ok/aggregates/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/aggregates/generated/schema.js';
import { tables } from '../fixtures/ok/aggregates/generated/tables.js';
import {
  issueWrites,
  memberWrites,
  orderWrites,
  receiptWrites,
  teamWrites,
  ticketWrites,
} from '../fixtures/ok/aggregates/generated/writes.js';
import { openProject } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { openProject as openServed } from '../support/running.js';
import { runs } from '../support/runs.js';

/** Long enough for a crowd on a busy machine. */
const patient = { limits: { deadlineMs: 60_000 } };

const secret = 'a secret of the tests, long enough';

const many = (count: number) => Array.from({ length: count }, (_, at) => at);
const member = (id: string, more: Partial<Member> = {}) =>
  memberWrites.create({ id, teamId: 'red', name: id, city: 'Oslo', status: 'ACTIVE' as Status, ...more });

async function issueNumbers(database: Database, teamId: string): Promise<number[]> {
  const aggregates: number[] = [];
  for await (const { number } of database.session().each(issues({ teamId }))) aggregates.unshift(number);
  return aggregates;
}

test('of 64 who race for fifty places, fifty get one', async () => {
  const { database } = await openProject(tables, patient);
  const outcomes = await Promise.allSettled(many(64).map((at) => database.session().write(member(`m${at}`))));
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.extensions] : []));
  expect(refused).toEqual(
    many(14).map(() => ({ code: 'GUARD_FAILED', entity: 'Member', guard: 'activeMembers' })),
  );
  const session = database.session();
  const aggregates = [activeMembers({ teamId: 'red' }), membersOfCity({ city: 'oslo' }), allMembers()];
  expect(await Promise.all(aggregates.map((number) => session.aggregate(number)))).toEqual([50, 50, 50]);
  // Who is not active takes no place; who becomes it would.
  await session.write(member('late', { status: 'NEW' }));
  await expect(
    session.write(memberWrites.update({ id: 'late' }, { status: 'ACTIVE' })),
  ).rejects.toMatchObject({
    code: 'GUARD_FAILED',
  });
});

test('64 who race for the numbers of one sequence get 1 to 64', async () => {
  const { database } = await openProject(tables, patient);
  const given = await Promise.all(
    many(64).map(async (at) => {
      const [{ number }] = await database
        .session()
        .write(issueWrites.create({ teamId: 'red', title: `${at}` }));
      return number;
    }),
  );
  const expected = many(64).map((at) => at + 1);
  expect([...given].sort((a, b) => a - b)).toEqual(expected);
  expect(await issueNumbers(database, 'red')).toEqual(expected);
});

test('writers of several servers take turns at nothing, and yet leave out no number', async () => {
  const { names, engine } = await openProject(tables);
  const servers = many(4).map(
    () =>
      new Database({ client: engine.client, tables: names, cursorSecrets: [secret], limits: patient.limits }),
  );
  const open = (database: Database) =>
    database.session().write(issueWrites.create({ teamId: 'red', title: 'new' }));
  const opened = await Promise.all(servers.flatMap((database) => many(16).map(() => open(database))));
  const given = opened.map(([{ number }]) => number);
  expect(given.sort((a, b) => a - b)).toEqual(many(64).map((at) => at + 1));
});

test('what is put has a number where it is new, and keeps it where it is replaced', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  const put = async (id: string, title: string) =>
    (await session.write(ticketWrites.put({ id }, { id, title })))[0];
  expect(await put('a', 'one')).toMatchObject({ number: 1, version: 1 });
  expect(await put('a', 'two')).toMatchObject({ number: 1, title: 'two', version: 2 });
  expect(await put('b', 'one')).toMatchObject({ number: 2, version: 1 });
});

test('a load whose source fails leaves the numbers of what it has written', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  function* source() {
    for (const at of many(30)) yield member(`m${at}`);
    yield issueWrites.create({ teamId: 'red', title: 'first' });
    throw new Error('the file ends in the middle of a line');
  }
  await expect(session.putAll(source())).rejects.toThrow('the middle of a line');
  expect(await session.aggregate(activeMembers({ teamId: 'red' }))).toBe(30);
  const [next] = await session.write(issueWrites.create({ teamId: 'red', title: 'next' }));
  expect(next.number).toBe(2);
});

test('creates of one transaction take consecutive numbers, and what fails takes none', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  const open = (teamId: string) => issueWrites.create({ teamId, title: teamId });
  const opened = await session.write(open('red'), open('blue'), open('red'), receiptWrites.create({}));
  expect(opened.map(({ number }) => number)).toEqual([1, 1, 2, 1]);
  await session.write(member('taken'));
  await expect(session.write(open('red'), member('taken'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await session.write(issueWrites.delete({ teamId: 'red', number: 2 }));
  // A number that was given is not given again.
  const [next] = await session.write(open('red'));
  expect(next.number).toBe(3);
  const [changed] = await session.write(issueWrites.update({ teamId: 'red', number: 3 }, { title: 'new' }));
  expect(changed).toMatchObject({ number: 3, title: 'new' });
});

test('a sequence goes on behind the records that had numbers before it', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  const sequence = issueNumberSequence({ teamId: 'red' });
  expect(await session.resume(sequence, [{ number: 7 }, { number: 41 }, { number: 12 }])).toBe(41);
  const [issue] = await session.write(issueWrites.create({ teamId: 'red', title: 'next' }));
  expect(issue.number).toBe(42);
  // What lies behind already is left where it is.
  expect(await session.resume(sequence, session.each(issues({ teamId: 'red' })))).toBe(42);
  expect(await session.resume(sequence, [{ number: 3 }])).toBe(42);
  const meanwhile = async function* () {
    await database.session().write(issueWrites.create({ teamId: 'red', title: 'faster' }));
    yield { number: 50 };
  };
  await expect(session.resume(sequence, meanwhile())).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a load gives numbers in its order, and leaves counts and sums that hold', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  await session.write(issueWrites.create({ teamId: 'red', title: 'first' }), member('m0'));
  const { unwritten } = await session.putAll([
    ...many(60).map((at) => issueWrites.create({ teamId: at % 2 === 0 ? 'red' : 'blue', title: `${at}` })),
    // More than may be active: a load asks for no bounds.
    ...many(60).map((at) => member(`m${at + 1}`, { city: at % 3 === 0 ? 'Bergen' : 'Oslo' })),
    ...many(30).map((at) => orderWrites.create({ teamId: 'red', cents: at })),
    member('m1'),
  ]);
  expect(unwritten.map(({ error }) => error)).toMatchObject([{ code: 'WRITE_TWICE' }]);
  expect(await issueNumbers(database, 'red')).toEqual(many(31).map((at) => at + 1));
  expect(await issueNumbers(database, 'blue')).toEqual(many(30).map((at) => at + 1));
  const [next] = await session.write(issueWrites.create({ teamId: 'red', title: 'next' }));
  expect(next.number).toBe(32);
  expect(await session.aggregate(activeMembers({ teamId: 'red' }))).toBe(61);
  expect(await session.aggregate(membersOfCity({ city: 'BERGEN' }))).toBe(20);
  expect(await session.aggregate(spent({ teamId: 'red' }))).toBe((29 * 30) / 2);
});

test('a recount puts a number right, whatever it was', async () => {
  const { database, engine, names } = await openProject(tables);
  const session = database.session();
  await session.write(...many(5).map((at) => member(`m${at}`)), member('x', { teamId: 'blue' }));
  const documents = DynamoDBDocumentClient.from(engine.client);
  const aggregates = [activeMembers({ teamId: 'red' }), membersOfCity({ city: 'oslo' })];
  for (const Key of aggregates.flatMap(({ keys }) => keys))
    await documents.send(new DeleteCommand({ TableName: names.entities, Key }));
  const repair = async (number: Aggregate<Member>, teams: readonly string[]) => {
    const records: Member[] = [];
    for (const teamId of teams) for await (const one of session.each(members({ teamId }))) records.push(one);
    return session.recount(number, records);
  };
  expect(await session.aggregate(activeMembers({ teamId: 'red' }))).toBe(0);
  // Of the other team's records none counts in it.
  expect(await repair(activeMembers({ teamId: 'red' }), ['red', 'blue'])).toBe(5);
  expect(await repair(membersOfCity({ city: 'oslo' }), ['red', 'blue'])).toBe(6);
  expect(await session.aggregate(activeMembers({ teamId: 'red' }))).toBe(5);
  expect(await database.session().aggregate(membersOfCity({ city: 'oslo' }))).toBe(6);
  // Where somebody writes while it counts, it does not pretend to know.
  const meanwhile = async function* () {
    yield* session.each(members({ teamId: 'red' }));
    await database.session().write(member('m9'), memberWrites.delete({ id: 'm0' }), member('m8'));
  };
  await documents.send(new DeleteCommand({ TableName: names.entities, Key: aggregates[0]?.keys[0] ?? {} }));
  await expect(session.recount(activeMembers({ teamId: 'red' }), meanwhile())).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('after whatever writes, each number is what a count of the records gives', async () => {
  for (let seed = 0; seed < runs(6); seed++) {
    const { database } = await openProject(tables);
    const dice = new Dice(seed);
    const model = new Map<string, Member>();
    const teams = ['red', 'blue#1', ''];
    const cities = ['Oslo', 'Bergen'];
    const ids = many(12).map((at) => `m${at}`);
    const session = database.session();
    const someone = () => ({
      teamId: dice.of(teams),
      name: dice.of(['a', 'b']),
      city: dice.of(cities),
      status: dice.of<Status>(['NEW', 'ACTIVE', 'GONE']),
      invitedById: dice.maybe(ids),
    });
    for (let step = 0; step < 30; step++) {
      const writes = dice.some(ids, 1 + dice.below(4)).map((id) => {
        if (!model.has(id)) return memberWrites.create({ id, ...someone() });
        return dice.of([
          () => memberWrites.update({ id }, someone()),
          () => memberWrites.upsert({ id }, { id, ...someone() }),
          () => memberWrites.delete({ id }),
        ])();
      });
      const results = await session.write(...writes);
      for (const [at, record] of results.entries()) {
        if (writes[at]?.kind === 'remove') model.delete(record.id);
        else model.set(record.id, record);
      }
    }
    const count = (test: (one: Member) => boolean) => [...model.values()].filter(test).length;
    const reader = database.session();
    for (const teamId of teams) {
      expect(await reader.aggregate(activeMembers({ teamId }))).toBe(
        count((one) => one.teamId === teamId && one.status === 'ACTIVE'),
      );
      const { totalCount, nodes } = await reader.connection(members({ teamId }), { first: 50 });
      expect([totalCount, nodes.length]).toEqual([count((one) => one.teamId === teamId), totalCount]);
    }
    for (const city of cities)
      expect(await reader.aggregate(membersOfCity({ city }))).toBe(
        count((one) => one.city === city.toLowerCase()),
      );
    for (const id of ids)
      expect(await reader.aggregate(invited({ invitedById: id }))).toBe(
        count((one) => one.invitedById === id && one.status !== 'GONE'),
      );
    expect(await reader.aggregate(allMembers())).toBe(model.size);
  }
});

test('sums follow what is changed, and null counts as nothing', async () => {
  const { database } = await openProject(tables);
  const session = database.session();
  const total = () => session.aggregate(spent({ teamId: 'red' }));
  expect(await total()).toBe(0);
  await session.write(
    orderWrites.create({ id: 'a', teamId: 'red', cents: 1250 }),
    orderWrites.create({ id: 'b', teamId: 'red' }),
    orderWrites.create({ id: 'c', teamId: 'red', cents: -50 }),
  );
  expect(await total()).toBe(1200);
  await session.write(orderWrites.update({ id: 'b' }, { cents: 5 }), orderWrites.delete({ id: 'c' }));
  expect(await total()).toBe(1255);
  await session.write(orderWrites.update({ id: 'a' }, { cents: null }));
  expect(await total()).toBe(5);
  await session.write(orderWrites.update({ id: 'b' }, { teamId: 'blue' }));
  expect([await total(), await session.aggregate(spent({ teamId: 'blue' }))]).toEqual([0, 5]);
});

test('numbers of several parents come in one request, a total beside its page, and only where it is asked', async () => {
  const project = await openServed({
    typeDefs,
    tables,
    resolvers: createResolvers({}),
    createLoaders,
  });
  const { database, ask, data } = project;
  await database
    .session()
    .putAll([
      ...['red', 'blue'].map((id) => teamWrites.create({ id })),
      ...many(7).map((at) => member(`m${at}`, { teamId: at < 5 ? 'red' : 'blue' })),
    ]);
  const both = await ask(
    '{ red: team(id: "red") { activeMembers spent } blue: team(id: "blue") { activeMembers invited } }',
  );
  expect(both).toMatchObject({
    data: { red: { activeMembers: 5, spent: 0 }, blue: { activeMembers: 2, invited: 0 } },
    requests: ['BatchGetItem'],
    steps: 1,
  });
  const page = (fields: string) => ask(`{ team(id: "red") { members(first: 2) { ${fields} } } }`);
  const whole = await page('totalCount edges { node { id } }');
  expect(whole.data).toEqual({
    team: { members: { totalCount: 5, edges: [{ node: { id: 'm0' } }, { node: { id: 'm1' } }] } },
  });
  expect(whole.requests).toEqual(['Query', 'BatchGetItem']);
  expect((await page('totalCount')).requests).toEqual(['BatchGetItem']);
  expect((await page('edges { node { id } }')).requests).toEqual(['Query', 'GetItem']);
  const fragment = 'fragment Total on MemberConnection { n: totalCount }';
  const renamed = await data(`{ team(id: "red") { members(first: 0) { ...Total } } } ${fragment}`);
  expect(renamed).toEqual({ team: { members: { n: 5 } } });
});

test('a total does not wait for its page', async () => {
  const { engine, names } = await openProject(tables);
  const client = new DynamoDBClient(engine.clientConfig);
  onTestFinished(() => client.destroy());
  // The embedded engine would answer the one before the other is sent.
  client.middlewareStack.add(
    (next) => async (given) => {
      await new Promise(setImmediate);
      return next(given);
    },
    { step: 'initialize' },
  );
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: [secret],
  });
  const session = database.session();
  expect(await session.connection(members({ teamId: 'red' }))).toMatchObject({ totalCount: 0, nodes: [] });
  expect(session.stats()).toMatchObject({ requests: 2, steps: 1 });
});

test('a sum stays within what its field can hold, and a write beyond is refused', async () => {
  const { database, engine, names } = await openProject(tables);
  const session = database.session();
  const order = (id: string, cents: number) => orderWrites.create({ id, teamId: 'red', cents });
  const largest = 2_147_483_647;
  await session.write(order('a', largest));
  const beyond = { code: 'VALUE_INVALID', extensions: { entity: 'Order', aggregate: 'spent' } };
  await expect(session.write(order('b', 1))).rejects.toMatchObject(beyond);
  await expect(
    session.write(orderWrites.create({ id: 'b', teamId: 'blue', cents: -largest }), order('c', 1)),
  ).rejects.toMatchObject(beyond);
  await expect(session.putAll([order('d', 5)])).rejects.toMatchObject(beyond);
  expect(await session.aggregate(spent({ teamId: 'red' }))).toBe(largest);
  // A Float holds more.
  await session.write(orderWrites.create({ id: 'e', teamId: 'blue', cents: largest }));
  expect(await session.aggregate(turnover())).toBe(2 * largest);
  // Nor is a number stored that its own field cannot hold.
  await expect(session.write(order('f', largest + 1))).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    extensions: { entity: 'Order', field: 'cents' },
  });
  await expect(session.write(orderWrites.update({ id: 'a' }, { cents: 0.5 }))).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    extensions: { field: 'cents' },
  });
  // A sum of before its range was known is an error with a code.
  const documents = DynamoDBDocumentClient.from(engine.client);
  const [key] = spent({ teamId: 'red' }).keys;
  await documents.send(
    new UpdateCommand({
      TableName: names.entities,
      Key: key ?? {},
      UpdateExpression: 'SET #n = :n',
      ExpressionAttributeNames: { '#n': '_number' },
      ExpressionAttributeValues: { ':n': largest + 1 },
    }),
  );
  await expect(database.session().aggregate(spent({ teamId: 'red' }))).rejects.toMatchObject(beyond);
});

test('patterns of one number read one item, which a write adds to once', async () => {
  expect(spentBy({ teamId: 'red' }).keys).toEqual(spent({ teamId: 'red' }).keys);
  const { database } = await openProject(tables);
  const session = database.session();
  await session.write(orderWrites.create({ id: 'a', teamId: 'red', cents: 7 }));
  await session.write(orderWrites.update({ id: 'a' }, { cents: 9 }));
  expect(await session.aggregate(spentBy({ teamId: 'red' }))).toBe(9);
});
