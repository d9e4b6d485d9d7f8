/** The reference server with its sample, on an embedded engine that answers as late as a table over the network. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables } from 'tableloom/runtime';
import { openEmbedded } from '../../src/embedded/index.js';
import { sampleFor } from '../../src/server/seed/sample.js';
import { chaotic } from '../../test/support/chaos.js';
import { Dice } from '../../test/support/dice.js';
import { serve } from '../events/program.js';
import { type Operation, operationsOf } from '../operations/documents.js';
import { reference } from '../operations/ours.js';
import { type ClientConfig, tableNames } from '../operations/server.js';

/** How long a request to storage takes on its way, in milliseconds. */
const wayMs = 4;

export interface Ready {
  readonly port: number;
  readonly operations: readonly Operation[];
}

export interface Faults {
  /** The share of requests to storage that fails. */
  readonly share: number;
}

await serve(async ({ share }: Faults) => {
  const { clientConfig } = await openEmbedded();
  const sample = sampleFor(new Date(Date.UTC(2026, 0, 15)));
  await createTables(new DynamoDBClient(clientConfig), reference.tables, tableNames);
  await reference.seed(clientConfig, sample);
  const [administrator] = sample.users;
  assert.ok(administrator);
  const chaos = chaotic(clientConfig, new Dice(1), wayMs);
  chaos.fail(share);
  const app = await reference.app(chaos.clientConfig as ClientConfig, {
    id: administrator.id,
    ip: '127.0.0.1',
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    ready: { port, operations: operationsOf(sample) } satisfies Ready,
    answers: {
      /** Bytes in use after collecting garbage. */
      heap: () => {
        globalThis.gc?.();
        return process.memoryUsage().heapUsed;
      },
    },
  };
});
