/** What one call of each pattern, mutation, transaction and rule costs, and which partitions take it. */

import type { GraphQLSchema } from 'graphql';
import { readUnitBytes, type Sizes, usualBytes } from '../../budget/figures.js';
import { budgetOfField, type SingleField } from '../../budget/single.js';
import { singleBudgets } from '../../generator/costs/pattern-budgets.js';
import type { Span } from '../../generator/diagnostics/diagnostic.js';
import { aggregateOf, entityOf, mutationOf } from '../../generator/plan/lookup/find.js';
import { type PatternPlan, queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { KeyTemplate } from '../../generator/plan/types/storage.js';
import type { FieldRef } from '../../generator/plan/types/values.js';
import {
  costOf,
  partsOfMost,
  type Written,
  writtenByMutation,
  writtenByRule,
  writtenByTransaction,
} from '../../generator/plan/write-costs/costs.js';
import type { Stored } from '../../generator/plan/write-costs/units.js';
import type { CostRow, Units } from '../report.js';
import type { Revision } from '../revision.js';
import { type BytesOf, budgetSizes } from './sizes.js';

export interface Call extends Pick<CostRow, 'name' | 'kind' | 'field'> {
  readonly at: Span | undefined;
  readonly units: Units;
  readonly reads: readonly Traffic[];
  readonly writes: readonly Traffic[];
}

/**
 * Units that one partition takes of a call; of a template with values, one of the partitions. A local index shares the
 * partitions of its table.
 */
export interface Traffic {
  readonly table: string;
  readonly index: string | null;
  readonly partition: KeyTemplate;
  readonly units: number;
}

const nothing: Units = {
  read: { usual: 0, most: 0 },
  write: { least: 0, most: 0 },
  fanOut: {},
  each: null,
  without: [],
};

/** Patterns first, then mutations, transactions and rules that answer fields; in the order of the declarations. */
export function callsOf({ plan, costs, schema, model }: Revision, bytesOf: BytesOf): readonly Call[] {
  const sizes = budgetSizes(plan, bytesOf);
  const budgets = singleBudgets(plan, costs, schema, sizes);
  const stored = storedOf(plan, bytesOf);
  const read = (name: string): Units['read'] => {
    const { usual, most } = budgets.get(name) ?? {};
    return { usual: usual?.readUnits ?? 0, most: most?.readUnits ?? 0 };
  };
  const placeOf = (
    all: readonly { readonly name: { readonly text: string; readonly at: Span } }[],
    name: string,
  ) => all.find((one) => one.name.text === name)?.name.at;
  const byWrites = (
    { name, field }: { readonly name: string; readonly field: FieldRef | null },
    written: Written,
    entities: readonly string[],
  ) => {
    const cost = field && costs.fields[fieldText(field) ?? ''];
    const isOfList = written.each !== null && cost?.kind === 'write';
    const usual = isOfList ? ofOneElement(schema, { cost, field, select: [] }, sizes) : read(name);
    const parts = writtenUnits(written, usual);
    const reads = entities.flatMap((entity) => byKey(plan, entity, usual.usual / entities.length));
    return { name, field: fieldText(field), ...parts, reads };
  };
  const patterns = plan.patterns.map((pattern): Call => {
    const { name, field } = pattern;
    const units = { ...nothing, read: read(name) };
    const covered = budgets.get(name)?.covering?.usual.readUnits;
    const ofKey = sizes.records[leadsTo(pattern) ?? ''] ?? usualBytes;
    const keys = (budgets.get(name)?.rows?.count ?? 1) * (Math.ceil(ofKey / readUnitBytes) / 2);
    const rows =
      covered ?? (leadsTo(pattern) === null ? units.read.usual : Math.max(0, units.read.usual - keys));
    const at = placeOf(model.patterns, name);
    return {
      name,
      kind: 'pattern',
      field: fieldText(field),
      at,
      units,
      reads: readsOf(plan, pattern, rows, units.read.usual),
      writes: [],
    };
  });
  const mutations = plan.mutations
    .filter(({ step }) => step === undefined)
    .map(
      (one): Call => ({
        ...byWrites(one, writtenByMutation(stored, plan.rules, one), [one.entity]),
        kind: 'mutation',
        at: placeOf(model.mutations, one.name),
      }),
    );
  const transactions = (plan.transactions ?? []).map((one): Call => {
    const steps = one.steps.map(({ mutation }) => mutationOf(plan, mutation));
    const read = [...new Set(steps.flatMap(({ kind, entity }) => (kind === 'create' ? [] : entity)))];
    return {
      ...byWrites(one, writtenByTransaction(stored, plan.rules, { ...one, steps }), read),
      kind: 'transaction',
      at: placeOf(model.transactions, one.name),
    };
  });
  const rules = plan.rules.flatMap((rule): Call[] => {
    if (rule.use.kind !== 'field') return [];
    const { name, writes, asks } = rule;
    const gets = asks?.gets ?? 0;
    const { units, ...parts } = writtenUnits(writtenByRule(stored, rule), {
      usual: gets / 2,
      most: gets / 2,
    });
    const isUnknown = (asks === undefined && writes === undefined) || (asks?.requests ?? 0) > 0;
    return [
      {
        name,
        kind: 'rule',
        field: fieldText(rule.use.field),
        units: { ...units, without: isUnknown ? [name] : [] },
        ...parts,
        at: placeOf(model.rules, name),
      },
    ];
  });
  const isLocal = ({ table, index }: Traffic) =>
    plan.tables.some(
      ({ name, indexes }) =>
        name === table && indexes.some((one) => one.name === index && one.kind === 'local'),
    );
  const inPartitions = (all: readonly Traffic[]) =>
    all.map((one) => (isLocal(one) ? { ...one, index: null } : one));
  return [...patterns, ...mutations, ...transactions, ...rules].map((call) => ({
    ...call,
    reads: inPartitions(call.reads),
    writes: inPartitions(call.writes),
  }));
}

export function storedOf(plan: Plan, bytesOf: BytesOf): Stored {
  return {
    ...plan,
    unitsOf: (entity, item, index) => Math.max(1, Math.ceil(bytesOf(entity, item, index) / 1024)),
  };
}

function writtenUnits(written: Written, read: Units['read']): Pick<Call, 'units' | 'reads' | 'writes'> {
  const { least, most, each, without } = costOf(written);
  const parts = partsOfMost(written);
  const fanOut = new Map<string, number>();
  for (const { index, units } of parts)
    fanOut.set(index ?? 'table', (fanOut.get(index ?? 'table') ?? 0) + units);
  return {
    units: {
      read,
      write: { least: least.total + (each?.least.total ?? 0), most: most.total + (each?.most.total ?? 0) },
      fanOut: Object.fromEntries([...fanOut].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))),
      each: each ? { least: each.least.total, most: each.most.total } : null,
      without,
    },
    reads: [],
    writes: parts.map(({ units, shards, ...part }) => ({ ...part, units: units / (shards ?? 1) })),
  };
}

