/** Subscribers of two server processes that are killed and restarted, with a Redis that comes and goes, and without one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { createTables, Database, resolveTableNames } from 'tableloom/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Event } from '../../../generated/entities.js';
import { eventLog, events } from '../../../generated/events.js';
import { tables } from '../../../generated/index.js';
import { refreshTokenWrites } from '../../../generated/writes.js';
import { createAuth } from '../../../src/server/auth/auth.js';
import { signedWith } from '../../../src/server/auth/secrets.js';
import { writeSample } from '../../../src/server/seed/seed.js';
import { Dice } from '../../support/dice.js';
import { openEndpoint } from '../../support/endpoint.js';
import { openEngine, uniqueName } from '../../support/engines.js';
import { runs } from '../../support/runs.js';
import { until } from '../../support/until.js';
import { freePort, type Program, run } from '../support/process.js';
import { adminOf, memberOf, smallSample } from '../support/sample.js';

const subscriberCount = runs(50);
const mutationCount = runs(1) === 1 ? 80 : runs(200);
const writerCount = 20;
const perSocket = 25;
const secret = 'a secret of the tests that is long enough for all';
const sample = smallSample();

const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`);
const categories = ['mail', 'web', 'jobs'];
const users = sample.users.filter(({ id }) => id !== adminOf(sample).id && id !== memberOf(sample).id);

type Variables = Readonly<Record<string, string>>;

interface Kind {
  readonly field: string;
  readonly types: readonly string[];
  readonly declared: string;
  matches(event: Event, variables: Variables): boolean;
}

type Fields = Readonly<Record<string, unknown>> | null;
const stateOf = ({ after, before }: Event) => ((after ?? before) as Fields) ?? {};

const kinds: Readonly<Record<'config' | 'user' | 'log', Kind>> = {
  config: {
    field: 'configChanged',
    types: ['CONFIG_SET', 'CONFIG_DELETED'],
    declared: '$key: ID, $category: String',
    matches: (event, { key, category }) =>
      (key === undefined || event.entityId === key) &&
      (category === undefined || stateOf(event).category === category),
  },
  user: {
    field: 'userChanged',
    types: ['USER_CREATED', 'USER_UPDATED', 'USER_DELETED'],
    declared: '$id: ID, $status: UserStatus',
    matches: (event, { id, status }) =>
      (id === undefined || event.entityId === id) &&
      (status === undefined || stateOf(event).status === status),
  },
  log: {
    field: 'auditLogged',
    types: ['AUDIT_LOGGED'],
    declared: '$targetType: AuditTarget, $targetId: ID',
    matches: (event, { targetType, targetId }) =>
      (targetType === undefined || stateOf(event).targetType === targetType) &&
      (targetId === undefined || stateOf(event).targetId === targetId),
  },
};

interface Subscriber {
  readonly kind: Kind;
  readonly variables: Record<string, string>;
  readonly received: { readonly id: string; readonly entityId: string; readonly timestamp: string }[];
  isAcknowledged: boolean;
}

test.each([{ redis: false }, { redis: true }])(
  'each receives exactly what concerns it, once and in the order of each record (Redis: $redis)',
  async ({ redis }) => {
    const dice = new Dice(redis ? 1401 : 1400);
    const world = await openWorld(redis);
    const failures: string[] = [];
    const subscribers = Array.from({ length: subscriberCount }, (_, at) => subscriberOf(dice, at));
    const clients: Client[] = [];
    for (let at = 0; at < subscribers.length; at += perSocket) {
      const client = createClient({
        url: () => `ws://127.0.0.1:${dice.of(world.ports)}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${world.token}` },
        retryAttempts: Number.POSITIVE_INFINITY,
        shouldRetry: () => true,
        retryWait: () => sleep(20 + dice.below(200)),
      });
      clients.push(client);
      for (const one of subscribers.slice(at, at + perSocket)) follow(client, one, failures);
    }
    onTestFinished(() => clients.forEach((client) => void client.dispose()));
    await until(
      () => subscribers.every(({ isAcknowledged }) => isAcknowledged),
      () => `not all subscriptions began: ${failures.join('\n')}${world.output()}`,
    );

    const written: string[] = [];
    const writers = Array.from({ length: writerCount }, async () => {
      while (written.length < mutationCount) {
        const done = await mutate(dice, world);
        if (done !== null) written.push(done);
      }
    });
    const isWriting = { value: true };
    const trouble = world.trouble(dice, isWriting);
    await Promise.all(writers);
    isWriting.value = false;
    await trouble;

    const all = await storedEvents(world.database);
    // What was acknowledged is there: each mutation with its event, and its audit log with that of its own.
    const texts = all.filter(({ type }) => type === 'AUDIT_LOGGED').length;
    expect(texts).toBeGreaterThanOrEqual(written.length);
    const expected = subscribers.map((one) => all.filter((event) => concerns(one, event)));
    const isComplete = () =>
      subscribers.every(({ received }, at) => received.length >= (expected[at]?.length ?? 0));
    const count = () => subscribers.reduce((sum, { received }) => sum + received.length, 0);
    // As long as deliveries come: many subscribers share few processors with what they are written by.
    while (!isComplete()) {
      const before = count();
      await until(
        () => isComplete() || count() > before,
        () => missing(subscribers, expected),
      );
    }
    // What would come twice had time to.
    await sleep(1500);
    for (const [at, { received, kind, variables }] of subscribers.entries()) {
      const of = `${kind.field} ${JSON.stringify(variables)}`;
      expect(received.map(({ id }) => id).sort(), of).toEqual(
        (expected[at] ?? []).map(({ id }) => id).sort(),
      );
      for (const [record, times] of groups(received))
        expect(times, `${of}: order of ${record}`).toEqual([...times].sort());
    }
    expect(failures).toEqual([]);
  },
);

function groups(received: Subscriber['received']): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { entityId, timestamp } of received) {
    const times = found.get(entityId) ?? [];
    times.push(timestamp);
    found.set(entityId, times);
  }
  return found;
}

function concerns({ kind, variables }: Subscriber, event: Event): boolean {
  const { since: _, ...given } = variables;
  return kind.types.includes(event.type) && kind.matches(event, given);
}

function missing(subscribers: readonly Subscriber[], expected: readonly (readonly Event[])[]): string {
  return subscribers
    .flatMap(({ kind, variables, received }, at) => {
      const got = new Set(received.map(({ id }) => id));
      const lost = (expected[at] ?? []).filter(({ id }) => !got.has(id));
      return lost.length === 0
        ? []
        : [
            `${kind.field} ${JSON.stringify(variables)} lacks ${lost.map(({ type, timestamp }) => `${type} ${timestamp}`).join(', ')}`,
          ];
    })
    .join('\n');
}

function subscriberOf(dice: Dice, at: number): Subscriber {
  const name = (['config', 'user', 'log'] as const)[at % 3] ?? 'config';
  const choices: Readonly<Record<string, readonly Variables[]>> = {
    config: [{}, { key: dice.of(keys) }, { category: dice.of(categories) }],
    user: [{}, { id: dice.of(users).id }, { status: dice.of(['ACTIVE', 'SUSPENDED']) }],
    log: [{}, { targetType: dice.of(['USER', 'CONFIG']) }, { targetId: dice.of(keys) }],
  };
  return {
    kind: kinds[name],
    variables: { ...dice.of(choices[name] ?? [{}]) },
    received: [],
    isAcknowledged: false,
  };
}

function follow(client: Client, subscriber: Subscriber, failures: string[]): void {
  const { kind, variables, received } = subscriber;
  const passed = [
    'since: $since',
    ...[...kind.declared.matchAll(/\$(\w+)/g)].map(([, name]) => `${name}: $${name}`),
  ];
  const query = `subscription ($since: String, ${kind.declared}) {
    ${kind.field}(${passed.join(', ')}) { cursor event { id entityId timestamp } }
  }`;
  type Data = Readonly<Record<string, { cursor: string; event: Subscriber['received'][number] | null }>>;
  client.subscribe<Data>(
    { query, variables },
    {
      next({ data, errors }) {
        const delivery = data?.[kind.field];
        if (delivery === undefined) failures.push(JSON.stringify(errors));
        else {
          subscriber.isAcknowledged = true;
          if (delivery.event !== null) received.push(delivery.event);
          // The client subscribes again with these, after any disconnect.
          variables.since = delivery.cursor;
        }
      },
      error: (error) => failures.push(JSON.stringify(error)),
      complete: () => undefined,
    },
  );
}

interface World {
  readonly ports: readonly number[];
  readonly token: string;
  readonly database: Database;
  output(): string;
  /** Kills and restarts while there is writing. */
  trouble(dice: Dice, isWriting: { readonly value: boolean }): Promise<void>;
}

