/** Mutations, and rules that write: what each writes, and what that costs. */

import type { SingleBudgets } from '../../costs/pattern-budgets.js';
import { referencesTo } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { RulePlan } from '../../plan/types/rules.js';
import type { EntityPlan, ReferencePlan } from '../../plan/types/storage.js';
import type { MutationPlan, TransactionPlan, WriteCost } from '../../plan/types/writes.js';
import { readCost } from './costs.js';

/** One block of the page. */
export interface MutationBlock {
  readonly heading: string;
  readonly writes: string;
  readonly cost: string;
  readonly rules: string;
}

/** What answers a mutation, in the order of the YAML: a transaction comes before its steps. */
export function mutationBlocks(plan: Plan, budgets: SingleBudgets, entity: string): MutationBlock[] {
  return plan.mutations
    .filter((mutation) => mutation.entity === entity)
    .map((mutation) => mutationBlock(plan, budgets, mutation));
}

export function transactionBlocks(plan: Plan, budgets: SingleBudgets): MutationBlock[] {
  return (plan.transactions ?? []).map((transaction) => transactionBlock(budgets, transaction));
}

export function ruleBlocks(plan: Plan): MutationBlock[] {
  return plan.rules.flatMap((rule) => ruleBlock(rule) ?? []);
}

function mutationBlock(plan: Plan, budgets: SingleBudgets, mutation: MutationPlan): MutationBlock {
  const { name, kind, field, step, idempotent, publish, cost } = mutation;
  const entity = plan.entities.find((one) => one.name === mutation.entity);
  const answers = field ? ` · \`${field.type}.${field.field}\`` : '';
  const inStep = step === undefined ? '' : ` · step ${step}`;
  const items = entity ? writtenItems(plan, entity, kind) : '';
  const whole = plan.transactions?.some(({ steps }) => steps.some((one) => one.mutation === name)) ?? false;
  const rules = [whole ? null : mutation.allow, mutation.prepare, mutation.alongside];
  return {
    heading: `**${name}**${answers}${inStep} · ${kind} ${mutation.entity}${conditionText(mutation)}`,
    writes: [
      `${items}${mutation.each ? ' for each element' : mutation.all ? ` for each record of ${mutation.all}` : ''}`,
      ...(publish ? [`event ${publish}`] : []),
      ...(idempotent ? ['1 idempotency key'] : []),
      ...(mutation.direct ? ['without reading it'] : []),
    ].join(', '),
    cost: [readCost(budgets.get(name)), writeCost(cost, mutation.all ? 'record' : 'element')]
      .filter(Boolean)
      .join('; '),
    rules: ruleNames(rules),
  };
}

/** All steps of a transaction, and the idempotency key, together. */
function transactionBlock(budgets: SingleBudgets, transaction: TransactionPlan): MutationBlock {
  const { name, field, steps, idempotent, allow, cost } = transaction;
  const answers = field ? ` · \`${field.type}.${field.field}\`` : '';
  return {
    heading: `**${name}**${answers} · transaction of ${steps.map((one) => one.name).join(', ')}`,
    writes: `what its steps write${idempotent ? ', 1 idempotency key' : ''}`,
    cost: [readCost(budgets.get(name)), writeCost(cost)].filter(Boolean).join('; '),
    rules: ruleNames([allow]),
  };
}

function ruleBlock({
  name,
  use,
  writes = [],
  publishes = [],
  dependsOn = [],
  cost,
}: RulePlan): MutationBlock | undefined {
  if (use.kind !== 'field' || !cost) return undefined;
  return {
    heading: `**${name}** · \`${use.field.type}.${use.field.field}\` · rule`,
    writes: [
      ...writes.map(({ kind, entity }) => `${kind} ${entity}`),
      ...publishes.map((type) => `event ${type}`),
      ...dependsOn.map((entity) => `check ${entity}`),
    ].join(', '),
    cost: writeCost(cost),
    rules: '',
  };
}

export function ruleNames(rules: readonly (string | null)[]): string {
  return rules.flatMap((rule) => (rule === null ? [] : [`\`${rule}\``])).join(', ');
}

/** `, if isOpen and hasSeats`: the conditions on the record as it is. */
function conditionText({ require = [] }: MutationPlan): string {
  return require.length === 0 ? '' : `, if ${require.map(({ name }) => `\`${name}\``).join(' and ')}`;
}

function writtenItems(plan: Plan, entity: EntityPlan, kind: string): string {
  const entries = entity.items.filter((item) => item.role === 'entry').length;
  const versions = kind === 'delete' ? 0 : entity.items.filter((item) => item.role === 'version').length;
  const guards = entity.guards.length;
  const aggregates = (entity.aggregates ?? []).filter(
    (one) => one.kind !== 'sequence' || kind === 'create' || kind === 'upsert' || kind === 'put',
  ).length;
  return [
    '1 item',
    ...(entries ? [`${entries} index ${entries === 1 ? 'entry' : 'entries'}`] : []),
    ...(guards ? [`${guards} unique guard${guards === 1 ? '' : 's'}`] : []),
    ...(versions ? ['1 version'] : []),
    ...(aggregates ? [`${aggregates} aggregate${aggregates === 1 ? '' : 's'}`] : []),
    ...referenceItems(plan, entity, kind),
  ].join(', ');
}

/** Checks of what a record names, the numbers of records that name one, and what goes with a deleted one. */
function referenceItems(plan: Plan, entity: EntityPlan, kind: string): string[] {
  const references = entity.references ?? [];
  const naming = kind === 'delete' ? referencesTo(plan, entity.name) : [];
  const checks = kind === 'delete' ? 0 : references.length;
  const isCounted = ({ counter }: ReferencePlan) => counter !== null;
  const counters =
    references.filter(isCounted).length + naming.filter(({ reference }) => isCounted(reference)).length;
  const going = naming.filter(({ reference }) => reference.onDelete === 'cascade');
  return [
    ...(checks ? [`${checks} reference check${checks === 1 ? '' : 's'}`] : []),
    ...(counters ? [`${counters} reference counter${counters === 1 ? '' : 's'}`] : []),
    ...(going.length > 0
      ? [`and with it ${[...new Set(going.map(({ child }) => child.name))].join(', ')}`]
      : []),
  ];
}

/** Write units in all, and where they go: the table and each index. */
function writeCost({ least, most, each, without }: WriteCost, of = 'element'): string {
  const own = most.total > 0 || !each ? [unitsText({ least, most }, without)] : [];
  return [...own, ...(each ? [`${unitsText(each, own.length > 0 ? [] : without)} for each ${of}`] : [])].join(
    ' + ',
  );
}

function unitsText({ least, most }: Pick<WriteCost, 'least' | 'most'>, without: readonly string[]): string {
  const names = [...new Set([...Object.keys(most.indexes), ...Object.keys(least.indexes)])].sort();
  const parts = [
    `table ${range(least.table, most.table)}`,
    ...names.map((name) => `${name} ${range(least.indexes[name] ?? 0, most.indexes[name] ?? 0)}`),
  ];
  const total = `${range(least.total, most.total)} write ${most.total === 1 ? 'unit' : 'units'}`;
  return `${[total, ...without.map((rule) => `those of \`${rule}\``)].join(' + ')} (${parts.join(', ')})`;
}

function range(least: number, most: number): string {
  return least === most ? String(least) : `${least} … ${most}`;
}
