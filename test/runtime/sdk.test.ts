/**
 * What the project relies on in the AWS SDK beyond its documented interface. A failure here after an update of the SDK
 * says which file has to follow.
 */
import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, test, vi } from 'vitest';
import { viewOf } from '../../src/runtime/client/sdk.js';
import { bodyText } from '../support/wire.js';

const sdk = 'src/runtime/client/sdk.ts';
const document = 'src/runtime/client/document.ts';
const commit = 'src/runtime/write/commit.ts';
const errors = 'src/runtime/errors.ts';
const embedded = 'src/embedded/handler.ts';

/** Fails with what the SDK changed, and who relies on it. */
function relied(value: unknown, what: string, by: string) {
  return expect(value, `the SDK changed ${what}, on which ${by} relies; see the comments there`);
}

const key = { PK: { S: 'a' }, SK: { S: 'b' } };
const get = () => new GetItemCommand({ TableName: 't', Key: key });
const put = () => new PutItemCommand({ TableName: 't', Item: key });

interface Sent {
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** A client whose requests are answered from here. */
function clientOf(answer: (sent: Sent) => { status?: number; body: object } | Error, maxAttempts = 3) {
  const sent: Sent[] = [];
  const handler = {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request: Sent, options?: { abortSignal?: AbortSignal }) {
      if (options?.abortSignal?.aborted) throw Object.assign(new Error('aborted'), { name: 'AbortError' });
      sent.push(request);
      const given = answer(request);
      if (given instanceof Error) throw given;
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      const response = {
        statusCode: given.status ?? 200,
        headers,
        body: Buffer.from(JSON.stringify(given.body)),
      };
      return { response };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
  const client = new DynamoDBClient({
    region: 'local',
    endpoint: 'http://localhost:1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: handler as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>,
    maxAttempts,
  });
  return { client, sent };
}

async function thrownBy(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error as Record<string, unknown>;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test('a view of a client has settings of its own, and the handlers of a command are composed once', async () => {
  const { client } = clientOf(() => ({ body: {} }));
  const view = viewOf(client, { cacheMiddleware: true });
  relied(client.config.cacheMiddleware, 'the default of `cacheMiddleware`', document).not.toBe(true);
  relied(client.config.logger?.constructor.name, 'the logger that does nothing', sdk).toBe('NoOpLogger');
  const composed = vi.spyOn(GetItemCommand.prototype, 'resolveMiddleware');
  await view.send(get());
  await view.send(get());
  relied(composed.mock.calls.length, 'the cache of handlers, `cacheMiddleware`', sdk).toBe(1);
  await view.send(get(), { abortSignal: new AbortController().signal });
  await view.send(get(), undefined);
  relied(
    composed.mock.calls.length,
    'that options turn the cache of handlers off',
    sdk,
  ).toBeGreaterThanOrEqual(2);
  await client.send(get());
  expect(client.config.cacheMiddleware).not.toBe(true);
});

test('the document client keeps its options in the configuration it is given, and refuses cached handlers', () => {
  const { client } = clientOf(() => ({ body: {} }));
  const view = viewOf(client, { cacheMiddleware: false });
  DynamoDBDocumentClient.from(view, { marshallOptions: { removeUndefinedValues: true } });
  relied('translateConfig' in view.config, 'where a document client keeps its options', sdk).toBe(true);
  relied('translateConfig' in client.config, 'what a view shares with its client', sdk).toBe(false);
  expect(() => DynamoDBDocumentClient.from(viewOf(client, { cacheMiddleware: true }))).toThrow(
    'cacheMiddleware',
  );
});

test('a document command is made again from its input', () => {
  const input = { TableName: 'main', Key: { PK: 'a' } };
  relied(new GetCommand(input).input, 'the `input` of a document command', document).toEqual(input);
});

test('what cannot be marshalled is a plain Error, and never reaches the handler', async () => {
  const { client, sent } = clientOf(() => ({ body: {} }));
  const documents = DynamoDBDocumentClient.from(client);
  const error = await thrownBy(documents.send(new PutCommand({ TableName: 't', Item: { n: Number.NaN } })));
  const shape = { name: error.name, hasCode: 'code' in error, hasMetadata: '$metadata' in error };
  relied(shape, 'the error of a value that cannot be marshalled', document).toEqual({
    name: 'Error',
    hasCode: false,
    hasMetadata: false,
  });
  expect(sent).toEqual([]);
});

test('a failed condition tells the stored item as DynamoDB sent it, after a lost answer too', async () => {
  let calls = 0;
  const { client } = clientOf(() => {
    calls += 1;
    if (calls === 1)
      return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    return { status: 400, body: { __type, message: 'no', Item: key } };
  });
  const error = await thrownBy(client.send(put()));
  relied(error.name, 'the name of a failed condition', errors).toBe('ConditionalCheckFailedException');
  relied(error.Item, 'the item of a failed condition', commit).toEqual(key);
  expect(calls).toBe(2);
});

test('a cancelled transaction tells a reason for each of its items, the stored items as DynamoDB sent them', async () => {
  const CancellationReasons = [
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'no', Item: key },
  ];
  const { client } = clientOf(() => {
    const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
    return { status: 400, body: { __type, message: 'cancelled', CancellationReasons } };
  });
  const put = { Put: { TableName: 't', Item: key } };
  const error = await thrownBy(client.send(new TransactWriteItemsCommand({ TransactItems: [put, put] })));
  relied(error.name, 'the name of a cancelled transaction', errors).toBe('TransactionCanceledException');
  relied(error.CancellationReasons, 'the reasons of a cancelled transaction', commit).toEqual(
    CancellationReasons,
  );
});

test('a transaction is sent with a token that stays the same when it is sent again', async () => {
  let calls = 0;
  const { client, sent } = clientOf(() => {
    calls += 1;
    return calls === 1
      ? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' })
      : { body: {} };
  });
  const TransactItems = [{ Put: { TableName: 't', Item: key } }];
  await client.send(new TransactWriteItemsCommand({ TransactItems }));
  const tokens = sent.map(
    ({ body }) => (JSON.parse(bodyText(body)) as Record<string, unknown>).ClientRequestToken,
  );
  relied(tokens, 'the token of a transaction', commit).toEqual([tokens[0], tokens[0]]);
  relied(typeof tokens[0], 'the token of a transaction', commit).toBe('string');
});

test('an aborted request fails with AbortError', async () => {
  const { client } = clientOf(() => ({ body: {} }));
  const error = await thrownBy(client.send(get(), { abortSignal: AbortSignal.abort() }));
  relied(error.name, 'the name of the error of an aborted request', errors).toBe('AbortError');
});

test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'ValidationException'])(
  'an error is called as DynamoDB calls it: %s',
  async (name) => {
    const __type = `com.amazonaws.dynamodb.v20120810#${name}`;
    const { client } = clientOf(() => ({ status: 400, body: { __type, message: 'no' } }), 1);
    const error = await thrownBy(client.send(get()));
    relied(error.name, 'the names of errors', errors).toBe(name);
  },
);

test('a request handler is given JSON of the protocol 1.0, and the operation in a header', async () => {
  const { client, sent } = clientOf(() => ({ body: { Item: key } }));
  const output = await client.send(get());
  const [request] = sent;
  relied(request?.headers['x-amz-target'], 'the header that names the operation', embedded).toBe(
    'DynamoDB_20120810.GetItem',
  );
  relied(JSON.parse(bodyText(request?.body)), 'the form of a request', embedded).toEqual({
    TableName: 't',
    Key: key,
  });
  relied(output.Item, 'the form of an answer', embedded).toEqual(key);
});
