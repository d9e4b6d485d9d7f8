/** Resolved model and layout -> plan. Both have passed the checks; anything missing here is our own bug and throws. */

import type { Layout } from '../layout/types.js';
import type { Model } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { authorizationPlan } from './authorization.js';
import { isDirect, withDirect } from './direct.js';
import { entityPlan } from './entities.js';
import { eventsPlan, subscriptionPlan } from './events.js';
import { embeddedPlans } from './forms.js';
import { rulesBefore } from './lookup/allowed.js';
import { patternPlan } from './patterns.js';
import { withPrefetch } from './prefetch.js';
import { withProjection } from './projections.js';
import { resolverPlans } from './resolvers.js';
import { rulePlans } from './rules.js';
import { tablePlans } from './tables.js';
import type { Plan } from './types/plan.js';
import type { EntityPlan, TablePlan } from './types/storage.js';
import type { FieldRef } from './types/values.js';
import type { MutationPlan, TransactionPlan } from './types/writes.js';
import { costOf, writtenByMutation, writtenByTransaction } from './write-costs/costs.js';
import { mutationPlan } from './writes/mutations.js';
import { transactionPlan } from './writes/transactions.js';

export function planOf(resolved: ResolvedModel, layout: Layout): Plan {
  const { model } = resolved;
  const plain = Array.from(layout.entities.values(), (entity) => entityPlan(model, layout, entity));
  const resolvers = resolverPlans(model);
  const authorization = authorizationPlan(resolved);
  const authorized = authorization ? { authorization } : {};
  const patterns = withPrefetch(
    model.patterns.map((pattern) => patternPlan(resolved, layout, pattern)),
    { entities: plain, resolvers, ...authorized },
  );
  const asking = <One extends { readonly field: FieldRef | null }>(one: One) => {
    const asks = rulesBefore(authorized, one.field);
    return asks.length > 0 ? { ...one, asks } : one;
  };
  const writes = model.mutations.map((mutation) => asking(mutationPlan(resolved, layout, mutation)));
  const wholes = model.transactions.map((one) => asking(transactionPlan(resolved, layout, one)));
  const tables = tablePlans(
    layout,
    new Set([...writes, ...wholes].flatMap(({ idempotent }) => idempotent?.table ?? [])),
  );
  const entities = plain.map((entity) => withDirect(entity, tableNamed(tables, entity.table)));
  const events = eventsPlan(resolved, { entities, tables });
  const stored = { entities, tables, ...(events ? { events } : {}) };
  const rules = rulePlans(model, stored);
  const transactions = wholes.map((whole): TransactionPlan => {
    const steps = writes.filter(({ name }) => whole.steps.some(({ mutation }) => mutation === name));
    return { ...whole, cost: costOf(writtenByTransaction(stored, rules, { ...whole, steps })) };
  });
  const subscriptions = model.subscriptions.map((one) => subscriptionPlan(resolved, one));
  const embedded = embeddedPlans(model.sdl, entities);
  return {
    format: 1,
    tables,
    entities: withProjection(entities, patterns, authorized),
    ...(embedded.length > 0 ? { embedded } : {}),
    patterns,
    mutations: writes.map((write): MutationPlan => {
      const entity = entities.find(({ name }) => name === write.entity);
      const direct = entity && isDirect(write, entity, rules) ? { direct: true as const } : {};
      return { ...write, ...direct, cost: costOf(writtenByMutation(stored, rules, write)) };
    }),
    ...(transactions.length > 0 ? { transactions } : {}),
    ...(events ? { events } : {}),
    ...(subscriptions.length > 0 ? { subscriptions } : {}),
    rules,
    ...authorized,
    resolvers,
    ...(model.sdl.scalars.size > 0 ? { scalars: Object.fromEntries(model.sdl.scalars) } : {}),
    enums: enumsOf(model, entities),
  };
}

function tableNamed(tables: readonly TablePlan[], name: string): TablePlan {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

/** The values of each enum that is stored. */
function enumsOf({ sdl }: Model, entities: readonly EntityPlan[]): Plan['enums'] {
  const names = entities.flatMap(({ attributes }) =>
    attributes.flatMap(({ encoding, of }) => (encoding === 'enum' ? [of] : [])),
  );
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, sdl.types.get(name)?.values ?? []]),
  );
}
