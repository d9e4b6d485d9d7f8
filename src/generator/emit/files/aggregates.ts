/** What several files say of the aggregates and sequences that an entity's writes maintain. */

import { aggregateKeyName, sequenceName } from '../../names.js';
import { aggregateOf } from '../../plan/lookup/find.js';
import type { AggregateAccess, PatternPlan } from '../../plan/types/access.js';
import type { AggregatePlan, AttributePlan, EntityPlan, TemplatePart } from '../../plan/types/storage.js';
import { keyComment, keyExpression, recordType } from '../expressions.js';
import type { Doc } from '../fragment.js';
import {
  arrow,
  assigned,
  call,
  code,
  comment,
  generic,
  globalOf,
  intersection,
  list,
  literalUnion,
  object,
  objectType,
  property,
  quote,
  typedParameter,
} from '../printer.js';
import { codecOf, entityType, keyValue, runtime, runtimeType } from '../symbols.js';
import {
  encodedField,
  type KeyFunction,
  keyFunction,
  partParameter,
  templatesOf,
} from './keys/key-functions.js';
import { absence, asStored, attributeOf, parameterOf, tableVariable, unless } from './shared.js';

export function aggregatesOf({ aggregates = [] }: EntityPlan): readonly AggregatePlan[] {
  return aggregates;
}

/** The function that gives the key of an aggregate's item, or, of a sequence, where its numbers come from. */
export function aggregateFunction(entity: EntityPlan, { kind, name }: AggregatePlan): string {
  return kind === 'sequence' ? sequenceName(entity.name, name) : aggregateKeyName(name);
}

/** The fields in an aggregate's key. */
function fieldsOf({ partition }: AggregatePlan): string[] {
  const isHole = (part: TemplatePart) => part.kind === 'hole';
  return [...new Set(partition.parts.filter(isHole).map((part) => ('field' in part ? part.field : '')))];
}

/** An aggregate's function in keys.ts. */
export function aggregateKey(entity: EntityPlan, aggregate: AggregatePlan): KeyFunction {
  const { kind, name, shards, present } = aggregate;
  const fields = fieldsOf(aggregate);
  const parameters = [
    ...(fields.length > 0 ? [partParameter(entity, fields)] : []),
    ...(shards === null ? [] : ['shard: number']),
  ];
  const properties = templatesOf(aggregate).map((template) =>
    property(template.attribute, keyExpression(template.parts, encodedField(entity), 'shard')),
  );
  const called = aggregateFunction(entity, aggregate);
  if (kind === 'sequence') {
    const sequence = object([
      property('entity', quote(entity.name)),
      property('name', quote(name)),
      property('table', tableVariable(entity.table)),
      property('key', object(properties)),
    ]);
    const body = arrow(parameters, sequence, { returns: runtimeType('SequenceRef') });
    return { name: called, declaration: assigned(`export const ${called} =`, body) };
  }
  const inKey = present.filter((field) => fields.includes(field));
  const absent = absence([{ present: inKey, when: [] }], parameterOf(entity));
  return keyFunction(called, { parameters, properties, absent });
}

/** What a record adds to each aggregate, as expressions of items.ts. */
export function countedExpressions(entity: EntityPlan, shard: (count: number) => Doc): Doc[] {
  const parameter = parameterOf(entity);
  return aggregatesOf(entity)
    .filter(({ kind }) => kind !== 'sequence')
    .map((aggregate) => {
      const { name, field, shards, when, cap, present, range } = aggregate;
      const fields = fieldsOf(aggregate);
      const given = [...(fields.length > 0 ? [parameter] : []), ...(shards === null ? [] : [shard(shards)])];
      const key = call(keyValue(aggregateFunction(entity, aggregate)), given);
      const absent = absence([{ present: present.filter((one) => !fields.includes(one)), when }], parameter);
      const attribute = field === null ? undefined : attributeOf(entity, field);
      return object([
        property('name', quote(name)),
        property('key', unless(absent, key)),
        property('by', attribute ? amount(attribute, parameter) : '1'),
        ...(cap === null ? [] : [property('max', String(cap))]),
        ...(range ? [property('range', rangeValue(range, shards))] : []),
      ]);
    });
}

/** The sums that each of its items can hold. */
function rangeValue(range: NonNullable<AggregatePlan['range']>, shards: number | null): Doc {
  if (shards === null) return quote(range);
  return object([property('kind', quote(range)), property('shards', String(shards))]);
}

function amount({ name, nullable }: AttributePlan, parameter: string): Doc {
  return nullable ? `${parameter}.${name} ?? 0` : `${parameter}.${name}`;
}

/** The function in queries.ts that a maintained pattern has. */
export function maintainedView(entity: EntityPlan, pattern: PatternPlan, access: AggregateAccess) {
  const aggregate = aggregateOf(entity, access.aggregate);
  const fields = fieldsOf(aggregate).flatMap((name) => attributeOf(entity, name) ?? []);
  const certain = fields.filter(({ nullable }) => !nullable).map(({ name }) => name);
  // What has no value counts nowhere: there is no asking for it.
  const others = fields
    .filter(({ nullable }) => nullable)
    .map((one) => code`readonly ${one.name}: ${recordType({ ...one, nullable: false })}`);
  const shape = [
    ...(certain.length > 0
      ? [generic(globalOf('Pick'), [entityType(entity.names.record), literalUnion(certain)])]
      : []),
    ...(others.length > 0 ? [objectType(others)] : []),
  ];
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : pattern.name;
  const where = aggregate.shards === null ? '' : `, in ${aggregate.shards} items`;
  const body = object([
    ...aggregateParts(entity, aggregate),
    ...(access.consistent ? [property('consistent', 'true')] : []),
  ]);
  const parameters = shape.length === 0 ? [] : [typedParameter('by', intersection(shape))];
  const returns = generic(runtimeType('Aggregate'), [entityType(entity.names.record)]);
  return {
    name: pattern.name,
    comment: comment(`${field}: maintained under ${keyComment(aggregate)}${where}.`),
    declaration: assigned(`export const ${pattern.name} =`, arrow(parameters, body, { returns })),
  };
}

/** An aggregate as the runtime takes it, in one expression. */
export function aggregateExpression(entity: EntityPlan, name: string): Doc {
  return object(aggregateParts(entity, aggregateOf(entity, name)));
}

function aggregateParts(entity: EntityPlan, aggregate: AggregatePlan): Doc[] {
  const { shards, range } = aggregate;
  const fields = fieldsOf(aggregate);
  const stored = fields.map((name) => asStored(entity, name, `by.${name}`));
  const isPlain = stored.every((value, at) => value === `by.${fields[at]}`);
  const by = isPlain ? 'by' : object(fields.map((name, at) => property(name, stored[at] ?? '')));
  const key = (more: readonly string[]) =>
    call(keyValue(aggregateFunction(entity, aggregate)), [...(fields.length > 0 ? [by] : []), ...more]);
  return [
    property('name', quote(aggregate.name)),
    property('entity', codecOf(entity)),
    property(
      'keys',
      shards === null
        ? list([key([])])
        : call(runtime('shardKeys'), [String(shards), arrow(['shard'], key(['shard']))]),
    ),
    ...(range ? [property('range', quote(range))] : []),
  ];
}
