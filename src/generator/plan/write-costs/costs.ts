/** What mutations cost: their own write, and those of the rules that add to them. */

import type { RulePlan } from '../types/rules.js';
import type { EntityPlan } from '../types/storage.js';
import type { DeclaredWrite, IdempotentPlan, MutationPlan, WriteCost } from '../types/writes.js';
import {
  billed,
  billedParts,
  checkTally,
  entityNamed,
  type Fields,
  outdatedTally,
  type RecordWrite,
  type Stored,
  smallItems,
  sum,
  type Tally,
  tallyOf,
  type WrittenPart,
} from './units.js';

type Range = readonly [least: Tally, most: Tally];

type UncostedMutation = Omit<MutationPlan, 'cost'>;

/** What a mutation, a transaction or a rule writes. */
export interface Written {
  readonly ranges: readonly Range[];
  /** Whether it is part of a transaction in any case. */
  readonly isStep: boolean;
  /** What each element of a list adds. */
  readonly each: readonly Range[] | null;
  readonly without: readonly string[];
}

/** A mutation with its token and the rule that adds further writes, if one does. */
export function writtenByMutation(
  stored: Stored,
  rules: readonly RulePlan[],
  mutation: UncostedMutation,
): Written {
  const { ranges, without } = partsOf(stored, rules, mutation);
  const around = [
    ...tokenRange(stored, mutation.idempotent, [mutation]),
    checksOf(stored, rules, [mutation]),
  ];
  if (mutation.each || mutation.all) return { ranges: around, isStep: true, each: ranges, without };
  return { ranges: [...ranges, ...around], isStep: mutation.step !== undefined, each: null, without };
}

/** A transaction: what its steps write, and its token. */
export function writtenByTransaction(
  stored: Stored,
  rules: readonly RulePlan[],
  { steps, idempotent, allow, asks = [] }: WholeTransaction,
): Written {
  const parts = steps.map((step) => ({ ...partsOf(stored, rules, step), isEach: step.each !== undefined }));
  const rangesOf = (isEach: boolean) =>
    parts.filter((part) => part.isEach === isEach).flatMap((part) => part.ranges);
  const each = rangesOf(true);
  const checks = checksOf(stored, rules, steps, [allow, ...asks]);
  return {
    ranges: [...rangesOf(false), ...tokenRange(stored, idempotent, steps), checks],
    isStep: each.length > 0,
    each: each.length > 0 ? each : null,
    without: [...new Set(parts.flatMap(({ without }) => without))],
  };
}

interface WholeTransaction {
  readonly steps: readonly UncostedMutation[];
  readonly idempotent?: IdempotentPlan;
  readonly allow: string | null;
  readonly asks?: readonly string[];
}

/** A rule that answers a mutation, where it says what it writes. */
export function writtenByRule(
  stored: Stored,
  { writes = [], publishes = [], dependsOn = [] }: Pick<RulePlan, 'writes' | 'publishes' | 'dependsOn'>,
): Written {
  const written = writes.flatMap(({ kind, entity }) => (kind === 'create' ? [] : entity));
  const checks = checkRange(stored, new Set(dependsOn), new Set(written));
  const published = publishes.flatMap((publish) => publishedRanges(stored, { kind: 'upsert', publish }));
  const ranges = [...writes.map((write) => rangeOf(stored, write)), ...published, checks];
  return { ranges, isStep: false, each: null, without: [] };
}

export function costOf({ ranges, isStep, each, without }: Written): WriteCost {
  const units = (all: readonly Range[], isPart: boolean) => ({
    least: billed(sum(all.map(([least]) => least)), isPart),
    most: billed(sum(all.map(([, most]) => most)), isPart),
  });
  return { ...units(ranges, isStep), ...(each ? { each: units(each, true) } : {}), without };
}

/** Where everything changes, and of a list one element. */
export function partsOfMost({ ranges, isStep, each }: Written): readonly WrittenPart[] {
  const of = (all: readonly Range[], isPart: boolean) =>
    billedParts(sum(all.map(([, most]) => most)), isPart);
  return [...of(ranges, isStep), ...of(each ?? [], true)];
}

/** An idempotency token is an item of its own, which holds the records that are returned. */
function tokenRange(
  stored: Stored,
  idempotent: IdempotentPlan | undefined,
  steps: readonly UncostedMutation[],
): Range[] {
  if (!idempotent) return [];
  const { table } = idempotent;
  const tokens = stored.tables.find(({ name }) => name === table)?.tokens;
  if (!tokens) throw new Error(`no tokens in table ${table}`);
  const token = smallItems(1, { table, shards: null, ...tokens });
  const units = stored.unitsOf
    ? steps.reduce((sum, { entity }) => sum + unitsIn(checkTally(stored, entity)), 0)
    : 1;
  const whole = { ...token, parts: token.parts.map((part) => ({ ...part, units })) };
  return [[whole, whole]];
}

function unitsIn({ parts }: Tally): number {
  return parts.reduce((sum, { units }) => sum + units, 0);
}

/**
 * The checks of what the rules of some writes depend on, each record once. One that is written anyway takes no further
 * item.
 */
function checksOf(
  stored: Stored,
  rules: readonly RulePlan[],
  steps: readonly UncostedMutation[],
  whole: readonly (string | null)[] = [],
): Range {
  const named = new Set([
    ...whole,
    ...steps.flatMap(({ allow, asks = [], prepare, alongside }) => [allow, ...asks, prepare, alongside]),
  ]);
  const entities = new Set(rules.flatMap(({ name, dependsOn = [] }) => (named.has(name) ? dependsOn : [])));
  const written = new Set(steps.flatMap(({ kind, entity }) => (kind === 'create' ? [] : entity)));
  return checkRange(stored, entities, written);
}

function checkRange(stored: Stored, entities: ReadonlySet<string>, written: ReadonlySet<string>): Range {
  const checks = (names: readonly string[]) => sum(names.map((name) => checkTally(stored, name)));
  return [checks([...entities].filter((entity) => !written.has(entity))), checks([...entities])];
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
  const further = alongside ? writtenByRule(stored, { ...alongside, dependsOn: [] }).ranges : [];
  const undeclared = alongside?.writes === undefined ? mutation.alongside : null;
  return {
    ranges: [own, ...publishedRanges(stored, mutation), ...further],
    without: undeclared === null ? [] : [undeclared],
  };
}

/**
 * An event is an item of its own. Where a record may be created again under its key, a delete leaves a marker of its last
 * event, and a create checks that there is none, or removes it.
 */
function publishedRanges(
  stored: Stored,
  { kind, publish }: Pick<UncostedMutation, 'kind' | 'publish'>,
): Range[] {
  const { events } = stored;
  const type = events?.types.find(({ name }) => name === publish);
  if (!events || !type) return [];
  const { items, table } = entityNamed(stored, events.entity);
  const partition = items[0]?.slots[0]?.partition;
  if (!partition) throw new Error(`entity ${events.entity} has no key`);
  const event = tallyOf(stored, events.entity, { kind: 'create', has: () => true });
  const marker = smallItems(1, { table, partition, shards: null });
  const isSure = kind === 'create' || kind === 'delete';
  const most = type.isRecreated && kind !== 'update' ? sum([event, marker]) : event;
  return [[isSure ? most : event, most]];
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
      outdatedTally(stored, entity),
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
