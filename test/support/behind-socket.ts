import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { EmbeddedEngine } from '../../src/embedded/index.js';

/** A way to an embedded engine over HTTP, as to one of another machine. */
export interface Socket {
  /** A client of the engine with this configuration. A client of an engine that is behind a socket already stays as it is. */
  client(config: DynamoDBClientConfig): DynamoDBClient;
  close(): Promise<void>;
}

/** @param delay how long each answer takes, in milliseconds */
export async function openSocket(delay = 2): Promise<Socket> {
  let engine: EmbeddedEngine['clientConfig']['requestHandler'] | undefined;
  const clients: DynamoDBClient[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    await pause(delay);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const answer = await engine?.handle({ headers, body });
    response.writeHead(answer?.response.statusCode ?? 500, answer?.response.headers ?? {});
    response.end(answer?.response.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    client(config) {
      const { requestHandler, signer: _unsigned, ...rest } = config as EmbeddedEngine['clientConfig'];
      const client = new DynamoDBClient(
        config.requestHandler === undefined ? config : { ...rest, endpoint: `http://127.0.0.1:${port}` },
      );
      if (config.requestHandler !== undefined) engine = requestHandler;
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
