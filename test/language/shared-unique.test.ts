import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/shared-unique/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/shared-unique/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/shared-unique/generated/schema.js';
import { tables } from '../fixtures/ok/shared-unique/generated/tables.js';
import { robotWrites, userWrites, visitorWrites } from '../fixtures/ok/shared-unique/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T00:00:00.000Z');
beforeAll(async () => {
  const resolvers = createResolvers({});
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders }, { now: () => now });
});

let n = 0;
/** Values of this test's own. */
let login = '';
let userId = '';
let robotId = '';
beforeEach(() => {
  n += 1;
  [login, userId, robotId] = [`ada${n}`, `u${n}`, `r${n}`];
});

const db = () => served.database.session();
const user = (email = login) => userWrites.create({ id: userId, email });
const robot = (name = login) => robotWrites.create({ id: robotId, login: name });
const taken = { code: 'UNIQUE_VIOLATION' };

test('what one entity holds another cannot take, and the error does not tell whose it is', async () => {
  await db().write(user());
  const error = await db()
    .write(robot(login.toUpperCase()))
    .catch((thrown) => thrown);
  expect(error.extensions).toEqual({ code: 'UNIQUE_VIOLATION', field: 'login', constraint: 'login' });
  expect(error.message).toBe('This login is taken.');
  await expect(
    served.ask('mutation ($input: UserInput!) { addUser(input: $input) { id } }', {
      input: { email: login },
    }),
  ).rejects.toMatchObject({ extensions: { ...taken, field: 'email', constraint: 'login' } });
  // A constraint of one entity tells as before.
  await db().write(userWrites.create({ id: `${userId}b`, email: `${login}b`, phone: '1' }));
  await expect(
    db().write(userWrites.create({ id: `${userId}c`, email: `${login}c`, phone: '1' })),
  ).rejects.toMatchObject({ extensions: { ...taken, entity: 'User', field: 'phone' } });
});

test('a value that is given up is free for the other entity', async () => {
  await db().write(user());
  await db().write(userWrites.update({ id: userId }, { email: `${login}-new` }));
  await db().write(robot());
  await expect(db().write(userWrites.update({ id: userId }, { email: login }))).rejects.toMatchObject(taken);
  await db().write(robotWrites.delete({ id: robotId }));
  await db().write(userWrites.update({ id: userId }, { email: login }));
});

test('a value changes hands between entities in one transaction', async () => {
  await db().write(user());
  await db().write(userWrites.delete({ id: userId }), robot());
  await expect(db().write(user())).rejects.toMatchObject(taken);
  await db().write(user(), robotWrites.update({ id: robotId }, { login: `${login}-new` }));
  await expect(db().write(robotWrites.update({ id: robotId }, { login }))).rejects.toMatchObject(taken);
});

test('two records of one transaction cannot both take a value', async () => {
  await expect(db().write(user(), robot())).rejects.toMatchObject(taken);
});

test('a value whose holder has expired is free, also for entities that never expire', async () => {
  const expiresAt = new Date(now.getTime() + 60_000);
  await db().write(robotWrites.create({ id: robotId, login, expiresAt }));
  await expect(db().write(user())).rejects.toMatchObject(taken);
  now = expiresAt;
  await db().write(user());
  await expect(db().write(robotWrites.create({ id: `${robotId}b`, login }))).rejects.toMatchObject(taken);
});

test('compound values are shared in the order of their attributes, and a record without one holds none', async () => {
  const visitor = visitorWrites.create({ building: login, badge: 7 });
  await db().write(visitor);
  await db().write(userWrites.create({ id: userId, email: login, site: login }));
  await expect(db().write(userWrites.update({ id: userId }, { number: 7 }))).rejects.toMatchObject({
    extensions: { ...taken, field: 'site+number', constraint: 'badge' },
  });
  await db().write(userWrites.update({ id: userId }, { number: 8 }));
});

test('of 64 users and robots that want one login one has it', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, (_, at) =>
      db()
        .write(
          at % 2 === 0
            ? userWrites.create({ id: `${userId}-${at}`, email: login })
            : robotWrites.create({ id: `${robotId}-${at}`, login }),
        )
        .then(
          () => 'won',
          (error) => error.code,
        ),
    ),
  );
  expect(outcomes.filter((one) => one === 'won')).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(['won', 'UNIQUE_VIOLATION']));
});

test('a bulk load gives a value once', async () => {
  const { written, unwritten } = await db().putAll([user(), robot()]);
  expect([written, unwritten]).toMatchObject([1, [{ entity: 'Robot', error: taken }]]);
});
