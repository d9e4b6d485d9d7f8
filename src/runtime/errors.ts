/**
 * What can go wrong at run time, as a client of the GraphQL API sees it. A message never repeats DynamoDB's
 * own words, table names or key values of other records; DynamoDB's error is the `cause`, for the log.
 */

/** Every code and its meaning for the client. A test compares the documentation with this table. */
export const errorCodes = {
  KEY_INVALID: 'A value cannot be a part of a key: it is missing, malformed, or too long.',
  VALUE_INVALID:
    'A value cannot be stored, or breaks a rule of its field; `path` is its place in the record, `argument` that in the arguments of a mutation.',
  RECORD_INVALID:
    'A stored record lacks a field that cannot be null, or has a value that an enum does not have: it was written under an earlier schema, or by another program. `entity`, `key` and `field`, or `enum`, name it.',
  NOT_FOUND: 'The record to be changed does not exist, or the part of it that is; `path` names the part.',
  ALREADY_EXISTS: 'A record with this key exists.',
  VERSION_CONFLICT: 'The record has changed since the caller read it.',
  UNIQUE_VIOLATION: 'Another record holds the value of a unique field.',
  GUARD_FAILED:
    'A condition of the write does not hold, or the record may not change that way; `guard` names the condition.',
  REFERENCE_MISSING:
    'The record that a reference names does not exist, has expired, or is being deleted; `field` is the reference.',
  REFERENCED: 'The record cannot be deleted because others refer to it; `by` names their entity and field.',
  BEING_DELETED:
    'The record and everything that belongs to it are being deleted; it cannot be changed any more.',
  CASCADE_UNFINISHED:
    'More is to be deleted than one call deletes. `deleted` records are deleted; repeat the call to resume.',
  CONFLICT: 'Other writers kept changing the same records. Nothing was written.',
  BAD_CURSOR: 'A cursor was not issued for this field with these arguments, or was altered.',
  EVENTS_EXPIRED:
    'The events since the cursor are not kept any more: read the records again, and subscribe without it. `keptSeconds` is how long they are kept.',
  SUBSCRIPTION_LAGGING:
    'The subscriber read too slowly, and was cut off: subscribe again with the last cursor, and nothing is missed.',
  BAD_PAGE:
    'The arguments first and last are not valid: both are passed, or one is negative or above the maximum.',
  BAD_INPUT: 'The arguments contradict each other, or request more than one answer may return.',
  RANGE_TOO_WIDE: 'A time range spans more buckets than one query may read.',
  READ_BUDGET: 'Too few items match to find the answer within the reads that one query may make.',
  TRANSACTION_TOO_LARGE:
    'One call would touch more items than DynamoDB accepts in a transaction (100 items, 4 MB).',
  ITEM_TOO_LARGE: 'A record is larger than DynamoDB stores in one item (400 KB).',
  WRITE_TWICE: 'One call would write the same record twice.',
  IDEMPOTENCY_MISMATCH: 'The idempotency key was used before, for another operation or with other arguments.',
  APPEND_ONLY: 'Records of this entity cannot be changed after they are created.',
  BUSY: 'The server or its storage is overloaded; repeat the request later, after `retryAfter` seconds where it says so.',
  STORAGE_UNAVAILABLE:
    'Storage could not be reached, or did not answer in time. `outcome: "unknown"`: a write may have taken place. `retryAfter`: in how many seconds storage is tried again.',
  STORAGE_REFUSED: 'Storage refused the request: the tables do not match the generated code.',
  CANCELLED: 'The caller disconnected before the answer was ready.',
  TABLE_MISMATCH: 'An existing table differs from the one that the code was generated for.',
  PLAN_MISMATCH:
    'The tables are stored by another version of the plan than the one this server was generated for.',
  CONFIGURATION: 'The server is not configured: a variable is missing or has an unusable value.',
  UNAUTHENTICATED: 'The caller must sign in first.',
  TOKEN_EXPIRED: 'The access token has expired: get a new one, and send the request again.',
  TOKEN_INVALID: 'The access token is not valid here: sign in again, or send the request without it.',
  FORBIDDEN: 'The caller may not do this.',
  RULE_MISSING: 'A rule that a field or a write needs is not implemented yet, or not passed.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What an error reports besides its code: the `extensions` of the client's GraphQL error. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * Every error the runtime raises on purpose. graphql-js copies `extensions` of an error a resolver throws, so
 * the client finds `extensions.code` (a key of {@link errorCodes}).
 */
export class TableloomError extends Error {
  override readonly name: string = 'TableloomError';
  readonly code: ErrorCode;
  readonly extensions: { readonly code: ErrorCode; [detail: string]: unknown };

  constructor(code: ErrorCode, message: string, details?: ErrorDetails, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.extensions = { ...details, code };
  }
}

/** A value that cannot be a part of a key (KEY_INVALID). */
export class KeyError extends TableloomError {
  override readonly name = 'KeyError';

  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('KEY_INVALID', message, details, cause);
  }
}

