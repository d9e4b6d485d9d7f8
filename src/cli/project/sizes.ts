/** How large tables are. */

import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Mistake } from '../mistakes.js';

/** How many items there are, as DynamoDB counts them some six hours late; 0 where it does not say. */
export async function itemsOf(client: DynamoDBClient, names: readonly string[]): Promise<number> {
  const counts = names.map(async (TableName) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName })).catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      throw new Mistake(`There is no table ${TableName}.`, 'Run `tableloom deploy` first.');
    });
    return Table?.ItemCount ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
