/** DynamoDB behind HTTP, on loopback: what stands between a server and its storage in production, and fails there. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

export interface Endpoint {
  /** For clients that reach the engine over HTTP. */
  readonly clientConfig: DynamoDBClientConfig & { readonly endpoint: string };
  /** From now on requests of these operations are taken, and never answered; without any, all are answered. */
  hang(operations?: RegExp): void;
  /** From now on a request is refused with the message that `refusal` has for its operation; undefined lets it through. */
  refuse(refusal: (operation: string) => string | undefined): void;
  /** Requests that were taken and not answered, since the start. */
  unanswered(): number;
  close(): Promise<void>;
}

interface Wire {
  handle(request: object): Promise<{
    readonly response: {
      readonly statusCode: number;
      readonly headers: Record<string, string>;
      readonly body: Uint8Array | AsyncIterable<Uint8Array>;
    };
  }>;
}

/** Opens an endpoint to the engine that this configuration reaches. */
export async function openEndpoint(config: DynamoDBClientConfig): Promise<Endpoint> {
  const engine = new DynamoDBClient(config);
  const inner = engine.config.requestHandler as unknown as Wire;
  const to =
    typeof config.endpoint === 'string' ? new URL(config.endpoint) : new URL('http://embedded.invalid');
  let hung: RegExp | undefined;
  let refused: (operation: string) => string | undefined = () => undefined;
  let unanswered = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    if (hung?.test(operation)) {
      unanswered += 1;
      return;
    }
    const message = refused(operation);
    if (message !== undefined) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message }));
      return;
    }
    const { response: given } = await inner.handle({
      protocol: to.protocol,
      hostname: to.hostname,
      ...(to.port !== '' && { port: Number(to.port) }),
      method: 'POST',
      path: '/',
      query: {},
      headers: { ...request.headers, host: to.host },
      body: Buffer.concat(chunks),
    });
    response.writeHead(given.statusCode, given.headers);
    if (given.body instanceof Uint8Array) response.end(given.body);
    else {
      for await (const chunk of given.body) response.write(chunk);
      response.end();
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    clientConfig: {
      region: 'local',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    hang(operations) {
      hung = operations;
    },
    refuse(refusal) {
      refused = refusal;
    },
    unanswered: () => unanswered,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      engine.destroy();
    },
  };
}
