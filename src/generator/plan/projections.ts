/** Projections: the fields of a page that does not fetch documents, lists and sets. */

import type { PatternPlan } from './types/access.js';
import type { AttributePlan, EntityPlan } from './types/storage.js';

/** The entities, each with its plain fields where leaving the others out saves bytes and a page is read from whole items. */
export function withProjection(
  entities: readonly EntityPlan[],
  patterns: readonly PatternPlan[],
): readonly EntityPlan[] {
  const paged = new Set(
    patterns.flatMap(({ access, cardinality, field }) =>
      access.kind === 'query' && access.covering.kind === 'all' && cardinality === 'many' && field
        ? [access.entity]
        : [],
    ),
  );
  return entities.map((entity) => {
    const plain = entity.attributes.filter((one) => !isHeavy(one) && !one.hidden).map(({ name }) => name);
    // Records may have attributes under other names.
    const isAsStored = entity.attributes.every(({ formerly }) => formerly === undefined);
    const saves = paged.has(entity.name) && plain.length > 0 && entity.attributes.some(isHeavy) && isAsStored;
    return saves ? { ...entity, projection: plain } : entity;
  });
}

function isHeavy({ list, encoding }: AttributePlan): boolean {
  return list || encoding === 'document';
}