/** A record is missing. `where` are the fields that the caller looked it up by, in the API's terms, never a storage key. */
export function notFound(entity: string, where: ErrorDetails = {}): TableloomError {
  const named = Object.entries(where).map(([field, value]) => `${field} ${JSON.stringify(value)}`);
  const message =
    named.length === 0 ? `There is no such ${entity}.` : `There is no ${entity} with ${named.join(', ')}.`;
  return new TableloomError('NOT_FOUND', message, { entity, where });
}

export function alreadyExists(entity: string, cause?: unknown): TableloomError {
  return new TableloomError('ALREADY_EXISTS', `This ${entity} exists already.`, { entity }, cause);
}

/** `expected` is the version the caller saw, `current` the stored one where it is known. */
export function versionConflict(
  entity: string,
  expected: number,
  current?: number | null,
  cause?: unknown,
): TableloomError {
  const details = { entity, expected, ...(current === undefined ? undefined : { current }) };
  return new TableloomError(
    'VERSION_CONFLICT',
    `This ${entity} has changed since version ${expected} was read; read it again before changing it.`,
    details,
    cause,
  );
}

/** A deleted record left versions under the key, and their last revision cannot be found: they are not overwritten. */
export function versionKept(entity: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'ALREADY_EXISTS',
    `Versions of a deleted ${entity} are stored under this key; choose another key.`,
    { entity },
    cause,
  );
}

/**
 * Another record has a unique value; where entities share the constraint, the error does not reveal which. `field` is the
 * unique field as declared: `email`, or `tenantId+slug`.
 */
export function valueTaken(
  {
    entity,
    field,
    constraint,
    message,
  }: {
    readonly entity: string;
    readonly field: string;
    readonly constraint?: string;
    readonly message?: string;
  },
  cause?: unknown,
): TableloomError {
  const [details, usual] =
    constraint === undefined
      ? [{ entity, field }, `Another ${entity} has this ${field}.`]
      : [{ field, constraint }, `This ${field} is taken.`];
  return new TableloomError('UNIQUE_VIOLATION', message ?? usual, details, cause);
}

/**
 * A declared condition does not hold. `guard` is its name, or the field whose transition is not declared: then `from`
 * and `to` are the values.
 */
export function guardFailed(
  entity: string,
  guard: string,
  options: {
    readonly transition?: { readonly from: unknown; readonly to: unknown };
    /** In the place of the usual one. */
    readonly message?: string | undefined;
    readonly cause?: unknown;
  } = {},
): TableloomError {
  const { transition, message, cause } = options;
  const usual =
    transition === undefined
      ? `This ${entity} does not meet the condition ${guard}.`
      : `${guard} of this ${entity} cannot change from ${String(transition.from)} to ${String(transition.to)}.`;
  return new TableloomError('GUARD_FAILED', message ?? usual, { entity, guard, ...transition }, cause);
}

