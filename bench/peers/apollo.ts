/** The same schema on Apollo Server with ElectroDB, as their documentation has it, over Fastify like the others. */

import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Service } from 'electrodb';
import Fastify from 'fastify';
import { DateTimeResolver, EmailAddressResolver, JSONResolver } from 'graphql-scalars';
import { v7 } from 'uuid';
import type { Config, Contractor, User } from '../../generated/entities.js';
import { typeDefs } from '../../generated/schema.js';
import { tables } from '../../generated/tables.js';
import { type Asking, type ClientConfig, type MeasuredServer, tableName } from '../operations/server.js';
import { electroAuditLogs, electroConfigs, electroContractors, electroUsers } from './electrodb.js';

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
}

interface Context {
  readonly store: Store;
  readonly asking: Asking;
}

type Store = ReturnType<typeof storeOf>;

function storeOf(config: ClientConfig) {
  const client = new DynamoDBClient(config);
  const users = electroUsers(client, tableName);
  const contractors = electroContractors(client, tableName);
  const auditLogs = electroAuditLogs(client, tableName);
  const configs = electroConfigs(client, tableName);
  return { users, contractors, auditLogs, configs, written: new Service({ configs, auditLogs }) };
}

export const apollo: MeasuredServer = {
  // Users by status have an index of their own: ElectroDB keeps one item a record, and no index entries.
  tables: tables.map((table) => ({
    ...table,
    indexes: [
      ...table.indexes,
      { name: 'GSI5', kind: 'global', partition: 'GSI5PK', sort: 'GSI5SK', project: { kind: 'all' } },
    ],
  })),
  async seed(config, sample) {
    const { users, contractors, auditLogs, configs } = storeOf(config);
    await users
      .put(
        sample.users.map((user, at) => ({
          ...plain<User, 'lastLogin' | 'createdById'>(user),
          shard: at % shards.length,
        })),
      )
      .go();
    await contractors
      .put(
        sample.contractors.map((contractor) => ({
          ...plain<Contractor, 'company' | 'email' | 'reason' | 'lastAccess'>(contractor),
          permissions: [...contractor.permissions],
        })),
      )
      .go();
    await auditLogs.put(sample.auditLogs.map((log) => plain<typeof log, 'ip' | 'userAgent'>(log))).go();
    await configs.put(sample.configs.map(plain<Config, 'description' | 'updatedById'>)).go();
  },
  async app(config, asking) {
    const store = storeOf(config);
    const fastify = Fastify();
    const server = new ApolloServer<Context>({
      typeDefs,
      resolvers,
      plugins: [fastifyApolloDrainPlugin(fastify)],
    });
    await server.start();
    await fastify.register(fastifyApollo(server), { context: async () => ({ store, asking }) });
    await fastify.ready();
    return fastify;
  },
};

/** A record without the fields that have no value, which ElectroDB leaves out of an item. */
function plain<R extends { readonly __typename: string }, Absent extends keyof R>(
  record: R,
): Omit<R, '__typename' | Absent> & { [F in Absent]?: NonNullable<R[F]> } {
  const { __typename, ...fields } = record;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as never;
}

/** Users are spread over as many partitions as the plan has. */
const shards = [0, 1, 2, 3];

/** The first users of all, oldest first. The cursor is where the last one stands. */
async function allUsers({ users }: Store, asked: Page) {
  const { first, after } = asked;
  const size = first ?? 20;
  const pages = await Promise.all(
    shards.map((shard) => {
      const query = users.query.all({ shard });
      return (after ? query.gt({ createdAt: after }) : query).go({ limit: size + 1 });
    }),
  );
  const found = pages.flatMap(({ data }) => data).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const data = found.slice(0, size);
  const cursor = found.length > size ? (data.at(-1)?.createdAt ?? null) : null;
  return connection({ data, cursor }, asked);
}

interface Answer {
  readonly data: readonly unknown[];
  readonly cursor: string | null;
}

/** ElectroDB's own cursor is that of the page's end. */
function connection({ data, cursor }: Answer, { after }: Page) {
  return {
    nodes: data,
    edges: data.map((node) => ({ node, cursor: cursor ?? '' })),
    pageInfo: { hasNextPage: cursor !== null, hasPreviousPage: Boolean(after), endCursor: cursor },
  };
}

const options = ({ first, after }: Page) => ({ limit: first ?? 20, ...(after && { cursor: after }) });

const resolvers = {
  DateTime: DateTimeResolver,
  EmailAddress: EmailAddressResolver,
  JSON: JSONResolver,
  Query: {
    user: async (_: unknown, { id }: { id: string }, { store }: Context) =>
      (await store.users.get({ id }).go()).data,
    users: (_: unknown, args: Page, { store }: Context) => allUsers(store, args),
    usersByStatus: async (_: unknown, args: Page & Pick<User, 'status'>, { store }: Context) =>
      connection(await store.users.query.byStatus({ status: args.status }).go(options(args)), args),
  },
  User: {
    auditLogs: async ({ id }: User, args: Page, { store }: Context) =>
      connection(
        await store.auditLogs.query
          .byActor({ actorType: 'USER', actorId: id })
          .go({ ...options(args), order: 'desc' }),
        args,
      ),
    contractors: async ({ id }: User, args: Page, { store }: Context) =>
      connection(
        await store.contractors.query.byInviter({ invitedById: id }).go({ ...options(args), order: 'desc' }),
        args,
      ),
  },
  Mutation: {
    setConfig: async (
      _: unknown,
      { input }: { input: { key: string; value: unknown } },
      { store, asking }: Context,
    ) => {
      const { data: current } = await store.configs.get({ key: input.key }).go({ consistent: true });
      if (current === null) throw new Error('There is no such configuration entry.');
      const now = new Date().toISOString();
      const changes = {
        value: input.value,
        updatedAt: now,
        updatedById: asking.id,
        version: current.version + 1,
      };
      const { canceled } = await store.written.transaction
        .write(({ configs, auditLogs }) => [
          configs
            .patch({ key: input.key })
            .set(changes)
            .where(({ version }, { eq }) => eq(version, current.version))
            .commit(),
          auditLogs
            .create({
              id: v7(),
              action: 'CONFIG_SET',
              actorType: 'USER',
              actorId: asking.id,
              targetType: 'CONFIG',
              targetId: input.key,
              details: { changed: ['value'], values: { value: input.value } },
              ip: asking.ip,
              timestamp: now,
            })
            .commit(),
        ])
        .go();
      if (canceled) throw new Error('Somebody else changed the entry.');
      return { ...current, ...changes };
    },
  },
};
