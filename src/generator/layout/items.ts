/** The items an entity is stored as, once all patterns are placed. */

import type { EntityModel, TableModel } from '../model.js';
import type { ItemPlan, TablePlan } from '../plan/types/storage.js';
import type { Basis } from './basis.js';
import { entryNumber, slotNumber } from './lock/kept.js';
import type { EntityKeys } from './types.js';

/** The record, then its entries. Keys and entries are in the order of their numbers in the lock, new ones last. */
export function itemsOf({ kept }: Basis, { record, entries }: EntityKeys): ItemPlan[] {
  const [primary, ...others] = record;
  return [
    {
      role: 'main',
      for: null,
      covering: { kind: 'all' },
      slots: [...(primary ? [primary] : []), ...sortedBy(others, (slot) => slotNumber(kept, slot))],
    },
    ...sortedBy(entries, ({ slots }) => entryNumber(kept, slots)).map(
      ({ for: pattern, slots, include }): ItemPlan => ({
        role: 'entry',
        for: pattern,
        covering: { kind: 'some', attributes: include },
        slots,
      }),
    ),
  ];
}

/** The copies that histories keep of an entity's records: under the keys of the history. */
export function versionsOf(
  { entity }: Basis,
  histories: Iterable<{ readonly entity: EntityModel; readonly items: readonly ItemPlan[] }>,
): ItemPlan[] {
  return [...histories]
    .filter((one) => one.entity.historyOf?.text === entity.name.text)
    .map(({ entity: history, items }) => ({
      role: 'version',
      for: history.name.text,
      covering: { kind: 'all' },
      slots: items[0]?.slots ?? [],
      ...keepOf(history),
    }));
}

function keepOf({ keep }: EntityModel): Pick<ItemPlan, 'keep'> {
  if (keep?.versions !== undefined) return { keep: { versions: keep.versions } };
  return keep?.seconds === undefined ? {} : { keep: { seconds: keep.seconds } };
}

function sortedBy<T>(list: readonly T[], number: (one: T) => number): T[] {
  return list.toSorted((a, b) => number(a) - number(b));
}

/** The key of an idempotency token: `IDEMPOTENCY#{token}` / `TOKEN`. */
export function tokenKey({
  partition,
  sort,
}: Pick<TableModel, 'partition' | 'sort'>): NonNullable<TablePlan['tokens']> {
  return {
    partition: {
      attribute: partition.text,
      text: 'IDEMPOTENCY#{token}',
      parts: [
        { kind: 'literal', text: 'IDEMPOTENCY#' },
        { kind: 'hole', field: 'token', encode: 'text', enum: null },
      ],
    },
    sort: sort ? { attribute: sort.text, text: 'TOKEN', parts: [{ kind: 'literal', text: 'TOKEN' }] } : null,
  };
}
