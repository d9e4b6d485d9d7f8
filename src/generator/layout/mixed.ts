/** Patterns that give several entities: each member is laid out as if it were asked alone; then they are read together. */

import type { Model, PatternModel, Word } from '../model.js';
import type { MixedAccess, QueryAccess } from '../plan/types/access.js';
import type { KeyTemplate, SlotPlan } from '../plan/types/storage.js';
import { storedMembers } from '../resolve/sdl.js';
import type { EntityLayout, Layout } from './layout.js';

/** The pattern of each member of a mixed one, by itself; of any other pattern, the pattern. */
export function memberPatterns(
  model: Pick<Model, 'entities' | 'sdl'>,
  pattern: PatternModel,
): readonly PatternModel[] {
  if (pattern.cardinality !== 'mixed') return [pattern];
  return membersOf(model, pattern).map(({ entity, renames }): PatternModel => {
    const renamed = new Map(renames.map(({ field, as }) => [as.text, field]));
    const { filter: _filter, parent: _parent, ...rest } = pattern;
    return {
      ...rest,
      name: { text: `${pattern.name.text}.${entity.text}`, at: pattern.name.at },
      cardinality: 'many',
      target: entity,
      members: [],
      where: pattern.where.map((one) => ({ ...one, field: renamed.get(one.field.text) ?? one.field })),
    };
  });
}

/** The entities a mixed pattern reads: those it names, else every stored member. */
export function membersOf(
  model: Pick<Model, 'entities' | 'sdl'>,
  pattern: PatternModel,
): PatternModel['members'] {
  if (pattern.members.length > 0) return pattern.members;
  return storedMembers(model, pattern.target.text).map((text) => ({
    entity: { text, at: pattern.target.at },
    renames: [],
  }));
}

/** @param queryOf the access of one member, asked alone */
export function mixedAccess(
  model: Model,
  layout: Layout,
  pattern: PatternModel,
  queryOf: (entity: EntityLayout, member: PatternModel) => QueryAccess,
  filter: QueryAccess['filter'],
): MixedAccess {
  const members = memberPatterns(model, pattern).flatMap((member) => {
    const entity = layout.entities.get(member.target.text);
    return entity ? [{ entity, member, access: queryOf(entity, member) }] : [];
  });
  const [first] = members;
  if (!first) throw new Error(`mixed pattern ${pattern.name.text} has no members`);
  const names = members.map(({ entity }) => entity.model.name.text);
  const parent = pattern.parent && parentOf(pattern.parent, members);
  const isSeparate = parent?.read === 'separate';
  const wanted = isSeparate ? names.filter((name) => name !== parent.entity) : names;
  const isShared = isSeparate || hasOthers(layout, members);
  return {
    kind: 'mixed',
    members: members.map(({ entity, member, access }) => ({
      entity: entity.model.name.text,
      partition: access.partition,
      sort: access.sort,
      renames: Object.fromEntries(
        pattern.where.flatMap((one, at) => {
          const own = member.where[at]?.field.text;
          return own === undefined || own === one.field.text ? [] : [[own, one.field.text]];
        }),
      ),
    })),
    query: { ...first.access, filter },
    only: isShared ? wanted : null,
    within: isShared && isOnePartition(members.map(({ access }) => access)) ? withinOf(members) : null,
    parent: parent ?? null,
  };
}

type Member = { readonly entity: EntityLayout; readonly access: QueryAccess };

/** A member's key where it is read. */
type Key = Pick<SlotPlan, 'partition' | 'sort'>;

/** Where a query reads one partition, its members lie in one item collection. */
function isOnePartition(keys: readonly Key[]): boolean {
  return new Set(keys.map(({ partition }) => shapeOf(partition))).size <= 1;
}

/** A template without the names of its fields, which entities may call differently. */
function shapeOf({ parts }: KeyTemplate): string {
  return JSON.stringify(
    parts.map((part) =>
      part.kind === 'hole' ? ['hole', part.encode] : part.kind === 'literal' ? part.text : 'shard',
    ),
  );
}

/** The text every sort key of a template begins with. */
function literalHead(template: KeyTemplate | null): string {
  const [part] = template?.parts ?? [];
  return part?.kind === 'literal' ? part.text : '';
}

/**
 * Whether a parent comes first by itself: its one sort key stands before all others of the collection. A pattern with
 * an order has its value in every sort key, so that none of them is one word.
 */
export function sortsFirst(parent: Key, others: readonly Key[]): boolean {
  const head = literalHead(parent.sort);
  return (
    isOnePartition([parent, ...others]) &&
    parent.sort?.parts.every((part) => part.kind === 'literal') === true &&
    others.every(({ sort }) => head < literalHead(sort))
  );
}

function parentOf({ text }: Word, members: readonly Member[]): NonNullable<MixedAccess['parent']> {
  const own = members.find(({ entity }) => entity.model.name.text === text);
  const others = members.filter((one) => one !== own).map(({ access }) => access);
  return { entity: text, read: own && sortsFirst(own.access, others) ? 'first' : 'separate' };
}

/** Whether anything but the members may lie in the partitions they are read from. */
function hasOthers(layout: Layout, members: readonly Member[]): boolean {
  const table = members[0]?.entity.table.name.text;
  const heads = members.map(({ access }) => literalHead(access.partition));
  for (const entity of layout.entities.values()) {
    if (entity.table.name.text !== table) continue;
    for (const [at, item] of entity.items.entries()) {
      const isMember = members.some((one) => one.entity === entity && one.access.item === at);
      if (isMember) continue;
      for (const slot of item.slots) {
        if (slot.index !== members[0]?.access.index) continue;
        const other = literalHead(slot.partition);
        if (heads.some((head) => head.startsWith(other) || other.startsWith(head))) return true;
      }
    }
  }
  return false;
}

/** From the least head of a sort key to behind the greatest. */
function withinOf(members: readonly Member[]): MixedAccess['within'] {
  const heads = members.map(({ access }) => literalHead(access.sort));
  const [from] = [...heads].sort();
  const [below] = heads.map(behind).sort().reverse();
  return from && below && heads.every((head) => behind(head) !== '') ? { from, below } : null;
}

/** The least text above every text that begins with `head`; empty where that takes more than its last character. */
function behind(head: string): string {
  const last = head.charCodeAt(head.length - 1);
  return last < 0x7e ? head.slice(0, -1) + String.fromCharCode(last + 1) : '';
}
