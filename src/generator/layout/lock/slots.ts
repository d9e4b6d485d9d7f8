/** The index keys and entries of an entity, as the lock has them. */

import { isContinued } from '../../encodings/declared.js';
import { type HoleEncoding, isHoleEncoding } from '../../encodings.js';
import {
  type LockedAggregate,
  type LockedAttribute,
  type LockedEntity,
  type LockedKey,
  type LockedSlot,
  type LockedTable,
  type LockedValue,
  slotName,
} from '../../lock.js';
import type { IndexModel } from '../../model.js';
import { type AggregatePlan, type SlotPlan, whenId } from '../../plan/types/storage.js';
import { writtenOut } from '../../resolve/holes.js';
import type { ResolvedAttribute } from '../../resolve/resolved-model.js';
import { multiAttributeFields } from '../multi-attribute.js';
import type { EntityLayout, Layout } from '../types.js';

export interface MatchedSlots {
  /** Those of this layout. */
  readonly now: readonly LockedSlot[];
  /** Those of the lock that no item has any more. */
  readonly gone: readonly LockedSlot[];
  /** The names of slots, by each key of one. */
  readonly names: ReadonlyMap<SlotPlan, string>;
  /** By the names of entries, the fields that they have now and did not have. */
  readonly grown: ReadonlyMap<string, readonly string[]>;
  /** What slots of the lock are called now: a slot may have more shards than it had. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** A template with the encodings it had, or has, written out. */
type Written = (text: string) => string;

/** The slots of the layout that the lock has, under whatever names, and the others. */
export function matchedSlots(
  entity: EntityLayout,
  before: LockedEntity | undefined,
  table: LockedTable | undefined,
): MatchedSlots {
  const isSameTable = before?.key === undefined || before.key.table === entity.table.name.text;
  const wereWritten = writtenBefore(before);
  const identityOf = identities(entity, table);
  const now = slotsNow(entity).map((one) => ({ ...one, id: identityOf.now(one.slot) }));
  const known = (before?.slots ?? []).map((slot) => {
    const id =
      slot.isRetired || !isSameTable ? undefined : identityOf.before(slot, writtenBefore(before, entity));
    const match = id && now.find((one) => one.id === id && isAmong(slot.shards, one.slot.shards));
    return { slot, match: match || undefined };
  });
  return {
    now: [...new Map(now.map(({ slot }) => [slotName(slot), slot])).values()],
    gone: known.flatMap(({ slot, match }) => (match ? [] : [retiredSlot(slot, wereWritten)])),
    names: new Map(now.flatMap(({ keys, slot }) => keys.map((key) => [key, slotName(slot)] as const))),
    grown: new Map(
      known.flatMap(({ slot: { include }, match }) => {
        const fields = match?.slot.include?.filter((field) => include && !include.includes(field)) ?? [];
        return match && fields.length > 0 ? [[slotName(match.slot), fields] as const] : [];
      }),
    ),
    renamed: new Map(
      known.flatMap(({ slot, match }) => (match ? [[slotName(slot), slotName(match.slot)] as const] : [])),
    ),
  };
}

/** With its encodings written out: what `encode` says later is not said of it. */
export function retiredSlot(slot: LockedSlot, written: Written): LockedSlot {
  if (slot.isRetired) return slot;
  const { entry, key } = slot;
  return {
    ...slot,
    entry: entry && writtenKey(entry, written),
    key: writtenKey(key, written),
    isRetired: true,
  };
}

export function writtenKey({ partition, sort }: LockedKey, written: Written): LockedKey {
  return { partition: written(partition), sort: sort === null ? null : written(sort) };
}

/** @param now where keys are compared: an enum that only got more values at its end is encoded as before */
export function writtenBefore(
  before: LockedEntity | undefined,
  now?: Pick<EntityLayout, 'attributes'>,
): Written {
  return (text) =>
    writtenOut(text, (field) => {
      const encode = lockedEncode(before, field);
      const today = now?.attributes.get(field)?.encode;
      return encode !== undefined && isContinued(encode, today) ? today : encode;
    });
}

export function writtenNow({ attributes }: Pick<EntityLayout, 'attributes'>): Written {
  return (text) => writtenOut(text, (field) => attributes.get(field)?.encode);
}

/** How keys encoded an attribute where `encode` said so. */
function lockedEncode(before: LockedEntity | undefined, field: string): HoleEncoding | undefined {
  const encode = before?.attributes.get(field)?.encode ?? undefined;
  return encode !== undefined && isHoleEncoding(encode) ? encode : undefined;
}

export function lockedAttribute(attribute: ResolvedAttribute, types: StoredTypes): LockedAttribute {
  const { encode, formerly = [], nullable, normalize } = attribute;
  return {
    ...lockedValue(attribute, types),
    encode: encode ?? null,
    isRequired: !nullable,
    normalize,
    formerly,
    isRetired: false,
  };
}

type StoredTypes = Layout['types'];

/** `list of enum` with the name of the enum. */
export function lockedValue(
  { type, element, set }: Pick<ResolvedAttribute, 'type' | 'element' | 'set'>,
  types: StoredTypes,
): LockedValue {
  const shapes: string[] = [];
  let inner = type;
  for (; inner.kind === 'list'; inner = inner.of) shapes.push(set ? 'set of ' : 'list of ');
  const isObject = types.has(inner.name);
  return {
    encoding: `${shapes.join('')}${element === 'document' ? (isObject ? 'object' : 'json') : element}`,
    of: element === 'enum' || isObject ? inner.name : null,
    isRequired: type.nonNull,
  };
}

export function lockedAggregate(aggregate: AggregatePlan): LockedAggregate {
  const { kind, field, shards, present, when } = aggregate;
  return {
    ...keyOf(aggregate),
    ...(kind === 'sequence' ? {} : { of: { field, shards, present: [...present].sort(), when } }),
  };
}

/** The key attributes of an index; of a local one its own. */
export function indexAttributes({ kind, multiAttribute, partition, sort }: IndexModel): string[] {
  if (multiAttribute) return multiAttributeFields(multiAttribute);
  return [...(kind === 'local' ? [] : [partition.text]), ...(sort ? [sort.text] : [])];
}

export function keyOf({ partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>): LockedKey {
  return { partition: partition.text, sort: sort?.text ?? null };
}

export function lockedIndex(index: IndexModel) {
  const { project } = index;
  const names = project.kind === 'include' ? project.fields.map(({ text }) => text).sort() : [];
  return {
    attributes: indexAttributes(index),
    ...(project.kind === 'all' ? {} : { project: names }),
    isRetired: false,
  };
}

export function isSameKey(a: LockedKey, b: LockedKey | undefined): boolean {
  return a.partition === b?.partition && a.sort === b.sort;
}

/** Whether records spread over some shards are all found where there may be more: their shards are among the new. */
export function isAmong(before: number | null, now: number | null): boolean {
  return before === now || (before !== null && now !== null && before < now);
}

function slotsNow({ items }: EntityLayout): { keys: readonly SlotPlan[]; slot: LockedSlot }[] {
  const [main, ...others] = items;
  return [
    ...(main?.slots.slice(1) ?? []).map((slot) => ({ keys: [slot], slot: locked(null, slot) })),
    ...others
      .filter((item) => item.role === 'entry')
      .flatMap(({ slots, covering }) => {
        const [own, indexed] = slots;
        const include = covering.kind === 'some' ? [...covering.attributes].sort() : undefined;
        return own ? [{ keys: slots, slot: { ...locked(keyOf(own), indexed ?? own), include } }] : [];
      }),
  ];
}

function locked(entry: LockedKey | null, slot: SlotPlan): LockedSlot {
  const { index, shards, present, when } = slot;
  return { entry, index, key: keyOf(slot), shards, present, when, isRetired: false };
}

/**
 * What makes a slot another one, besides fewer shards: then stored records are not under it, or others are. That a value of
 * the key may be missing changes with the schema, and moves nothing.
 */
function identities(entity: EntityLayout, table: LockedTable | undefined) {
  const { attributes } = entity;
  const identity = (slot: LockedSlot, written: Written, indexed: readonly string[] | undefined): string => {
    const { entry, index, key, present, when } = slot;
    const texts = [entry?.partition, entry?.sort, key.partition, key.sort].map(
      (text) => text && written(text),
    );
    const holes = texts.flatMap((text) => text?.match(/\w+(?=[,)}])/g) ?? []);
    const required = present.filter((field) => attributes.get(field)?.nullable && !holes.includes(field));
    return JSON.stringify([texts, index, indexed, whenId(when), [...required].sort()]);
  };
  return {
    before: (slot: LockedSlot, written: Written) =>
      identity(slot, written, slot.index === null ? [] : table?.indexes.get(slot.index)?.attributes),
    now: (slot: LockedSlot) => {
      const index = entity.table.indexes.find(({ name }) => name.text === slot.index);
      return identity(slot, writtenNow(entity), index ? indexAttributes(index) : []);
    },
  };
}
