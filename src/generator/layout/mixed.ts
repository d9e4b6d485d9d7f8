/** Patterns that give several entities: each member is laid out as if it were asked alone; then they are read together. */

import { isMaintained, type Model, type PatternModel } from '../model.js';
import type { KeyTemplate, SlotPlan } from '../plan/types/storage.js';
import { storedMembers } from '../resolve/sdl.js';

/** The patterns that are laid out: not those of aggregates, and mixed ones by their members. */
export function queryPatterns(model: Model): PatternModel[] {
  return model.patterns
    .filter((pattern) => !isMaintained(pattern))
    .flatMap((pattern) => memberPatterns(model, pattern));
}

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

/** A member's key where it is read. */
type Key = Pick<SlotPlan, 'partition' | 'sort'>;

/** Where a query reads one partition, its members lie in one item collection. */
export function isOnePartition(keys: readonly Key[]): boolean {
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
export function literalHead(template: KeyTemplate | null): string {
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
