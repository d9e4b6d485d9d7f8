/** What mutations and transactions ask of DynamoDB. */

import type { WriteCost } from '../../budget/costs.js';
import { entityOf, mutationOf, referencesTo } from '../plan/lookup/find.js';
import type { Plan } from '../plan/types/plan.js';
import type { IdempotentPlan, MutationPlan, TransactionPlan } from '../plan/types/writes.js';

export function mutationCost(plan: Plan, mutation: MutationPlan): WriteCost {
  const [gives] = listOf(mutation.each);
  return { ...writeCost(plan, mutation, [mutation]), ...(gives === undefined ? {} : { gives }) };
}

/** The records of all steps are read together. */
export function transactionCost(plan: Plan, transaction: TransactionPlan): WriteCost {
  return writeCost(
    plan,
    transaction,
    transaction.steps.map(({ mutation }) => mutationOf(plan, mutation)),
  );
}

function writeCost(
  plan: Plan,
  { name, allow, idempotent }: { name: string; allow: string | null; idempotent?: IdempotentPlan },
  steps: readonly MutationPlan[],
): WriteCost {
  const rules = steps.flatMap(({ prepare, alongside }) => [prepare, alongside]).flatMap((rule) => rule ?? []);
  const found = steps.filter(({ kind, direct, all }) => kind !== 'create' && !direct && !all);
  const direct = steps.find((one) => one.direct);
  // What an earlier step names is read when that is computed.
  const following = found.filter(({ key }) => key.some(({ value }) => value.kind === 'result'));
  const read = found.filter((step) => !following.includes(step) && !step.each);
  const lists = found.filter((step) => !following.includes(step)).flatMap(({ each }) => listOf(each));
  const named = found.length > 0 ? found : steps;
  const all = steps.reduce((sum, one) => sum + (one.all ? partitionsOf(plan, one.all) : 0), 0);
  const sequences = steps
    .filter(({ kind }) => isCreating(kind))
    .flatMap(({ entity }) => entityOf(plan, entity).aggregates ?? [])
    .filter((number) => number.kind === 'sequence').length;
  const cascades = steps
    .filter(({ kind }) => kind === 'delete')
    .reduce((sum, { entity }) => sum + partitionsBelow(plan, entity), 0);
  return {
    kind: 'write',
    mutation: name,
    of: [...new Set(named.map(({ entity }) => entity))].join(', '),
    ...(read.length === 0 && lists.length === 0 ? { unread: true as const } : {}),
    ...(direct ? { direct: direct.kind === 'upsert' ? ('orCreates' as const) : ('only' as const) } : {}),
    ...(lists.length > 0 || read.length > 1 ? { records: read.length } : {}),
    ...(lists.length > 0 ? { lists } : {}),
    ...(following.length > 0 ? { following: following.length } : {}),
    ...(idempotent ? { idempotent: true as const } : {}),
    ...(sequences === 0 ? {} : { sequences }),
    ...(all === 0 ? {} : { all }),
    ...(cascades === 0 ? {} : { cascades }),
    ...(allow === null ? {} : { allow }),
    ...(rules.length === 0 ? {} : { rules }),
  };
}

/** The argument with the list of `each`. */
function listOf(each: MutationPlan['each']): string[] {
  return each?.kind === 'argument' ? [each.path.join('.')] : [];
}

function isCreating(kind: MutationPlan['kind']): boolean {
  return kind === 'create' || kind === 'upsert' || kind === 'put';
}

function partitionsOf(plan: Plan, pattern: string): number {
  const access = plan.patterns.find(({ name }) => name === pattern)?.access;
  return access?.kind === 'query' ? (access.shards ?? 1) : 0;
}

/** In how many partitions the records are looked for that go with one of an entity. */
function partitionsBelow(plan: Plan, entity: string): number {
  return referencesTo(plan, entity).reduce((sum, { reference: { onDelete, foundBy } }) => {
    return onDelete === 'cascade' && foundBy !== null ? sum + partitionsOf(plan, foundBy) : sum;
  }, 0);
}
