/** An engine that fails as DynamoDB does: between the SDK and a real engine, on the wire. */
import { Readable } from 'node:stream';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { bodyText } from '../../support/wire.js';

type Handler = NonNullable<DynamoDBClientConfig['requestHandler']>;

/** A request on its way, by DynamoDB's names. */
export interface WireRequest {
  readonly operation: string;
  readonly body: Record<string, unknown>;
  /** 1 for the first request of this handler. */
  readonly sequence: number;
}

/** What a fault does: answers in the engine's place, changes the request or the answer, or breaks the connection. */
export interface Fault {
  readonly on: (request: WireRequest) => boolean;
  /** The request as it reaches the engine. */
  readonly request?: (body: Record<string, unknown>) => Record<string, unknown>;
  /** The answer, from the engine's. */
  readonly answer?: (
    answer: Record<string, unknown>,
    request: Record<string, unknown>,
  ) => Record<string, unknown>;
  /** An error in the engine's place, by DynamoDB's name for it. */
  readonly error?: {
    readonly name: string;
    readonly status?: number;
    readonly message?: string;
    readonly [more: string]: unknown;
  };
  /** The engine carries the request out, and the answer is lost. */
  readonly loseAnswer?: boolean;
  /** Nothing comes back until the SDK gives up; with `loseAnswer` the engine carries the request out. */
  readonly hang?: boolean;
  /** The engine carries the request out, and the connection breaks in the middle of the answer. */
  readonly cut?: boolean;
}

/** For the first so many requests of an operation. */
export function first(times: number, operation: string, fault: Omit<Fault, 'on'>): Fault {
  let left = times;
  return { ...fault, on: (request) => request.operation === operation && left-- > 0 };
}

export const always = (operation: string, fault: Omit<Fault, 'on'>): Fault =>
  first(Number.POSITIVE_INFINITY, operation, fault);

interface HttpRequest {
  headers: Record<string, string>;
  body: unknown;
}

interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array | AsyncIterable<Uint8Array>;
}

interface WireHandler {
  handle(request: HttpRequest, options?: unknown): Promise<{ response: HttpResponse }>;
}

export function faultyHandler(handler: unknown, faults: readonly Fault[]): Handler {
  const inner = handler as WireHandler;
  let sequence = 0;
  const handle = async (request: HttpRequest, options?: unknown): Promise<{ response: HttpResponse }> => {
    const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const body = JSON.parse(bodyText(request.body)) as Record<string, unknown>;
    sequence += 1;
    const fault = faults.find(({ on }) => on({ operation, body, sequence }));
    if (fault === undefined) return inner.handle(request, options);
    if (fault.hang && !fault.loseAnswer) return never(options);
    if (fault.error !== undefined) return { response: errorResponse(fault.error) };
    const sent = fault.request === undefined ? body : fault.request(body);
    const text = JSON.stringify(sent);
    request.headers['content-length'] = String(Buffer.byteLength(text));
    request.body = text;
    const { response } = await inner.handle(request, options);
    if (fault.hang) return never(options);
    if (fault.loseAnswer)
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
    if (fault.cut) return { response: { ...response, body: brokenOff() } };
    if (fault.answer === undefined || response.statusCode !== 200) return { response };
    const answer = fault.answer(JSON.parse(await streamText(response.body)) as Record<string, unknown>, body);
    return { response: { ...response, body: Buffer.from(JSON.stringify(answer)) } };
  };
  return {
    metadata: { handlerProtocol: 'in-process' },
    handle,
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  } as unknown as Handler;
}

function brokenOff(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('{');
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  );
}

function never(options: unknown): Promise<never> {
  const { abortSignal } = options as { readonly abortSignal: AbortSignal };
  return new Promise((_, reject) => {
    abortSignal.addEventListener('abort', () =>
      reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' })),
    );
  });
}

function errorResponse({
  name,
  status = 400,
  message = 'injected',
  ...more
}: NonNullable<Fault['error']>): HttpResponse {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...more }),
    ),
  };
}

/** An answer from the network is a stream, one from the embedded engine bytes. */
async function streamText(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (body instanceof Uint8Array) return bodyText(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