/** A sum that writes maintain: `aggregate` is its name. */
export function sumTooLarge(entity: string, aggregate: string, cause?: unknown): TableloomError {
  const message = `${aggregate} exceeds the range of its type.`;
  return new TableloomError('VALUE_INVALID', message, { entity, aggregate }, cause);
}

/** `field` is the reference as declared, `to` the entity it names. */
export function referenceMissing(entity: string, field: string, to: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'REFERENCE_MISSING',
    `The ${to} that ${field} of this ${entity} names does not exist.`,
    { entity, field, to },
    cause,
  );
}

/** `by` is the entity and the reference of the records that refer to it: `Order.customerId`. */
export function referenced(entity: string, by: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'REFERENCED',
    `This ${entity} cannot be deleted: records refer to it by ${by}.`,
    { entity, by },
    cause,
  );
}

export function beingDeleted(entity: string): TableloomError {
  return new TableloomError('BEING_DELETED', `This ${entity} is being deleted.`, { entity });
}

/** `deleted` counts the records that this call has deleted. */

export function conflict(cause?: unknown): TableloomError {
  return new TableloomError(
    'CONFLICT',
    'Other writers keep changing the same records; nothing was written. Try again.',
    undefined,
    cause,
  );
}

/** One message for every way a cursor can be wrong: which one it was would help a forger. */
/** @param argument the argument that holds it */
export function badCursor(argument: string): TableloomError {
  return new TableloomError(
    'BAD_CURSOR',
    `"${argument}" is not a valid cursor of this field with these arguments; start again without it.`,
    { argument },
  );
}

export function badPage(message: string, details?: ErrorDetails): TableloomError {
  return new TableloomError('BAD_PAGE', message, details);
}

export function transactionTooLarge(items: number, cause?: unknown): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `This write touches ${items} items; one transaction has at most 100 (and 4 MB). ` +
      'Split it into several writes, or load new records in bulk with putAll.',
    { items, limit: 100 },
    cause,
  );
}

export function idempotencyMismatch(): TableloomError {
  return new TableloomError(
    'IDEMPOTENCY_MISMATCH',
    'This idempotency key was used before, for another operation or with other arguments; use a new key.',
  );
}

/** A snapshot of more records than DynamoDB reads in one transaction. */
export function snapshotTooLarge(records: number): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `This reads ${records} records in one transaction, which has at most 100 (and 4 MB). ` +
      'Read fewer, or read them one by one where they need not be of the same moment.',
    { items: records, limit: 100 },
  );
}

export function busy(cause?: unknown): TableloomError {
  return new TableloomError('BUSY', 'Storage is overloaded; try again in a moment.', undefined, cause);
}

/** The session's deadline has passed, and a further request was not sent. */
export function outOfTime(): TableloomError {
  return new TableloomError('BUSY', 'The operation took too long; try again in a moment.');
}

export function unanswered(cause?: unknown): TableloomError {
  return new TableloomError('STORAGE_UNAVAILABLE', 'Storage did not answer in time.', undefined, cause);
}

/** A write was sent, and its answer never came. */
export function unknownOutcome(cause?: unknown): TableloomError {
  return new TableloomError(
    'STORAGE_UNAVAILABLE',
    'Storage did not answer, and the write may have taken place. Read before you repeat it.',
    { outcome: 'unknown' },
    cause,
  );
}

export function cancelled(cause?: unknown): TableloomError {
  return new TableloomError('CANCELLED', 'The request was cancelled.', undefined, cause);
}

/** For scaffolded rules: `rule` is the name in access-patterns.yaml. */
export function ruleMissing(rule: string): TableloomError {
  return new TableloomError('RULE_MISSING', `The rule ${rule} is not implemented yet.`, { rule });
}

