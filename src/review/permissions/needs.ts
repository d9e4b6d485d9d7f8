/** What the role of a server of a plan has to allow, as the runtime sends it: least privilege. */

import { entityOf, mutationOf } from '../../generator/plan/lookup/find.js';
import { type PatternPlan, type QueryAccess, queryOf } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { RulePlan } from '../../generator/plan/types/rules.js';
import type { MutationPlan } from '../../generator/plan/types/writes.js';
import type { Permission } from '../report.js';
import type { Revision } from '../revision.js';
import { needsOfEvent } from './events.js';
import type { Need } from './need.js';
import { needsOfWrite } from './writes.js';

export interface Permissions {
  /** By table, index and action. */
  readonly all: readonly Permission[];
  /** Rules that do not say what they write: what they need comes on top. */
  readonly without: readonly string[];
}

export function permissionsOf({ plan, model }: Pick<Revision, 'plan' | 'model'>): Permissions {
  const { patterns, mutations, transactions = [], subscriptions = [], rules, tables } = plan;
  const found = new Map<string, { readonly need: Need; readonly by: Set<string> }>();
  const add = (by: string, needs: readonly Need[]) => {
    for (const need of needs) {
      const id = `${need.table} ${need.index} ${need.action}`;
      const known = found.get(id) ?? { need, by: new Set() };
      known.by.add(by);
      found.set(id, known);
    }
  };
  for (const pattern of patterns) add(pattern.name, needsOfPattern(plan, pattern));
  for (const one of mutations) if (one.step === undefined) add(one.name, needsOfMutation(plan, one));
  for (const { name, steps, allow, asks = [], idempotent } of transactions) {
    const all = steps.map(({ mutation }) => mutationOf(plan, mutation));
    add(name, [
      ...all.flatMap((one) => needsOfMutation(plan, one)),
      ...needsAround(plan, [allow, ...asks], idempotent),
    ]);
  }
  // Its events are read by their pattern.
  for (const { name, payload } of subscriptions)
    add(
      name,
      payload.records.flatMap(({ entity }) => byKey(plan, entity)),
    );
  for (const rule of rules) add(rule.name, needsOfRule(plan, rule));
  // The health check of the server.
  const [first] = tables;
  if (first) add('health', [{ action: 'GetItem', table: first.name, index: null }]);
  // Every server reads there how records are stored.
  const stored = tables.filter(({ name }) => plan.entities.some(({ table }) => table === name));
  add(
    'migrate',
    stored.map(({ name }) => ({ action: 'GetItem', table: name, index: null })),
  );
  const slots = tables.flatMap(({ name, indexes }) => [
    `${name} null`,
    ...indexes.map((one) => `${name} ${one.name}`),
  ]);
  const place = ({ table, index }: Need) => slots.indexOf(`${table} ${index}`);
  const answersMutation = ({ use }: RulePlan) =>
    use.kind === 'field' && use.field.type === model.sdl.mutationType;
  return {
    all: [...found.values()]
      .sort(({ need: a }, { need: b }) => place(a) - place(b) || (a.action < b.action ? -1 : 1))
      .map(({ need, by }) => ({
        action: `dynamodb:${need.action}`,
        resource: need.index === null ? need.table : `${need.table}.${need.index}`,
        because: [...by],
      })),
    without: [
      ...new Set([
        ...[...mutations, ...transactions].flatMap(({ cost }) => cost.without),
        ...rules.flatMap((rule) => (answersMutation(rule) && !rule.writes ? [rule.name] : [])),
      ]),
    ],
  };
}

function byKey(plan: Plan, entity: string): Need[] {
  const { table } = entityOf(plan, entity);
  // One key, or those of a step together.
  return (['GetItem', 'BatchGetItem'] as const).map((action) => ({ action, table, index: null }));
}