function rank(name: string): number {
  return name === 'table' ? 0 : 1;
}

function leadsTo({ access }: PatternPlan): string | null {
  return access.kind === 'through' ? access.entity : null;
}

/** What rows are read of its key or index, and records by their keys. */
function readsOf(plan: Plan, { target, access }: PatternPlan, rows: number, all: number): Traffic[] {
  switch (access.kind) {
    case 'typed':
    case 'any':
      return access.members.flatMap(({ entity }) => byKey(plan, entity, all));
    case 'get':
    case 'unique':
      return byKey(plan, access.entity, all);
    case 'aggregate': {
      const entity = entityOf(plan, access.entity);
      const { partition, shards } = aggregateOf(entity, access.aggregate);
      return [{ table: entity.table, index: null, partition, units: all / (shards ?? 1) }];
    }
    case 'exists':
      if (access.by.kind === 'get') return byKey(plan, access.by.entity, all);
      break;
    case 'through':
      if (access.join.kind === 'get')
        return [...byKey(plan, access.join.entity, rows), ...byKey(plan, access.entity, all - rows)];
      break;
  }
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  if (!query) return [];
  const { index, partition, shards } = query;
  const { table } = entityOf(plan, query.entity);
  const led = access.kind === 'through' ? access.entity : target;
  const followed = access.kind === 'mixed' ? [] : byKey(plan, led, all - rows);
  return [{ table, index, partition, units: rows / (shards ?? 1) }, ...followed];
}

function fieldText(field: FieldRef | null): string | null {
  return field && `${field.type}.${field.field}`;
}

function byKey(plan: Plan, name: string, units: number): Traffic[] {
  const { table, items } = entityOf(plan, name);
  const own = items[0]?.slots[0];
  return own && units > 0 ? [{ table, index: null, partition: own.partition, units }] : [];
}

/** The read units of a mutation of a list that has one element. */
function ofOneElement(schema: GraphQLSchema, single: SingleField, sizes: Sizes): Units['read'] {
  const lists =
    single.cost.kind === 'write' ? [...(single.cost.lists ?? []), single.cost.gives ?? []].flat() : [];
  const variables: Record<string, unknown> = {};
  for (const list of lists) {
    const [head = '', ...path] = list.split('.');
    // Arguments are passed as variables of their names.
    variables[head] = merged(variables[head], path);
  }
  const { usual, most } = budgetOfField(schema, single, { sizes, variables });
  return { usual: usual.readUnits, most: most.readUnits };
}

function merged(value: unknown, [name, ...path]: readonly string[]): unknown {
  if (name === undefined) return [null];
  const object: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return { ...object, [name]: merged(object[name], path) };
}
