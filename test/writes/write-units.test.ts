import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WriteCost } from '../../src/generator/plan/types/writes.js';
import {
  billed,
  checkTally,
  type RecordWrite,
  sum,
  tallyOf,
} from '../../src/generator/plan/write-costs/units.js';
import { adminOf, memberOf, smallSample } from '../server/support/sample.js';
import { startServer, type TestServer } from '../server/support/server.js';
import { generateProject } from '../support/projects.js';

/*
 * Only on the embedded engine: DynamoDB Local 1.25 bills transactions otherwise than DynamoDB does (see
 * test/embedded/capacity.test.ts, which holds the embedded engine to the developer guide).
 */

const { plan } = (await generateProject('.')).run;
const { entities, tables, mutations, rules } = plan;

/** One write of an operation: what of the record changes, and which fields that may be empty have a value. */
interface Made {
  readonly kind: RecordWrite['kind'] | 'check';
  readonly entity: string;
  readonly changed?: readonly string[];
  readonly empty?: readonly string[];
}

/** The user of the session, and its first refresh token. */
const user: Made = { kind: 'check', entity: 'User' };
const session: Made = { kind: 'check', entity: 'RefreshToken' };
const viewer = [user, session];

const log: Made = { kind: 'create', entity: 'AuditLog' };
const made = (kind: Made['kind'], entity: string, changed: readonly string[] = []): Made => ({
  kind,
  entity,
  changed,
});

function planned(writes: readonly Made[]) {
  const records = billed(
    sum(
      writes.map(({ kind, entity: name, changed = [], empty = [] }) => {
        const entity = entities.find((one) => one.name === name);
        if (!entity) throw new Error(name);
        if (kind === 'check') return checkTally({ entities, tables }, name);
        const always = entity.attributes.filter(
          ({ generated }) => generated === 'touch' || generated === 'revision',
        );
        const all = [...changed, ...always.map((one) => one.name)];
        return tallyOf({ entities, tables }, name, {
          kind,
          changed: (field) => all.includes(field),
          has: (field) => !empty.includes(field),
        });
      }),
    ),
  ).total;
  // Each change has an event, and a setting that comes or goes a marker of its last one.
  const events = writes.filter(({ kind }) => kind !== 'check');
  const markers = events.filter(({ kind, entity }) => entity === 'Config' && kind !== 'update');
  return records + 2 * (events.length + markers.length);
}

/** What the plan says of the mutation that answers a field. */
function costOf(field: string): WriteCost {
  const mutation = mutations.find((one) => one.field?.field === field);
  const rule = rules.find(
    ({ use }) => use.kind === 'field' && use.field.type === 'Mutation' && use.field.field === field,
  );
  const cost = mutation?.cost ?? rule?.cost;
  if (!cost) throw new Error(`Nothing is said of ${field}.`);
  return cost;
}

let server: TestServer;
let admin: string;
const sample = smallSample();
beforeAll(async () => {
  server = await startServer({ sample, capacity: true, predictable: true, engine: 'embedded' });
  admin = await server.tokenOf(adminOf(sample));
});
afterAll(() => server.close());

const seen = new Map<string, number[]>();

/** Makes a mutation, and holds what it was billed to what the plan says of just these writes, and of the mutation. */
async function expectUnits(
  field: string,
  mutation: string,
  writes: readonly Made[],
  token: string | undefined = admin,
) {
  // Else a second sign-in would change nothing, and be a check.
  server.pass(1000);
  server.writeUnits();
  const answer = await server.get<Record<string, Record<string, string>>>(`mutation { ${mutation} }`, {
    token,
  });
  const units = server.writeUnits();
  expect(units, mutation).toBe(planned(writes));
  const { least, most, without } = costOf(field);
  expect(without).toEqual([]);
  expect(units).toBeGreaterThanOrEqual(least.total);
  expect(units).toBeLessThanOrEqual(most.total);
  seen.set(field, [...(seen.get(field) ?? []), units]);
  return answer[field] ?? {};
}

const password = 'correct-horse-battery';

test('users: what each mutation is billed is what the plan says', async () => {
  const { id } = await expectUnits(
    'createUser',
    `createUser(input: { email: "a@example.com", name: "A", password: "${password}" }) { id }`,
    [made('create', 'User'), log, ...viewer],
  );
  const update = (input: string) => `updateUser(id: "${id}", input: { ${input} }) { id }`;
  const changes = (input: string, fields: readonly string[]) =>
    expectUnits('updateUser', update(input), [made('update', 'User', fields), log, ...viewer]);
  await changes('name: "B"', ['name']);
  await changes('role: READONLY', ['role']);
  await changes('email: "b@example.com"', ['email']);
  await changes('email: "c@example.com", name: "C", role: MEMBER, status: SUSPENDED', [
    'email',
    'name',
    'role',
    'status',
  ]);
  await expectUnits('deactivateUser', `deactivateUser(id: "${id}") { id }`, [
    made('update', 'User', ['status']),
    log,
    ...viewer,
  ]);
  await expectUnits('deleteUser', `deleteUser(id: "${id}") { id }`, [made('delete', 'User'), log, ...viewer]);
  expect(seen.get('updateUser')).toContain(costOf('updateUser').most.total);
});