function needsOfPattern(plan: Plan, { target, access }: PatternPlan): Need[] {
  switch (access.kind) {
    case 'get':
    case 'unique':
    case 'aggregate':
      return byKey(plan, access.entity);
    case 'typed':
    case 'any':
      return access.members.flatMap(({ entity }) => byKey(plan, entity));
    case 'exists':
      return access.by.kind === 'get' ? byKey(plan, access.by.entity) : byQuery(plan, access.by, target);
    case 'through': {
      const { join, entity } = access;
      const joined = join.kind === 'get' ? byKey(plan, join.entity) : byQuery(plan, join, join.entity);
      return [...joined, ...byKey(plan, entity)];
    }
    case 'mixed':
      return access.members.flatMap((one) => byQuery(plan, one.access, one.entity));
    default: {
      const query = queryOf(access);
      return query ? byQuery(plan, query, target) : [];
    }
  }
}

/** What an index or an entry does not cover is read by key, as are totals. */
function byQuery(plan: Plan, { entity, index, covering, total }: QueryAccess, target: string): Need[] {
  const { table } = entityOf(plan, entity);
  const isFollowed = covering.kind === 'some' || total !== undefined;
  return [{ action: 'Query', table, index }, ...(isFollowed ? byKey(plan, target) : [])];
}

function needsOfMutation(plan: Plan, mutation: MutationPlan): Need[] {
  const {
    kind,
    entity,
    values,
    elements = [],
    expiry,
    prepare,
    alongside,
    allow,
    asks = [],
    step,
    each,
    all,
    idempotent,
  } = mutation;
  const written = [...values.map(({ name }) => name), ...elements.map(({ field }) => field)];
  const around = rulesNamed(plan, [allow, ...asks, prepare, alongside]);
  const further = around.filter(({ name }) => name === alongside).flatMap(({ writes = [] }) => writes);
  const isWithOthers =
    step !== undefined ||
    each !== undefined ||
    alongside !== null ||
    around.some(({ dependsOn = [] }) => dependsOn.length > 0);
  const found = plan.patterns.find(({ name }) => name === all);
  return [
    ...needsOfWrite(plan, {
      kind,
      entity,
      isWithOthers,
      ...(prepare === null ? { sets: new Set([...written, ...(expiry ? [expiry.field] : [])]) } : {}),
    }),
    ...further.flatMap((write) => needsOfWrite(plan, { ...write, isWithOthers: true })),
    ...needsOfEvent(plan, mutation),
    ...(found ? needsOfPattern(plan, found) : []),
    ...needsAround(plan, [allow, ...asks, prepare, alongside], idempotent),
  ];
}

/** The records that rules depend on, and idempotency keys. */
function needsAround(
  plan: Plan,
  names: readonly (string | null)[],
  idempotent: MutationPlan['idempotent'],
): Need[] {
  const depended = rulesNamed(plan, names).flatMap(({ dependsOn = [] }) => dependsOn);
  const token = idempotent && { table: idempotent.table, index: null };
  return [
    ...depended.flatMap((entity) => checked(plan, entity)),
    ...(token
      ? [
          { action: 'GetItem' as const, ...token },
          { action: 'PutItem' as const, ...token },
        ]
      : []),
  ];
}

function rulesNamed({ rules }: Plan, names: readonly (string | null)[]): RulePlan[] {
  return rules.filter(({ name }) => names.includes(name));
}

function checked(plan: Plan, entity: string): Need[] {
  const { table } = entityOf(plan, entity);
  return [...byKey(plan, entity), { action: 'ConditionCheckItem', table, index: null }];
}

/** What a rule reads by key may be of any entity. Patterns that it calls need what they need. */
function needsOfRule(plan: Plan, { writes = [], dependsOn = [], asks, use }: RulePlan): Need[] {
  const own = use.kind === 'field' ? writes : [];
  return [
    ...own.flatMap((write) =>
      needsOfWrite(plan, { ...write, isWithOthers: own.length > 1 || dependsOn.length > 0 }),
    ),
    ...(use.kind === 'field' ? dependsOn.flatMap((entity) => checked(plan, entity)) : []),
    ...((asks?.gets ?? 0) > 0 ? plan.entities.flatMap(({ name }) => byKey(plan, name)) : []),
  ];
}
