/** The data of entities.ts.hbs: records, what creates them and what changes them. */

import { pascal, withArticle } from '../../names.js';
import { entityOf } from '../../plan/lookup/find.js';
import { queriedMembers } from '../../plan/lookup/mixed-query.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan } from '../../plan/types/storage.js';
import { givenType, keyComment, quote, recordType } from '../code.js';
import { mainSlot } from './shared.js';
import { edgePages } from './through.js';

export function entitiesView(plan: Plan) {
  const pages = edgePages(plan);
  return {
    mixed: [...mixedTargets(plan)].map(([name, records]) => ({
      page: `${pascal(name)}Page`,
      target: name,
      records: records.join(' | '),
    })),
    pages,
    entities: plan.entities.map((entity) => {
      const created = entity.attributes.filter(
        (one) =>
          !['touch', 'revision', 'sequence'].includes(one.generated ?? '') && one.computed === undefined,
      );
      const changeable = entity.attributes.filter(
        (one) =>
          !one.immutable &&
          one.generated === null &&
          one.computed === undefined &&
          (!entity.keyFields.includes(one.name) || one.movable === true),
      );
      return {
        name: entity.name,
        aName: pascal(withArticle(entity.name)),
        ofName: withArticle(entity.name),
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
        isConnected:
          !pages.some((page) => page.name === `${entity.names.record}Page`) &&
          plan.patterns.some((pattern) => pattern.target === entity.name && pattern.cardinality === 'many'),
      };
    }),
  };
}

/** Unions and interfaces that come in pages, and the records they are of. */
function mixedTargets(plan: Plan): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const { target, access } of plan.patterns) {
    if (access.kind !== 'mixed') continue;
    const records = queriedMembers(access).map((name) => entityOf(plan, name).names.record);
    targets.set(target, [...new Set([...(targets.get(target) ?? []), ...records])]);
  }
  return targets;
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
