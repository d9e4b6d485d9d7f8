/** What each library is asked to do, as its documentation has it done. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { EntityFormatter, GetItemCommand, PutItemCommand, QueryCommand } from 'dynamodb-toolbox';
import { userCodec } from '../../generated/items.js';
import { entitiesTable, userKey } from '../../generated/keys.js';
import { auditLogsOfUser, contractorsOfUser } from '../../generated/queries.js';
import * as seam from '../../src/runtime/client/marshall.js';
import { checkKey } from '../../src/runtime/keys/limits.js';
import { queryInput } from '../../src/runtime/read/query.js';
import type { IndexQuery, Item, Key } from '../../src/runtime/types.js';
import { absent } from '../../src/runtime/write/entity/unchanged.js';
import { electroAuditLogs, electroContractors, electroUsers } from './electrodb.js';
import { oneTable } from './onetable.js';
import { pageSize, plainUsers, users as records, since, start, table, turn, until } from './sample.js';
import { toolboxEntities } from './toolbox.js';

/** What is measured. `read` takes an item as the document client gives it, `decode` as DynamoDB does. */
export const tasks = ['get', 'page', 'range', 'put', 'read', 'decode'] as const;
export type Task = (typeof tasks)[number];

/** One library. A task that is left out has no counterpart in it. A promise is awaited, as its users have to. */
export interface Contestant {
  readonly name: string;
  readonly tasks: { readonly [T in Task]?: (call: number) => unknown };
  /** Whether parameters come in DynamoDB's own form, and not in the document client's. */
  readonly marshalled?: boolean;
}

const client = new DynamoDBClient({
  region: 'local',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
});

export const contestants: readonly Contestant[] = [
  tableloom(),
  tableloomMarshalled(),
  byHand(),
  electro(),
  toolbox(),
  onetable(),
];

/** One request of a query, as the runtime's reader makes it. */
function request<R extends object>(query: IndexQuery<R>, after?: Key) {
  const { index, partitions, sort, descending } = query;
  if (partitions.kind !== 'one') throw new TypeError('the sample has one partition');
  return queryInput(
    table,
    { index },
    { partition: partitions.key, range: sort, start: after, limit: pageSize, ascending: !descending },
  );
}

function tableloom(): Contestant {
  const items = records.map(userCodec.item);
  const wires = items.map(seam.marshall);
  return {
    name: 'Tableloom',
    tasks: {
      get: (at) => ({
        TableName: table,
        Key: checkKey(userKey({ id: turn(records, at).id }), entitiesTable),
      }),
      page: (at) => request(contractorsOfUser({ invitedById: turn(records, at).id }), start),
      range: (at) => request(auditLogsOfUser({ actorId: turn(records, at).id, from: since, to: until })),
      put: (at) => {
        const { expression, names } = absent(entitiesTable);
        return {
          TableName: table,
          Item: userCodec.item(turn(records, at)),
          ConditionExpression: expression,
          ExpressionAttributeNames: names,
        };
      },
      read: (at) => userCodec.read(turn(items, at)),
      decode: (at) => userCodec.read(seam.unmarshall(turn(wires, at))),
    },
  };
}

/** The same with attribute values in DynamoDB's form, for those peers that give them so. */
function tableloomMarshalled(): Contestant {
  const query = <R extends object>(asked: IndexQuery<R>, after?: Key) => {
    const input = request(asked, after);
    const { ExpressionAttributeValues: values, ExclusiveStartKey: from } = input;
    return {
      ...input,
      ExpressionAttributeValues: seam.marshall(values as Item),
      ...(from && { ExclusiveStartKey: seam.marshall(from as Item) }),
    };
  };
  return {
    name: 'Tableloom, marshalled',
    marshalled: true,
    tasks: {
      get: (at) => ({
        TableName: table,
        Key: seam.marshall(checkKey(userKey({ id: turn(records, at).id }), entitiesTable)),
      }),
      page: (at) => query(contractorsOfUser({ invitedById: turn(records, at).id }), start),
      range: (at) => query(auditLogsOfUser({ actorId: turn(records, at).id, from: since, to: until })),
      put: (at) => {
        const { expression, names } = absent(entitiesTable);
        return {
          TableName: table,
          Item: seam.marshall(userCodec.item(turn(records, at))),
          ConditionExpression: expression,
          ExpressionAttributeNames: names,
        };
      },
    },
  };
}

