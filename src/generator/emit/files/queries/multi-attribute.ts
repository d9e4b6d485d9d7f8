/** Queries of multi-attribute indexes: every value is queried in the form it is stored in. */

import { isNumber } from '../../../encodings.js';
import type { MultiAttributeAccess, QueryAccess } from '../../../plan/types/access.js';
import type { EntityPlan, IndexPlan } from '../../../plan/types/storage.js';
import type { Doc } from '../../fragment.js';
import { call, literal, object, property, quote, texts } from '../../printer.js';
import { keyValue, runtime } from '../../symbols.js';
import { asStored, attributeOf, indexVariable, operandForm, operands } from '../shared.js';
import { boundValue } from './bounds.js';

/** The key attributes besides the first of each part, as a list; null where there are none. */
export function moreKeys(
  multiAttribute: NonNullable<IndexPlan['multiAttribute']>,
  sort: string | null,
): Doc | null {
  const [partition, ...more] = [...multiAttribute.partition, ...multiAttribute.sort].map((key) => key.name);
  const names = more.filter((name) => name !== sort);
  return partition === undefined || names.length === 0 ? null : texts(names);
}

/** A value in a query: `keyNumber(by.rating)`. */
function functionOf(entity: EntityPlan, field: string): Doc {
  const encoding = attributeOf(entity, field)?.encoding;
  if (encoding === 'time') return runtime('time');
  return runtime(encoding && isNumber(encoding) ? 'keyNumber' : 'keyText');
}

/** What differs from a query of an index with keys of its own. */
export interface MultiAttributeQuery {
  readonly index: Doc;
  readonly partition: Doc;
  readonly equals: Doc | null;
  readonly sort: Doc | null;
}

export function multiAttributeQuery(
  entity: EntityPlan,
  access: QueryAccess,
  multiAttribute: MultiAttributeAccess,
  constants: ReadonlyMap<string, string | number | boolean>,
): MultiAttributeQuery {
  const value = (field: string) => {
    const constant = constants.get(field);
    const given = constant === undefined ? asStored(entity, field, `by.${field}`) : literal(constant);
    return call(functionOf(entity, field), [given]);
  };
  const [first] = access.partition.parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : []));
  const [firstSort] = access.sort?.parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])) ?? [];
  const index = keyValue(indexVariable(entity.table, access.index ?? ''));
  const { at, equals } = multiAttribute;
  return {
    index: at === null || at === firstSort ? index : call(runtime('sortedBy'), [index, quote(at)]),
    partition: value(first ?? ''),
    equals: equals.length === 0 ? null : object(equals.map((field) => property(field, value(field)))),
    sort: at !== null && multiAttribute.isBound ? exactly(value(at)) : rangeExpression(entity, access),
  };
}

function rangeExpression(entity: EntityPlan, { range }: QueryAccess): Doc | null {
  if (!range) return null;
  const bounds = range.bounds.map((bound) => {
    const form = operandForm(entity, range.field, operands[bound] ?? 'whole');
    const value = boundValue(range, bound);
    return property(bound, form === null ? value : call(runtime('encoded'), [form, value]));
  });
  return call(runtime('multiAttributeRange'), [functionOf(entity, range.field), object(bounds)]);
}

/** A sort key that is known whole. */
export function exactly(value: Doc): Doc {
  return object([property('kind', quote('equals')), property('value', value)]);
}
