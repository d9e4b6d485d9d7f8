/** What a measured server is. */

import type { FastifyInstance } from 'fastify';
import type { TableDefinition } from 'tableloom/runtime';
import type { EmbeddedEngine } from '../../src/embedded/index.js';
import type { Sample } from '../../src/server/seed/sample.js';

/** The physical name of the table of entities; each server has an engine of its own. */
export const tableName = 'bench-entities';

/** The physical names of the tables by their logical ones. */
export const tableNames = { entities: tableName, events: 'bench-events', cache: 'bench-cache' };

/** Points are counted, and never used up: one caller sends all there is. */
export const rates = {
  perPrincipal: { points: 1e9, perSeconds: 1 },
  perAddress: { points: 1e9, perSeconds: 1 },
} as const;

/** Who asks, in every request: reading who that is costs nothing here. */
export interface Asking {
  readonly id: string;
  readonly ip: string;
}

/** The configuration of the SDK's client, which each server makes with the SDK it uses. */
export type ClientConfig = EmbeddedEngine['clientConfig'];

/** A server of the reference schema. `POST /graphql` of its app is what is measured. */
export interface MeasuredServer {
  readonly tables: readonly TableDefinition[];
  /** Stores the sample as this server keeps it. */
  seed(config: ClientConfig, sample: Sample): Promise<void>;
  app(config: ClientConfig, asking: Asking): Promise<FastifyInstance>;
}

export const serverNames = ['generated', 'reference', 'by-hand', 'apollo'] as const;
export type ServerName = (typeof serverNames)[number];

export const serverTitles: Readonly<Record<ServerName, string>> = {
  generated: 'Tableloom’s resolvers on Mercurius',
  reference: 'The reference server, with all its checks',
  'by-hand': 'lib-dynamodb by hand on Mercurius',
  apollo: 'ElectroDB on Apollo Server',
};
