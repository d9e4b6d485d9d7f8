/** One embedded engine, and an answering machine in front of it: the requests of a server pass, are counted, recorded or answered from memory. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, type TableDefinition } from 'tableloom/runtime';
import { type EngineRequestHandler, openEmbedded } from '../../src/embedded/index.js';
import { isWrite, keyOf, textOf } from './engine-requests.js';

/** What a benchmarked server is measured on. */
export type EngineKind = 'embedded' | 'instant';

/** What counting found: requests, and read units as the engine bills them. */
export interface Counted {
  readonly requests: number;
  readonly readUnits: number;
}

export interface Engine {
  /** The SDK's configuration, the same for every server; unsigned, as nobody checks. */
  readonly clientConfig: Awaited<ReturnType<typeof openEmbedded>>['clientConfig'];
  /** Answers from memory what `record` saw, or passes everything on. */
  use(kind: EngineKind): void;
  /** Counts what `work` asks. Requests are changed to tell their read units, so that it is not to be timed. */
  count(work: () => Promise<void>): Promise<Counted>;
  /** Remembers every answer: to reads by the whole request, to writes, which differ each time, by their operation. */
  record(work: () => Promise<void>): Promise<void>;
}

type Handle = EngineRequestHandler['handle'];
type Answer = Awaited<ReturnType<Handle>>['response'];

export async function openEngine(
  definitions: readonly TableDefinition[],
  names: Readonly<Record<string, string>>,
): Promise<Engine> {
  const { clientConfig } = await openEmbedded();
  const { requestHandler } = clientConfig;
  const tables = new DynamoDBClient(clientConfig);
  await createTables(tables, definitions, names);
  const memory = new Map<string, Answer>();
  let handle: Handle = requestHandler.handle;
  const during = async (other: Handle, work: () => Promise<void>) => {
    const before = handle;
    handle = other;
    await work();
    handle = before;
  };
  const fromMemory: Handle = async (request) => {
    const known = memory.get(keyOf(request));
    if (known === undefined) throw new Error(`not recorded: ${keyOf(request)}`);
    const { body } = known;
    // A view of its own: the SDK changes the prototype of what it is given.
    return { response: { ...known, body: new Uint8Array(body.buffer, body.byteOffset, body.length) } };
  };
  return {
    clientConfig: {
      ...clientConfig,
      requestHandler: { ...requestHandler, handle: (request, options) => handle(request, options) },
    },
    use(kind) {
      handle = kind === 'instant' ? fromMemory : requestHandler.handle;
    },
    async count(work) {
      let requests = 0;
      let readUnits = 0;
      await during(async (request, options) => {
        requests += 1;
        const input: object = JSON.parse(textOf(request));
        const body = JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
        const answer = await requestHandler.handle({ ...request, body }, options);
        if (!isWrite(request)) readUnits += unitsOf(answer.response);
        return answer;
      }, work);
      return { requests, readUnits };
    },
    record: (work) =>
      during(async (request, options) => {
        const answer = await requestHandler.handle(request, options);
        memory.set(keyOf(request), answer.response);
        return answer;
      }, work),
  };
}

interface Consumed {
  readonly CapacityUnits?: number;
}

function unitsOf({ body }: Answer): number {
  const { ConsumedCapacity } = JSON.parse(Buffer.from(body).toString()) as {
    readonly ConsumedCapacity?: Consumed | readonly Consumed[];
  };
  return [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
