/** Resolvers as one would write them by hand for the same items: lib-dynamodb, DataLoader, nothing generated. */

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import Fastify from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { typeDefs } from '../../generated/schema.js';
import { executableSchema } from '../../src/fastify/schema.js';
import { scalars } from '../../src/server/scalars.js';
import { generated } from './ours.js';
import { type Asking, type ClientConfig, type MeasuredServer, tableName } from './server.js';

type Item = Record<string, unknown>;

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
}

interface Context {
  readonly documents: DynamoDBDocumentClient;
  readonly users: DataLoader<string, Item | null>;
  readonly asking: Asking;
}

/** The same items as the generated code's, index entries included. */
export const byHand: MeasuredServer = {
  tables: generated.tables,
  seed: generated.seed,
  async app(config, asking) {
    const documents = documentsOf(config);
    const app = Fastify();
    await app.register(mercurius, {
      schema: executableSchema(typeDefs, scalars),
      resolvers: resolvers as IResolvers,
      context: (): Context => ({ documents, users: userLoader(documents), asking }),
    });
    await app.ready();
    return app;
  },
};

function documentsOf(config: ClientConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(config), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

function userLoader(documents: DynamoDBDocumentClient): DataLoader<string, Item | null> {
  return new DataLoader(async (ids) => {
    const keys = ids.map((id) => ({ PK: `USER#${id}`, SK: 'METADATA' }));
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      const { Item: item } = await documents.send(new GetCommand({ TableName: tableName, Key: only }));
      return [item ?? null];
    }
    const { Responses } = await documents.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: keys } } }),
    );
    const found = new Map(Responses?.[tableName]?.map((item) => [item.id, item]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

/** One page of a partition. Cursors are made where they are asked for. One more item is asked than shown, so that it is known whether more follow. */
async function page(
  documents: DynamoDBDocumentClient,
  query: Omit<QueryCommandInput, 'TableName'>,
  cursorKeys: readonly string[],
  { first, after }: Page,
) {
  const size = Math.min(first ?? 20, 100);
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: tableName,
      ...query,
      Limit: size + 1,
      ...(after && { ExclusiveStartKey: JSON.parse(Buffer.from(after, 'base64url').toString()) }),
    }),
  );
  return shown(Items, size, cursorKeys, Boolean(after));
}

function shown(
  items: readonly Item[],
  size: number,
  cursorKeys: readonly string[],
  hasPreviousPage: boolean,
) {
  const nodes = items.slice(0, size);
  const cursorOf = (item: Item | undefined) =>
    item
      ? Buffer.from(
          JSON.stringify(Object.fromEntries(cursorKeys.map((name) => [name, item[name]]))),
        ).toString('base64url')
      : null;
  return {
    nodes,
    edges: () => nodes.map((node) => ({ node, cursor: () => cursorOf(node) })),
    pageInfo: {
      hasNextPage: items.length > size,
      hasPreviousPage,
      startCursor: () => cursorOf(nodes[0]),
      endCursor: () => cursorOf(nodes.at(-1)),
    },
  };
}

/** The first users of all, oldest first, of four shards. The cursor is the key of the last one. */
async function users(documents: DynamoDBDocumentClient, { first, after }: Page) {
  const size = Math.min(first ?? 20, 100);
  const from: Item | undefined = after ? JSON.parse(Buffer.from(after, 'base64url').toString()) : undefined;
  const shards = await Promise.all(
    [0, 1, 2, 3].map(async (shard) => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'GSI1',
          KeyConditionExpression: from ? 'GSI1PK = :pk AND GSI1SK > :from' : 'GSI1PK = :pk',
          ExpressionAttributeValues: { ':pk': `USER#${shard}`, ...(from && { ':from': from.GSI1SK }) },
          Limit: size + 1,
        }),
      );
      return Items;
    }),
  );
  const items = shards.flat().sort((a, b) => (a.GSI1SK < b.GSI1SK ? -1 : 1));
  return shown(items, size, ['GSI1SK'], Boolean(after));
}

const gsi2 = ['PK', 'SK', 'GSI2PK', 'GSI2SK'];
const gsi3 = ['PK', 'SK', 'GSI3PK', 'GSI3SK'];

const resolvers = {
  Query: {
    user: (_: unknown, { id }: { id: string }, { users }: Context) => users.load(id),
    users: (_: unknown, args: Page, { documents }: Context) => users(documents, args),
    usersByStatus: (_: unknown, args: Page & { status: string }, { documents }: Context) =>
      page(
        documents,
        {
          IndexName: 'GSI2',
          KeyConditionExpression: 'GSI2PK = :pk',
          ExpressionAttributeValues: { ':pk': `USER_STATUS#${args.status}` },
        },
        gsi2,
        args,
      ),
  },
  User: {
    auditLogs: ({ id }: { id: string }, args: Page, { documents }: Context) =>
      page(
        documents,
        {
          KeyConditionExpression: 'PK = :pk AND begins_with(SK, :sk)',
          ExpressionAttributeValues: { ':pk': `USER#${id}`, ':sk': 'AUDIT#' },
          ScanIndexForward: false,
        },
        ['PK', 'SK'],
        args,
      ),
    contractors: ({ id }: { id: string }, args: Page, { documents }: Context) =>
      page(
        documents,
        {
          IndexName: 'GSI3',
          KeyConditionExpression: 'GSI3PK = :pk',
          ExpressionAttributeValues: { ':pk': `USER_CONTRACTORS#${id}` },
          ScanIndexForward: false,
        },
        gsi3,
        args,
      ),
  },
  Mutation: {
    setConfig: async (
      _: unknown,
      { input }: { input: { key: string; value: unknown } },
      { documents, asking }: Context,
    ) => {
      const Key = { PK: `CONFIG#${input.key}`, SK: 'METADATA' };
      const { Item: current } = await documents.send(
        new GetCommand({ TableName: tableName, Key, ConsistentRead: true }),
      );
      if (current === undefined) throw new Error('There is no such configuration entry.');
      const now = new Date().toISOString();
      const config = {
        ...current,
        value: input.value,
        updatedAt: now,
        updatedById: asking.id,
        version: current.version + 1,
      };
      const id = randomUUID();
      const log = {
        id,
        action: 'CONFIG_SET',
        actorType: 'USER',
        actorId: asking.id,
        targetType: 'CONFIG',
        targetId: input.key,
        details: { changed: ['value'], values: { value: input.value } },
        ip: asking.ip,
        timestamp: now,
      };
      await documents.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: tableName,
                Item: config,
                ConditionExpression: 'version = :version',
                ExpressionAttributeValues: { ':version': current.version },
              },
            },
            {
              Put: {
                TableName: tableName,
                Item: {
                  ...log,
                  _type: 'AuditLog',
                  PK: `AUDIT_LOG#${id}`,
                  SK: 'METADATA',
                  GSI2PK: `AUDIT_TARGET#CONFIG#${input.key}`,
                  GSI2SK: `${now}#${id}`,
                  GSI4PK: `AUDIT_LOG#${now.slice(0, 7)}#${Number.parseInt(id.slice(0, 2), 16) % 2}`,
                  GSI4SK: `${now}#${id}`,
                },
                ConditionExpression: 'attribute_not_exists(PK)',
              },
            },
            {
              Put: {
                TableName: tableName,
                Item: {
                  PK: `USER#${asking.id}`,
                  SK: `AUDIT#${now}#${id}`,
                  _type: 'AuditLog.auditLogsOfUser',
                  id,
                  action: log.action,
                  timestamp: now,
                },
              },
            },
          ],
        }),
      );
      return config;
    },
  },
};
