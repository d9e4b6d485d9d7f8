/**
 * Chooses one index for the members of a mixed pattern: where the fewest of them need a key that they do not have, then
 * the table, then the first. Where all of them need one and the answer is in the order of the keys, they get one
 * partition, in which each has a word of its own.
 */

import type { IndexModel, Model, PatternModel } from '../../model.js';
import { constant } from '../../names.js';
import type { SlotPlan, TemplatePart } from '../../plan/types/storage.js';
import { isParent, memberPatterns } from '../../resolve/members.js';
import { apartFrom, type Basis, freeHead } from '../basis.js';
import { noCommonIndex } from '../findings.js';
import { type KeyTexts, keyTextsOf, slotOf, templatesOn } from '../key-text.js';
import { areSameKeys, readSoFar, waiting } from '../lock/kept.js';
import { type Ground, keysIn, poolOf } from '../placing.js';
import { fits, isPinned } from '../serving.js';
import type { EntityKeys, Placements } from '../types.js';
import { groupFields, groupsFor } from './choosing.js';
import { freeIndexes, usedIndexes } from './indexes.js';

interface Member {
  readonly pattern: PatternModel;
  readonly basis: Basis;
}

/** A member's key on an index: one it has, or one that is made for it and other patterns of its entity. */
interface Place {
  readonly slot: SlotPlan;
  readonly isNew: boolean;
}

/** @param open the patterns of single entities that pin no key, which may share what is made */
export function placeTogether(
  model: Model,
  open: readonly PatternModel[],
  ground: Ground,
  before: Placements,
): Placements {
  return model.patterns.reduce((placements, pattern) => {
    if (pattern.cardinality !== 'mixed' || isPinned(pattern)) return placements;
    const members = memberPatterns(model, pattern).flatMap((member): Member[] => {
      const basis = ground.bases.get(member.target.text);
      return basis && !isParent(pattern, member) ? [{ pattern: member, basis }] : [];
    });
    return members.length === 0 ? placements : placeMembers(pattern, members, { open, ground }, placements);
  }, before);
}

interface Around {
  readonly open: readonly PatternModel[];
  readonly ground: Ground;
}

function placeMembers(
  pattern: PatternModel,
  members: readonly Member[],
  around: Around,
  placements: Placements,
): Placements {
  let best: { readonly places: readonly Place[]; readonly added: number } | undefined;
  const isKept = (places: readonly Place[] | undefined) =>
    places?.every(({ slot }, at) => members[at] !== undefined && isReadSoFar(members[at], slot));
  for (const index of candidates(members, around.ground, placements)) {
    const places = placesOn(index, pattern, members, around, placements);
    const added = isKept(places) ? -1 : (places?.filter(({ isNew }) => isNew).length ?? 0);
    if (places && (!best || added < best.added)) best = { places, added };
  }
  const [first] = members;
  if (!best) {
    const finding = first && noCommonIndex(pattern, first.basis.table);
    return finding ? { ...placements, findings: [...placements.findings, finding] } : placements;
  }
  const keys = new Map(placements.keys);
  const slots = new Map(placements.slots);
  for (const [at, { pattern: member }] of members.entries()) {
    const slot = best.places[at]?.slot;
    const own = keys.get(member.target.text);
    if (!slot || !own) continue;
    slots.set(member.name.text, slot);
    if (!own.record.includes(slot)) keys.set(member.target.text, { ...own, record: [...own.record, slot] });
  }
  return { ...placements, keys, slots };
}

/** The table, the indexes that there are, and of a table that lists none one more. */
function* candidates(
  [first]: readonly Member[],
  ground: Ground,
  { keys }: Placements,
): Generator<IndexModel | null> {
  yield null;
  if (!first) return;
  const pool = poolOf(ground, first.basis);
  const used = usedIndexes(keysIn(ground, first.basis, keys));
  let isMade = false;
  for (const index of freeIndexes(pool, used, new Set())) {
    if (isMade) return;
    yield index;
    isMade = pool.table.isOpen && !used.has(index.name.text);
  }
}