test('sessions: what each mutation is billed is what the plan says', async () => {
  await expectUnits(
    'createUser',
    `createUser(input: { email: "s@example.com", name: "S", password: "${password}" }) { id }`,
    [made('create', 'User'), log, ...viewer],
  );
  const tokens = 'accessToken refreshToken';
  const signIn = `signIn(input: { email: "s@example.com", password: "${password}" }) { ${tokens} }`;
  const signedIn = [made('update', 'User', ['lastLogin']), made('create', 'RefreshToken'), log];
  const first = await expectUnits('signIn', signIn, signedIn, undefined);
  const second = await expectUnits(
    'refreshSession',
    `refreshSession(refreshToken: "${first.refreshToken}") { ${tokens} }`,
    [made('update', 'RefreshToken', ['replacedBy']), made('create', 'RefreshToken'), log, user],
    undefined,
  );
  await expectUnits(
    'signOut',
    `signOut(refreshToken: "${second.refreshToken}")`,
    [made('update', 'RefreshToken', ['revokedAt']), log],
    undefined,
  );
  const third = await expectUnits('signIn', signIn, signedIn, undefined);
  const changed = await expectUnits(
    'changePassword',
    `changePassword(input: { currentPassword: "${password}", newPassword: "${password}-2" }) { ${tokens} }`,
    [made('update', 'User', ['passwordHash', 'sessionEpoch']), made('create', 'RefreshToken'), log, session],
    third.accessToken,
  );
  await expectUnits(
    'signOutEverywhere',
    'signOutEverywhere',
    [made('update', 'User', ['sessionEpoch']), log, session],
    changed.accessToken,
  );
  expect(seen.get('signOutEverywhere')).toEqual([costOf('signOutEverywhere').least.total]);
});

test('contractors and configuration: what each mutation is billed is what the plan says', async () => {
  const member = await server.tokenOf(memberOf(sample));
  const invited = await server.get<{ inviteContractor: { token: string; contractor: { id: string } } }>(
    'mutation { inviteContractor(input: { name: "V", expiresAt: "2026-02-01T00:00:00Z" }) { token contractor { id } } }',
    { token: member },
  );
  const { id } = invited.inviteContractor.contractor;
  await expectUnits(
    'inviteContractor',
    'inviteContractor(input: { name: "W", expiresAt: "2026-02-01T00:00:00Z" }) { token }',
    [made('create', 'Contractor'), log, ...viewer],
    member,
  );
  await expectUnits(
    'signInContractor',
    `signInContractor(token: "${invited.inviteContractor.token}") { accessToken }`,
    [made('update', 'Contractor', ['status', 'lastAccess']), log],
    undefined,
  );
  await expectUnits(
    'signInContractor',
    `signInContractor(token: "${invited.inviteContractor.token}") { accessToken }`,
    [made('update', 'Contractor', ['lastAccess']), log],
    undefined,
  );
  await expectUnits(
    'extendContractor',
    `extendContractor(input: { id: "${id}", expiresAt: "2026-03-01T00:00:00Z" }) { id }`,
    [made('update', 'Contractor', ['expiresAt']), log, ...viewer],
  );
  await expectUnits('revokeContractor', `revokeContractor(id: "${id}") { id }`, [
    made('update', 'Contractor', ['status']),
    log,
    ...viewer,
  ]);
  const set = (input: string) => `setConfig(input: { key: "units", ${input} }) { key }`;
  await expectUnits('setConfig', set('value: 1'), [made('create', 'Config'), log, ...viewer]);
  await expectUnits('setConfig', set('value: 2'), [made('update', 'Config', ['value']), log, ...viewer]);
  await expectUnits('setConfig', set('value: 3, category: "other"'), [
    made('update', 'Config', ['value', 'category']),
    log,
    ...viewer,
  ]);
  await expectUnits('deleteConfig', 'deleteConfig(key: "units") { key }', [
    made('delete', 'Config'),
    log,
    ...viewer,
  ]);
});

test('every mutation of the schema was measured, but for those that write as much as there is', () => {
  const all = plan.resolvers.filter(({ type }) => type === 'Mutation').map(({ field }) => field);
  const fields = all.filter((field) => !field.startsWith('erase'));
  expect([...seen.keys()].sort()).toEqual(fields.sort());
});
