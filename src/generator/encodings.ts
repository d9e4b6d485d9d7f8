/** How a value stands in a key: what a template's function and an entity's `encode` say. */

import type { PatternModel } from './model.js';
import type { AttributePlan, Encoding, HoleEncoding, Invertible, PadDigits } from './plan/types/storage.js';

/** Of an argument, in `{pad(rank, 6)}`; in `encode` alone, as `pad(6)`. `plain` undoes what `encode` says. */
export const transforms = ['year', 'month', 'day', 'hour', 'fold', 'pad', 'invert', 'plain'] as const;

export type Transform = Exclude<(typeof transforms)[number], 'pad'> | `pad(${PadDigits})`;

export function isTransformName(name: string): name is (typeof transforms)[number] {
  return (transforms as readonly string[]).includes(name);
}

/** `digits` as written: 1 to 16. */
export function padTransform(digits: string | undefined): Transform | undefined {
  const count = Number(digits);
  return digits !== undefined && /^\d{1,2}$/.test(digits) && count >= 1 && count <= 16
    ? `pad(${count as PadDigits})`
    : undefined;
}

/** What a value of `encode` says; undefined where it is none. */
export function declaredTransform(text: string): Transform | undefined {
  const [, digits] = /^pad\(\s*(\d+)\s*\)$/.exec(text) ?? [];
  if (digits !== undefined) return padTransform(digits);
  return isTransformName(text) && text !== 'pad' && text !== 'plain' ? text : undefined;
}

export function isPad(transform: string): transform is `pad(${PadDigits})` {
  return transform.startsWith('pad(');
}

const buckets: readonly string[] = ['year', 'month', 'day', 'hour'];

/** A part of a moment tells neither which moment it was nor its order within that part. */
export function isBucketUnit(transform: string): boolean {
  return buckets.includes(transform);
}

/** Two values may give one text. */
export function isLossy(transform: string): boolean {
  return isBucketUnit(transform) || transform === 'fold';
}

const invertible: readonly Encoding[] = ['integer', 'decimal', 'time', 'boolean'];

export function isInvertible(encoding: Encoding): encoding is Invertible {
  return invertible.includes(encoding);
}

export function isInverted(encode: HoleEncoding): boolean {
  return encode.startsWith('invert(');
}

/** What a transform is for, in words; undefined where it takes the encoding. */
export function wantedBy(transform: Transform, encoding: Encoding): string | undefined {
  if (transform === 'plain') return undefined;
  if (transform === 'invert')
    return isInvertible(encoding) ? undefined : 'a number, a `DateTime` or a boolean';
  if (isPad(transform)) return encoding === 'integer' ? undefined : 'whole numbers';
  if (transform === 'fold') return encoding === 'text' ? undefined : 'text';
  return encoding === 'time' ? undefined : 'a `DateTime`';
}

/** How an attribute is encoded: by its type, and by what `encode` says. */
type Encoded = Pick<AttributePlan, 'encoding' | 'encode'>;

/** How a hole is written; undefined where the transform is not for such a value. */
export function holeEncoding(transform: Transform | null, attribute: Encoded): HoleEncoding | undefined {
  const { encoding } = attribute;
  if (encoding === 'document') return undefined;
  if (transform === null) return attribute.encode ?? encoding;
  if (wantedBy(transform, encoding) !== undefined) return undefined;
  if (transform === 'plain') return encoding;
  if (transform === 'invert') return isInvertible(encoding) ? `invert(${encoding})` : undefined;
  return transform;
}

/** A hole with the field's whole value, whatever `encode` says. */
export function exactHole(field: string, attributes: ReadonlyMap<string, Encoded>): string {
  return attributes.get(field)?.encode === undefined ? `{${field}}` : `{plain(${field})}`;
}

/** A hole of a built key: as `encode` says, but never cut short, where the value itself is asked for or ordered by. */
export function builtHole(field: string, attributes: ReadonlyMap<string, Encoded>): string {
  const encode = attributes.get(field)?.encode;
  return encode !== undefined && isBucketUnit(encode) ? `{plain(${field})}` : `{${field}}`;
}

/**
 * The holes of a pattern's order in one sort key, which is read one way: fields of the other direction are inverted.
 * The first field is left as it is where possible. Undefined where fields of both directions cannot be inverted.
 */
export function sortHoles(
  sort: PatternModel['sort'],
  attributes: ReadonlyMap<string, Encoded>,
): string[] | undefined {
  const fields = sort.map(({ field, descending }) => {
    const attribute = attributes.get(field.text);
    const isOpposite = attribute?.encode !== undefined && isInverted(attribute.encode);
    const canTurn = attribute !== undefined && isInvertible(attribute.encoding);
    return { name: field.text, descending, isOpposite, canTurn };
  });
  const [first] = fields;
  if (!first) return [];
  const natural = first.descending !== first.isOpposite;
  for (const isReadBackwards of [natural, !natural]) {
    const isFit = (one: typeof first) => one.canTurn || one.descending === isReadBackwards;
    if (!fields.every(isFit)) continue;
    return fields.map(({ name, descending, isOpposite }) => {
      const isTurned = descending !== isReadBackwards;
      if (isTurned === isOpposite) return builtHole(name, attributes);
      return isTurned ? `{invert(${name})}` : `{plain(${name})}`;
    });
  }
  return undefined;
}
