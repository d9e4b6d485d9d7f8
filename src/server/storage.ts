import { join } from 'node:path';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import type { StorageConfig } from './config.js';
import { silenceSdkNodeWarning } from './warnings.js';

/** A way to DynamoDB. */
export interface Storage {
  readonly client: DynamoDBClient;
  /** Closes the client, and the engine if it is in this process. */
  close(): Promise<void>;
}

/** Opens the storage that was configured. An embedded engine starts; nothing is sent to any other yet. */
export async function openStorage(config: StorageConfig, production: boolean): Promise<Storage> {
  silenceSdkNodeWarning();
  if (config.kind !== 'embedded') {
    const client = new DynamoDBClient(clientConfig(config, production));
    return { client, close: async () => client.destroy() };
  }
  const engine = await openEmbedded(
    config.dataDir === null ? {} : { path: join(config.dataDir, 'dynamodb') },
  );
  const client = new DynamoDBClient(engine.clientConfig);
  return {
    client,
    async close() {
      client.destroy();
      await engine.close();
    },
  };
}

/**
 * - `maxSockets`: at 5 ms a request, 50 connections carry 10,000 requests a second, and one process of Node sends some 3000. More would only
 *   let more requests hang where storage does.
 * - Connections are kept (`keepAlive`, the SDK's default): a TLS handshake takes two round trips, and a millisecond of processor.
 * - `connectionTimeout`: a host that takes no connection within a second is tried again, by another address of DynamoDB's.
 * - There is no `requestTimeout`: the runtime bounds each attempt, and knows what became of it.
 */
const requestHandler = {
  httpAgent: { maxSockets: 50 },
  httpsAgent: { maxSockets: 50 },
  connectionTimeout: 1000,
};

function clientConfig(
  config: Exclude<StorageConfig, { kind: 'embedded' }>,
  production: boolean,
): DynamoDBClientConfig {
  if (config.kind === 'amazon') return { region: config.region, requestHandler };
  const { endpoint, region } = config;
  // DynamoDB Local takes any credentials, but the SDK will not go without.
  const isLocal = !production && !process.env.AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE;
  return {
    endpoint,
    region,
    requestHandler,
    ...(isLocal && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
}
