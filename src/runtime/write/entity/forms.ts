/** The form that values are stored in, checked at every depth: VALUE_INVALID names the place of what has none. */
import { KeyError, type TableloomError } from '../../errors.js';
import { invalidValue } from '../../values.js';

/** Brings a value into the form it is stored in. `path` is its place in the record: `stops[2].at`. */
export type Form<V = never, S = unknown> = (value: V, path: string) => S;

type Absent<V> = Extract<V, null | undefined>;

/** The value in its form; null and undefined stay what they are. */
export function formed<V, S>(path: string, value: V, form: Form<V & {}, S>): S | Absent<V> {
  if (value === null || value === undefined) return value as Absent<V>;
  return inForm(path, value, form);
}

function inForm<V, S>(path: string, value: V, form: Form<V, S>): S {
  try {
    return form(value, path);
  } catch (error) {
    // Encodings know the value alone.
    if (error instanceof KeyError) throw invalid(path, error.message, error);
    throw error;
  }
}

function ofType<T>(wanted: string, isOne: (value: unknown) => boolean): Form<T, T> {
  return (value, path) => {
    if (!isOne(value)) throw invalid(path, `${wanted} is needed.`);
    return value;
  };
}

/** Values of scalars that nobody but us may check. */
export const anyText = ofType<string>('Text', (value) => typeof value === 'string');
export const wholeNumber = ofType<number>('A whole number up to 2^53 - 1', Number.isSafeInteger);
export const anyNumber = ofType<number>('A finite number', Number.isFinite);
export const trueOrFalse = ofType<boolean>('True or false', (value) => typeof value === 'boolean');

/** The form of a list whose elements have one. */
export function eachOf<V, S>(form: Form<V, S>): Form<readonly V[], S[]> {
  return (values, path) => {
    if (!Array.isArray(values)) throw invalid(path, 'A list is needed.');
    return values.map((value: V, at) => inForm(`${path}[${at}]`, value, form));
  };
}

/** The form of elements that may be null. */
export function orNull<V, S>(form: Form<V, S>): Form<V | null, S | null> {
  return (value, path) => (value === null ? null : form(value, path));
}

/** The form of an object of the schema: that of each field which has one. */
export function withForms<T extends object>(
  value: T,
  path: string,
  forms: { readonly [F in keyof T]?: Form },
): T {
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(path, 'An object is needed.');
  const stored: T = { ...value };
  for (const field in forms) {
    const form = forms[field];
    if (form && Object.hasOwn(value, field))
      stored[field] = formed<unknown, unknown>(
        `${path}.${field}`,
        value[field],
        form as Form<unknown>,
      ) as T[typeof field];
  }
  return stored;
}

function invalid(path: string, why: string, cause?: unknown): TableloomError {
  return invalidValue(path, `${path}: ${why}`, cause);
}
