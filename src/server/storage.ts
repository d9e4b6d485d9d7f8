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

function clientConfig(
  config: Exclude<StorageConfig, { kind: 'embedded' }>,
  production: boolean,
): DynamoDBClientConfig {
  if (config.kind === 'amazon') return { region: config.region };
  const { endpoint, region } = config;
  // DynamoDB Local takes any credentials, but the SDK will not go without.
  const isLocal = !production && !process.env.AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE;
  return {
    endpoint,
    region,
    ...(isLocal && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
}
