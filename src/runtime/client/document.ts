/** Users' own requests: the SDK's document client, within the limits of a session. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  type BatchWriteCommandOutput,
  DeleteCommand,
  type DeleteCommandOutput,
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandOutput,
  PutCommand,
  type PutCommandOutput,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
  TransactGetCommand,
  type TransactGetCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandOutput,
  UpdateCommand,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { nameOf, TableloomError } from '../errors.js';
import { optionsOf } from './call.js';
import type { InputOf, Operation, OutputOf } from './operations.js';
import type { Requester, Send } from './requests.js';
import { viewOf } from './sdk.js';

/** By operation, the SDK's command and what it answers. */
export interface DocumentCommands {
  GetItem: [GetCommand, GetCommandOutput];
  BatchGetItem: [BatchGetCommand, BatchGetCommandOutput];
  Query: [QueryCommand, QueryCommandOutput];
  Scan: [ScanCommand, ScanCommandOutput];
  TransactGetItems: [TransactGetCommand, TransactGetCommandOutput];
  PutItem: [PutCommand, PutCommandOutput];
  UpdateItem: [UpdateCommand, UpdateCommandOutput];
  DeleteItem: [DeleteCommand, DeleteCommandOutput];
  BatchWriteItem: [BatchWriteCommand, BatchWriteCommandOutput];
  TransactWriteItems: [TransactWriteCommand, TransactWriteCommandOutput];
}

/** A command of `@aws-sdk/lib-dynamodb` that reads or writes items. PartiQL is left out: its tables are named in text. */
export type DocumentCommand = DocumentCommands[Operation][0];

/** What a command answers. */
export type DocumentOutput<C extends DocumentCommand> = {
  [O in Operation]: C extends DocumentCommands[O][0] ? DocumentCommands[O][1] : never;
}[Operation];

/** What `Session.document` sends users' own requests with. */
export interface DocumentRequests {
  /**
   * Sends one command of `@aws-sdk/lib-dynamodb`, as one of the session's requests: counted in `stats()`, reported to
   * `onRequest`, at most `limits.concurrency` at a time, sent again where DynamoDB throttles, aborted with the session.
   *
   * Tables are named by their logical names (`main`), in the input and in what comes back by table. Whole numbers
   * beyond 2^53 come as bigint, all others as numbers. Both may be sent: a number beyond 2^53 is stored with the 17
   * digits that tell its double, a bigint with all of its 38. Pages, `UnprocessedKeys` and
   * `UnprocessedItems` are the caller's to continue with, as with the SDK.
   *
   * Throws TableloomErrors whose `cause` is what the SDK threw: GUARD_FAILED where a condition does not hold,
   * VALUE_INVALID for values that cannot be sent, otherwise as the session's own requests do.
   */
  send<C extends DocumentCommand>(command: C): Promise<DocumentOutput<C>>;
}

/**
 * A document client of its own for a client's connections and credentials. Numbers are sent as the shortest text that
 * reads back as the same double, as in the runtime's own requests.
 */
export function documentClientOf(client: DynamoDBClient): DynamoDBDocumentClient {
  // The document client refuses a client that caches the handlers of commands.
  return DynamoDBDocumentClient.from(viewOf(client, { cacheMiddleware: false }), {
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  });
}

/** Without loss where JavaScript can: a fraction of more than 17 digits becomes the nearest double. */
function exactNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text);
}

/**
 * @param writing called before a request that writes is sent; returns what to call when it has ended, in any way
 */
export function documentRequests(
  requester: Requester,
  client: () => DynamoDBDocumentClient,
  writing: () => () => void,
): DocumentRequests {
  const send = async <C extends DocumentCommand>(command: C): Promise<DocumentOutput<C>> => {
    const request = requestOf(command, (name) => requester.tableName({ name: name ?? '' }));
    const ended = writes.has(request.operation) ? writing() : undefined;
    try {
      const sendOne: Send<Operation> = (input, call) => {
        // Every command and every output is one of the ten; TypeScript does not follow that they belong together.
        const copy = request.command(input) as GetCommand;
        return client().send(copy, optionsOf(call)) as Promise<OutputOf<Operation>>;
      };
      const output = await requester.perform(request.operation, request.input, sendOne, 'document');
      return byLogicalName(output, request.tables) as DocumentOutput<C>;
    } catch (error) {
      throw errorOf(error);
    } finally {
      ended?.();
    }
  };
  return { send };
}

const writes: ReadonlySet<Operation> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);

type TableNames = (logical: string | undefined) => string;

/** A command's operation, its input with physical table names, and how a command is made of an input. */
interface DocumentRequest {
  readonly operation: Operation;
  readonly input: InputOf<Operation>;
  /** Logical names by physical ones, for what comes back by table. */
  readonly tables: Readonly<Record<string, string>>;
  command(input: InputOf<Operation>): DocumentCommand;
}

