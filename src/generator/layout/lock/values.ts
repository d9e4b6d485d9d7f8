/** What records stored before have of the values that a key is made of, or is kept under conditions of. */

import type { LockedEntity } from '../../lock.js';
import type { KeyTemplate, SlotPlan } from '../../plan/types/storage.js';
import { holesOf } from '../../resolve/templates.js';
import { multiAttributeFields } from '../multi-attribute.js';
import type { EntityLayout } from '../types.js';
import type { MatchedSlots } from './slots.js';

/** Of a slot, an entry, a guard or an aggregate: values that a record has to have. */
export interface Conditions {
  readonly fields: readonly string[];
  readonly when: SlotPlan['when'];
}

/** An entity before and after. */
interface Values {
  readonly before: LockedEntity;
  readonly layout: EntityLayout;
  readonly slots: MatchedSlots;
}

/** Whether no record that is stored can be in it: it needs a value of an attribute that none of them has. */
export function isOfNone(change: Values, { fields, when }: Conditions): boolean {
  // A key may have what is required that no pattern of it names.
  const hasNone = (field: string) =>
    change.layout.attributes.get(field)?.nullable === true && hasOf(change, field) === 'none';
  return fields.some(hasNone) || when.some(({ field, values }) => hasNone(field) && !values.includes(null));
}

/** Whether records are in it, or no longer are, because a default is read where they have no value. */
export function isByDefault(change: Values, { fields, when }: Conditions): boolean {
  const isRead = (field: string) => hasOf(change, field) === 'default';
  return (
    fields.some(isRead) ||
    when.some(({ field, values }) => {
      const value = change.layout.attributes.get(field)?.default;
      const isMet = values.some((one) => one === value);
      return isRead(field) && isMet !== values.includes(null);
    })
  );
}

/** Some have a value; those without read as the default, which is new; or none of them has one. */
function hasOf({ before, layout }: Values, field: string): 'some' | 'default' | 'none' {
  const attribute = layout.attributes.get(field);
  const known = before.attributes.get(field);
  const was = known && !known.isRetired ? known : undefined;
  if (attribute?.readsDefault && (was === undefined || was.isRequired === false)) return 'default';
  const isWritten = attribute?.computed !== undefined || (attribute?.formerly?.length ?? 0) > 0;
  return known || isWritten || !attribute ? 'some' : 'none';
}

/** Whether it may be so in that way, now that nobody knows what was before. */
export function isReadByDefault({ layout }: Values, { fields, when }: Conditions): boolean {
  return [...fields, ...when.map(({ field }) => field)].some(
    (field) => layout.attributes.get(field)?.readsDefault,
  );
}

/** What a pattern reads; `key`, the name of a slot, an index, a number or a guard. */
export function conditionsOf({ layout, slots }: Values, reads: string): Conditions {
  const [kind, name] = [/^\w+/.exec(reads)?.[0], reads.replace(/^\w+ /, '')];
  const keys = kind === 'number' ? layout.aggregates : kind === 'guard' ? layout.guards : [];
  const derived = keys.find(({ partition }) => partition.text === name);
  if (derived) return conditionsOfKey(derived);
  const index = layout.table.indexes.find((one) => one.name.text === name);
  if (kind === 'index' && index?.multiAttribute)
    return { fields: multiAttributeFields(index.multiAttribute), when: [] };
  const own = [...slots.names].filter(([, one]) => one === reads).map(([slot]) => conditionsOfKey(slot));
  return { fields: own.flatMap(({ fields }) => fields), when: own.flatMap(({ when }) => when) };
}

export function conditionsOfKey({
  partition,
  sort,
  present,
  when,
}: Pick<SlotPlan, 'partition' | 'sort' | 'present' | 'when'>): Conditions {
  const holes = [partition, sort].flatMap((one: KeyTemplate | null) => holesOf(one));
  return { fields: [...holes.map(({ field }) => field), ...present], when };
}
