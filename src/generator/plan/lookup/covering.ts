/** What is known of a record from an item that does not hold all of it: what it projects, and what its keys spell out. */

import type { HoleEncoding } from '../../encodings.js';
import type { QueryAccess } from '../types/access.js';
import type { Plan } from '../types/plan.js';
import type { AttributePlan, EntityPlan, KeyTemplate } from '../types/storage.js';
import { allowedAt, attributesTaken } from './allowed.js';

type PartialCovering = Extract<QueryAccess['covering'], { kind: 'some' }>;

/** The holes of a key that give whole attributes, each with its position among the holes. */
export interface UnpackedKey {
  readonly template: KeyTemplate;
  readonly holes: readonly {
    readonly at: number;
    readonly attribute: AttributePlan;
    readonly encode: HoleEncoding;
    readonly enum: string | null;
  }[];
}

/**
 * The values in an item's keys that its index does not project, except holes that have only a part of a value. None for
 * an entity that expires: the index does not have the time.
 */
export function unpackedKeys(
  entity: EntityPlan,
  access: QueryAccess,
  { key, attributes: projected }: PartialCovering,
): UnpackedKey[] {
  if (key !== 'item' || entity.ttl !== null) return [];
  const main = entity.items[0]?.slots[0];
  const templates = [main?.partition, main?.sort, access.partition, access.sort].flatMap((one) => one ?? []);
  const seen = new Set(projected);
  return [...new Set(templates)].flatMap((template) => {
    const holes: UnpackedKey['holes'][number][] = [];
    for (const [at, part] of template.parts.filter(({ kind }) => kind !== 'literal').entries()) {
      if (part.kind !== 'hole' || seen.has(part.field)) continue;
      const attribute = entity.attributes.find(({ name }) => name === part.field);
      if (!attribute || (attribute.encoding !== part.encode && part.encode !== 'whole')) continue;
      seen.add(part.field);
      holes.push({ at, attribute, encode: part.encode, enum: part.enum });
    }
    return holes.length > 0 ? [{ template, holes }] : [];
  });
}

/** The fields of the SDL type that need no further read of the record. */
export function coveredFields(
  plan: Plan,
  entity: EntityPlan,
  access: QueryAccess,
  covering: PartialCovering,
): string[] {
  const held = entity.attributes.filter((one) => covering.attributes.includes(one.name));
  const unpacked = unpackedKeys(entity, access, covering).flatMap(({ holes }) => holes);
  const known = [...held, ...unpacked.map(({ attribute }) => attribute)];
  const names = known.map(({ name }) => name);
  const shown = known.filter(({ hidden }) => !hidden).map(({ name }) => name);
  // What decides about a field has to be held, too.
  return [...shown, ...coveredRelations(plan, entity, names)].filter((field) => {
    const allowed = allowedAt(plan, { type: entity.name, field });
    return !allowed || attributesTaken(allowed)?.every((name) => names.includes(name));
  });
}

/** Fields of the entity that need nothing of their parent but what is held. A rule may look at any attribute. */
function coveredRelations(plan: Plan, entity: EntityPlan, held: readonly string[]): string[] {
  return plan.patterns.flatMap((pattern) => {
    if (pattern.field?.type !== entity.name || pattern.allow !== null) return [];
    const kind = pattern.access.kind === 'typed' ? [pattern.access.by] : [];
    const needed = [...pattern.inputs.map(({ value }) => value), ...kind].flatMap((value) =>
      value.kind === 'parent' ? [value.path[0] ?? ''] : [],
    );
    return needed.every((name) => held.includes(name)) ? [pattern.field.field] : [];
  });
}