/** A place for each member on an index, null for the table; undefined where one of them can have none there. */
function placesOn(
  index: IndexModel | null,
  pattern: PatternModel,
  members: readonly Member[],
  { open }: Around,
  { keys }: Placements,
): readonly Place[] | undefined {
  const found = members.map((member) => existingOn(index, member, keys));
  if (found.every((slot) => slot !== undefined)) return found.map((slot) => ({ slot, isNew: false }));
  if (index?.kind !== 'global' || index.project.kind !== 'all' || !index.sort) return undefined;
  const name = index.name.text;
  const groups = members.map(({ pattern: member, basis }, at) => {
    const own = keys.get(member.target.text)?.record ?? [];
    if (found[at] || own.some((slot) => slot.index === name)) return undefined;
    const others = open.filter(
      (one) =>
        one.target.text === member.target.text && !own.some((slot) => fits(slot, one, basis.attributes)),
    );
    return groupsFor([member, ...others], basis).find((group) => group.includes(member));
  });
  const bases = members.map(({ pattern: { target }, basis }) => {
    const own = keys.get(target.text);
    return own ? apartFrom(basis, own, name) : basis;
  });
  const collection = collectionHead(pattern, bases, groups, found);
  const places = bases.map((basis, at): Place | undefined => {
    const [slot, group] = [found[at], groups[at]];
    if (slot) return { slot, isNew: false };
    const texts = group && textsOf(group, basis);
    if (!group || !texts) return undefined;
    const made = collection === undefined ? texts : within(collection, texts, basis);
    return { slot: slotOf(group, name, templatesOn(index, made, basis), basis), isNew: true };
  });
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** The key that the member reads so far, else the first that fits. */
function existingOn(
  index: IndexModel | null,
  { pattern, basis }: Member,
  all: Placements['keys'],
): SlotPlan | undefined {
  const keys: EntityKeys = all.get(pattern.target.text) ?? { record: [], entries: [] };
  const kept = waiting(basis.kept, keys).flatMap((item) => (item.kind === 'record' ? [item.slot] : []));
  const fitting = [...keys.record, ...kept].filter(
    (slot) => slot.index === (index?.name.text ?? null) && fits(slot, pattern, basis.attributes),
  );
  return fitting.find((slot) => isReadSoFar({ pattern, basis }, slot)) ?? fitting[0];
}

function isReadSoFar({ pattern, basis: { locked, kept } }: Member, slot: SlotPlan): boolean {
  const item = locked && readSoFar(locked, pattern, kept);
  return item?.kind === 'record' && areSameKeys([item.slot], [slot]);
}

/**
 * The word that the partitions of a collection begin with: that of the members which are there, or one of its own. Undefined
 * where the answer has an order of its own, or those that are there have no words in their sort keys.
 */
function collectionHead(
  pattern: PatternModel,
  members: readonly Basis[],
  groups: readonly (readonly PatternModel[] | undefined)[],
  found: readonly (SlotPlan | undefined)[],
): string | undefined {
  const isOrdered = pattern.sort.length > 0 || pattern.range !== undefined || pattern.narrow.length > 0;
  const bound = pattern.where.map(({ field }) => field.text);
  const isWhole = groups.every((group) => !group || groupFields(group)?.partition.length === bound.length);
  if (isOrdered || !isWhole || members.length < 2) return undefined;
  const there = found.flatMap((slot) => (slot ? [slot] : []));
  const heads = new Set(there.map(({ partition: { parts } }) => wordOf(parts) ?? ''));
  if (there.length > 0)
    return heads.size === 1 && there.every(({ sort }) => wordOf(sort?.parts ?? []))
      ? [...heads][0]
      : undefined;
  const taken = new Set(members.flatMap(({ taken: own }) => [...own]));
  const by = bound.length > 0 ? ['BY', ...bound.map(constant)] : [];
  return freeHead({ taken }, [constant(pattern.target.text), ...by].join('_'));
}

/** The text before the first separator of a key, where it begins with a word. */
function wordOf([first]: readonly TemplatePart[]): string | undefined {
  return first?.kind === 'literal' ? first.text.split('#')[0] : undefined;
}

function textsOf(group: readonly PatternModel[], basis: Basis): KeyTexts | undefined {
  const fields = groupFields(group);
  return fields && keyTextsOf(group, fields, basis);
}

/** The key in a partition that several entities share. */
function within(head: string, { partition, sort }: KeyTexts, { entity }: Basis): KeyTexts {
  return { partition: partition.replace(/^[^#{]*/, head), sort: `${constant(entity.name.text)}#${sort}` };
}
