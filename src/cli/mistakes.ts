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

/** What somebody can correct, without its stack; anything else with it. */
export function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Mistake) return error.hint ? `${error.message}\n  hint: ${error.hint}` : error.message;
  const isTyped = 'code' in error && typeof error.code === 'string' && /^[A-Z][A-Z_]+$/.test(error.code);
  const isSlip = error.name === 'TransformError' || error instanceof SyntaxError;
  const isKnown: boolean = [isTyped, isSlip, isFindings(error)].includes(true);
  return isKnown ? error.message : (error.stack ?? error.message);
}
