/** What values records have, and which numbers are kept of them: what `tableloom verify` knows besides codecs. The runtime's `StoredTypes`, which says what its parts are. */

import type { Plan } from '../types/plan.js';
import type { AttributePlan, EntityPlan } from '../types/storage.js';
import { keyForm } from './stored-forms.js';

export type StoredTypes = ReturnType<typeof storedTypes>;

export function storedTypes(plan: Plan) {
  return Object.fromEntries(plan.entities.map((entity) => [entity.name, typesOf(plan, entity)]));
}

function typesOf(plan: Plan, { name, attributes, historyOf, aggregates = [], references = [] }: EntityPlan) {
  return {
    attributes: Object.fromEntries(attributes.map((one) => [one.name, typeOf(plan, one)])),
    secret: attributes.filter(({ secret }) => secret).map((one) => one.name),
    ...(historyOf !== null && { historyOf }),
    aggregates: [
      ...aggregates.filter(({ kind }) => kind !== 'sequence').map((one) => one.name),
      ...references.filter(({ counter }) => counter).map((one) => `${name}.${one.name}`),
    ],
    sequences: aggregates
      .filter(({ kind }) => kind === 'sequence')
      .map((one) => ({ field: one.field ?? one.name, key: keyForm(one, one) })),
    leaves: references.filter(({ onDelete }) => onDelete === 'leave').map((one) => one.name),
  };
}

function typeOf({ enums }: Plan, attribute: AttributePlan) {
  const { of, list, elements, element, nullable, set, any, generated } = attribute;
  const values = enums[of];
  const isLoose = elements !== undefined && (elements.kind === 'list' || !elements.nonNull);
  return {
    kind: any || attribute.isPart ? ('document' as const) : element,
    ...(values && element === 'enum' && { values }),
    ...(list && { list: true as const }),
    ...(isLoose && { loose: true as const }),
    ...(!nullable && !set && generated !== 'revision' && { required: true as const }),
  };
}
