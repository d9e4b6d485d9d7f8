/** A client that goes away while the engine is slow: what is under way is stopped, and nothing more is asked. */

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { adminOf } from './support/sample.js';
import { startServer } from './support/server.js';

type Handler = NonNullable<DynamoDBClientConfig['requestHandler']>;

interface WireHandler {
  handle(request: { readonly headers: Record<string, string> }, options?: Given): Promise<unknown>;
}

interface Given {
  readonly abortSignal?: AbortSignal;
}

/** An engine whose answers to one operation come only once they are let go. Like the SDK's own handler it stops when told to. */
class SlowEngine {
  readonly operations: string[] = [];
  stopped = 0;
  #letGo: () => void = () => undefined;
  #seen: () => void = () => undefined;
  readonly seen = new Promise<void>((resolve) => (this.#seen = resolve));
  readonly #gate = new Promise<void>((resolve) => (this.#letGo = resolve));

  client(config: DynamoDBClientConfig, slow: string): DynamoDBClient {
    const inner = new DynamoDBClient(config).config.requestHandler as unknown as WireHandler;
    const handle: WireHandler['handle'] = async (request, options) => {
      const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      this.operations.push(operation);
      if (operation === slow) {
        this.#seen();
        await Promise.race([this.#gate, this.#abortOf(options?.abortSignal)]);
      }
      return inner.handle(request, options);
    };
    const requestHandler = {
      metadata: { handlerProtocol: 'in-process' },
      handle,
      destroy() {},
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    } as unknown as Handler;
    return new DynamoDBClient({ ...config, requestHandler });
  }

  letGo(): void {
    this.#letGo();
  }

  #abortOf(signal: AbortSignal | undefined): Promise<never> {
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        this.stopped += 1;
        reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
      });
    });
  }
}

async function serve(slow: string) {
  const engine = new SlowEngine();
  const server = await startServer({ client: (config) => engine.client(config, slow) });
  onTestFinished(() => server.close());
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  const token = await server.tokenOf(adminOf(server.sample));
  /** Sends a document and gives the connection, on which nobody waits. */
  const send = async (query: string) => {
    const body = JSON.stringify({ query });
    const head = ['POST /graphql HTTP/1.1', 'host: 127.0.0.1', 'content-type: application/json'];
    const more = [`authorization: Bearer ${token}`, `content-length: ${Buffer.byteLength(body)}`];
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${[...head, ...more].join('\r\n')}\r\n\r\n${body}`);
    return socket;
  };
  return { engine, server, send };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

test('its reads are stopped, and those that would have followed are not sent', async () => {
  const { engine, send } = await serve('Query');
  const socket = await send(
    '{ users(first: 5) { nodes { name auditLogs(first: 3) { nodes { details } } } } }',
  );
  await engine.seen;
  await until(() => engine.operations.length === 5);
  socket.destroy();
  await until(() => engine.stopped === 4);
  engine.letGo();
  for (let turns = 0; turns < 50; turns++) await turn();
  // Who asks, and the four shards of the users: no audit logs.
  expect(engine.operations).toEqual(['BatchGetItem', ...Array.from({ length: 4 }, () => 'Query')]);
});

test('a change that has begun is carried to its end', async () => {
  const { engine, server, send } = await serve('TransactWriteItems');
  const { id, name } = server.sample.users[1] ?? adminOf(server.sample);
  const socket = await send(
    `mutation { updateUser(id: "${id}", input: { name: "${name} again" }) { name } }`,
  );
  await engine.seen;
  socket.destroy();
  await once(socket, 'close');
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(engine.stopped).toBe(0);
  engine.letGo();
  const token = await server.tokenOf(adminOf(server.sample));
  const nameNow = async () =>
    (await server.get<{ user: { name: string } }>(`{ user(id: "${id}") { name } }`, { token })).user.name;
  await expect.poll(nameNow).toBe(`${name} again`);
});
