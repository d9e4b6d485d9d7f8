/** Projections: the fields of a page that does not fetch documents, lists and sets. */

import { attributesTaken } from './lookup/allowed.js';
import type { PatternPlan } from './types/access.js';
import { type AuthorizationPlan, isForAnyone } from './types/authorization.js';
import type { AttributePlan, EntityPlan } from './types/storage.js';

/** The entities, each with its plain fields where leaving the others out saves bytes and a page is read from whole items. */
export function withProjection(
  entities: readonly EntityPlan[],
  patterns: readonly PatternPlan[],
  { authorization }: { readonly authorization?: AuthorizationPlan },
): readonly EntityPlan[] {
  const paged = new Set(
    patterns.flatMap(({ access, cardinality, field }) =>
      access.kind === 'query' && access.covering.kind === 'all' && cardinality === 'many' && field
        ? [access.entity]
        : [],
    ),
  );
  return entities.map((entity) => {
    const { needed, isWhole } = takenBefore(authorization, entity);
    const plain = entity.attributes
      .filter((one) => !isHeavy(one) && (!one.hidden || needed.has(one.name)) && !isWhole.has(one.name))
      .map(({ name }) => name);
    // Records may have attributes under other names.
    const isAsStored = entity.attributes.every(({ formerly }) => formerly === undefined);
    const saves = paged.has(entity.name) && plain.length > 0 && entity.attributes.some(isHeavy) && isAsStored;
    return saves ? { ...entity, projection: plain } : entity;
  });
}

/** Attributes that `@allow` of others takes, and attributes for which a rule may look at any. */
function takenBefore(authorization: AuthorizationPlan | undefined, { name: type, attributes }: EntityPlan) {
  const needed = new Set<string>();
  const isWhole = new Set<string>();
  for (const { name, allowed } of authorization?.types.find((one) => one.name === type)?.fields ?? []) {
    const isAttribute = attributes.some((one) => one.name === name);
    if (!allowed || isForAnyone(allowed) || !isAttribute) continue;
    const taken = attributesTaken(allowed);
    if (taken === undefined) isWhole.add(name);
    for (const attribute of taken ?? []) needed.add(attribute);
  }
  return { needed, isWhole };
}

function isHeavy({ list, encoding }: AttributePlan): boolean {
  return list || encoding === 'document';
}