async function openWorld(withRedis: boolean): Promise<World> {
  const engine = await openEngine();
  const endpoint = engine.kind === 'embedded' ? await openEndpoint(engine.clientConfig) : undefined;
  const address = String(endpoint?.clientConfig.endpoint ?? engine.clientConfig.endpoint);
  onTestFinished(async () => {
    await endpoint?.close();
    await engine.close();
  });
  const prefix = uniqueName('live');
  const names = resolveTableNames(tables, { TABLE_PREFIX: prefix });
  await createTables(engine.client, tables, names);
  const database = new Database({ client: engine.client, tables: names, cursorSecrets: [secret] });
  await writeSample(database, sample);
  const admin = adminOf(sample);
  const { id: userId, sessionEpoch } = admin;
  const values = { id: 'session', familyId: 'session', userId, sessionEpoch, tokenHash: 'session' };
  const expiresAt = new Date(Date.now() + 86_400_000);
  await database.session().writeOne(refreshTokenWrites.create({ ...values, expiresAt }));
  const principal = { kind: 'USER', id: userId, sessionEpoch, sessionId: 'session' } as const;
  const { accessToken: token } = createAuth(signedWith([secret])).newAccessToken(principal);

  const redisPort = await freePort();
  let redis: ChildProcess | undefined = withRedis ? await startRedis(redisPort) : undefined;
  const ports = [await freePort(), await freePort()];
  const start = async (at: number): Promise<Program> => {
    const program = run(process.cwd(), 'src/server/main.ts', {
      PORT: String(ports[at]),
      DYNAMODB_ENDPOINT: address,
      AWS_REGION: 'local',
      TABLE_PREFIX: prefix,
      JWT_SECRET: secret,
      CURSOR_SECRET: secret,
      LOG_LEVEL: 'info',
      ...(withRedis && { REDIS_URL: `redis://127.0.0.1:${redisPort}` }),
    });
    await program.saw(/Server listening/);
    return program;
  };
  const programs = await Promise.all([start(0), start(1)]);
  onTestFinished(async () => {
    await Promise.all(programs.map((program) => program.stop('SIGKILL')));
    redis?.kill('SIGKILL');
  });
  return {
    ports,
    token,
    database,
    output: () => programs.map((program) => program.output().slice(-2000)).join('\n'),
    async trouble(dice, isWriting) {
      for (let round = 0; isWriting.value; round++) {
        await sleep(1500 + dice.below(3000));
        const at = round % 2;
        await programs[at]?.stop('SIGKILL');
        if (redis !== undefined && round % 2 === 0) {
          redis.kill('SIGKILL');
          await sleep(dice.below(1000));
          redis = await startRedis(redisPort);
        }
        programs[at] = await start(at);
      }
    },
  };
}

