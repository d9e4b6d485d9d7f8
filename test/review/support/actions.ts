/** The actions that a request is authorized as, each with its table or index: `dynamodb:Query entities.GSI1`. */

import type { RequestReport } from 'tableloom/runtime';

const inTransaction = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

/** @param tableOf the logical name of a physical one */
export function actionsOf({ operation, input }: RequestReport, tableOf: (name: string) => string): string[] {
  const resource = (table: string, index?: string) =>
    index === undefined ? tableOf(table) : `${tableOf(table)}.${index}`;
  if ('TransactItems' in input)
    return (input.TransactItems ?? []).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName = '' }]) => {
        const action = kind === 'Get' ? 'GetItem' : inTransaction[kind as keyof typeof inTransaction];
        return `dynamodb:${action} ${resource(TableName)}`;
      }),
    );
  if ('RequestItems' in input)
    return Object.keys(input.RequestItems ?? {}).map((table) => `dynamodb:${operation} ${resource(table)}`);
  if (!('TableName' in input)) throw new Error(`${operation} names no table`);
  const index = 'IndexName' in input ? input.IndexName : undefined;
  return [`dynamodb:${operation} ${resource(input.TableName ?? '', index)}`];
}
