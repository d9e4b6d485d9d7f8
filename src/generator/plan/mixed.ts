/** Patterns that return several entities: one query over the items of all members. */

import { isOnePartition, literalHead, memberPatterns, sortsFirst } from '../layout/mixed.js';
import type { EntityLayout, Layout } from '../layout/types.js';
import type { Model, PatternModel, Word } from '../model.js';
import type { MixedAccess, QueryAccess } from './types/access.js';

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
