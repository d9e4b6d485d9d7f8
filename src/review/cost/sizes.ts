/**
 * How many bytes items have in tables and indexes, of the declared size of their records: a record is its main item. Of an
 * attribute whose type tells its size that size is taken; text, lists and documents share the rest evenly.
 */

import { type Sizes, usualBytes } from '../../budget/figures.js';
import { samples } from '../../generator/encodings/samples.js';
import { sampleInHole } from '../../generator/encodings.js';
import { entityOf, itemType } from '../../generator/plan/lookup/find.js';
import {
  type MixedAccess,
  type PatternPlan,
  type QueryAccess,
  queryOf,
} from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type {
  AttributePlan,
  EntityPlan,
  IndexPlan,
  ItemPlan,
  KeyTemplate,
} from '../../generator/plan/types/storage.js';
import type { Revisions } from '../revision.js';
import { tableOf } from '../samples/items.js';

/** By entity; what has none is 1,024. */
type RecordBytes = ReadonlyMap<string, number>;

const idBytes = 36;
const numberBytes = 4;

/** @param index null is the table itself */
export type BytesOf = (entity: EntityPlan, item: ItemPlan, index: string | null) => number;

export type RevisionSizes = Readonly<Record<'before' | 'after', BytesOf>>;

/** As declared now: a size that is corrected is no change of what a pattern costs. */
export function sizesOf({ before, after }: Revisions): RevisionSizes {
  const sizes = [...before.model.sizes, ...after.model.sizes];
  const declared = new Map(sizes.map(({ entity, bytes }) => [entity.text, bytes]));
  return {
    before: itemSizes(before.plan, declared, after.plan),
    after: itemSizes(after.plan, declared, before.plan),
  };
}

/**
 * @param other what the plan is compared with. Where it has other texts, lists and documents, each has the smaller share of
 *   both: what is there in both is not larger because something else is gone.
 */
function itemSizes(plan: Plan, declared: RecordBytes, other: Plan): BytesOf {
  const own = new Map(plan.entities.map((one) => [one.name, sharingOf(plan, one, declared.get(one.name))]));
  const others = new Map(
    other.entities.map((one) => [one.name, sharingOf(other, one, declared.get(one.name))]),
  );
  return (entity, item, index) => {
    const [main] = entity.items;
    const total = declared.get(entity.name) ?? usualBytes;
    if (item === main && index === null) return total;
    const [sharing, compared] = [own.get(entity.name), others.get(entity.name)];
    if (!sharing) return total;
    const isAlike = !compared || compared.texts === sharing.texts;
    const share = isAlike ? sharing.share : Math.min(sharing.share, compared.share);
    const { fixed, shares } = contentOf(plan, entity, item, index);
    const isWhole = sharing.content.shares === shares;
    return Math.round((fixed + shares * (isWhole ? sharing.share : share)) * sharing.scale);
  };
}

/** The bytes that each text, list and document of a record has. */
interface Sharing {
  readonly content: Content;
  readonly share: number;
  /** How many there are. */
  readonly texts: number;
  /** Below 1 where what is known is more than the declared size. */
  readonly scale: number;
}

function sharingOf(plan: Plan, entity: EntityPlan, total = usualBytes): Sharing {
  const [main] = entity.items;
  const texts = entity.attributes.filter((one) => valueContent(plan, one).shares > 0).length;
  const content = main ? contentOf(plan, entity, main, null) : known(0);
  const { fixed, shares } = content;
  const share = shares === 0 ? 0 : Math.max(1, (total - fixed) / shares);
  return { content, share, texts, scale: total / Math.max(1, fixed + shares * share) };
}

/** As budgets take them. */
export function budgetSizes(plan: Plan, bytesOf: BytesOf): Sizes {
  const records = new Map(
    plan.entities.map((entity) => {
      const [main] = entity.items;
      return [entity.name, main ? bytesOf(entity, main, null) : usualBytes] as const;
    }),
  );
  const unions = plan.patterns.flatMap(({ target, access }) =>
    'members' in access
      ? [[target, mean(access.members.map(({ entity }) => records.get(entity) ?? usualBytes))] as const]
      : [],
  );
  return {
    records: Object.fromEntries([...unions, ...records]),
    rows: Object.fromEntries(
      plan.patterns.flatMap((pattern) => {
        const rows = rowBytes(plan, pattern, bytesOf);
        return rows === undefined ? [] : [[pattern.name, rows] as const];
      }),
    ),
  };
}

