/** The items an entity is stored as, once all patterns are placed. */

import { byNumber, compare } from '../lock.js';
import type { EntityModel, TableModel } from '../model.js';
import type { ItemPlan, SlotPlan, TablePlan } from '../plan/types/storage.js';
import type { Basis } from './basis.js';
import type { EntityKeys, EntryKeys } from './types.js';

/** The record, then its entries. Keys are in the order of their indexes, and keys of one index as entries by their texts. */
export function itemsOf({ record, entries }: EntityKeys): ItemPlan[] {
  const [primary, ...others] = record;
  return [
    {
      role: 'main',
      for: null,
      covering: { kind: 'all' },
      slots: [...(primary ? [primary] : []), ...others.toSorted(byContent)],
    },
    ...entries.toSorted(byKeys).map(
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

function byContent(a: SlotPlan, b: SlotPlan): number {
  return byNumber(a.index ?? '', b.index ?? '') || compare(contentOf(a), contentOf(b));
}

function byKeys(a: EntryKeys, b: EntryKeys): number {
  return compare(a.slots.map(contentOf).join(), b.slots.map(contentOf).join());
}

/** Whichever was made first: two plans of one declaration list the same keys in the same order. */
function contentOf({ index, partition, sort, shards, present, when }: SlotPlan): string {
  return JSON.stringify([partition.text, sort?.text, index, shards, present, when]);
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
