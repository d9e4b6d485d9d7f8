/** One request, or its part of a transaction. */
export interface Need {
  readonly action:
    | 'GetItem'
    | 'BatchGetItem'
    | 'Query'
    | 'PutItem'
    | 'UpdateItem'
    | 'DeleteItem'
    | 'ConditionCheckItem';
  readonly table: string;
  /** Null is the table itself. */
  readonly index: string | null;
}
