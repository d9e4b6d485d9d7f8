/** What a session may send. */
import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Operations } from './sdk.js';

/** The runtime's own operations, and the one that only users' own requests make. */
export interface AllOperations extends Operations {
  Scan: [ScanCommandInput, ScanCommandOutput];
}

/** An operation of DynamoDB, by the API's name for it: `GetItem`, `Query` … */
export type Operation = keyof AllOperations;
export type InputOf<O extends Operation> = AllOperations[O][0];
export type OutputOf<O extends Operation> = AllOperations[O][1];
