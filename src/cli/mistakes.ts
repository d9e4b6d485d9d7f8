/** A mistake in how the program is called or set up, told without a stack trace. */
export class Mistake extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'Mistake';
    this.hint = hint;
  }
}

/** Errors as they were thrown: Codegen wraps them, one for each output. The same message once. */
export function unwrapped(error: unknown): unknown[] {
  const errors = error instanceof AggregateError ? error.errors.flatMap(unwrapped) : [error];
  const seen = new Set<string>();
  return errors.filter((one) => {
    const text = one instanceof Error ? one.message : String(one);
    return !seen.has(text) && seen.add(text);
  });
}

/** By name: codegen.ts loads its own copy of our preset. */
export function isFindings(error: unknown): error is Error {
  return error instanceof Error && error.name === 'DiagnosticsError';
}
