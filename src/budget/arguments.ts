/** Values of arguments, some of which are unknown until the operation is executed. */

/** The value of a variable that is not set yet: it may be anything. */
export class Open {
  readonly variable: string;

  constructor(variable: string) {
    this.variable = variable;
  }
}

/** The value of an argument, or `Open`. */
export type ArgumentValue = unknown;

/** The values of a field's arguments, by name. */
export type Arguments = ReadonlyMap<string, ArgumentValue>;

/** The value under `input.email`. */
export function valueAt(args: Arguments, path: string): ArgumentValue {
  const [head = '', ...rest] = path.split('.');
  return rest.reduce<ArgumentValue>((value, name) => {
    if (value instanceof Open) return value;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }, args.get(head));
}

/** The number of values of an argument, at most `most`. */
export function lengthOf(args: Arguments, path: string, most: number): number {
  const value = valueAt(args, path);
  if (value === null || value === undefined) return 0;
  // GraphQL coerces a single value to a list of one.
  if (value instanceof Open) return most;
  return Array.isArray(value) ? Math.min(value.length, most) : 1;
}

/** The number in an argument, at most `most`; undefined where there is none. */
export function numberOf(args: Arguments, path: string, most: number): number | undefined {
  const value = valueAt(args, path);
  if (value instanceof Open) return most;
  return typeof value === 'number' ? Math.max(0, Math.min(value, most)) : undefined;
}
