import { randomUUID } from 'node:crypto';
import { ApiError, unknownOperation, ValidationError } from './errors.js';
import { batchGetItem, getItem } from './operations/get.js';
import { query, scan } from './operations/query.js';
import { createTable, deleteTable, describeTable, listTables, updateTable } from './operations/tables.js';
import { listTagsOfResource, tagResource, untagResource } from './operations/tags.js';
import { transactGetItems, transactWriteItems } from './operations/transact.js';
import { describeTimeToLive, updateTimeToLive } from './operations/ttl.js';
import { batchWriteItem, deleteItem, putItem, updateItem } from './operations/write.js';
import type { Store } from './store/store.js';

/** What of the SDK's HTTP request the engine looks at. */
export interface EngineRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface EngineResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The SDK's `HttpHandler`, with the engine in the place of the network. */
export type EngineRequestHandler = {
  readonly metadata: { readonly handlerProtocol: string };
  handle(
    request: EngineRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ response: EngineResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
};

type Operation = (store: Store, input: object) => object | Promise<object>;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['BatchGetItem', batchGetItem],
  ['BatchWriteItem', batchWriteItem],
  ['CreateTable', createTable],
  ['DeleteItem', deleteItem],
  ['DeleteTable', deleteTable],
  ['DescribeTable', describeTable],
  ['DescribeTimeToLive', describeTimeToLive],
  ['GetItem', getItem],
  ['ListTables', listTables],
  ['ListTagsOfResource', listTagsOfResource],
  ['PutItem', putItem],
  ['Query', query],
  ['Scan', scan],
  ['TagResource', tagResource],
  ['TransactGetItems', transactGetItems],
  ['TransactWriteItems', transactWriteItems],
  ['UntagResource', untagResource],
  ['UpdateItem', updateItem],
  ['UpdateTable', updateTable],
  ['UpdateTimeToLive', updateTimeToLive],
]);

/**
 * Answers the SDK's requests from a store. An error that is no answer of DynamoDB's (a full disk, a bug of
 * ours) rejects.
 */
export function requestHandler(store: Store): EngineRequestHandler {
  const pause = pauses();
  return {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request, options) {
      refuseAborted(options?.abortSignal);
      await pause();
      return { response: await respond(store, request) };
    },
    destroy() {},
    updateHttpClientConfig() {},
    // Nothing waits for a connection where there is none.
    httpHandlerConfigs: () => ({ httpAgent: { maxSockets: Number.POSITIVE_INFINITY } }),
  };
}

/**
 * Waits for a turn of the event loop at every 32nd call. Answers come without input or output: whoever sends
 * requests in a row would keep timers, sockets and the commits of others waiting until the last.
 */
function pauses(): () => Promise<void> {
  let calls = 0;
  let turn: Promise<void> | undefined;
  return async () => {
    calls += 1;
    if (calls < 32 && turn === undefined) return;
    turn ??= new Promise((done) => {
      setImmediate(() => {
        calls = 0;
        turn = undefined;
        done();
      });
    });
    await turn;
  };
}

async function respond(store: Store, { headers, body }: EngineRequest): Promise<EngineResponse> {
  try {
    const target = headers['x-amz-target'] ?? headers['X-Amz-Target'] ?? '';
    const [version, name = ''] = target.split('.');
    const operation = version === 'DynamoDB_20120810' ? operations.get(name) : undefined;
    if (operation === undefined) throw unknownOperation();
    return response(200, await operation(store, parse(text(body))));
  } catch (error) {
    if (error instanceof ApiError) return response(error.statusCode, error.body);
    // Only a value of thousands of levels gets there, before anyone counts them.
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      return response(400, new ValidationError('Nesting Levels have exceeded supported limits').body);
    }
    throw error;
  }
}

function response(statusCode: number, body: object): EngineResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function text(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  if (body === undefined) return '{}';
  throw new TypeError('the embedded engine takes request bodies of text or bytes');
}

function parse(body: string): object {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw new ApiError('com.amazon.coral.service#SerializationException', 'The request is no JSON');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ApiError('com.amazon.coral.service#SerializationException', 'The request is no JSON object');
  }
  if (body.includes('"__proto__"')) refuseProto(input);
  return input;
}

/** A name that JavaScript objects, dynalite's among them, lose on copying. */
function refuseProto(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) {
    throw new ValidationError('The embedded engine cannot hold an attribute named __proto__');
  }
  for (const member of Object.values(value)) refuseProto(member);
}

function refuseAborted(signal: unknown): void {
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal && signal.aborted === true) {
    throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  }
}
