/** Direct updates: which fields are changed without reading the record, and which mutations change no others. */

import { holesOf } from '../resolve/templates.js';
import { partsOf, takenBy } from './lookup/values-taken.js';
import type { RulePlan } from './types/rules.js';
import type { AttributePlan, EntityPlan, TablePlan } from './types/storage.js';
import { isAddition, type MutationPlan } from './types/writes.js';

/** With the fields on which nothing depends: no key, entry, unique value, aggregate, version, reference, transition or rule. */
export function withDirect(entity: EntityPlan, table: TablePlan): EntityPlan {
  const { attributes, items, revision } = entity;
  const isWhole = items.some(({ role }) => role === 'version') || attributes.some((one) => one.computed);
  if (revision === null || isWhole) return entity;
  const taken = dependedOn(entity, table);
  // Every update changes these.
  const always = attributes.filter(({ generated }) => generated === 'touch' || generated === 'revision');
  if (always.some(({ name }) => taken.has(name))) return entity;
  const direct = attributes.filter((one) => isFree(one) && !taken.has(one.name)).map(({ name }) => name);
  return direct.length === 0 ? entity : { ...entity, direct };
}

function isFree(attribute: AttributePlan): boolean {
  const { encoding, list, generated, immutable, transitions, validation, formerly, readsDefault } = attribute;
  const isAsStored = formerly === undefined && !readsDefault;
  const isOpen = isAsStored && transitions === undefined && validation?.kind !== 'rule';
  return encoding !== 'document' && !list && generated === null && !immutable && isOpen;
}

/** The fields that something besides the record itself is made of. */
function dependedOn(entity: EntityPlan, table: TablePlan): ReadonlySet<string> {
  const { items, guards, aggregates = [], references = [], keyFields, ttl } = entity;
  const slots = items.flatMap((item) => item.slots);
  const conditional = [...slots, ...aggregates];
  const templates = [...slots, ...guards, ...aggregates].flatMap(({ partition, sort }) => [partition, sort]);
  return new Set([
    ...keyFields,
    ...(ttl ? [ttl.field] : []),
    ...templates.flatMap((template) => holesOf(template).map(({ field }) => field)),
    ...[...conditional, ...guards].flatMap(({ present }) => present),
    ...[...conditional, ...guards].flatMap(({ when }) => when.map(({ field }) => field)),
    ...items.flatMap(({ covering }) => (covering.kind === 'some' ? covering.attributes : [])),
    ...guards.flatMap(({ fields }) => fields),
    ...aggregates.flatMap(({ field }) => field ?? []),
    ...references.flatMap(({ fields }) => fields.map(({ field }) => field)),
    ...table.indexes.flatMap(({ multiAttribute: keys }) =>
      keys ? [...keys.partition, ...keys.sort].map(({ name }) => name) : [],
    ),
  ]);
}

/**
 * Whether a mutation is one UpdateItem, unless a value of its call has to be refused. What a rule depends on is checked
 * in a transaction.
 */
export function isDirect(
  mutation: Omit<MutationPlan, 'cost'>,
  { attributes, direct = [] }: EntityPlan,
  rules: readonly RulePlan[],
): boolean {
  const {
    kind,
    values,
    elements = [],
    expect,
    prepare,
    publish,
    alongside,
    idempotent,
    step,
    each,
  } = mutation;
  const isAlone = !expect && !prepare && !publish && !alongside && !idempotent && !each && step === undefined;
  const taken = [...values.map(({ value }) => value), ...elements.flatMap(takenBy)];
  const isComputed = taken.flatMap(partsOf).some((one) => one.kind === 'current');
  const adds = elements.filter(isAddition);
  const isPremised = rules.some(
    ({ name, dependsOn }) =>
      dependsOn !== undefined && (name === mutation.allow || mutation.asks?.includes(name)),
  );
  if (!isAlone || isPremised || isComputed || adds.length < elements.length) return false;
  // DynamoDB does not round decimals.
  const isDecimal = (field: string) => attributes.find(({ name }) => name === field)?.encoding === 'decimal';
  if (adds.some(({ field }) => isDecimal(field))) return false;
  if (kind !== 'update' && !(kind === 'upsert' && adds.length > 0)) return false;
  const changed = [...values.map(({ name }) => name), ...adds.map(({ field }) => field)];
  return changed.length > 0 && changed.every((field) => direct.includes(field));
}
