/** What several views say of the numbers that an entity's writes keep. */

import { runtimeEncoding } from '../../encodings.js';
import { aggregateKeyName, sequenceName } from '../../names.js';
import { aggregateOf } from '../../plan/lookup/find.js';
import type { AggregateAccess, PatternPlan } from '../../plan/types/access.js';
import type { AggregatePlan, AttributePlan, EntityPlan, TemplatePart } from '../../plan/types/storage.js';
import { group, keyComment, keyExpression, quote, recordType } from '../code.js';
import { absence, asStored } from './shared.js';

export function aggregatesOf({ aggregates = [] }: EntityPlan): readonly AggregatePlan[] {
  return aggregates;
}

/** The function that gives the key of a number's item, or, of a sequence, where its numbers come from. */
export function aggregateFunction(entity: EntityPlan, { kind, name }: AggregatePlan): string {
  return kind === 'sequence' ? sequenceName(entity.name, name) : aggregateKeyName(name);
}

/** The fields in a number's key. */
function fieldsOf({ partition }: AggregatePlan): string[] {
  const isHole = (part: TemplatePart) => part.kind === 'hole';
  return [...new Set(partition.parts.filter(isHole).map((part) => ('field' in part ? part.field : '')))];
}

/** The data of a number's function in keys.ts. */
export function aggregateKeyView(entity: EntityPlan, number: AggregatePlan, tableVariable: string) {
  const { kind, name, partition, sort, shards, present } = number;
  const parameter = entity.names.loader;
  const fields = fieldsOf(number);
  const given = [
    ...(fields.length > 0
      ? [`${parameter}: Pick<${entity.names.record}, ${fields.map(quote).join(' | ')}>`]
      : []),
    ...(shards === null ? [] : ['shard: number']),
  ];
  const properties = [partition, sort].flatMap((template) =>
    template
      ? [
          `${template.attribute}: ${keyExpression(template, (field, encode) => `${runtimeEncoding(encode)}(${parameter}.${field})`, 'shard')}`,
        ]
      : [],
  );
  return {
    function: aggregateFunction(entity, number),
    comment:
      kind === 'sequence'
        ? `The numbers of ${entity.name}.${name}: ${keyComment(number)}`
        : `The number kept for ${name}: ${keyComment(number)}`,
    parameters: given.join(', '),
    properties,
    absent: absence([{ present: present.filter((field) => fields.includes(field)), when: [] }], parameter),
    sequence:
      kind === 'sequence'
        ? {
            entity: quote(entity.name),
            name: quote(name),
            table: tableVariable,
            key: group('{', properties, '}', 2, 5),
          }
        : null,
  };
}

/** What a record adds to each number, as expressions of items.ts. */
export function countedExpressions(entity: EntityPlan, shard: (count: number) => string): string[] {
  const parameter = entity.names.loader;
  return aggregatesOf(entity)
    .filter(({ kind }) => kind !== 'sequence')
    .map((number) => {
      const { name, field, shards, when, cap } = number;
      const fields = fieldsOf(number);
      const given = [...(fields.length > 0 ? [parameter] : []), ...(shards === null ? [] : [shard(shards)])];
      const key = `${aggregateFunction(entity, number)}(${given.join(', ')})`;
      const absent = absence(
        [{ present: number.present.filter((one) => !fields.includes(one)), when }],
        parameter,
      );
      const attribute = field === null ? undefined : entity.attributes.find((one) => one.name === field);
      const parts = [
        `name: ${quote(name)}`,
        `key: ${absent === null ? key : `${absent} ? undefined : ${key}`}`,
        `by: ${attribute ? amount(attribute, parameter) : '1'}`,
        ...(cap === null ? [] : [`max: ${cap}`]),
      ];
      return group('{', parts, '}', 4);
    });
}

function amount({ name, nullable }: AttributePlan, parameter: string): string {
  return nullable ? `${parameter}.${name} ?? 0` : `${parameter}.${name}`;
}

/** The data of the function in queries.ts that a kept pattern has. */
export function aggregateView(entity: EntityPlan, pattern: PatternPlan, access: AggregateAccess) {
  const number = aggregateOf(entity, access.number);
  const fields = fieldsOf(number).map(
    (name) => entity.attributes.find((one) => one.name === name) as AttributePlan,
  );
  const certain = fields.filter(({ nullable }) => !nullable);
  // What has no value counts nowhere: there is no asking for it.
  const others = fields
    .filter(({ nullable }) => nullable)
    .map((one) => `readonly ${one.name}: ${recordType({ ...one, nullable: false })}`);
  const shape = [
    ...(certain.length > 0
      ? [`Pick<${entity.names.record}, ${certain.map(({ name }) => quote(name)).join(' | ')}>`]
      : []),
    ...(others.length > 0 ? [`{ ${others.join('; ')} }`] : []),
  ];
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : pattern.name;
  return {
    function: pattern.name,
    comment: `${field}: kept under ${keyComment(number)}${number.shards === null ? '' : `, in ${number.shards} items`}.`,
    parameter: shape.length === 0 ? '' : `by: ${shape.join(' & ')}`,
    record: entity.names.record,
    ...aggregateParts(entity, number),
    consistent: access.consistent,
  };
}

/** The reference of an aggregate for the runtime, in one expression. */
export function aggregateExpression(entity: EntityPlan, name: string): string {
  const parts = aggregateParts(entity, aggregateOf(entity, name));
  return group('{', [`name: ${parts.name}`, `entity: ${parts.codec}`, `keys: ${parts.keys}`], '}', 2, 7);
}

function aggregateParts(entity: EntityPlan, number: AggregatePlan) {
  const fields = fieldsOf(number);
  const stored = fields.map((name) => asStored(entity, name, `by.${name}`));
  const isPlain = stored.every((value, at) => value === `by.${fields[at]}`);
  const by = isPlain ? 'by' : `{ ${fields.map((name, at) => `${name}: ${stored[at]}`).join(', ')} }`;
  const call = (more: readonly string[]) =>
    `${aggregateFunction(entity, number)}(${[...(fields.length > 0 ? [by] : []), ...more].join(', ')})`;
  return {
    name: quote(number.name),
    codec: entity.names.codec,
    keys:
      number.shards === null ? `[${call([])}]` : `shardKeys(${number.shards}, (shard) => ${call(['shard'])})`,
  };
}
