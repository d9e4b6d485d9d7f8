/** The data of loaders.ts.hbs: reads by primary key. */

import { entityOf } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import { quote } from '../code.js';

export function loadersView(plan: Plan) {
  const entities = plan.entities.filter((entity) => entity.historyOf === null || isRead(plan, entity));
  const loaded = entities.map((entity) => entity.names.loader);
  const patterns = plan.patterns
    .filter(({ access }) => access.kind === 'any' || access.kind === 'typed')
    .map(({ name }) => name);
  return {
    all: [...loaded, ...patterns].join(', '),
    entities: entities.map((entity) => ({
      name: entity.name,
      names: entity.names,
      comment:
        entity.keyFields.length === 0
          ? `${entity.name}, of which there is one.`
          : `${entity.name} by ${entity.keyFields.join(', ')}.`,
    })),
    any: plan.patterns.flatMap((pattern) => {
      const { access } = pattern;
      if (access.kind !== 'any') return [];
      return [
        {
          function: pattern.name,
          target: pattern.target,
          records: access.entities.map((name) => entityOf(plan, name).names.record).join(' | '),
          key: pattern.inputs.map((input) => `readonly ${input.name}: string`).join('; '),
          loads: access.entities.map((name) => entityOf(plan, name).names.loader),
          count: access.entities.length,
        },
      ];
    }),
    typed: plan.patterns.flatMap((pattern) => {
      const { access } = pattern;
      if (access.kind !== 'typed') return [];
      return [
        {
          function: pattern.name,
          target: pattern.target,
          records: [
            ...new Set(access.members.map((member) => entityOf(plan, member.entity).names.record)),
          ].join(' | '),
          values: access.members.map((member) => quote(member.value)).join(' | '),
          key: pattern.inputs.map((input) => `readonly ${input.name}: string`).join('; '),
          members: access.members.map((member) => ({
            value: quote(member.value),
            loader: entityOf(plan, member.entity).names.loader,
          })),
        },
      ];
    }),
  };
}

/** Whether a pattern asks for a history's versions by their key; mostly they are listed only. */
function isRead(plan: Plan, { name }: EntityPlan): boolean {
  return plan.patterns.some(({ access }) => {
    switch (access.kind) {
      case 'get':
        return access.entity === name;
      case 'exists':
        return access.by.kind === 'get' && access.by.entity === name;
      case 'through':
        return access.entity === name || (access.join.kind === 'get' && access.join.entity === name);
      case 'mixed':
        return access.parent?.read === 'separate' && access.parent.entity === name;
      case 'any':
        return access.entities.includes(name);
      case 'typed':
        return access.members.some(({ entity }) => entity === name);
      default:
        return false;
    }
  });
}
