import type { Item } from './items/attributes.js';

/** What DynamoDB says about one item of a cancelled transaction. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** An answer other than success, in the JSON the SDK turns into its typed exceptions. */
export class ApiError extends Error {
  readonly statusCode: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(
    type: string,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
    statusCode = 400,
  ) {
    super(message);
    this.name = 'ApiError';
    this.statusCode = statusCode;
    this.body = 'Message' in members ? { __type: type, ...members } : { __type: type, message, ...members };
  }
}

const service = 'com.amazonaws.dynamodb.v20120810#';

/** The request was valid JSON that DynamoDB refuses. */
export class ValidationError extends ApiError {
  constructor(message: string) {
    super('com.amazon.coral.validate#ValidationException', message);
  }
}

/** A condition did not hold. `item` is what the caller asked to see with ReturnValuesOnConditionCheckFailure. */
export class ConditionalCheckFailed extends ApiError {
  readonly item: Item | undefined;

  constructor(item: Item | undefined) {
    super(
      `${service}ConditionalCheckFailedException`,
      'The conditional request failed',
      item === undefined ? {} : { Item: item },
    );
    this.item = item;
  }
}

export function resourceNotFound(message = 'Requested resource not found'): ApiError {
  return new ApiError(`${service}ResourceNotFoundException`, message);
}

export function resourceInUse(message: string): ApiError {
  return new ApiError(`${service}ResourceInUseException`, message);
}

export function unknownOperation(): ApiError {
  return new ApiError('com.amazon.coral.service#UnknownOperationException', '');
}

/** The same ClientRequestToken came with another request. */
export function idempotentParameterMismatch(): ApiError {
  return new ApiError(
    `${service}IdempotentParameterMismatchException`,
    'The request uses the same client token as a previous, but non-identical request.',
  );
}

/** Nothing of the transaction was applied; `reasons` has one entry for each of its items, in their order. */
export function transactionCanceled(reasons: readonly CancellationReason[]): ApiError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new ApiError(`${service}TransactionCanceledException`, message, {
    Message: message,
    CancellationReasons: reasons,
  });
}
