/** What a pattern reads of the sample items of its plan. */

import { aggregateOf, entityOf, itemType } from '../../generator/plan/lookup/find.js';
import type { Access, GetAccess, PatternPlan, QueryAccess } from '../../generator/plan/types/access.js';
import { queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import { type SampledItem, type SampledSlot, textOf } from '../samples/items.js';
import { shapeOf } from '../samples/names.js';
import type { SampleRecord } from '../samples/records.js';
import type { MapPlace } from './table-map.js';

export interface Samples {
  readonly plan: Plan;
  readonly items: readonly SampledItem[];
}

/** Each item collection once. */
export function placesOf(samples: Samples, { access }: PatternPlan): MapPlace[] {
  const places = new Map<string, MapPlace>();
  for (const place of read(samples, access)) {
    const key = JSON.stringify([place.table, place.index, place.partition]);
    const items = new Set([...(places.get(key)?.items ?? []), ...place.items]);
    places.set(key, { ...place, items: [...items] });
  }
  return [...places.values()];
}

function read(samples: Samples, access: Access): MapPlace[] {
  const { plan } = samples;
  switch (access.kind) {
    case 'get':
      return byKey(samples, access.entity);
    case 'unique':
      return [
        ...byId(samples, `guard ${access.entity}.${access.fields.join('+')}`),
        ...byKey(samples, access.entity),
      ];
    case 'typed':
    case 'any':
      return access.members.flatMap(({ entity }) => byKey(samples, entity));
    case 'query':
      return [...byQuery(samples, access), ...total(samples, access)];
    case 'mixed':
      return [
        ...access.members.flatMap((member) => byQuery(samples, member.access, member.renames)),
        ...total(samples, access.query),
      ];
    case 'count':
      return byQuery(samples, access.query);
    case 'exists':
      return joined(samples, access.by);
    case 'through':
      return [
        ...joined(samples, access.join),
        ...byKey(samples, access.entity),
        ...total(samples, queryOf(access)),
      ];
    case 'aggregate': {
      const { name } = aggregateOf(entityOf(plan, access.entity), access.aggregate);
      return byId(samples, `aggregate ${name}`);
    }
  }
}

function joined(samples: Samples, access: GetAccess | QueryAccess): MapPlace[] {
  return access.kind === 'get' ? byKey(samples, access.entity) : byQuery(samples, access);
}

/** The number that is a connection's `totalCount`. */
function total(samples: Samples, access: QueryAccess | null): MapPlace[] {
  return access?.total === undefined ? [] : byId(samples, `aggregate ${access.total}`);
}

function byKey(samples: Samples, entity: string): MapPlace[] {
  return byId(samples, entity);
}

function byId({ items }: Samples, id: string): MapPlace[] {
  return items
    .filter((one) => one.id === id)
    .flatMap(({ table, slots: [own] }) => (own ? [placeIn(table, own, [id])] : []));
}

/**
 * Everything in one partition whose sort key begins as the query says, whoever it belongs to.
 *
 * @param renames what the query calls fields of the entity
 */
function byQuery(
  { plan, items }: Samples,
  access: QueryAccess,
  renames: Readonly<Record<string, string>> = {},
): MapPlace[] {
  const { index, multiAttribute } = access;
  const entity = entityOf(plan, access.entity);
  const item = entity.items[access.item];
  const name = item ? itemType(entity, item) : entity.name;
  const variants = items.filter(({ id }) => id === name || id.startsWith(`${name} `));
  const isRead = (slot: SampledSlot) =>
    slot.index === index &&
    (multiAttribute !== undefined ||
      (shapeOf(slot.partition.template) === shapeOf(access.partition.text) &&
        (access.sort === null || shapeOf(slot.sort?.template ?? '') === shapeOf(access.sort.text))));
  for (const variant of variants) {
    const slot = variant.slots.find(isRead);
    if (!slot) continue;
    const head = multiAttribute ? '' : textOf({ parts: access.head }, renamed(variant.record, renames));
    const among = items.filter(
      (one) =>
        one.table === variant.table &&
        one.slots.some(
          (other) =>
            other.index === index &&
            other.partition.value === slot.partition.value &&
            (other.sort?.value ?? '').startsWith(head),
        ) &&
        (multiAttribute?.equals ?? []).every((field) => one.record[field] === variant.record[field]),
    );
    return [
      placeIn(
        variant.table,
        slot,
        among.map(({ id }) => id),
      ),
    ];
  }
  return [];
}

function renamed(record: SampleRecord, renames: Readonly<Record<string, string>>): SampleRecord {
  return Object.fromEntries(Object.entries(record).map(([field, value]) => [renames[field] ?? field, value]));
}

function placeIn(table: string, { index, partition }: SampledSlot, items: readonly string[]): MapPlace {
  return { table, index, partition: partition.value, items };
}
