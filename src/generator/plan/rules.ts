/** The rules that people write: where each is called, and what it says it reads and writes. */

import { type Model, type PatternModel, type RuleModel, returned } from '../model.js';
import { ruleTypeName } from '../names.js';
import { placedIn, rolesOf } from '../resolve/access/statements.js';
import { fieldAt } from '../resolve/sdl.js';
import type { RulePlan } from './types/rules.js';
import { fieldRef } from './values.js';
import { costOf, writtenByRule } from './write-costs/costs.js';
import type { Stored } from './write-costs/units.js';

type Use = RulePlan['use'];
type NamedUse = readonly [rule: string, use: Use];

/** In the order of their first use. */
export function rulePlans(model: Model, stored: Stored): RulePlan[] {
  const uses = new Map<string, Use>();
  for (const [name, use] of usesIn(model)) uses.set(name, merged(uses.get(name), use));
  return Array.from(uses, ([name, use]): RulePlan => {
    const declared = model.rules.find((rule) => rule.name.text === name);
    const plan = {
      name,
      file: declared?.in?.text ?? 'rules',
      typeName: ruleTypeName(name),
      ...writesOf(declared),
      use,
      ...asksOf(declared),
    };
    return plan.writes && use.kind === 'field'
      ? { ...plan, cost: costOf(writtenByRule(stored, plan)) }
      : plan;
  });
}

/** Every use of a rule, each in the order of the YAML: fields, patterns, attributes, mutations, transactions, subscriptions. */
function usesIn(model: Model): NamedUse[] {
  return [
    ...model.rules.flatMap((rule) => fieldUse(model, rule)),
    ...model.patterns.flatMap((pattern) => [...allowUse(pattern), ...visibleUse(pattern)]),
    ...model.entities.flatMap(({ name, compute, validate }) => [
      ...compute.map(({ field, rule }): NamedUse => {
        const attribute = { entity: name.text, field: field.text };
        return [rule.text, { kind: 'compute', attributes: [attribute] }];
      }),
      ...validate.flatMap(({ field, validation }): NamedUse[] => {
        const attribute = { entity: name.text, field: field.text };
        if (validation.kind !== 'rule') return [];
        return [[validation.rule.text, { kind: 'validate', attributes: [attribute] }]];
      }),
    ]),
    ...model.mutations.flatMap((mutation) => {
      const { prepare, alongside } = mutation;
      const mutations = [mutation.name.text];
      return [
        ...allowUse(mutation),
        ...(prepare ? [[prepare.text, { kind: 'prepare', mutations }] satisfies NamedUse] : []),
        ...(alongside ? [[alongside.text, { kind: 'alongside', mutations }] satisfies NamedUse] : []),
      ];
    }),
    ...model.transactions.flatMap(allowUse),
    ...model.subscriptions.flatMap((subscription): NamedUse[] => {
      const { visible } = subscription;
      const targets = model.eventLog ? [model.eventLog.entity.text] : [];
      return [
        ...allowUse(subscription),
        ...(visible ? [[visible.text, { kind: 'visible', targets }] satisfies NamedUse] : []),
      ];
    }),
    ...accessUses(model),
  ];
}

function fieldUse(model: Model, { name, for: path }: RuleModel): NamedUse[] {
  const field = fieldRef(path);
  if (!field) return [];
  const description = fieldAt(model, path) ? `${field.type}.${field.field}` : null;
  return [[name.text, { kind: 'field', field, description }]];
}

function allowUse({ allow, for: path }: Pick<PatternModel, 'allow' | 'for'>): NamedUse[] {
  const field = fieldRef(path);
  return allow && field ? [[allow.text, { kind: 'allow', fields: [field] }]] : [];
}

/** Of `@allow`, and of the rule that says who asks. */
function accessUses(model: Model): NamedUse[] {
  const { access } = model;
  if (!access) return [];
  return [
    [access.viewer.text, { kind: 'viewer', roles: rolesOf(model) }],
    ...placedIn(model).flatMap(({ allow: { rule }, type, covers }): NamedUse[] => {
      const fields = covers.map(({ name }) => ({ type: type.name, field: name }));
      return rule ? [[rule.text, { kind: 'allow', fields }]] : [];
    }),
  ];
}

function visibleUse(pattern: PatternModel): NamedUse[] {
  if (!pattern.visible) return [];
  return [[pattern.visible.text, { kind: 'visible', targets: [returned(pattern).text] }]];
}

/** One rule has one kind of use (see check/): in several places. */
function merged(earlier: Use | undefined, use: Use): Use {
  switch (use.kind) {
    case 'field':
    case 'viewer':
      return use;
    case 'allow':
      return earlier?.kind === 'allow' ? { ...use, fields: [...earlier.fields, ...use.fields] } : use;
    case 'visible':
      return earlier?.kind === 'visible'
        ? { ...use, targets: [...new Set([...earlier.targets, ...use.targets])] }
        : use;
    case 'prepare':
    case 'alongside':
      return earlier?.kind === use.kind
        ? { ...use, mutations: [...earlier.mutations, ...use.mutations] }
        : use;
    case 'validate':
    case 'compute':
      return earlier?.kind === use.kind
        ? { ...use, attributes: [...earlier.attributes, ...use.attributes] }
        : use;
  }
}

function writesOf(rule: RuleModel | undefined): Pick<RulePlan, 'writes' | 'publishes' | 'dependsOn'> {
  const declared = rule?.writes ?? [];
  const { publishes = [], dependsOn = [] } = rule ?? {};
  return {
    ...(declared.length > 0 && {
      writes: declared.map(({ kind, entity }) => ({ kind, entity: entity.text })),
    }),
    ...(publishes.length > 0 && { publishes: publishes.map(({ text }) => text) }),
    ...(dependsOn.length > 0 && { dependsOn: dependsOn.map(({ text }) => text) }),
  };
}

function asksOf(rule: RuleModel | undefined): Pick<RulePlan, 'asks'> {
  const { gets, once, requests } = rule ?? {};
  if (gets === undefined && requests === undefined) return {};
  return {
    asks: {
      ...(gets === undefined ? {} : { gets }),
      ...(once === undefined ? {} : { once: once.text }),
      ...(requests === undefined ? {} : { requests }),
    },
  };
}