/** DynamoDB's and the SDK's names for "too much at once", from the API's "Error handling" page. */
const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'ThrottlingError',
  'RequestLimitExceeded',
  'LimitExceededException',
  'ProvisionedThroughputExceeded',
  'TooManyRequestsException',
  'ReplicatedWriteConflictException',
]);

/** Whether DynamoDB refused because of its load, so that the same request may succeed a moment later. */
export function isThrottle(error: unknown): boolean {
  return throttles.has(nameOf(error));
}

/** Whether DynamoDB refused because another transaction was writing the same items at that moment. */
export function isContention(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'TransactionConflictException' || name === 'TransactionInProgressException';
}

/** The `name` of what was thrown; empty where it has none. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Contention what an SDK call threw into an error for the client. A TableloomError passes unchanged. */
export function fromAws(error: unknown): TableloomError {
  if (error instanceof TableloomError) return error;
  const name = nameOf(error);
  if (name === 'AbortError') return cancelled(error);
  if (name === 'TimeoutError') return unanswered(error);
  if (throttles.has(name)) return busy(error);
  if (isContention(error) || name === 'ConditionalCheckFailedException') return conflict(error);
  if (name === 'TransactionCanceledException') return fromReasons(error);
  if (name === 'ItemCollectionSizeLimitExceededException') return tooLarge(error);
  if (name === 'ValidationException') return fromValidation(error);
  if (refusals.has(name)) {
    return new TableloomError('STORAGE_REFUSED', 'Storage refused the request.', undefined, error);
  }
  return new TableloomError('STORAGE_UNAVAILABLE', 'Storage cannot be reached.', undefined, error);
}

const refusals = new Set([
  'ResourceNotFoundException',
  'IdempotentParameterMismatchException',
  'SerializationException',
  'AccessDeniedException',
  'UnknownOperationException',
]);

function tooLarge(cause: unknown): TableloomError {
  return new TableloomError(
    'ITEM_TOO_LARGE',
    'The record is too large to be stored: it has more than 400 KB.',
    { limitBytes: 409_600 },
    cause,
  );
}

/** DynamoDB's and DynamoDB Local's ways to say that a key, of the table or of an index, is empty or too long. */
const keyComplaint =
  /(key attribute|key value).*(size|empty|exceed)|size of.*(hash|range) ?key|size limit exceeded/i;

/** DynamoDB has one name for every malformed request; only the text tells a wrong value of the caller from a bug of ours. */
function fromValidation(error: unknown, text = error instanceof Error ? error.message : ''): TableloomError {
  if (keyComplaint.test(text)) {
    return new KeyError('A value that records are found by is empty or too long.', undefined, error);
  }
  if (/item size|maximum allowed size|item collection/i.test(text)) return tooLarge(error);
  if (/transaction.*size|less than or equal to 100/i.test(text)) {
    return new TableloomError(
      'TRANSACTION_TOO_LARGE',
      'This write is larger than one transaction can be (100 items, 4 MB). Split it into several.',
      undefined,
      error,
    );
  }
  if (/nesting level/i.test(text)) {
    return new TableloomError('VALUE_INVALID', 'A value is nested deeper than 32 levels.', undefined, error);
  }
  return new TableloomError('STORAGE_REFUSED', 'Storage refused the request.', undefined, error);
}

interface CancellationReason {
  readonly Code?: string;
  readonly Message?: string;
}

/** A cancelled transaction has a reason for each of its items. commit.ts reads those that depend on the action. */
function fromReasons(error: unknown): TableloomError {
  const reasons =
    (error as { CancellationReasons?: readonly CancellationReason[] }).CancellationReasons ?? [];
  for (const { Code, Message } of reasons) {
    if (Code === 'ValidationError') return fromValidation(error, Message ?? '');
    if (Code === 'ItemCollectionSizeLimitExceeded') return tooLarge(error);
  }
  if (reasons.some(({ Code }) => Code !== undefined && throttles.has(Code))) return busy(error);
  return conflict(error);
}
