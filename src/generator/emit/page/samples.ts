/** Sample keys: what the templates look like with values in them. */

import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan, TemplatePart } from '../../plan/types/storage.js';

/** The keys of a record, each attribute once: `` `PK` `USER#0198…` ``. */
export function sampleKeys(plan: Plan, entity: EntityPlan): string {
  const values = new Map(
    entity.attributes.map((attribute) => [attribute.name, sampleValue(plan, attribute)]),
  );
  const slots = entity.items[0]?.slots ?? [];
  const templates = slots.flatMap(({ partition, sort }) => (sort ? [partition, sort] : [partition]));
  const keys = new Map(
    templates.map(({ attribute, parts }) => [
      attribute,
      parts.map((part) => samplePart(part, values)).join(''),
    ]),
  );
  return [...keys].map(([attribute, text]) => `\`${attribute} = ${text}\``).join(', ');
}

const sampleTime = '2026-01-31T09:30:00.000Z';

function samplePart(part: TemplatePart, values: ReadonlyMap<string, unknown>): string {
  if (part.kind === 'literal') return part.text;
  if (part.kind === 'shard') return '0';
  switch (part.encode) {
    case 'year':
      return sampleTime.slice(0, 4);
    case 'month':
      return sampleTime.slice(0, 7);
    case 'day':
      return sampleTime.slice(0, 10);
    case 'hour':
      return sampleTime.slice(0, 13);
    case 'integer':
      return String(values.get(part.field)).padStart(10, '0');
    case 'decimal':
      return '1500:15';
    case 'invert(integer)':
      return '-9999999998';
    case 'invert(decimal)':
      return '-499:84~';
    case 'invert(boolean)':
      return 'false';
    case 'invert(time)':
      return sampleTime.replace(/\d/g, (digit) => String(9 - Number(digit)));
    default:
      if (part.encode.startsWith('pad('))
        return String(values.get(part.field)).padStart(Number(part.encode.slice(4, -1)), '0');
      return String(values.get(part.field));
  }
}

function sampleValue(plan: Plan, attribute: AttributePlan): unknown {
  if (attribute.list) return [];
  switch (attribute.encoding) {
    case 'integer':
      return 1;
    case 'decimal':
      return 1.5;
    case 'boolean':
      return true;
    case 'time':
      return sampleTime;
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