async function startRedis(port: number): Promise<ChildProcess> {
  const redis = spawn('redis-server', [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  let output = '';
  redis.stdout.on('data', (chunk) => (output += String(chunk)));
  await Promise.race([
    once(redis, 'error').then(([error]) => Promise.reject(error)),
    until(
      () => /Ready to accept/.test(output),
      () => output,
    ),
  ]);
  return redis;
}

/** The name of what was acknowledged; null where it was refused, or where nobody knows. */
async function mutate(dice: Dice, { ports, token }: World): Promise<string | null> {
  const key = dice.of(keys);
  const user = dice.of(users);
  const choice = dice.below(10);
  const name = `name ${dice.below(1e9)}`;
  const text =
    choice < 5
      ? `setConfig(input: { key: "${key}", value: "${name}", category: "${dice.of(categories)}" }) { version }`
      : choice < 7
        ? `deleteConfig(key: "${key}") { version }`
        : choice < 9
          ? `updateUser(id: "${user.id}", input: { name: "${name}" }) { version }`
          : `updateUser(id: "${user.id}", input: { status: ${dice.of(['ACTIVE', 'SUSPENDED'])} }) { version }`;
  try {
    const response = await fetch(`http://127.0.0.1:${dice.of(ports)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: `mutation { ${text} }` }),
    });
    const { errors } = (await response.json()) as { errors?: readonly unknown[] };
    return errors === undefined ? text : null;
  } catch {
    await sleep(20);
    return null;
  }
}

async function storedEvents(database: Database): Promise<Event[]> {
  const found: Event[] = [];
  const days = [0, 1].map((at) => new Date(Date.now() - at * 86_400_000).toISOString().slice(0, 10));
  const db = database.session();
  for (const type of Object.keys(events))
    for (let lane = 0; lane < (eventLog.lanes[type] ?? 1); lane++)
      for (const bucket of days)
        for await (const event of db.each(eventLog.read({ type, lane: String(lane), bucket })))
          found.push(event);
  return found;
}
