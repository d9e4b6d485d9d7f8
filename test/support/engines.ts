import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from '../../src/embedded/index.js';

export type EngineKind = 'embedded' | 'dynamodb-local';

export interface TestEngine {
  readonly kind: EngineKind;
  readonly client: DynamoDBClient;
  /** For further clients of the same engine. */
  readonly clientConfig: DynamoDBClientConfig;
  close(): Promise<void>;
}

/** The engine this run is about: TABLELOOM_ENGINE, or the embedded one. */
export function engineKind(): EngineKind {
  const kind = process.env.TABLELOOM_ENGINE ?? 'embedded';
  if (kind !== 'embedded' && kind !== 'dynamodb-local') {
    throw new Error(`TABLELOOM_ENGINE is ${kind}; it can be embedded or dynamodb-local`);
  }
  return kind;
}

/**
 * Opens an engine for a test file. The embedded one is fresh and in memory; DynamoDB Local is the one at
 * DYNAMODB_LOCAL_ENDPOINT, shared by all files (`scripts/test-engines.ts` starts it).
 */
export async function openEngine(kind: EngineKind = engineKind()): Promise<TestEngine> {
  if (kind === 'embedded') {
    const engine = await openEmbedded();
    return testEngine(kind, { ...engine.clientConfig }, () => engine.close());
  }
  const endpoint = process.env.DYNAMODB_LOCAL_ENDPOINT;
  if (endpoint === undefined) {
    throw new Error(
      'DYNAMODB_LOCAL_ENDPOINT is not set; npm run test:engines starts DynamoDB Local and sets it',
    );
  }
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return testEngine(kind, { region: 'local', endpoint, credentials }, async () => {});
}

/** Runs `use` with an engine and closes it. */
export async function withEngine<Result>(
  kind: EngineKind,
  use: (engine: TestEngine) => Promise<Result>,
): Promise<Result> {
  const engine = await openEngine(kind);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** A name no other test uses: engines may be shared. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

function testEngine(kind: EngineKind, config: DynamoDBClientConfig, close: () => Promise<void>): TestEngine {
  const client = new DynamoDBClient(config);
  return {
    kind,
    client,
    clientConfig: config,
    async close() {
      client.destroy();
      await close();
    },
  };
}