function rowBytes(plan: Plan, { access }: PatternPlan, bytesOf: BytesOf): number | undefined {
  const row = (query: QueryAccess) => {
    const entity = entityOf(plan, query.entity);
    const item = entity.items[query.item];
    return item ? bytesOf(entity, item, query.index) : 0;
  };
  if (access.kind === 'mixed') return mean(merged(access).map(row));
  const query = queryOf(access);
  return query === null ? undefined : row(query);
}

/** Of members whose numbers are unknown, as many of each. */
function merged({ members, parents }: MixedAccess): QueryAccess[] {
  const alone = new Set(parents.flatMap(({ entity, read }) => (read === 'alone' ? [entity] : [])));
  const others = members.filter(({ entity }) => !alone.has(entity));
  return (others.length > 0 ? others : members).map(({ access }) => access);
}

function mean(numbers: readonly number[]): number {
  return Math.round(numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length));
}

/** Bytes that are known, and how many times the share that text, lists and documents have each. */
interface Content {
  readonly fixed: number;
  readonly shares: number;
}

/** Every attribute has a value, and every index the item. */
function contentOf(plan: Plan, entity: EntityPlan, item: ItemPlan, index: string | null): Content {
  const { attributes, ttl } = entity;
  const table = tableOf(plan, entity);
  const { covering } = item;
  const carried = attributes.filter(
    ({ name }) => covering.kind === 'all' || covering.attributes.includes(name),
  );
  const place = table.indexes.find(({ name }) => name === index);
  const isProjected = projectionOf(place);
  const keys = [...new Map(item.slots.map((slot) => [slot.index, slot])).values()]
    .filter(
      (slot) => place === undefined || place.project.kind === 'all' || [null, index].includes(slot.index),
    )
    .flatMap(({ partition, sort }) => [partition, ...(sort ? [sort] : [])]);
  const distinct = [...new Map(keys.map((key) => [key.attribute, key])).values()];
  return total([
    ...distinct.map((key) => keyContent(plan, entity, key)),
    ...carried.filter(({ name }) => isProjected(name)).map((one) => attributeContent(plan, one)),
    ...(isProjected('_type') ? [known('_type'.length + itemType(entity, item).length)] : []),
    ...(ttl && isProjected(ttl.attribute) ? [known(ttl.attribute.length + 6)] : []),
  ]);
}

function projectionOf(place: IndexPlan | undefined): (attribute: string) => boolean {
  const { project, multiAttribute } = place ?? {};
  if (!project || project.kind === 'all') return () => true;
  const keys = [...(multiAttribute?.partition ?? []), ...(multiAttribute?.sort ?? [])].map(
    ({ name }) => name,
  );
  const held = new Set([...keys, ...(project.kind === 'include' ? project.attributes : [])]);
  return (attribute) => held.has(attribute);
}

function keyContent(plan: Plan, { attributes }: EntityPlan, { attribute, parts }: KeyTemplate): Content {
  return total([
    known(attribute.length),
    ...parts.map((part): Content => {
      if (part.kind === 'literal') return known(part.text.length);
      if (part.kind === 'shard') return known(1);
      const field = attributes.find(({ name }) => name === part.field);
      if (!field || isText(field)) return field ? valueContent(plan, field) : known(idBytes);
      return known(sampleInHole(part.encode, '').length);
    }),
  ]);
}

function attributeContent(plan: Plan, attribute: AttributePlan): Content {
  return total([known(attribute.name.length), valueContent(plan, attribute)]);
}

function valueContent(plan: Plan, attribute: AttributePlan): Content {
  const { list, any, element, of, generated } = attribute;
  if (list || any || element === 'document') return { fixed: 0, shares: 1 };
  switch (element) {
    case 'text':
      return of === 'ID' || generated === 'uuidv7' ? known(idBytes) : { fixed: 0, shares: 1 };
    case 'enum':
      return known(mean((plan.enums[of] ?? []).map((value) => value.length)));
    case 'boolean':
      return known(1);
    case 'time':
      return known(samples.time.text.length);
    default:
      return known(numberBytes);
  }
}

function isText({ list, element }: AttributePlan): boolean {
  return list || element === 'text' || element === 'enum';
}

function known(fixed: number): Content {
  return { fixed, shares: 0 };
}

function total(all: readonly Content[]): Content {
  return all.reduce(
    (sum, { fixed, shares }) => ({ fixed: sum.fixed + fixed, shares: sum.shares + shares }),
    known(0),
  );
}
