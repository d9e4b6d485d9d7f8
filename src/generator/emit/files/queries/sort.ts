/** The part of a partition that a query reads, as code. */

import { isInverted, runtimeEnd, runtimePrefix } from '../../../encodings.js';
import { isExact } from '../../../plan/lookup/sort-key.js';
import type { QueryAccess } from '../../../plan/types/access.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { encoding } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { arrow, call, list, literal, object, property, quote } from '../../printer.js';
import { runtime } from '../../symbols.js';
import { asStored, type Operand, operands } from '../shared.js';
import { exactly } from './multi-attribute.js';

export function sortExpression(entity: EntityPlan, access: QueryAccess, head: Doc): Doc | null {
  const { sort, range, narrow, terminated } = access;
  if (sort === null) return null;
  if (isExact(access)) return exactly(head);
  if (narrow) return narrowExpression(entity, access, narrow, head);
  if (range) {
    const shape = object([property('head', head), property('terminated', String(terminated))]);
    return call(runtime('rangeOf'), [boundsExpression(entity, range), shape]);
  }
  if (access.head.length === 0) return null;
  return object([property('kind', quote('prefix')), property('prefix', head)]);
}

/** The side of a bound in a hole. */
const ownBounds = {
  from: 'from',
  to: 'to',
  after: 'after',
  before: 'before',
  prefix: 'prefix',
  suffix: 'prefix',
} as const;

/** In an inverted one. */
const oppositeBounds = {
  ...ownBounds,
  from: 'to',
  to: 'from',
  after: 'before',
  before: 'after',
} as const;

function boundsExpression(entity: EntityPlan, range: NonNullable<QueryAccess['range']>): Doc {
  const { field, encode, bounds } = range;
  return object(
    bounds.map((bound) => {
      const as = operands[bound] ?? 'whole';
      const other =
        bound === 'prefix' ? runtimePrefix(encode) : as === 'end' ? runtimeEnd(encode) : undefined;
      const own = other === undefined ? encoding(encode) : runtime(other);
      const end = (isInverted(encode) ? oppositeBounds : ownBounds)[bound];
      const constant = range.constants?.[bound];
      const value =
        constant === undefined
          ? call(runtime('encoded'), [ofStored(entity, field, own, as), `by.${bound}`])
          : call(own, [asStored(entity, field, literal(constant), as)]);
      return property(end, value);
    }),
  );
}

/** An encoding of what a caller gives: of text, in the form it is stored in. */
function ofStored(entity: EntityPlan, field: string, own: Doc, as: Operand = 'whole'): Doc {
  const stored = asStored(entity, field, 'value', as);
  return stored === 'value' ? own : arrow(['value: string'], call(own, [stored]));
}

function narrowExpression(
  entity: EntityPlan,
  access: QueryAccess,
  { parts, last }: NonNullable<QueryAccess['narrow']>,
  head: Doc,
): Doc {
  const given = parts.map(({ hole: { field, encode }, then }) => {
    const by = ofStored(entity, field, encoding(encode));
    return list([quote(field), call(runtime('encoded'), [by, `by.${field}`]), quote(then)]);
  });
  const options = [
    ...(last === 'prefix' ? [property('last', quote('prefix'))] : []),
    ...(access.range
      ? [
          property('bounds', boundsExpression(entity, access.range)),
          property('terminated', String(access.terminated)),
        ]
      : []),
  ];
  return call(runtime('narrowed'), [head, list(given), ...(options.length > 0 ? [object(options)] : [])]);
}
