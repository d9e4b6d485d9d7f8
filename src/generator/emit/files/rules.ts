/** The data of rules.ts.hbs: the contracts of hand-written rules. */

import { pascal } from '../../names.js';
import { entityOf, mutationOf } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { RulePlan } from '../../plan/types/rules.js';
import type { FieldRef } from '../../plan/types/values.js';
import type { MutationPlan } from '../../plan/types/writes.js';
import { group, quote, union } from '../code.js';

export function rulesView(plan: Plan) {
  return {
    computing: plan.rules
      .filter(({ use }) => use.kind === 'compute' || use.kind === 'validate')
      .map((rule) => quote(rule.name))
      .join(' | '),
    hasFieldRules: plan.rules.some((rule) => rule.use.kind === 'field'),
    rules: plan.rules.map((rule) => ({
      name: rule.name,
      typeName: rule.typeName,
      file: rule.file,
      ...ruleView(plan, rule),
    })),
  };
}

function ruleView(plan: Plan, { use }: RulePlan) {
  switch (use.kind) {
    case 'field':
      return {
        comment: `Answers ${fieldName(use.field)}.`,
        type: `Answers<'${use.field.type}', '${use.field.field}', ${argsType(plan, use.field)}>`,
      };
    case 'allow': {
      const parents = union(use.fields.map(parentType), 2);
      const args = union(
        use.fields.map((field) => argsType(plan, field)),
        2,
      );
      return {
        comment: `Asked before ${list(use.fields.map(fieldName))}; throws to refuse.`,
        type: generic('AllowRule', [parents, args]),
      };
    }
    case 'visible': {
      const records = [...new Set(use.targets.flatMap((target) => recordsOf(plan, target)))].join(' | ');
      return {
        comment: `Whether the caller may see what ${list(use.targets)} gave.`,
        type: generic('VisibleRule', [records]),
      };
    }
    case 'prepare': {
      const mutations = use.mutations.map((name) => mutationOf(plan, name));
      const types = mutations.map((mutation) => {
        const entity = entityOf(plan, mutation.entity);
        const args = mutation.field ? argsType(plan, mutation.field) : 'object';
        const { record, create, changes } = entity.names;
        const values = (type: string) => withoutDeclared(mutation, type);
        if (mutation.kind === 'create') return generic('PrepareRule', [args, 'null', values(create)]);
        if (mutation.kind === 'upsert')
          return generic('PrepareRule', [args, `${record} | null`, values(create)]);
        return generic('PrepareRule', [args, record, values(changes)]);
      });
      return {
        comment: `The values ${list(use.mutations)} write${use.mutations.length === 1 ? 's' : ''}.`,
        type: types.join(' & '),
      };
    }
    case 'compute': {
      const types = use.attributes.map(({ entity, field }) => {
        const { names, attributes } = entityOf(plan, entity);
        const computed = attributes.flatMap((one) => (one.computed === undefined ? [] : [`'${one.name}'`]));
        return `ComputeRule<Omit<${names.record}, ${computed.join(' | ')}>, ${names.record}['${field}']>`;
      });
      return {
        comment: `Computes ${list(use.attributes.map(({ entity, field }) => `${entity}.${field}`))} from the rest of the record, at every write.`,
        type: types.join(' & '),
      };
    }
    case 'validate': {
      const types = use.attributes.map(({ entity, field }) => {
        const { record } = entityOf(plan, entity).names;
        return `ValidateRule<${record}, NonNullable<${record}['${field}']>>`;
      });
      return {
        comment: `What is wrong with ${list(use.attributes.map(({ entity, field }) => `${entity}.${field}`))}, if anything is.`,
        type: types.join(' & '),
      };
    }
    case 'alongside': {
      const mutations = use.mutations.map((name) => mutationOf(plan, name));
      const types = mutations.map((mutation) => {
        const { record } = entityOf(plan, mutation.entity).names;
        const before =
          mutation.kind === 'create'
            ? 'null'
            : mutation.kind === 'upsert' || mutation.kind === 'put'
              ? `${record} | null`
              : record;
        const after = mutation.kind === 'delete' ? 'null' : record;
        return `AlongsideChange<'${mutation.name}', ${before}, ${after}, ${mutation.field ? argsType(plan, mutation.field) : 'object'}>`;
      });
      return {
        comment: `Further writes in the transaction of ${list(use.mutations)}.`,
        type: generic('AlongsideRule', [union(types, 2)]),
      };
    }
  }
}

/** The values of a rule, but for those the declarations give. */
function withoutDeclared({ elements = [] }: MutationPlan, type: string): string {
  const declared = elements.map(({ field }) => quote(field));
  return declared.length === 0 ? type : `Omit<${type}, ${declared.join(' | ')}>`;
}

/** A rule's type; all take the request's context first. */
function generic(name: string, types: readonly string[]): string {
  return group(`${name}<`, ['Context', ...types], '>', 0, 32);
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function recordsOf(plan: Plan, target: string): string[] {
  const pattern = plan.patterns.find(
    (one) => one.target === target && one.access.kind !== 'query' && one.access.kind !== 'get',
  );
  if (pattern?.access.kind === 'any')
    return pattern.access.entities.map((name) => entityOf(plan, name).names.record);
  if (pattern?.access.kind === 'typed')
    return pattern.access.members.map((member) => entityOf(plan, member.entity).names.record);
  return [entityOf(plan, target).names.record];
}

function parentType(field: FieldRef): string {
  return `ResolversParentTypes['${field.type}']`;
}

/** Codegen's type of a field's arguments. */
function argsType(plan: Plan, field: FieldRef): string {
  return hasArguments(plan, field) ? `${pascal(field.type)}${pascal(field.field)}Args` : 'object';
}

function hasArguments(plan: Plan, field: FieldRef): boolean {
  return (
    plan.resolvers.find((one) => one.type === field.type && one.field === field.field)?.hasArguments ?? false
  );
}

function fieldName(field: FieldRef): string {
  return `${field.type}.${field.field}`;
}
