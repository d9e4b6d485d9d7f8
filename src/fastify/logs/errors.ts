/** Errors as the log has them. */

/** How many causes of an error are logged. */
const mostCauses = 5;

/** A type and no interface: pino adds to it. */
export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  /** What AWS calls the request: its support can find it. */
  readonly awsRequestId?: string;
  readonly cause?: LoggedError;
};

/**
 * What helps to find an error's reason, and nothing else of it: errors of AWS hold the items of failed conditions, and others what
 * their thrower put there. Messages may repeat what somebody sent; addresses of e-mail and tokens are left out of them.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  const { name, message, stack, code, cause, $metadata } = (error ?? {}) as Thrown;
  const { requestId } = $metadata ?? {};
  const hasCause = cause !== undefined && cause !== null && depth < mostCauses;
  return {
    type: String(name ?? typeof error),
    message: scrubbed(String(message ?? '')),
    stack: scrubbed(String(stack ?? '')),
    ...(typeof code === 'string' && { code }),
    ...(typeof requestId === 'string' && { awsRequestId: requestId }),
    ...(hasCause && { cause: loggedError(cause, depth + 1) }),
  };
}

interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly requestId?: unknown };
}

/** What is left out of messages, and what replaces it. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/[^\s@"'`<>()[\]{},;:=]+@[^\s@"'`<>()[\]{},;:=]+\.[a-z]{2,}/gi, '(e-mail address)'],
  // A JSON Web Token.
  [/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, '(token)'],
  [/\bBearer +\S+/gi, 'Bearer (token)'],
  // V8 repeats what it could not parse.
  [/"(?:[^"\\]|\\.)*"(\.{3})?(?= is not valid JSON)/gs, '(text)'],
];

function scrubbed(text: string): string {
  return secrets.reduce((rest, [secret, instead]) => rest.replace(secret, instead), text);
}
