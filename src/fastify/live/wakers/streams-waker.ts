/** Wakes by way of DynamoDB Streams, where there is no Redis. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { _Record, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Wake, Waker } from 'tableloom/runtime';
import { orInstall } from '../../optional.js';
import { streamReader } from './streams.js';

export interface StreamsWakerOptions {
  /** As for the client of the database: region, credentials, endpoint. */
  readonly config: DynamoDBClientConfig;
  /** The name of the table that events are stored in, or the ARN of its stream. The stream has new images. */
  readonly stream: string;
  /** The entity that is declared with `events: true`. */
  readonly entity: string;
  /** How often each shard is read, in milliseconds. DynamoDB serves five reads a second. Default: 500. */
  readonly pollMs?: number;
  /** How often shards are looked for, in milliseconds. Default: 10,000. */
  readonly shardsMs?: number;
}

/** After a failure the next attempt waits as long, in milliseconds. */
const afterFailure = 2000;

/** So long a reading takes at most, in milliseconds. */
const longest = 5000;

/** After these nothing can be read where the reader is: its iterators are too old (15 minutes), or the stream is another one. */
const lostPlace = new Set(['ExpiredIteratorException', 'ResourceNotFoundException']);

/**
 * Hears of events from the stream of their table. `wake` does nothing, as writing an event is enough. DynamoDB allows two readers
 * of a shard: with more processes than two, use {@link redisWaker}.
 */
export async function streamsWaker(options: StreamsWakerOptions): Promise<Waker> {
  const { config, stream, entity, pollMs = 500, shardsMs = 10_000 } = options;
  const sdk = await import('@aws-sdk/client-dynamodb-streams').catch(
    orInstall('`streamsWaker` needs', '@aws-sdk/client-dynamodb-streams'),
  );
  const client: DynamoDBStreamsClient = new sdk.DynamoDBStreamsClient(config as object);
  const closing = new AbortController();
  const { signal } = closing;
  let reading = new AbortController();
  let isConnected = false;
  let tailing: Promise<void> | undefined;

  async function tail(onWake: (wakes: readonly Wake[]) => void): Promise<void> {
    let reader = streamReader(sdk, client, stream, { shardsMs });
    while (!signal.aborted) {
      let pause = pollMs;
      reading = new AbortController();
      const timer = setTimeout(() => reading.abort(), longest);
      try {
        await reader.read((records) => {
          const wakes = wakesOf(records, entity);
          if (wakes.length > 0) onWake(wakes);
        }, reading.signal);
        isConnected = true;
      } catch (error) {
        isConnected = false;
        // What happened meanwhile is found by polling the table.
        if (error instanceof Error && lostPlace.has(error.name))
          reader = streamReader(sdk, client, stream, { shardsMs });
        pause = afterFailure;
      } finally {
        clearTimeout(timer);
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
    isConnected = false;
  }

  return {
    get isConnected() {
      return isConnected;
    },
    wake() {},
    listen(onWake) {
      tailing = tail(onWake);
    },
    async close() {
      closing.abort();
      reading.abort();
      await tailing;
      client.destroy();
    },
  };
}

/** The earliest event of each type. */
function wakesOf(records: readonly _Record[], entity: string): readonly Wake[] {
  const earliest = new Map<string, string>();
  for (const { eventName, dynamodb } of records) {
    const { _type, type, timestamp } = dynamodb?.NewImage ?? {};
    if (eventName !== 'INSERT' || _type?.S !== entity || !type?.S || !timestamp?.S) continue;
    const known = earliest.get(type.S);
    if (known === undefined || timestamp.S < known) earliest.set(type.S, timestamp.S);
  }
  return [...earliest].map(([type, timestamp]) => ({ type, timestamp }));
}
