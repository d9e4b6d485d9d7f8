/** How large tables are. */

import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromAws } from '../../runtime/errors.js';
import { Mistake } from '../mistakes.js';

/** How many items a table has, as DynamoDB counts them some six hours late; undefined where there is no such table. */
export async function itemCount(client: DynamoDBClient, TableName: string): Promise<number | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table?.ItemCount ?? 0;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw fromAws(error);
  }
}

/** How many items tables have that must be there; 0 where DynamoDB does not say. */
export async function itemsOf(client: DynamoDBClient, names: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    names.map(async (name) => {
      const count = await itemCount(client, name);
      if (count === undefined)
        throw new Mistake(`There is no table ${name}.`, 'Run `tableloom deploy` first.');
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
