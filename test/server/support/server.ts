import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { FastifyInstance } from 'fastify';
import { createTables, Database, type DatabaseOptions, resolveTableNames } from 'tableloom/runtime';
import type { User } from '../../../generated/entities.js';
import { tables } from '../../../generated/tables.js';
import { refreshTokenWrites } from '../../../generated/writes.js';
import { type AppOptions, buildApp } from '../../../src/server/app.js';
import { type Auth, createAuth } from '../../../src/server/auth/auth.js';
import { worthlessCost } from '../../../src/server/auth/passwords.js';
import { type Sample, sampleFor } from '../../../src/server/seed/sample.js';
import { writeSample } from '../../../src/server/seed/seed.js';
import { type EngineKind, openEngine, uniqueName } from '../../support/engines.js';

/** The moment tests happen at. It stands still unless a test moves it. */
export const testTime = new Date('2026-01-15T12:00:00.000Z');

/** A JSON object of an answer. */
export type Json = { readonly [name: string]: unknown };

export interface Answer<Data = Json> {
  readonly status: number;
  readonly data: Data | null;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions?: Json;
    readonly path?: unknown;
  }[];
  /** The whole body as sent. */
  readonly text: string;
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly auth: Auth;
  readonly database: Database;
  readonly sample: Sample;
  /** Another process on the same tables, with a cache of its own. */
  another(): Promise<FastifyInstance>;
  /** Sends one operation. */
  ask<Data = Json>(query: string, options?: AskOptions): Promise<Answer<Data>>;
  /** Like `ask`, for what must succeed: fails with the errors of the answer. */
  get<Data = Json>(query: string, options?: AskOptions): Promise<Data>;
  /** An access token of a user, without signing in. */
  tokenOf(user: Pick<User, 'id' | 'sessionEpoch'>): Promise<string>;
  /** Lets time pass. */
  pass(milliseconds: number): void;
  /** Write units the engine has billed since the last call. Zero unless the server was started with `capacity`. */
  writeUnits(): number;
  /** Takes the engine away. */
  stopStorage(): Promise<void>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string | undefined;
  readonly variables?: Json;
  readonly operationName?: string;
}

export interface ServerOptions {
  /** What the tables hold; default: everything `npm run dev` shows. */
  readonly sample?: Sample;
  readonly app?: Partial<AppOptions>;
  readonly onRequest?: DatabaseOptions['onRequest'];
  readonly database?: Partial<DatabaseOptions>;
  /** Given the client before anything is sent. */
  readonly onClient?: (client: DynamoDBClient) => void;
  /** Left out: the one this run is about. */
  readonly engine?: EngineKind;
  /** Has the engine tell what requests consume. */
  readonly capacity?: boolean;
  /** The client the server reads and writes with, once the sample is there; left out: one of the engine's. */
  readonly client?: (config: DynamoDBClientConfig) => DynamoDBClient | Promise<DynamoDBClient>;
  /** Ids and secrets are counted instead of drawn, so that answers are the same each time. */
  readonly predictable?: boolean;
}

/** A server with the sample in tables of its own. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { sample = sampleFor(testTime), predictable = false } = options;
  const engine = await openEngine(options.engine);
  options.onClient?.(engine.client);
  const names = resolveTableNames(tables, { TABLE_PREFIX: uniqueName('server') });
  await createTables(engine.client, tables, names);
  const meter = meterOf(engine.client);

  let now = testTime;
  let ids = 0;
  let secrets = 0;
  const databaseOn = (client: DynamoDBClient) =>
    new Database({
      client,
      tables: names,
      cursorSecrets: ['the secret of cursors in tests'],
      now: () => now,
      // Tests look at what is stored, whoever wrote it.
      cache: false,
      planMs: false,
      ...(predictable && { newId: () => countedId(++ids) }),
      ...(options.onRequest && { onRequest: options.onRequest }),
      ...options.database,
      ...(options.capacity && { capacity: true }),
    });
  const own = databaseOn(engine.client);
  await writeSample(own, sample);
  const database = options.client ? databaseOn(await options.client(engine.clientConfig)) : own;
  const auth = createAuth({
    jwtSecret: 'the secret of access tokens in tests',
    now: () => now,
    newSecret: predictable ? () => countedSecret(++secrets) : undefined,
    passwordCost: worthlessCost,
  });
  // Tests ask for as much at the same time as they like; test/fastify/overload.test.ts is about what is refused then.
  const appOptions = { ...options.app, limits: { waitMs: 60_000, ...options.app?.limits } };
  const app = await buildApp({ database, auth, ...appOptions });

  const ask = async <Data = Json>(query: string, asked: AskOptions = {}): Promise<Answer<Data>> => {
    const { token, variables, operationName } = asked;
    const response = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      payload: { query, variables, operationName },
    });
    const { data = null, errors = [] } = response.json<Partial<Answer<Data>>>();
    return { status: response.statusCode, data, errors, text: response.body };
  };
  return {
    app,
    auth,
    database,
    sample,
    ask,
    async get<Data = Json>(query: string, asked?: AskOptions): Promise<Data> {
      const { data, errors } = await ask<Data>(query, asked);
      if (data === null || errors.length > 0) throw new Error(JSON.stringify(errors, null, 2));
      return data;
    },
    async tokenOf({ id, sessionEpoch }) {
      const sessionId = await sessionOf(own, sample, id);
      return auth.newAccessToken({ kind: 'USER', id, sessionEpoch, sessionId }).accessToken;
    },
    pass(milliseconds) {
      now = new Date(now.getTime() + milliseconds);
    },
    another: () => buildApp({ database: databaseOn(engine.client), auth, ...appOptions }),
    writeUnits: meter,
    stopStorage: () => engine.close(),
    async close() {
      await app.close();
      await engine.close();
    },
  };
}

/** The id of a session of the user: one of the sample, or a new one. */
async function sessionOf(database: Database, sample: Sample, userId: string): Promise<string> {
  const known = sample.refreshTokens.find((token) => token.userId === userId && token.id === token.familyId);
  if (known) return known.id;
  const id = `session-of-${userId}`;
  const values = { id, familyId: id, userId, sessionEpoch: 0, tokenHash: id };
  const expiresAt = '2027-01-01T00:00:00.000Z';
  await database.session().putAll([refreshTokenWrites.create({ ...values, expiresAt })]);
  return id;
}

/** Adds up the write units a client's requests are billed; gives those since the last call. */
function meterOf(client: DynamoDBClient): () => number {
  let units = 0;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args);
        const isWrite = /^(Put|Update|Delete|TransactWrite|BatchWrite)/.test(commandName);
        const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: Billed | Billed[] };
        if (isWrite) units += [consumed ?? []].flat().reduce((all, one) => all + (one.CapacityUnits ?? 0), 0);
        return result;
      },
    { step: 'initialize' },
  );
  return () => {
    const since = units;
    units = 0;
    return since;
  };
}

interface Billed {
  readonly CapacityUnits?: number;
}

/** 00000000-0000-7000-8000-000000000001 */
export function countedId(count: number): string {
  return `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`;
}

/** As long as a real one. */
export function countedSecret(count: number): string {
  return Buffer.from(createHash('sha256').update(`secret ${count}`).digest()).toString('base64url');
}
