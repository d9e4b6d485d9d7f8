/** Queries of multi-attribute indexes: every value is queried in the form it is stored in. */

import type { MultiAttributeAccess, QueryAccess } from '../../plan/types/access.js';
import type { EntityPlan, IndexPlan } from '../../plan/types/storage.js';
import { literal, quote } from '../code.js';
import { asStored, indexVariable } from './shared.js';

/** The key attributes besides the first of each part, as a list; null where there are none. */
export function moreKeys(
  multiAttribute: NonNullable<IndexPlan['multiAttribute']>,
  sort: string | null,
): string | null {
  const [partition, ...more] = [...multiAttribute.partition, ...multiAttribute.sort].map((key) => key.name);
  const names = more.filter((name) => name !== sort);
  return partition === undefined || names.length === 0 ? null : `[${names.map(quote).join(', ')}]`;
}

/** A value in a query: `keyNumber(by.rating)`. */
function functionOf(entity: EntityPlan, field: string): string {
  const encoding = entity.attributes.find((one) => one.name === field)?.encoding;
  if (encoding === 'time') return 'time';
  return encoding === 'integer' || encoding === 'decimal' ? 'keyNumber' : 'keyText';
}

export function multiAttributeQuery(
  entity: EntityPlan,
  access: QueryAccess,
  multiAttribute: MultiAttributeAccess,
  constants: ReadonlyMap<string, string | number | boolean>,
) {
  const value = (field: string) => {
    const constant = constants.get(field);
    const given = constant === undefined ? asStored(entity, field, `by.${field}`) : literal(constant);
    return `${functionOf(entity, field)}(${given})`;
  };
  const [first] = access.partition.parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : []));
  const [firstSort] = access.sort?.parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])) ?? [];
  const index = indexVariable(entity.table, access.index ?? '');
  const { at } = multiAttribute;
  const bounds = (access.range?.bounds ?? []).map((bound) => `${bound}: by.${bound}`);
  return {
    index: at === null || at === firstSort ? index : `sortedBy(${index}, ${quote(at)})`,
    partitions: `{ kind: 'one', key: ${value(first ?? '')} }`,
    equals:
      multiAttribute.equals.length === 0
        ? null
        : `{ ${multiAttribute.equals.map((field) => `${field}: ${value(field)}`).join(', ')} }`,
    sort:
      at !== null && multiAttribute.isBound
        ? `{ kind: 'equals', value: ${value(at)} }`
        : access.range
          ? `multiAttributeRange(${functionOf(entity, access.range.field)}, { ${bounds.join(', ')} })`
          : null,
  };
}
