/** Reads all items of a table in segments. The runtime's only Scan: for jobs, never for a field of a client. */
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { bind } from '../client/call.js';
import { marshall, unmarshall } from '../client/marshall.js';
import type { Requester, Send } from '../client/requests.js';
import { viewOf } from '../client/sdk.js';
import type { Filter, Item, Key, TableRef } from '../types.js';

/** Sends one Scan by a client of the SDK. */
export function scanBy(client: DynamoDBClient): Send<'Scan'> {
  const view = viewOf(client, { cacheMiddleware: true });
  return async ({ ScanFilter: _legacy, ...input }, call) => {
    const command = new ScanCommand({
      ...input,
      ExclusiveStartKey: input.ExclusiveStartKey && marshall(input.ExclusiveStartKey),
      ExpressionAttributeValues: input.ExpressionAttributeValues && marshall(input.ExpressionAttributeValues),
    });
    const output = await view.send(bind(command, call));
    return {
      ...output,
      Items: output.Items?.map(unmarshall),
      LastEvaluatedKey: output.LastEvaluatedKey && unmarshall(output.LastEvaluatedKey),
    };
  };
}

export interface Segment {
  readonly number: number;
  readonly of: number;
  /** Behind which it goes on. */
  readonly after: Key | undefined;
}

export interface ScannedPage {
  readonly items: readonly Item[];
  /** How many items were read, whether or not the filter lets them pass. */
  readonly scanned: number;
  /** Undefined at the segment's end. */
  readonly next: Key | undefined;
}

export interface ScanOptions {
  readonly filter?: Filter | undefined;
  /** How many items one request reads at most. */
  readonly limit: number | undefined;
  readonly consistent: boolean;
  /** The attributes that are returned, for the same read units. Default: all. */
  readonly only?: readonly string[] | undefined;
}

export async function scanPage(
  requester: Requester,
  send: Send<'Scan'>,
  table: TableRef,
  segment: Segment,
  { filter, limit, consistent, only = [] }: ScanOptions,
): Promise<ScannedPage> {
  const names = { ...filter?.names, ...Object.fromEntries(only.map((name, at) => [`#_o${at}`, name])) };
  const input = {
    TableName: requester.tableName(table),
    Segment: segment.number,
    TotalSegments: segment.of,
    ...(filter && {
      FilterExpression: filter.expression,
      // DynamoDB takes no empty one.
      ...(Object.keys(filter.values).length > 0 && { ExpressionAttributeValues: { ...filter.values } }),
    }),
    ...(only.length > 0 && { ProjectionExpression: only.map((_, at) => `#_o${at}`).join(', ') }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(segment.after && { ExclusiveStartKey: segment.after }),
    ...(limit !== undefined && { Limit: limit }),
    ...(consistent && { ConsistentRead: true }),
  };
  const {
    Items = [],
    ScannedCount = 0,
    LastEvaluatedKey,
  } = await requester.perform('Scan', input, send, 'scan');
  return { items: Items as Item[], scanned: ScannedCount, next: LastEvaluatedKey as Key | undefined };
}
