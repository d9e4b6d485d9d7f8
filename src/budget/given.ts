/** Values of arguments, of which some are not known before the operation is sent. */

/** The value of a variable that nobody has given yet: it may be anything. */
export class Open {
  readonly variable: string;

  constructor(variable: string) {
    this.variable = variable;
  }
}

export type Given = unknown;

/** The values of a field's arguments, by name. */
export type Arguments = ReadonlyMap<string, Given>;

/** The value under `input.email`. */
export function valueAt(args: Arguments, path: string): Given {
  const [head = '', ...rest] = path.split('.');
  return rest.reduce<Given>((value, name) => {
    if (value instanceof Open) return value;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }, args.get(head));
}

/** How many values an argument gives, at most `most`. */
export function lengthOf(args: Arguments, path: string, most: number): number {
  const value = valueAt(args, path);
  if (value === null || value === undefined) return 0;
  // One value stands for a list of one.
  if (value instanceof Open) return most;
  return Array.isArray(value) ? Math.min(value.length, most) : 1;
}

/** The number an argument gives, at most `most`; undefined where it gives none. */
export function numberOf(args: Arguments, path: string, most: number): number | undefined {
  const value = valueAt(args, path);
  if (value instanceof Open) return most;
  return typeof value === 'number' ? Math.max(0, Math.min(value, most)) : undefined;
}
