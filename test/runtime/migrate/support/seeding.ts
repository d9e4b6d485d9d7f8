/** Many records at once, as a server would have written each. */

import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from 'tableloom/runtime';
import type { Project } from '../../../support/running.js';

/** DynamoDB takes at most so many in one BatchWriteItem. */
const inBatch = 25;
const atOnce = 8;

/** Writes the items as they are, whatever is under their keys. */
export async function putAll(
  { documents, tableName }: Project,
  table: string,
  items: readonly Item[],
): Promise<void> {
  let at = 0;
  const writer = async () => {
    while (at < items.length) {
      const some = items.slice(at, at + inBatch);
      at += inBatch;
      let rest: Record<string, { readonly PutRequest: { readonly Item: Item } }[]> = {
        [tableName(table)]: some.map((Item) => ({ PutRequest: { Item } })),
      };
      while (Object.keys(rest).length > 0) {
        const { UnprocessedItems = {} } = await documents.send(
          new BatchWriteCommand({ RequestItems: rest as never }),
        );
        rest = UnprocessedItems as typeof rest;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, writer));
}
