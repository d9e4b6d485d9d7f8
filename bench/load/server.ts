/** One process of the reference server as it is in production, compiled, with as many users as there are clients. */

import { existsSync, openSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { createTables, Database, type Observer, resolveTableNames } from 'tableloom/runtime';
import { cpuClock } from '../cpu.js';
import { serve } from '../events/program.js';
import { remembering } from './instant.js';
import type { People } from './mix.js';
import { signIn, withPeople } from './people.js';
import { type Profiled, profile } from './profile.js';

/** Where the engine is: in this process, answering at once, or behind HTTP. */
export type EngineOf = 'embedded' | 'instant' | { readonly endpoint: string };

export interface Settings {
  readonly engine: EngineOf;
  readonly isCached: boolean;
  /** Of several processes, one makes the tables and signs everybody in. */
  readonly isFirst: boolean;
}

export interface Ready {
  readonly port: number;
  readonly people: People;
}

/** What requests to storage were counted, by `count` and `counted`. */
export interface Counted {
  readonly requests: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Reads of caches by what they found. */
  readonly reads: Readonly<Record<'hit' | 'stale' | 'miss', number>>;
  /** Requests by what they were for. */
  readonly byPattern: Readonly<Record<string, number>>;
}

/** A module of the application as it is built, whose types are those of its source. */
async function built<Module>(path: string): Promise<Module> {
  if (!existsSync(new URL('../../dist/', import.meta.url)))
    throw new Error('There is no dist/: run `npm run build` first.');
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as Module;
}

const { tables } = await built<typeof import('../../generated/index.js')>('generated/index.js');
const { buildApp } = await built<typeof import('../../src/server/app.js')>('src/server/app.js');
const { createAuth } = await built<typeof import('../../src/server/auth/auth.js')>('src/server/auth/auth.js');
const { sampleFor } =
  await built<typeof import('../../src/server/seed/sample.js')>('src/server/seed/sample.js');
const { writeSample } =
  await built<typeof import('../../src/server/seed/seed.js')>('src/server/seed/seed.js');

const secret = 'a secret of the benchmark, long enough for everything';

const tableNames = resolveTableNames(tables, { TABLE_PREFIX: 'bench' });

/** Whether everybody is signed in. */
let isReady = false;

await serve(async ({ engine, isCached, isFirst }: Settings) => {
  const client = new DynamoDBClient(await configOf(engine));
  if (isFirst) await createTables(client, tables, tableNames);
  const settings = { client, tables: tableNames, cursorSecrets: [secret] };
  const database = new Database({ ...settings, ...(!isCached && { cache: false as const }) });
  const sample = withPeople(sampleFor(new Date()));
  if (isFirst) await writeSample(new Database({ ...settings, cache: false }), sample);
  const log = openSync('/dev/null', 'w');
  const app = await buildApp({
    database,
    auth: createAuth({ jwtSecret: secret }),
    production: true,
    logLevel: 'info',
    // Written as to the standard output of a container: at once.
    logStream: { write: (line) => writeSync(log, line) },
  });
  const people = isFirst ? await signIn(app, sample) : { tokens: [], userIds: [] };
  isReady = true;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  let counting = counter();
  let end: () => void = () => undefined;
  let profiled: (() => Promise<Profiled>) | undefined;
  return {
    ready: { port, people } satisfies Ready,
    answers: {
      cpu: cpuClock(),
      /** Counts requests from now on, which makes each a little slower. */
      count() {
        counting = counter();
        end = database.observe(counting.observer);
      },
      counted() {
        end();
        return counting.counted;
      },
      async profile() {
        profiled = await profile();
      },
      profiled: () => profiled?.(),
    },
  };
});

async function configOf(engine: EngineOf) {
  if (typeof engine === 'object')
    return {
      endpoint: engine.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: { httpAgent: { maxSockets: 50 }, connectionTimeout: 1000 },
    };
  const { clientConfig } = await openEmbedded();
  if (engine === 'embedded') return clientConfig;
  return { ...clientConfig, requestHandler: remembering(clientConfig.requestHandler, () => isReady) };
}

interface Consumed {
  readonly CapacityUnits?: number | undefined;
}

function counter() {
  const reads = { hit: 0, stale: 0, miss: 0 };
  const byPattern: Record<string, number> = {};
  const counted = { requests: 0, readUnits: 0, writeUnits: 0, reads, byPattern };
  const observer: Observer = {
    request: ({ operation, pattern }) => ({
      ended({ output }) {
        const consumed = (output as { readonly ConsumedCapacity?: Consumed | Consumed[] } | undefined)
          ?.ConsumedCapacity;
        const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        counted.requests += 1;
        byPattern[pattern] = (byPattern[pattern] ?? 0) + 1;
        if (/Get|Query/.test(operation)) counted.readUnits += units;
        else counted.writeUnits += units;
      },
    }),
    cacheRead({ result }) {
      reads[result] += 1;
    },
  };
  return { counted, observer };
}
