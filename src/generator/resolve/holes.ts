/** The holes of the key templates that are built where none is pinned. */

import { declaredValues } from '../encodings/declared.js';
import {
  type Encoded,
  type HoleEncoding,
  isBoundBy,
  isBucketUnit,
  isInverted,
  isInvertible,
  writtenHole,
} from '../encodings.js';
import type { PatternModel } from '../model.js';

/** A hole as `encode` says. `{shard}` is the shard number, so that a field of that name is written with its function. */
function ownHole(field: string, attributes: ReadonlyMap<string, Encoded>): string {
  if (field !== 'shard') return `{${field}}`;
  const encode = attributes.get(field)?.encode;
  return encode === undefined ? '{plain(shard)}' : `{${writtenHole(field, encode)}}`;
}

/** A template with what `encode` says written out, the order of an enum's values too, so that equal texts are equal keys. */
export function writtenOut(text: string, encodeOf: (field: string) => HoleEncoding | undefined): string {
  return text.replace(/\{(?:plain\((\w+)\)|(\w+))\}/g, (hole, exact?: string, field?: string) => {
    if (field === 'shard' || exact === 'shard') return hole;
    const encode = field && encodeOf(field);
    if (!field || !encode) return `{${exact ?? field}}`;
    const values = declaredValues(encode);
    return values ? `{declared(${[field, ...values].join(' ')})}` : `{${writtenHole(field, encode)}}`;
  });
}

/** A hole with the field's whole value, whatever `encode` says. */
export function exactHole(field: string, attributes: ReadonlyMap<string, Encoded>): string {
  return attributes.get(field)?.encode === undefined ? ownHole(field, attributes) : `{plain(${field})}`;
}

/** A hole of a built key: as `encode` says, but never truncated if the value itself is queried or ordered by. */
export function builtHole(field: string, attributes: ReadonlyMap<string, Encoded>): string {
  const encode = attributes.get(field)?.encode;
  return encode !== undefined && isBucketUnit(encode) ? `{plain(${field})}` : ownHole(field, attributes);
}

/** A hole of a built key within which values are bound, or ordered where there are no bounds. */
export function boundHole(
  field: string,
  bounds: readonly string[],
  attributes: ReadonlyMap<string, Encoded>,
): string {
  const encode = attributes.get(field)?.encode;
  if (bounds.includes('suffix')) return `{reverse(${field})}`;
  return encode !== undefined && !isBoundBy(encode, bounds)
    ? `{plain(${field})}`
    : ownHole(field, attributes);
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
      if (isTurned === isOpposite) return boundHole(name, [], attributes);
      return isTurned ? `{invert(${name})}` : `{plain(${name})}`;
    });
  }
  return undefined;
}
