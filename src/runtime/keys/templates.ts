/** Reading a key back by the template it was built from. */
import { TableloomError } from '../errors.js';
import type { AnyEncoding } from './encodings.js';

/** A key template: literal text and the encodings of its holes, in order. */
export type Template = readonly (string | AnyEncoding)[];

/** The types of a template's holes, literals left out. */
export type Holes<T extends readonly unknown[]> = T extends readonly [infer Part, ...infer Rest]
  ? Part extends AnyEncoding<infer Out>
    ? [Out, ...Holes<Rest>]
    : Holes<Rest>
  : [];

/**
 * The values of a key's holes, or undefined where the key was not built by this template. A hole ends where the
 * literal after it, which must begin with `#`, begins; the last one ends with the key. Throws only for a
 * template that cannot be read back.
 */
export function unpack<const T extends Template>(encoded: string, template: T): Holes<T> | undefined {
  const values: unknown[] = [];
  let at = 0;
  for (const [index, part] of template.entries()) {
    if (typeof part === 'string') {
      if (!encoded.startsWith(part, at)) return undefined;
      at += part.length;
      continue;
    }
    const end = holeEnd(encoded, at, template[index + 1], template.length === 1);
    const value = end < at ? undefined : decoded(part, encoded.slice(at, end));
    if (value === undefined) return undefined;
    values.push(value);
    at = end;
  }
  return at === encoded.length ? (values as Holes<T>) : undefined;
}

function holeEnd(
  encoded: string,
  start: number,
  next: string | AnyEncoding | undefined,
  isAll: boolean,
): number {
  const end = encoded.indexOf('#', start);
  // What is all of a key is not escaped.
  if (next === undefined) return end === -1 || isAll ? encoded.length : -1;
  if (typeof next === 'string' && next.startsWith('#')) return end;
  throw new TypeError('a key template can be read back only where `#` follows each of its holes');
}

function decoded(part: AnyEncoding, encoded: string): unknown {
  try {
    return part.decode(encoded);
  } catch (error) {
    if (error instanceof TableloomError) return undefined;
    throw error;
  }
}
