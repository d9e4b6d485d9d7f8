/**
 * What can go wrong at run time, as a client of the GraphQL API sees it. A message never repeats DynamoDB's
 * own words, table names or key values of other records; what DynamoDB said is kept as `cause`, for the log.
 */

/** Every code and what it tells the client. Documentation and tests are held against this table. */
export const errorCodes = {
  KEY_INVALID: 'A value cannot be a part of a key: it is missing, malformed, or too long.',
  VALUE_INVALID:
    'A value cannot be stored, or violates a validation: the message names its place in the document.',
  NOT_FOUND: 'The record to be changed does not exist.',
  ALREADY_EXISTS: 'A record with this key exists.',
  VERSION_CONFLICT: 'The record has changed since the caller read it.',
  UNIQUE_VIOLATION: 'Another record holds the value of a unique field.',
  GUARD_FAILED:
    'The record does not meet a condition of the write, or the transition is not allowed: `guard` names it.',
  REFERENCE_MISSING:
    'A referenced record does not exist, has expired, or is being deleted; `field` names the reference.',
  REFERENCED: 'Other records reference the record to be deleted; `by` names the field of their entity.',
  BEING_DELETED: 'The record and its dependents are being deleted, and can no longer be changed.',
  CASCADE_UNFINISHED:
    'The record has more dependents than one call deletes; `deleted` are gone, and the same call continues.',
  CONFLICT: 'Other writers kept changing the same records. Nothing was written.',
  BAD_CURSOR: 'A cursor was not issued for this field with these arguments, or was altered.',
  BAD_PAGE:
    'The arguments first and last do not define a page: both are set, negative, or above the maximum.',
  BAD_INPUT: 'The arguments contradict each other, or request more than one answer may contain.',
  RANGE_TOO_WIDE: 'A time range spans more buckets than one query may read.',
  READ_BUDGET: 'Too few items match: the answer cannot be found within the reads of one query.',
  TRANSACTION_TOO_LARGE:
    'One call would touch more items than DynamoDB accepts in a transaction (100, 4 MB).',
  ITEM_TOO_LARGE: 'A record is larger than DynamoDB stores in one item (400 KB).',
  WRITE_TWICE: 'One call would write the same record twice.',
  IDEMPOTENCY_MISMATCH: 'The idempotency key was used before, for something else or with other arguments.',
  APPEND_ONLY: 'Records of this entity cannot be changed after they are created.',
  BUSY: 'The storage was overloaded for too long. Try again later.',
  STORAGE_UNAVAILABLE: 'The storage could not be reached. A write may or may not have taken effect.',
  STORAGE_REFUSED:
    'The storage refused the request: the tables differ from those the program was generated for.',
  CANCELLED: 'The caller disconnected before the answer was complete.',
  TABLE_MISMATCH: 'An existing table differs from the one the program was generated for.',
  CONFIGURATION: 'The server is not configured: a variable is missing or invalid.',
  UNAUTHENTICATED: 'The caller must sign in first.',
  FORBIDDEN: 'The caller may not do this.',
  RULE_MISSING: 'The rule that answers the field is not written yet.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What an error may tell besides its code. It reaches the client as the GraphQL error's `extensions`. */
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

/** A record is missing. `where` holds the fields the caller asked by, in the API's terms, never a storage key. */
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

/** `field` is the unique field as declared: `email`, or `tenantId+slug`. */
export function uniqueViolation(entity: string, field: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'UNIQUE_VIOLATION',
    `Another ${entity} has this ${field}.`,
    { entity, field },
    cause,
  );
}

/** Versions are in the way that cannot be counted on from: they are not overwritten. */
export function versionKept(entity: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'ALREADY_EXISTS',
    `Versions of a ${entity} that was deleted are kept under this key; take another one.`,
    { entity },
    cause,
  );
}

/** A unique value is held by another; where entities share the constraint, it is not told of which. */
export function valueTaken(
  {
    entity,
    field,
    constraint,
  }: { readonly entity: string; readonly field: string; readonly constraint?: string },
  cause?: unknown,
): TableloomError {
  if (constraint === undefined) return uniqueViolation(entity, field, cause);
  return new TableloomError('UNIQUE_VIOLATION', `This ${field} is taken.`, { field, constraint }, cause);
}

/**
 * A declared demand does not hold. `guard` is its name, or the field whose transition is not declared; then `from`
 * and `to` tell which.
 */
export function guardFailed(
  entity: string,
  guard: string,
  transition?: { readonly from: unknown; readonly to: unknown },
  cause?: unknown,
): TableloomError {
  const message =
    transition === undefined
      ? `This ${entity} is not in a state for that: ${guard} does not hold.`
      : `${guard} of this ${entity} cannot go from ${String(transition.from)} to ${String(transition.to)}.`;
  return new TableloomError('GUARD_FAILED', message, { entity, guard, ...transition }, cause);
}

/** `field` is the reference as declared, `to` the entity it names. */
export function referenceMissing(entity: string, field: string, to: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'REFERENCE_MISSING',
    `There is no ${to} that ${field} of this ${entity} can name.`,
    { entity, field, to },
    cause,
  );
}

