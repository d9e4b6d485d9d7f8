/** The data of entities.ts.hbs: records, what creates them and what changes them. */

import type { AttributePlan, Plan } from '../../plan.js';
import { givenType, keyComment, quote, recordType } from '../code.js';
import { mainSlot } from './shared.js';

export function entitiesView(plan: Plan) {
  return {
    entities: plan.entities.map((entity) => {
      const created = entity.attributes.filter(
        (one) => one.generated !== 'touch' && one.generated !== 'revision' && one.computed === undefined,
      );
      const changeable = entity.attributes.filter(
        (one) =>
          !one.immutable &&
          one.generated === null &&
          one.computed === undefined &&
          !entity.keyFields.includes(one.name),
      );
      return {
        name: entity.name,
        names: entity.names,
        comment: `${keyComment(mainSlot(entity))} in \`${entity.table}\``,
        attributes: entity.attributes.map((one) => ({
          name: one.name,
          type: recordType(one),
          note: attributeNote(one),
        })),
        created: created.map((one) => ({
          name: one.name,
          type: givenType(one),
          optional: isOptional(one),
          required: !isOptional(one),
        })),
        changes: changeable.map((one) => ({ name: one.name, type: givenType(one) })),
        writable: entity.historyOf === null,
        updatable: entity.revision !== null,
        keyFields: entity.keyFields.map(quote).join(' | ') || 'never',
        isConnected: plan.patterns.some(
          (pattern) => pattern.target === entity.name && pattern.cardinality === 'many',
        ),
      };
    }),
  };
}

function attributeNote(attribute: AttributePlan): string {
  if (attribute.computed !== undefined) return `Computed by the rule ${attribute.computed}.`;
  if (attribute.secret) return 'Stored only, secret.';
  return attribute.hidden ? 'Stored only.' : '';
}

/** Whether a creator may leave it out. */
function isOptional(attribute: AttributePlan): boolean {
  return attribute.nullable || attribute.generated !== null || attribute.default !== null;
}
