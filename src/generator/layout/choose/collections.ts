/**
 * Entities that one mixed pattern reads in the order of their keys get one partition of the table, in which each has a word
 * of its own: one Query then reads them all. Keys that are pinned, or that the lock has, stay; others join them.
 */

import type { Lock, LockedKey } from '../../lock.js';
import type { EntityModel, Model, PatternModel } from '../../model.js';
import { constant } from '../../names.js';
import { membersOf, renamesOf } from '../../resolve/members.js';
import { isFault, parseTemplate } from '../../resolve/templates.js';
import { tableOf } from '../basis.js';
import { prefixOf, unusedHead } from '../lock/claims.js';
import { isPinned } from '../serving.js';

interface Member {
  readonly entity: EntityModel;
  /** What the entity calls a field of the pattern. */
  readonly own: (field: string) => string;
  /** The key that it has in any case, in names of the pattern. */
  readonly fixed: LockedKey | undefined;
  readonly identity: readonly string[];
}

/** @returns by entity, the key that puts it into a collection; whether that is a good key for it is not decided here */
export function collectionKeys(
  model: Model,
  lock: Lock,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, LockedKey> {
  const keys = new Map<string, LockedKey>();
  const heads = new Set(taken);
  for (const pattern of model.patterns) {
    if (!isInOrderOfKeys(pattern)) continue;
    const members = membersOf(model, pattern).flatMap((member): Member[] => {
      const entity = model.entities.find(({ name }) => name.text === member.entity.text);
      if (!entity) return [];
      const renames = renamesOf(member);
      const called = (field: string) => renames[field] ?? field;
      const own = (field: string) => Object.entries(renames).find(([, as]) => as === field)?.[0] ?? field;
      const key = fixedKey(model, entity, lock, keys);
      return [
        {
          entity,
          own,
          fixed: key && { ...key, partition: inNames(key.partition, called) },
          identity: (entity.identity?.map(({ text }) => text) ?? ['id']).map(called),
        },
      ];
    });
    for (const [name, key] of keysTogether(model, pattern, members, heads)) {
      keys.set(name, key);
      heads.add(prefixOf(key));
    }
  }
  return keys;
}

function isInOrderOfKeys(pattern: PatternModel): boolean {
  const { cardinality, where, sort, range, narrow, when, bucket, shards } = pattern;
  const isPlain =
    sort.length === 0 && narrow.length === 0 && when.length === 0 && !range && !bucket && !shards;
  return cardinality === 'mixed' && where.length > 0 && isPlain && !isPinned(pattern);
}

function fixedKey(
  { tables }: Model,
  { name, key, table, historyOf, singleton }: EntityModel,
  lock: Lock,
  chosen: ReadonlyMap<string, LockedKey>,
): LockedKey | undefined {
  const [partition, sort] = key.map(({ template }) => template.text);
  if (partition !== undefined) return { partition, sort: sort ?? null };
  if (historyOf || singleton) return { partition: constant(name.text), sort: null };
  const locked = lock.entities.get(name.text)?.key;
  const own = table?.text ?? tables[0]?.name.text;
  return chosen.get(name.text) ?? (locked?.table === own ? locked?.key : undefined);
}

/** The keys of those that have none yet. */
function keysTogether(
  model: Model,
  pattern: PatternModel,
  members: readonly Member[],
  heads: ReadonlySet<string>,
): [entity: string, key: LockedKey][] {
  const fields = pattern.where.map(({ field }) => field.text);
  const isParent = ({ entity }: Member) => pattern.parents.some(({ text }) => text === entity.name.text);
  const others = members.filter((member) => !isParent(member));
  const isWithin = ({ identity }: Member) => fields.every((field) => identity.includes(field));
  const tables = new Set(members.map(({ entity }) => tableOf(model, entity)));
  const [table] = tables;
  const isPossible = others.every((one) =>
    one.fixed ? isPartitionOf(one.fixed.partition, fields) : isWithin(one),
  );
  if (members.length < 2 || others.length === 0 || tables.size > 1 || !table?.sort || !isPossible) return [];
  const [parent] = pattern.parents.length === 1 ? members.filter(isParent) : [];
  const isParentIn =
    parent !== undefined &&
    (parent.fixed
      ? isPartitionOf(parent.fixed.partition, fields)
      : isWithin(parent) && parent.identity.length === fields.length);
  const inside = isParentIn ? [parent, ...others] : others;
  const partitions = new Set(inside.flatMap(({ fixed }) => fixed?.partition ?? []));
  const [fixed] = partitions;
  const isOpen = fixed === undefined || (partitions.size === 1 && !heads.has(prefixOf({ partition: fixed })));
  if (!isOpen) return [];
  const head = unusedHead(constant((pattern.parents[0] ?? pattern.target).text), (one) => heads.has(one));
  const partition = fixed ?? [head, ...fields.map((field) => `{${field}}`)].join('#');
  const words = others.map(({ entity, fixed }) => fixed?.sort?.split('#')[0] ?? constant(entity.name.text));
  return inside.flatMap((member): [string, LockedKey][] => {
    if (member.fixed) return [];
    const { entity, own, identity } = member;
    const rest = identity.filter((field) => !fields.includes(field)).map((field) => `#{${own(field)}}`);
    const sort =
      member === parent ? firstWord(pattern, words) : [constant(entity.name.text), ...rest].join('');
    return [[entity.name.text, { partition: inNames(partition, own), sort }]];
  });
}

/** A sort key that comes before the others in the direction of the pattern, so that its query begins with it. */
function firstWord({ order }: PatternModel, words: readonly string[]): string {
  const isDown = order?.kind === 'literal' && order.value === 'DESC';
  const isFirst = (one: string) => words.every((word) => (isDown ? one > word : one < word));
  return ['METADATA', isDown ? '~' : '#'].find(isFirst) ?? 'METADATA';
}

/** Whether a partition key has exactly these values. */
function isPartitionOf(template: string, fields: readonly string[]): boolean {
  const parts = parseTemplate(template);
  if (isFault(parts)) return false;
  const holes = parts.filter(({ kind }) => kind !== 'literal');
  return (
    holes.length === fields.length &&
    holes.every((hole) => hole.kind === 'hole' && fields.includes(hole.field))
  );
}

/** The template with other names of fields in its holes. */
function inNames(template: string, name: (field: string) => string): string {
  return template.replace(/(?<=[{(]\s*)\w+(?=\s*[)},])/g, name);
}
