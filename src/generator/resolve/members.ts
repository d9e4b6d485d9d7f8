/** Patterns that return several entities: each member is a pattern of its own. */

import { isMaintained, type Model, type PatternModel, type TemplateModel, type Word } from '../model.js';
import { storedMembers } from './sdl.js';

/** The patterns that are laid out: not those of aggregates, and mixed ones by their members. */
export function queryPatterns(model: Pick<Model, 'entities' | 'sdl' | 'patterns'>): PatternModel[] {
  return model.patterns
    .filter((pattern) => !isMaintained(pattern))
    .flatMap((pattern) => memberPatterns(model, pattern));
}

/** The pattern of each member of a mixed one, by itself, in the member's names; of any other pattern, the pattern. */
export function memberPatterns(
  model: Pick<Model, 'entities' | 'sdl'>,
  pattern: PatternModel,
): readonly PatternModel[] {
  if (pattern.cardinality !== 'mixed') return [pattern];
  const found =
    known.get(pattern) ??
    membersOf(model, pattern).map(({ entity, renames }) => {
      const own = new Map(renames.map(({ field, as }) => [as.text, field]));
      const member = memberPattern(pattern, entity, (word) => own.get(word.text) ?? word);
      return isParent(pattern, member) ? foundByOwn(model, member) : member;
    });
  known.set(pattern, found);
  return found;
}

/** Members are compared by identity, as patterns are. */
const known = new WeakMap<PatternModel, readonly PatternModel[]>();

/** The members of mixed patterns that are merged: all but parents. */
export function mergedMembers(model: Pick<Model, 'entities' | 'sdl' | 'patterns'>): PatternModel[] {
  return model.patterns.flatMap((pattern) =>
    pattern.cardinality === 'mixed'
      ? memberPatterns(model, pattern).filter((member) => !isParent(pattern, member))
      : [],
  );
}

/** Whether a member's record comes before the others. */
export function isParent({ parents }: PatternModel, { target }: Pick<PatternModel, 'target'>): boolean {
  return parents.some(({ text }) => text === target.text);
}

/** The entities a pattern of a union or interface reads: those it names, else every stored member. */
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

/** What a pattern calls the fields of a member that are called otherwise. */
export function renamesOf(member: PatternModel['members'][number] | undefined): Record<string, string> {
  return Object.fromEntries((member?.renames ?? []).map(({ field, as }) => [field.text, as.text]));
}

/** @param own the member's name of a field */
function memberPattern(pattern: PatternModel, entity: Word, own: (field: Word) => Word): PatternModel {
  const renamed = <T extends { readonly field: Word }>(list: readonly T[]) =>
    list.map((one) => ({ ...one, field: own(one.field) }));
  const { filter: _filter, range, bucket, ...rest } = pattern;
  const common = {
    ...rest,
    name: { text: `${pattern.name.text}.${entity.text}`, at: pattern.name.at },
    target: entity,
    members: [],
    parents: [],
    where: renamed(pattern.where),
    key: pattern.key.map((one) => inNamesOf(one, own)),
  };
  if (!isParent(pattern, common))
    return {
      ...common,
      cardinality: 'many',
      narrow: renamed(pattern.narrow),
      sort: renamed(pattern.sort),
      when: renamed(pattern.when),
      ...(range ? { range: { ...range, field: own(range.field) } } : {}),
      ...(bucket ? { bucket: { ...bucket, field: own(bucket.field) } } : {}),
    };
  // A parent is in no order with the others, and its key is pinned only where theirs is.
  const { index, shards: _shards, order: _order, last: _last, limit: _limit, ...parent } = common;
  return {
    ...parent,
    cardinality: 'one',
    narrow: [],
    sort: [],
    when: [],
    ...(index && pattern.key.length > 0 ? { index } : {}),
  };
}

/** A parent may be further up: it is found by the fields that it has. */
function foundByOwn({ entities, sdl }: Pick<Model, 'entities' | 'sdl'>, parent: PatternModel): PatternModel {
  const { text } = parent.target;
  const stored = entities.find(({ name }) => name.text === text)?.stored ?? [];
  const names = new Set([
    ...stored.map(({ name }) => name.text),
    ...(sdl.types.get(text)?.fields ?? []).map(({ name }) => name),
  ]);
  return { ...parent, where: parent.where.filter(({ field }) => names.has(field.text)) };
}

/** The template with the member's names in its holes. */
function inNamesOf({ attribute, template }: TemplateModel, own: (field: Word) => Word): TemplateModel {
  const { text, at } = template;
  const renamed = text.replace(/(?<=[{(]\s*)\w+(?=\s*[)},])/g, (field) => own({ text: field, at }).text);
  return { attribute, template: { text: renamed, at } };
}
