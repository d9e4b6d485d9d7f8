/** Fields of a record, of the key that was made of them. */
import type { AnyEncoding } from './encodings.js';
import { unpack } from './templates.js';

/** A hole of a key: what it is called, and how it is encoded; without a name its value is not wanted. */
type Hole<K> = readonly [name: keyof K & string, encoding: AnyEncoding] | AnyEncoding;

/** By key attribute, what its text is made of: literal text and holes. */
export type KeyTemplates<K> = Readonly<Record<string, readonly (string | Hole<K>)[]>>;

/** Reads a record's fields back from its key; undefined for a key that was made otherwise. */
export function keyParser<K extends object>(
  templates: KeyTemplates<K>,
): (key: Readonly<Record<string, unknown>>) => K | undefined {
  const attributes = Object.entries(templates).map(([attribute, parts]) => ({
    attribute,
    template: parts.map((part) => (isNamed(part) ? part[1] : part)),
    names: parts.flatMap((part) => (typeof part === 'string' ? [] : [isNamed(part) ? part[0] : undefined])),
  }));
  return (key) => {
    const fields: Record<string, unknown> = {};
    for (const { attribute, template, names } of attributes) {
      const values: readonly unknown[] | undefined = unpack(String(key[attribute]), template);
      if (values === undefined) return undefined;
      for (const [at, name] of names.entries()) if (name !== undefined) fields[name] = values[at];
    }
    return fields as K;
  };
}

function isNamed<K>(part: string | Hole<K>): part is readonly [keyof K & string, AnyEncoding] {
  return Array.isArray(part);
}