/** `by` are the entity and the reference that name it: `Order.customerId`. */
export function referenced(entity: string, by: string, cause?: unknown): TableloomError {
  return new TableloomError(
    'REFERENCED',
    `This ${entity} cannot be deleted: ${by} names it.`,
    { entity, by },
    cause,
  );
}

export function beingDeleted(entity: string): TableloomError {
  return new TableloomError('BEING_DELETED', `This ${entity} is being deleted.`, { entity });
}

/** `deleted` counts the records that this call has deleted. */
export function cascadeUnfinished(entity: string, deleted: number, cause?: unknown): TableloomError {
  return new TableloomError(
    'CASCADE_UNFINISHED',
    `More belongs to this ${entity} than one call deletes: ${deleted} records are gone. Call again to go on.`,
    { entity, deleted },
    cause,
  );
}

/** What belongs to the record does not fit in one transaction with it. */
export function cascadeTooLarge(entity: string): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `More belongs to this ${entity} than DynamoDB deletes in one transaction (100 items). ` +
      'Delete it with `cascade`, which goes on in steps, and in a call of its own.',
    { entity, limit: 100 },
  );
}

export function conflict(cause?: unknown): TableloomError {
  return new TableloomError(
    'CONFLICT',
    'Others keep changing the same records; nothing was written. Try again.',
    undefined,
    cause,
  );
}

/** One message for every way a cursor can be wrong: which one it was would help a forger. */
export function badCursor(argument: 'after' | 'before'): TableloomError {
  return new TableloomError(
    'BAD_CURSOR',
    `"${argument}" is not a cursor of this field with these arguments; start again without it.`,
    { argument },
  );
}

export function badPage(message: string, details?: ErrorDetails): TableloomError {
  return new TableloomError('BAD_PAGE', message, details);
}

export function transactionTooLarge(items: number, cause?: unknown): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `This write touches ${items} items; DynamoDB takes at most 100 (and 4 MB) in one transaction. ` +
      'Split it into several writes, or load new records in bulk with putAll.',
    { items, limit: 100 },
    cause,
  );
}

export function idempotencyMismatch(): TableloomError {
  return new TableloomError(
    'IDEMPOTENCY_MISMATCH',
    'This idempotency token was used before, for something else or with other arguments; take a new one.',
  );
}

/** A snapshot of more records than DynamoDB reads in one transaction. */
export function snapshotTooLarge(records: number): TableloomError {
  return new TableloomError(
    'TRANSACTION_TOO_LARGE',
    `This reads ${records} records together; DynamoDB reads at most 100 (and 4 MB) in one transaction. ` +
      'Read fewer, or read them one by one where they need not be of one moment.',
    { items: records, limit: 100 },
  );
}

export function busy(cause?: unknown): TableloomError {
  return new TableloomError('BUSY', 'Storage is overloaded; try again in a moment.', undefined, cause);
}

export function cancelled(cause?: unknown): TableloomError {
  return new TableloomError('CANCELLED', 'The request was cancelled.', undefined, cause);
}

/** For rules: nobody is signed in. */
export function unauthenticated(message = 'Sign in first.'): TableloomError {
  return new TableloomError('UNAUTHENTICATED', message);
}

/** For rules: somebody is signed in, who may not do this. */
export function forbidden(message = 'You may not do this.'): TableloomError {
  return new TableloomError('FORBIDDEN', message);
}

/** For scaffolded rules: `rule` is the name in access-patterns.yaml. */
export function ruleMissing(rule: string): TableloomError {
  return new TableloomError('RULE_MISSING', `The rule ${rule} is not written yet.`, { rule });
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

/** Whether DynamoDB refused because another transaction was at the same items just then. */
export function isContention(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'TransactionConflictException' || name === 'TransactionInProgressException';
}

/** The `name` of what was thrown; empty where it has none. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Turns what an SDK call threw into an error for the client. A TableloomError passes unchanged. */
export function fromAws(error: unknown): TableloomError {
  if (error instanceof TableloomError) return error;
  const name = nameOf(error);
  if (name === 'AbortError') return cancelled(error);
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
    'The record is too large to be stored: one item holds at most 400 KB.',
    { limitBytes: 409_600 },
    cause,
  );
}

/** DynamoDB's and DynamoDB Local's ways to say that a key, of the table or of an index, is empty or too long. */
const keyComplaint =
  /(key attribute|key value).*(size|empty|exceed)|size of.*(hash|range) ?key|size limit exceeded/i;

/** DynamoDB has one name for every malformed request; only its text tells a value of the caller's from a bug of ours. */
function fromValidation(error: unknown, text = error instanceof Error ? error.message : ''): TableloomError {
  if (keyComplaint.test(text)) {
    return new KeyError('A key is empty or longer than DynamoDB allows.', undefined, error);
  }
  if (/item size|maximum allowed size|item collection/i.test(text)) return tooLarge(error);
  if (/transaction.*size|less than or equal to 100/i.test(text)) {
    return new TableloomError(
      'TRANSACTION_TOO_LARGE',
      'This write is larger than DynamoDB takes in one transaction (100 items, 4 MB). Split it into several.',
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

/** A cancelled transaction says why for each of its items. Reasons a caller must tell apart are read by transactions.ts. */
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
