/** Values of arguments, some of which are unknown until the operation is sent. */

/** The value of a variable before the operation is sent: any value. */
export class Open {
  readonly variable: string;

  constructor(variable: string) {
    this.variable = variable;
  }
}

/** A JSON value, or {@link Open} in the place of one. */
export type Value = unknown;

/** The values of a field's arguments, by name. */
export type Arguments = ReadonlyMap<string, Value>;

/** The value under `input.email`. */
export function valueAt(args: Arguments, path: string): Value {
  const [head = '', ...rest] = path.split('.');
  return rest.reduce<Value>((value, name) => {
    if (value instanceof Open) return value;
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isThere ? (value as Record<string, unknown>)[name] : undefined;
  }, args.get(head));
}

/** How many values an argument has, at most `most`. */
export function lengthOf(args: Arguments, path: string, most: number): number {
  const value = valueAt(args, path);
  if (value === null || value === undefined) return 0;
  // GraphQL reads one value as a list of one.
  if (value instanceof Open) return most;
  return Array.isArray(value) ? Math.min(value.length, most) : 1;
}

/** The value of a numeric argument, at most `most`; undefined where it has none. */
export function numberOf(args: Arguments, path: string, most: number): number | undefined {
  const value = valueAt(args, path);
  if (value instanceof Open) return most;
  return typeof value === 'number' ? Math.max(0, Math.min(value, most)) : undefined;
}