/** lib-dynamodb's parameters written out: nothing is checked or escaped. */
function byHand(): Contestant {
  const items = plainUsers.map((user) => ({
    PK: `USER#${user.id}`,
    SK: 'METADATA',
    GSI2PK: `USER_EMAIL#${user.email}`,
    GSI2SK: 'METADATA',
    ...user,
  }));
  const wires = items.map((item) => marshall(item));
  return {
    name: 'lib-dynamodb, by hand',
    tasks: {
      get: (at) => ({ TableName: table, Key: { PK: `USER#${turn(records, at).id}`, SK: 'METADATA' } }),
      page: (at) => ({
        TableName: table,
        IndexName: 'GSI3',
        KeyConditionExpression: 'GSI3PK = :pk',
        ExpressionAttributeValues: { ':pk': `USER_CONTRACTORS#${turn(records, at).id}` },
        ScanIndexForward: false,
        Limit: pageSize,
        ExclusiveStartKey: start,
      }),
      range: (at) => ({
        TableName: table,
        KeyConditionExpression: 'PK = :pk AND SK BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': `USER#${turn(records, at).id}`,
          ':from': `AUDIT#${since}`,
          ':to': `AUDIT#${until}`,
        },
        ScanIndexForward: false,
        Limit: pageSize,
      }),
      put: (at) => ({
        TableName: table,
        Item: {
          PK: `USER#${turn(records, at).id}`,
          SK: 'METADATA',
          GSI2PK: `USER_EMAIL#${turn(records, at).email}`,
          GSI2SK: 'METADATA',
          ...turn(plainUsers, at),
        },
        ConditionExpression: 'attribute_not_exists(PK)',
      }),
      read: (at) => {
        const { PK, SK, GSI2PK, GSI2SK, ...record } = turn(items, at);
        return record;
      },
      decode: (at) => {
        const { PK, SK, GSI2PK, GSI2SK, ...record } = unmarshall(turn(wires, at));
        return record;
      },
    },
  };
}

function electro(): Contestant {
  const users = electroUsers(client, table);
  const contractors = electroContractors(client, table);
  const auditLogs = electroAuditLogs(client, table);
  const items = plainUsers.map((user) => users.create(user).params<{ Item: Record<string, unknown> }>().Item);
  const wires = items.map((item) => marshall(item));
  const page = { limit: pageSize, order: 'desc' } as const;
  return {
    name: 'ElectroDB',
    tasks: {
      get: (at) => users.get({ id: turn(records, at).id }).params(),
      // `params` takes no cursor; its documentation has other parameters of DynamoDB's added like this.
      page: (at) =>
        contractors.query
          .byInviter({ invitedById: turn(records, at).id })
          .params({ ...page, params: { ExclusiveStartKey: start } }),
      range: (at) =>
        auditLogs.query
          .byActor({ actorType: 'USER', actorId: turn(records, at).id })
          .between({ timestamp: since }, { timestamp: until })
          .params(page),
      put: (at) => users.create(turn(plainUsers, at)).params(),
      read: (at) => users.parse({ Item: turn(items, at) }).data,
      decode: (at) => users.parse({ Item: unmarshall(turn(wires, at)) }).data,
    },
  };
}

function toolbox(): Contestant {
  const {
    table: toolboxTable,
    users,
    contractors,
    auditLogs,
  } = toolboxEntities(DynamoDBDocumentClient.from(client), table);
  // Without the filter that names the entity, which the keys name already.
  const page = { limit: pageSize, reverse: true, entityAttrFilter: false } as const;
  const items = plainUsers.map((user) => users.build(PutItemCommand).item(user).params().Item ?? {});
  const wires = items.map((item) => marshall(item));
  const formatter = users.build(EntityFormatter);
  return {
    name: 'DynamoDB-Toolbox',
    tasks: {
      get: (at) =>
        users
          .build(GetItemCommand)
          .key({ id: turn(records, at).id })
          .params(),
      page: (at) =>
        toolboxTable
          .build(QueryCommand)
          .entities(contractors)
          .query({ index: 'GSI3', partition: `USER_CONTRACTORS#${turn(records, at).id}` })
          .options({ ...page, exclusiveStartKey: start })
          .params(),
      range: (at) =>
        toolboxTable
          .build(QueryCommand)
          .entities(auditLogs)
          .query({
            partition: `USER#${turn(records, at).id}`,
            range: { between: [`AUDIT#${since}`, `AUDIT#${until}`] },
          })
          .options(page)
          .params(),
      put: (at) =>
        users
          .build(PutItemCommand)
          .item(turn(plainUsers, at))
          .options({ condition: { attr: 'id', exists: false } })
          .params(),
      read: (at) => formatter.format(turn(items, at)),
      decode: (at) => formatter.format(unmarshall(turn(wires, at))),
    },
  };
}

/** What OneTable's `get` and `find` give an answer's items to; its own types leave it out. */
interface ItemReader {
  parseResponse(operation: string, expression: object, items: readonly object[]): readonly unknown[];
}

/** Its parameters are DynamoDB's own, and so are the items it reads. It hands parameters out as promises. */
function onetable(): Contestant {
  const { users, contractors, auditLogs } = oneTable(client, table);
  const only = { execute: false } as const;
  const page = { ...only, limit: pageSize, reverse: true };
  const wires = plainUsers.map((user) =>
    marshall({ PK: `USER#${user.id}`, SK: 'METADATA', _type: 'User', ...user }),
  );
  const reader = users as unknown as ItemReader;
  const asked = { properties: {}, params: { parse: true, high: true } };
  return {
    name: 'OneTable',
    marshalled: true,
    tasks: {
      get: (at) => users.get({ id: turn(records, at).id }, only),
      // By the key attributes: asked by fields it would filter by them, too.
      page: (at) =>
        contractors.find(
          { GSI3PK: `USER_CONTRACTORS#${turn(records, at).id}` },
          { ...page, index: 'GSI3', next: start },
        ),
      range: (at) =>
        auditLogs.find(
          { PK: `USER#${turn(records, at).id}`, SK: { between: [`AUDIT#${since}`, `AUDIT#${until}`] } },
          page,
        ),
      put: (at) => users.create(turn(plainUsers, at), only),
      decode: (at) => reader.parseResponse('get', asked, [turn(wires, at)])[0],
    },
  };
}
