/** Subscriptions of the application: who may have them, what they deliver, and that nothing changes without an event. */
import { type Client, createClient } from 'graphql-ws';
import type { RequestReport } from 'tableloom/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../support/until.js';
import { adminOf, memberOf, readerOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

interface Delivery {
  readonly cursor: string;
  readonly event: { readonly type: string; readonly entityId: string; readonly actor: string | null } | null;
}

let server: TestServer;
let url: string;
let clients: Client[];
const reports: RequestReport[] = [];

beforeEach(async () => {
  clients = [];
  reports.length = 0;
  server = await startServer({
    sample: smallSample(),
    onRequest: (report) => reports.push(report),
    database: { live: { pollMs: 50, viewerMs: 0 } },
  });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  url = `${address.replace('http', 'ws')}/graphql`;
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await server.close();
});

/** What somebody is delivered; `code` is that of the error that ended it. */
function subscribe(token: string | undefined, field: string) {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
  clients.push(client);
  const seen: { deliveries: Delivery[]; code: string | undefined } = { deliveries: [], code: undefined };
  const name = field.split('(')[0] ?? '';
  const codeOf = (errors: unknown) =>
    Array.isArray(errors)
      ? String(errors[0]?.extensions?.code)
      : String((errors as { readonly reason?: string }).reason);
  client.subscribe<Record<string, Delivery>>(
    { query: `subscription { ${field} { cursor event { type entityId actor } } }` },
    {
      next: ({ data, errors }) => {
        const delivery = data?.[name];
        if (delivery === undefined) seen.code = codeOf(errors);
        else seen.deliveries.push(delivery);
      },
      error: (error) => {
        seen.code ??= codeOf(error);
      },
      complete: () => undefined,
    },
  );
  return seen;
}

const began = (seen: ReturnType<typeof subscribe>) =>
  until(() => seen.deliveries.length > 0 || seen.code !== undefined);

const typesOf = ({ deliveries }: ReturnType<typeof subscribe>) =>
  deliveries.flatMap(({ event }) => event?.type ?? []);

describe('who may subscribe', () => {
  const staff = { stranger: 'UNAUTHENTICATED', reader: 'yes', member: 'yes', admin: 'yes' };
  const admins = { ...staff, reader: 'FORBIDDEN', member: 'FORBIDDEN' };

  test.each([
    ['userChanged', staff],
    ['contractorChanged', staff],
    ['sessionChanged', staff],
    ['configChanged', staff],
    ['auditLogged', admins],
  ])('%s', async (field, expected) => {
    const { sample } = server;
    const tokens = {
      stranger: undefined,
      reader: await server.tokenOf(readerOf(sample)),
      member: await server.tokenOf(memberOf(sample)),
      admin: await server.tokenOf(adminOf(sample)),
    };
    const actual: Record<string, string> = {};
    for (const [who, token] of Object.entries(tokens)) {
      const seen = subscribe(token, field);
      await began(seen);
      actual[who] = seen.code ?? 'yes';
    }
    expect(actual).toEqual(expected);
  });

  test('the table names every subscription', async () => {
    const { __schema } = await server.get<{ __schema: { subscriptionType: { fields: { name: string }[] } } }>(
      '{ __schema { subscriptionType { fields { name } } } }',
    );
    expect(__schema.subscriptionType.fields.map(({ name }) => name).sort()).toEqual([
      'auditLogged',
      'configChanged',
      'contractorChanged',
      'sessionChanged',
      'userChanged',
    ]);
  });
});

describe('what is delivered', () => {
  test('is what filters ask for, with who caused it', async () => {
    const admin = adminOf(server.sample);
    const token = await server.tokenOf(admin);
    const seen = subscribe(token, 'configChanged(category: "mail")');
    await began(seen);
    for (const category of ['web', 'mail'])
      await server.get(
        `mutation { setConfig(input: { key: "${category}", value: 1, category: "${category}" }) { key } }`,
        { token },
      );
    await until(() => seen.deliveries.length > 1);
    expect(seen.deliveries.map(({ event }) => event)).toEqual([
      null,
      { type: 'CONFIG_SET', entityId: 'mail', actor: `USER#${admin.id}` },
    ]);
  });

  test('ends for a viewer whose role changes', async () => {
    const { sample } = server;
    const [admin, other] = sample.users.filter(({ role, status }) => role === 'ADMIN' && status === 'ACTIVE');
    if (admin === undefined) throw new Error('the sample has no administrator');
    const token = await server.tokenOf(admin);
    const second = other ?? (await promoted(token));
    const viewer = subscribe(await server.tokenOf(second), 'auditLogged');
    await began(viewer);
    const note = (value: number) =>
      server.get(`mutation { setConfig(input: { key: "k", value: ${value} }) { key } }`, { token });
    await note(1);
    await until(() => typesOf(viewer).length === 1);
    await server.get(`mutation { updateUser(id: "${second.id}", input: { role: MEMBER }) { role } }`, {
      token,
    });
    await note(2);
    await until(() => viewer.code !== undefined);
    expect(viewer.code).toBe('FORBIDDEN');
    expect(typesOf(viewer)).toEqual(['AUDIT_LOGGED']);
  });

  test('of sessions is one’s own, for administrators everybody’s', async () => {
    const { sample } = server;
    const [mine, all] = [
      subscribe(await server.tokenOf(memberOf(sample)), 'sessionChanged'),
      subscribe(await server.tokenOf(adminOf(sample)), 'sessionChanged'),
    ];
    await Promise.all([mine, all].map(began));
    for (const user of [readerOf(sample), memberOf(sample)])
      await server.get(
        `mutation { signIn(input: { email: "${user.email}", password: "correct-horse-battery" }) { expiresIn } }`,
      );
    await until(() => typesOf(all).length === 2 && typesOf(mine).length === 1);
    expect(typesOf(all)).toEqual(['SESSION_CREATED', 'SESSION_CREATED']);
  });
});

/** A member, made an administrator. */
async function promoted(token: string) {
  const member = memberOf(server.sample);
  await server.get(`mutation { updateUser(id: "${member.id}", input: { role: ADMIN }) { role } }`, { token });
  return member;
}

test('every change of every record is an event of its transaction', async () => {
  const { sample } = server;
  const token = await server.tokenOf(adminOf(sample));
  const as = { token };
  const [reader, member] = [readerOf(sample), memberOf(sample)];
  reports.length = 0;
  await server.get(
    'mutation { createUser(input: { email: "new@tyler-setup.example", name: "New", password: "long enough to do" }) { id } }',
    as,
  );
  await server.get(`mutation { updateUser(id: "${reader.id}", input: { name: "Other" }) { id } }`, as);
  await server.get(`mutation { deactivateUser(id: "${reader.id}") { id } }`, as);
  await server.get(`mutation { deleteUser(id: "${reader.id}") { id } }`, as);
  const { inviteContractor } = await server.get<{
    inviteContractor: { token: string; contractor: { id: string } };
  }>(
    'mutation { inviteContractor(input: { name: "V", expiresAt: "2026-03-01T00:00:00Z" }) { token contractor { id } } }',
    as,
  );
  const { id } = inviteContractor.contractor;
  await server.get(`mutation { signInContractor(token: "${inviteContractor.token}") { expiresIn } }`);
  await server.get(
    `mutation { extendContractor(input: { id: "${id}", expiresAt: "2026-04-01T00:00:00Z" }) { id } }`,
    as,
  );
  await server.get(`mutation { revokeContractor(id: "${id}") { id } }`, as);
  await server.get('mutation { setConfig(input: { key: "k", value: 1 }) { key } }', as);
  await server.get('mutation { deleteConfig(key: "k") { key } }', as);
  const { signIn } = await server.get<{ signIn: { refreshToken: string; accessToken: string } }>(
    `mutation { signIn(input: { email: "${member.email}", password: "correct-horse-battery" }) { refreshToken accessToken } }`,
  );
  const { refreshSession } = await server.get<{ refreshSession: { refreshToken: string } }>(
    `mutation { refreshSession(refreshToken: "${signIn.refreshToken}") { refreshToken } }`,
  );
  await server.get(
    'mutation { changePassword(input: { currentPassword: "correct-horse-battery", newPassword: "battery-horse-correct" }) { expiresIn } }',
    { token: signIn.accessToken },
  );
  await server.get(`mutation { signOut(refreshToken: "${refreshSession.refreshToken}") }`);
  await server.get(`mutation { eraseContractor(id: "${id}") }`, as);
  await server.get(`mutation { eraseUser(id: "${member.id}") }`, as);
  await server.get('mutation { signOutEverywhere }', as);

  const changed: string[] = [];
  const published: string[] = [];
  for (const { operation, input } of reports) {
    const items = operation === 'TransactWriteItems' ? transacted(input) : single(operation, input);
    changed.push(...items.flatMap(({ record }) => record ?? []));
    published.push(...items.flatMap(({ event }) => event ?? []));
  }
  // Erasure takes what told of a person out of audit logs, of which events have nothing.
  const cleared = changed.filter((one) => one.startsWith('cleared'));
  expect(cleared.every((one) => one.startsWith('cleared AuditLog'))).toBe(true);
  expect(changed.filter((one) => !one.startsWith('cleared')).sort()).toEqual(published.sort());
  expect(new Set(published.map((one) => one.split(' ')[0])).size).toBe(5);
});

interface Changed {
  /** The entity and the id of a main item that was put, changed or deleted. */
  readonly record?: string;
  /** The same of an event. */
  readonly event?: string;
}

type Fields = Readonly<Record<string, unknown>>;

function transacted(input: object): Changed[] {
  const { TransactItems = [] } = input as { readonly TransactItems?: readonly Fields[] };
  return TransactItems.flatMap(({ Put, Update, Delete }) => {
    const { Item, Key } = (Put ?? Update ?? Delete ?? {}) as {
      readonly Item?: Fields;
      readonly Key?: Fields;
    };
    if (Item?._type === 'Event') return [{ event: `${Item.entity} ${Item.entityId}` }];
    return mainItem(Item ?? Key);
  });
}

/** Writes of one item have no event. */
function single(operation: string, input: object): Changed[] {
  if (!/^(Put|Update|Delete)Item$/.test(operation)) return [];
  const { Item, Key, UpdateExpression } = input as {
    readonly Item?: Fields;
    readonly Key?: Fields;
    readonly UpdateExpression?: string;
  };
  const isClearing = UpdateExpression?.startsWith('REMOVE') === true;
  return mainItem(Item ?? Key).map(({ record }) => ({
    record: isClearing ? `cleared ${record}` : `${record}`,
  }));
}

const entities: Readonly<Record<string, string>> = {
  USER: 'User',
  CONTRACTOR: 'Contractor',
  REFRESH_TOKEN: 'RefreshToken',
  AUDIT_LOG: 'AuditLog',
  CONFIG: 'Config',
};

function mainItem(item: Fields | undefined): Changed[] {
  const [, prefix, id] = /^([A-Z_]+)#(.*)$/.exec(String(item?.PK)) ?? [];
  const entity = entities[prefix ?? ''];
  return item?.SK === 'METADATA' && entity !== undefined ? [{ record: `${entity} ${id}` }] : [];
}
