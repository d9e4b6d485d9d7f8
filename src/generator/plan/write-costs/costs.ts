/** What mutations cost: their own write, and those of the rules that add to them. */

import type { RulePlan } from '../types/rules.js';
import type { EntityPlan } from '../types/storage.js';
import type { DeclaredWrite, MutationPlan, WriteCost } from '../types/writes.js';
import {
  billed,
  type Fields,
  items,
  outdatedTally,
  type RecordWrite,
  type Stored,
  sum,
  type Tally,
  tallyOf,
} from './units.js';

type Range = readonly [least: Tally, most: Tally];

type UncostedMutation = Omit<MutationPlan, 'cost'>;

/** The cost of a mutation with its token and the rule that adds further writes, if one does. */
export function mutationCost(
  stored: Stored,
  rules: readonly RulePlan[],
  mutation: UncostedMutation,
): WriteCost {
  const { ranges, without } = partsOf(stored, rules, mutation);
  const token = mutation.idempotent ? [tokenRange] : [];
  const checks = checksOf(rules, [mutation]);
  if (mutation.each || mutation.all)
    return { ...costOf([...token, checks], true), each: costOf(ranges, true), without };
  return { ...costOf([...ranges, ...token, checks], mutation.step !== undefined), without };
}

/** The cost of a transaction: what its steps write, and its token. */
export function transactionCost(
  stored: Stored,
  rules: readonly RulePlan[],
  { steps, hasToken, allow }: WholeTransaction,
): WriteCost {
  const parts = steps.map((step) => ({ ...partsOf(stored, rules, step), isEach: step.each !== undefined }));
  const rangesOf = (isEach: boolean) =>
    parts.filter((part) => part.isEach === isEach).flatMap((part) => part.ranges);
  const each = rangesOf(true);
  const ranges = [...rangesOf(false), ...(hasToken ? [tokenRange] : [])];
  const checks = checksOf(rules, steps, allow);
  const ofElements = each.length > 0 ? { each: costOf(each, true) } : {};
  return {
    ...costOf([...ranges, checks], each.length > 0),
    ...ofElements,
    without: [...new Set(parts.flatMap(({ without }) => without))],
  };
}

interface WholeTransaction {
  readonly steps: readonly UncostedMutation[];
  readonly hasToken: boolean;
  readonly allow: string | null;
}

/** An idempotency token is an item of its own. */
const tokenRange: Range = [items(1), items(1)];

/**
 * The checks of what the rules of some writes depend on, each record once. One that is written anyway takes no further
 * item.
 */
function checksOf(
  rules: readonly RulePlan[],
  steps: readonly UncostedMutation[],
  allow: string | null = null,
): Range {
  const named = new Set([allow, ...steps.flatMap((step) => [step.allow, step.prepare, step.alongside])]);
  const entities = new Set(rules.flatMap(({ name, dependsOn = [] }) => (named.has(name) ? dependsOn : [])));
  return checkRange(
    entities,
    new Set(steps.flatMap(({ kind, entity }) => (kind === 'create' ? [] : entity))),
  );
}

function checkRange(entities: ReadonlySet<string>, written: ReadonlySet<string>): Range {
  const certain = [...entities].filter((entity) => !written.has(entity));
  return [items(certain.length), items(entities.size)];
}

function partsOf(
  stored: Stored,
  rules: readonly RulePlan[],
  mutation: UncostedMutation,
): { readonly ranges: readonly Range[]; readonly without: readonly string[] } {
  const alongside = rules.find(({ name }) => name === mutation.alongside);
  const { values, elements = [], expiry } = mutation;
  const written = [...elements, ...(expiry ? [expiry] : [])];
  const given = new Set([...values.map(({ name }) => name), ...written.map(({ field }) => field)]);
  const isWhole = mutation.prepare !== null || mutation.kind === 'put';
  const own = rangeOf(stored, mutation, isWhole ? undefined : (name) => given.has(name));
  const further = (alongside?.writes ?? []).map((write) => rangeOf(stored, write));
  const undeclared = alongside?.writes === undefined ? mutation.alongside : null;
  return { ranges: [own, ...further], without: undeclared === null ? [] : [undeclared] };
}

/** The cost of a rule that answers a mutation, where it says what it writes. */
export function ruleCost(
  stored: Stored,
  { writes = [], dependsOn = [] }: Pick<RulePlan, 'writes' | 'dependsOn'>,
): WriteCost {
  const written = writes.flatMap(({ kind, entity }) => (kind === 'create' ? [] : entity));
  const checks = checkRange(new Set(dependsOn), new Set(written));
  return { ...costOf([...writes.map((write) => rangeOf(stored, write)), checks]), without: [] };
}

/** @param isStep whether they are part of a transaction in any case */
function costOf(ranges: readonly Range[], isStep = false): Pick<WriteCost, 'least' | 'most'> {
  return {
    least: billed(sum(ranges.map(([least]) => least)), isStep),
    most: billed(sum(ranges.map(([, most]) => most)), isStep),
  };
}

/** @param isGiven whether the write may set a field; left out, it may set every field that may change */
function rangeOf(stored: Stored, { kind, entity: name }: DeclaredWrite, isGiven: Fields = () => true): Range {
  const entity = entityNamed(stored, name);
  const tally = (write: RecordWrite) => tallyOf(stored, name, write);
  const required: Fields = (field) => !entity.attributes.find((one) => one.name === field)?.nullable;
  const every: Fields = () => true;
  const whole = (verb: 'create' | 'delete'): Range => [
    tally({ kind: verb, has: required }),
    tally({ kind: verb, has: every }),
  ];
  const changed = (fields: Fields, has: Fields) => tally({ kind: 'update', changed: fields, has });
  const change = (): Range => [
    changed((field) => isAlways(entity, field), required),
    sum([
      changed(
        (field) =>
          isAlways(entity, field) ||
          ((isGiven(field) || isComputed(entity, field)) && mayChange(entity, field)),
        every,
      ),
      outdatedTally(entity),
    ]),
  ];
  switch (kind) {
    case 'create':
    case 'delete':
      return whole(kind);
    case 'update':
    case 'touch': {
      const [least, most] = change();
      const isMoved = entity.attributes.some(({ name, movable }) => movable && isGiven(name));
      return [least, isMoved ? sum([whole('delete')[1], whole('create')[1]]) : most];
    }
    case 'upsert':
    case 'put': {
      const [made, altered] = [whole('create'), change()];
      return [smaller(made[0], altered[0]), larger(made[1], altered[1])];
    }
  }
}

function smaller(a: Tally, b: Tally): Tally {
  return billed(a).total <= billed(b).total ? a : b;
}

function larger(a: Tally, b: Tally): Tally {
  return billed(a).total >= billed(b).total ? a : b;
}

/** What every change of the record changes. */
function isAlways(entity: EntityPlan, field: string): boolean {
  const generated = entity.attributes.find(({ name }) => name === field)?.generated;
  return generated === 'touch' || generated === 'revision';
}

/** A rule may compute another value from whatever changed. */
function isComputed(entity: EntityPlan, field: string): boolean {
  return entity.attributes.some(({ name, computed }) => name === field && computed !== undefined);
}

function mayChange(entity: EntityPlan, field: string): boolean {
  const attribute = entity.attributes.find(({ name }) => name === field);
  return (
    !!attribute && !attribute.immutable && attribute.generated === null && !entity.keyFields.includes(field)
  );
}

function entityNamed({ entities }: Stored, name: string): EntityPlan {
  const entity = entities.find((one) => one.name === name);
  if (!entity) throw new Error(`no entity ${name}`);
  return entity;
}
