/** Requests in the waves they have to be sent in: what waits for an answer is in a later one. */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { bodyText } from './wire.js';

type Handler = NonNullable<DynamoDBClientConfig['requestHandler']>;

/** A request as it left the SDK. */
export interface SentRequest {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Waves {
  readonly client: DynamoDBClient;
  /** The waves since the last call. */
  take(): SentRequest[][];
}

/** How many turns of the event loop without a new request make it quiet. */
const quietTurns = 8;

interface WireHandler {
  handle(
    request: { readonly headers: Record<string, string>; readonly body?: unknown },
    options?: unknown,
  ): Promise<unknown>;
}

/**
 * A client that holds every request until nothing else is under way and no more come, and lets them go together then: as
 * many waves as there would be round trips to a far-away table.
 */
export function inWaves(config: DynamoDBClientConfig): Waves {
  const engine = new DynamoDBClient(config);
  const inner = engine.config.requestHandler as unknown as WireHandler;
  let waves: SentRequest[][] = [];
  let held: { readonly request: SentRequest; readonly go: () => void }[] = [];
  let underWay = 0;
  let turns = 0;
  let isWatching = false;

  const watch = (): void => {
    turns += 1;
    if (underWay > 0) turns = 0;
    if (turns < quietTurns) return void setImmediate(watch);
    isWatching = false;
    const wave = held;
    held = [];
    waves.push(wave.map(({ request }) => request));
    for (const { go } of wave) go();
  };
  const turn = (request: SentRequest) =>
    new Promise<void>((go) => {
      held.push({ request, go });
      turns = 0;
      if (!isWatching) {
        isWatching = true;
        setImmediate(watch);
      }
    });
  const handler = {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request: Parameters<WireHandler['handle']>[0], options?: unknown) {
      const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      await turn({ operation, body: JSON.parse(bodyText(request.body)) as SentRequest['body'] });
      underWay += 1;
      try {
        return await inner.handle(request, options);
      } finally {
        underWay -= 1;
      }
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({ httpAgent: { maxSockets: Number.POSITIVE_INFINITY } }),
  } as unknown as Handler;
  const client = new DynamoDBClient({ ...config, requestHandler: handler });
  return {
    client,
    take() {
      const taken = waves;
      waves = [];
      return taken;
    },
  };
}