function requestOf(command: DocumentCommand, physical: TableNames): DocumentRequest {
  const tables: Record<string, string> = {};
  const tableName: TableNames = (logical) => {
    const name = physical(logical);
    tables[name] = logical ?? '';
    return name;
  };
  const request = <O extends Operation>(
    operation: O,
    input: InputOf<O>,
    made: (input: InputOf<O>) => DocumentCommand,
  ): DocumentRequest => ({ operation, input, tables, command: (final) => made(final as InputOf<O>) });
  const one = <I extends { TableName: string | undefined }>(input: I): I => ({
    ...input,
    TableName: tableName(input.TableName),
  });

  if (command instanceof GetCommand) return request('GetItem', one(command.input), (i) => new GetCommand(i));
  if (command instanceof QueryCommand)
    return request('Query', one(command.input), (i) => new QueryCommand(i));
  if (command instanceof ScanCommand) return request('Scan', one(command.input), (i) => new ScanCommand(i));
  if (command instanceof PutCommand) return request('PutItem', one(command.input), (i) => new PutCommand(i));
  if (command instanceof UpdateCommand)
    return request('UpdateItem', one(command.input), (i) => new UpdateCommand(i));
  if (command instanceof DeleteCommand)
    return request('DeleteItem', one(command.input), (i) => new DeleteCommand(i));
  if (command instanceof BatchGetCommand)
    return request('BatchGetItem', byPhysicalName(command.input, tableName), (i) => new BatchGetCommand(i));
  if (command instanceof BatchWriteCommand)
    return request(
      'BatchWriteItem',
      byPhysicalName(command.input, tableName),
      (i) => new BatchWriteCommand(i),
    );
  if (command instanceof TransactGetCommand) {
    const TransactItems = command.input.TransactItems?.map(({ Get }) => ({ Get: Get && one(Get) }));
    return request('TransactGetItems', { ...command.input, TransactItems }, (i) => new TransactGetCommand(i));
  }
  if (command instanceof TransactWriteCommand) {
    const TransactItems = command.input.TransactItems?.map(({ Put, Update, Delete, ConditionCheck }) => ({
      ...(Put && { Put: one(Put) }),
      ...(Update && { Update: one(Update) }),
      ...(Delete && { Delete: one(Delete) }),
      ...(ConditionCheck && { ConditionCheck: one(ConditionCheck) }),
    }));
    return request(
      'TransactWriteItems',
      { ...command.input, TransactItems },
      (i) => new TransactWriteCommand(i),
    );
  }
  const name = (command as object).constructor.name;
  throw new TypeError(
    `db.document.send takes the commands of @aws-sdk/lib-dynamodb that read or write items, not ${name}. ` +
      'Where it is one of them, two copies of the package are installed: `npm ls @aws-sdk/lib-dynamodb`.',
  );
}

function byPhysicalName<I extends { RequestItems: Record<string, unknown> | undefined }>(
  input: I,
  tableName: TableNames,
): I {
  return { ...input, RequestItems: renamed(input.RequestItems, tableName) };
}

/** The parts of an answer that are keyed by table, by the names the caller used. */
function byLogicalName(output: object, tables: Readonly<Record<string, string>>): object {
  const answer: Record<string, unknown> = { ...output };
  for (const part of ['Responses', 'UnprocessedKeys', 'UnprocessedItems', 'ItemCollectionMetrics']) {
    const value = answer[part];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    // ItemCollectionMetrics of a single write is not keyed by table.
    answer[part] = renamed(value as Record<string, unknown>, (name) => tables[name ?? ''] ?? name ?? '');
  }
  return answer;
}

function renamed<V>(
  byName: Record<string, V> | undefined,
  rename: TableNames,
): Record<string, V> | undefined {
  return byName && Object.fromEntries(Object.entries(byName).map(([name, value]) => [rename(name), value]));
}

/** What failed, in the terms of whoever wrote the request: a condition is theirs, and so are the values. */
function errorOf(error: unknown): unknown {
  if (!(error instanceof TableloomError)) return error;
  const { cause } = error;
  if (isConditionFailure(cause))
    return new TableloomError(
      'GUARD_FAILED',
      'A condition of the request does not hold; nothing was written.',
      undefined,
      cause,
    );
  if (error.code === 'STORAGE_UNAVAILABLE' && isMarshallingError(cause))
    return new TableloomError(
      'VALUE_INVALID',
      `The request was not sent: ${cause.message}`,
      undefined,
      cause,
    );
  return error;
}

function isConditionFailure(cause: unknown): boolean {
  if (nameOf(cause) === 'ConditionalCheckFailedException') return true;
  if (nameOf(cause) !== 'TransactionCanceledException') return false;
  const { CancellationReasons: reasons = [] } = cause as {
    CancellationReasons?: readonly { Code?: string }[];
  };
  return reasons.some(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** `@aws-sdk/util-dynamodb` throws a plain Error before anything is sent; what is sent fails with a name, a code or metadata. */
function isMarshallingError(cause: unknown): cause is Error {
  return cause instanceof Error && cause.name === 'Error' && !('code' in cause) && !('$metadata' in cause);
}
