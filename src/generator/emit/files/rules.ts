/** rules.ts: the contracts of hand-written rules. */

import { argumentsName } from '../../names.js';
import { entityOf, mutationOf } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { RulePlan } from '../../plan/types/rules.js';
import type { FieldRef } from '../../plan/types/values.js';
import type { MutationPlan } from '../../plan/types/writes.js';
import type { Doc } from '../fragment.js';
import {
  assigned,
  code,
  comment,
  generic,
  globalOf,
  literalUnion,
  operation,
  quote,
  union,
} from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { contextType, entityType, graphqlType, runtimeType } from '../symbols.js';

export function rulesFile(plan: Plan): SourceFile {
  const computing = plan.rules.filter(({ use }) => use.kind === 'compute' || use.kind === 'validate');
  const hasFieldRules = plan.rules.some(({ use }) => use.kind === 'field');
  return {
    name: 'rules.ts',
    data: {
      answers: hasFieldRules ? answersView() : null,
      rules: plan.rules.map((rule) => {
        const { comment: text, type } = ruleView(plan, rule);
        return {
          name: rule.name,
          typeName: rule.typeName,
          comment: text === '' ? '' : comment(text),
          type: assigned(`export type ${rule.typeName} =`, type),
        };
      }),
      computing:
        computing.length > 0
          ? generic(globalOf('Pick'), ['Rules', literalUnion(computing.map(({ name }) => name))])
          : null,
    },
    declared: [
      ...plan.rules.map(({ typeName }) => typeName),
      ...['Rules', 'ComputeRules', 'Answers', 'Fields', 'T', 'F'],
    ],
  };
}

/** What the type of rules that answer fields is made of. */
function answersView() {
  return {
    base: runtimeType('RuleOf'),
    resolvers: generic(graphqlType('Resolvers'), [contextType]),
    present: globalOf('NonNullable'),
  };
}

function ruleView(plan: Plan, { use }: RulePlan): { readonly comment: string; readonly type: Doc } {
  switch (use.kind) {
    case 'field': {
      const { type, field } = use.field;
      return {
        // The type says it.
        comment: '',
        type: generic('Answers', [quote(type), quote(field)]),
      };
    }
    case 'allow': {
      const { fields } = use;
      const types = literalUnion([...new Set(fields.map(({ type }) => type))]);
      const parents = code`${graphqlType('ResolversParentTypes')}[${types}]`;
      const given = union(fields.map((field) => argsType(plan, field)));
      const asked = fields.length > 3 ? `${fields.length} fields` : names(fields.map(fieldName));
      return {
        comment: `Asked before ${asked}; throws to refuse.`,
        type: ruleType('AllowRule', [parents, given]),
      };
    }
    case 'viewer':
      return {
        comment:
          'Who sends a request, by id and roles; null is nobody. Called once, before the first field with `@allow`, and again after the request has written.',
        type: ruleType('ViewerRule', [literalUnion(use.roles)]),
      };
    case 'visible': {
      const records = union(use.targets.flatMap((target) => recordsOf(plan, target)).map(entityType));
      return {
        comment: `Whether the caller may see what ${names(use.targets)} gave.`,
        type: ruleType('VisibleRule', [records]),
      };
    }
    case 'prepare':
      return {
        comment: `The values ${names(use.mutations)} write${use.mutations.length === 1 ? 's' : ''}.`,
        type: operation(
          use.mutations.map((name) => prepareType(plan, mutationOf(plan, name))),
          '&',
        ),
      };
    case 'compute': {
      const types = use.attributes.map(({ entity, field }) => {
        const { names: own, attributes } = entityOf(plan, entity);
        const computed = attributes.flatMap((one) => (one.computed === undefined ? [] : [one.name]));
        const record = entityType(own.record);
        const rest = generic(globalOf('Omit'), [record, literalUnion(computed)]);
        return generic(runtimeType('ComputeRule'), [rest, code`${record}['${field}']`]);
      });
      const attributes = names(use.attributes.map(({ entity, field }) => `${entity}.${field}`));
      return {
        comment: `Computes ${attributes} from the rest of the record, at every write.`,
        type: operation(types, '&'),
      };
    }
    case 'validate': {
      const types = use.attributes.map(({ entity, field }) => {
        const record = entityType(entityOf(plan, entity).names.record);
        const value = generic(globalOf('NonNullable'), [code`${record}['${field}']`]);
        return generic(runtimeType('ValidateRule'), [record, value]);
      });
      const attributes = names(use.attributes.map(({ entity, field }) => `${entity}.${field}`));
      return { comment: `What is wrong with ${attributes}, if anything is.`, type: operation(types, '&') };
    }
    case 'alongside':
      return {
        comment: `Further writes in the transaction of ${names(use.mutations)}.`,
        type: ruleType('AlongsideRule', [
          union(use.mutations.map((name) => alongsideType(plan, mutationOf(plan, name)))),
        ]),
      };
  }
}

/** A rule's type; all take the request's context first. */
function ruleType(name: string, types: readonly Doc[]): Doc {
  return generic(runtimeType(name), [contextType, ...types]);
}

function prepareType(plan: Plan, mutation: MutationPlan): Doc {
  const { record, create, changes } = entityOf(plan, mutation.entity).names;
  const given = mutation.field ? argsType(plan, mutation.field) : 'object';
  const current = entityType(record);
  const valuesOf = (name: string) => withoutDeclared(mutation, entityType(name));
  switch (mutation.kind) {
    case 'create':
      return ruleType('PrepareRule', [given, 'null', valuesOf(create)]);
    case 'upsert':
      return ruleType('PrepareRule', [given, union([current, 'null']), valuesOf(create)]);
    default:
      return ruleType('PrepareRule', [given, current, valuesOf(changes)]);
  }
}

/** The values of a rule, but for those the declarations give. */
function withoutDeclared({ elements = [] }: MutationPlan, type: Doc): Doc {
  if (elements.length === 0) return type;
  return generic(globalOf('Omit'), [type, literalUnion(elements.map(({ field }) => field))]);
}

function alongsideType(plan: Plan, { kind, name, entity, field }: MutationPlan): Doc {
  const record = entityType(entityOf(plan, entity).names.record);
  const mayBeNew = kind === 'upsert' || kind === 'put';
  const before = kind === 'create' ? 'null' : mayBeNew ? union([record, 'null']) : record;
  const after = kind === 'delete' ? 'null' : record;
  const given = field ? argsType(plan, field) : 'object';
  return generic(runtimeType('AlongsideChange'), [quote(name), before, after, given]);
}

function names(list: readonly string[]): string {
  return list.length < 2 ? (list[0] ?? '') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

function recordsOf(plan: Plan, target: string): string[] {
  const pattern = plan.patterns.find(
    (one) => one.target === target && one.access.kind !== 'query' && one.access.kind !== 'get',
  );
  if (pattern?.access.kind === 'any' || pattern?.access.kind === 'typed')
    return pattern.access.members.map((member) => entityOf(plan, member.entity).names.record);
  return [entityOf(plan, target).names.record];
}

/** Codegen's type of a field's arguments. */
function argsType(plan: Plan, { type, field }: FieldRef): Doc {
  const resolver = plan.resolvers.find((one) => one.type === type && one.field === field);
  return resolver?.hasArguments ? graphqlType(argumentsName(type, field)) : 'object';
}

function fieldName({ type, field }: FieldRef): string {
  return `${type}.${field}`;
}
