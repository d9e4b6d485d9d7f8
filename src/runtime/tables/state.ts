/** Tables as they are. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { nameOf } from '../errors.js';

export interface TableState {
  readonly table: TableDescription;
  /** The attribute that items expire by. */
  readonly ttl: string | undefined;
}

/** Undefined where there is no such table. */
export async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

export function isActive(table: TableDescription | undefined): table is TableDescription {
  const indexes = table?.GlobalSecondaryIndexes ?? [];
  return (
    table?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus = 'ACTIVE' }) => IndexStatus === 'ACTIVE')
  );
}

export async function timeToLive(client: DynamoDBClient, name: string): Promise<string | undefined> {
  const { TimeToLiveDescription: current } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  const status = current?.TimeToLiveStatus;
  return status === 'ENABLED' || status === 'ENABLING' ? current?.AttributeName : undefined;
}

/** Whether a table has point-in-time recovery; `none` where the endpoint has no such thing. */
export async function recovery(client: DynamoDBClient, name: string): Promise<'on' | 'off' | 'none'> {
  try {
    const { ContinuousBackupsDescription: backups } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: name }),
    );
    const status = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    return status === 'ENABLED' ? 'on' : 'off';
  } catch (error) {
    const code = nameOf(error);
    if (code === 'TableNotFoundException' || code === 'ResourceNotFoundException') return 'off';
    if (code === 'UnknownOperationException') return 'none';
    throw error;
  }
}
