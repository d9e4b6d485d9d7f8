/** Sample keys: what the templates look like with values in them. */

import { samples } from '../../encodings/samples.js';
import { sampleInHole } from '../../encodings.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan, SlotPlan, TemplatePart } from '../../plan/types/storage.js';

/** A key of a slot with values in it: `` `USER#0198…` ``, its parts as the table's columns. */
export function sampleKey(plan: Plan, entity: EntityPlan, { partition, sort }: SlotPlan): string {
  const values = new Map(
    entity.attributes.map((attribute) => [attribute.name, sampleValue(plan, attribute)]),
  );
  return [partition, ...(sort ? [sort] : [])]
    .map(({ parts }) => `\`${parts.map((part) => samplePart(part, values)).join('')}\``)
    .join(' ');
}

function samplePart(part: TemplatePart, values: ReadonlyMap<string, unknown>): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'shard') return '0';
  return sampleInHole(part.encode, String(values.get(part.field)));
}

function sampleValue(plan: Plan, attribute: AttributePlan): unknown {
  if (attribute.list) return [];
  switch (attribute.encoding) {
    case 'integer':
    case 'safeInteger':
    case 'decimal':
    case 'boolean':
    case 'time':
      return samples[attribute.encoding].value;
    case 'enum':
      return plan.enums[attribute.of]?.[0] ?? '';
    case 'document':
      return {};
    case 'text':
      return attribute.of === 'EmailAddress'
        ? 'someone@example.com'
        : attribute.of === 'ID'
          ? '0198f3c2-6a51-7cc1-8a2b-3d5e7f901234'
          : attribute.name;
  }
}
