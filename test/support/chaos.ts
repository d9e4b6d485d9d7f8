/** Storage that fails at random, in every way that DynamoDB and the network between do. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Dice } from './dice.js';
import { bodyText } from './wire.js';

type Handler = NonNullable<DynamoDBClientConfig['requestHandler']>;

export const faultKinds = [
  'throttle',
  'server error',
  'server error after carrying out',
  'reset',
  'reset after carrying out',
  'cut answer',
  'no answer',
  'no answer after carrying out',
  'late answer',
  'partial batch',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Chaos {
  /** For clients that reach the engine through chaos. */
  readonly clientConfig: DynamoDBClientConfig & { readonly requestHandler: Handler };
  /** From now on this share of the requests fails. */
  fail(share: number): void;
  /** From now on no request is answered, or they are again. */
  cut(isAway: boolean): void;
  /** How many requests met each fault, since the start. */
  readonly met: Readonly<Record<FaultKind, number>>;
  /** Requests that have left the SDK, since the start. */
  sent(): number;
}

interface WireRequest {
  readonly headers: Record<string, string>;
  body?: unknown;
}

interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

interface Wire {
  handle(request: WireRequest, options?: unknown): Promise<{ response: WireResponse }>;
}

/** How late a late answer is, in milliseconds. */
const lateMs = 200;

/**
 * The engine that a configuration reaches, with chaos between.
 *
 * @param wayMs how long each request is under way, in milliseconds
 */
export function chaotic(config: DynamoDBClientConfig, dice: Dice, wayMs = 0): Chaos {
  const engine = new DynamoDBClient(config);
  const inner = engine.config.requestHandler as unknown as Wire & { httpHandlerConfigs(): object };
  const met = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  let share = 0;
  let isAway = false;
  let sent = 0;

  const faulty = async (kind: FaultKind, request: WireRequest, options: unknown): Promise<WireResponse> => {
    const carryOut = async () => (await inner.handle(request, options)).response;
    switch (kind) {
      case 'throttle':
        return refusal(400, 'ThrottlingException');
      case 'server error':
        return refusal(500, 'InternalServerError');
      case 'server error after carrying out':
        await carryOut();
        return refusal(500, 'InternalServerError');
      case 'reset':
        throw reset();
      case 'reset after carrying out':
        await carryOut();
        throw reset();
      case 'cut answer': {
        const response = await carryOut();
        return { ...response, body: cutShort(await bytesOf(response.body)) };
      }
      case 'no answer':
        return never(options);
      case 'no answer after carrying out':
        await carryOut();
        return never(options);
      case 'late answer':
        await sleep(lateMs);
        return carryOut();
      case 'partial batch':
        return partly(request, (body) => inner.handle({ ...request, ...body }, options));
    }
  };
  const handler = {
    metadata: { handlerProtocol: 'h1' },
    async handle(request: WireRequest, options?: unknown): Promise<{ response: WireResponse }> {
      sent += 1;
      if (wayMs > 0) await sleep(wayMs);
      if (isAway) return { response: await never(options) };
      if (dice.below(1000) >= share * 1000) return inner.handle(request, options);
      const isBatch = /\.Batch/.test(request.headers['x-amz-target'] ?? '');
      const kind = dice.of(faultKinds.filter((one) => isBatch || one !== 'partial batch'));
      met[kind] += 1;
      return { response: await faulty(kind, request, options) };
    },
    destroy: () => engine.destroy(),
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => inner.httpHandlerConfigs(),
  } as unknown as Handler;
  return {
    clientConfig: { ...config, requestHandler: handler },
    fail(given) {
      share = given;
    },
    cut(given) {
      isAway = given;
    },
    met,
    sent: () => sent,
  };
}

function refusal(statusCode: number, name: string): WireResponse {
  const text = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'chaos' });
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(text),
  };
}

function reset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
}

/** Half of an answer, then the end of the connection. */
function cutShort(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, bytes.length / 2);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  );
}

function never(options: unknown): Promise<never> {
  const { abortSignal } = options as { readonly abortSignal: AbortSignal };
  const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  return new Promise((_, reject) => {
    if (abortSignal.aborted) return reject(aborted());
    abortSignal.addEventListener('abort', () => reject(aborted()), { once: true });
  });
}

type Batch = Readonly<Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>>;

/** Has the first half of each table's part of a batch carried out; the rest comes back unprocessed. */
async function partly(
  request: WireRequest,
  send: (changed: { headers: Record<string, string>; body: string }) => Promise<{ response: WireResponse }>,
): Promise<WireResponse> {
  const body = JSON.parse(bodyText(request.body)) as { readonly RequestItems: Batch };
  const halves = Object.entries(body.RequestItems).map(([table, part]) => {
    const list = 'Keys' in part ? part.Keys : part;
    const some = (items: readonly unknown[]) => ('Keys' in part ? { ...part, Keys: items } : items);
    const half = Math.ceil(list.length / 2);
    return { table, first: some(list.slice(0, half)), left: list.slice(half), rest: some(list.slice(half)) };
  });
  const text = JSON.stringify({
    ...body,
    RequestItems: Object.fromEntries(halves.map(({ table, first }) => [table, first])),
  });
  const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(text)) };
  const { response } = await send({ headers, body: text });
  if (response.statusCode !== 200) return response;
  const answer = JSON.parse(String(await bytesOf(response.body))) as Record<string, unknown>;
  const left = Object.fromEntries(
    halves.flatMap(({ table, left, rest }) => (left.length ? [[table, rest]] : [])),
  );
  const field = 'Responses' in answer ? 'UnprocessedKeys' : 'UnprocessedItems';
  const { 'x-amz-crc32': _, 'content-length': __, ...others } = response.headers;
  return { ...response, headers: others, body: Buffer.from(JSON.stringify({ ...answer, [field]: left })) };
}

/** An answer from the network is a stream, one from the embedded engine bytes. */
async function bytesOf(body: WireResponse['body']): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(bodyText(body));
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
