/** keys.ts: tables and indexes, and the key functions of every item. */

import { isLossy } from '../../../encodings.js';
import type { Plan } from '../../../plan/types/plan.js';
import type {
  EntityPlan,
  IndexPlan,
  ItemPlan,
  KeyTemplate,
  SlotPlan,
  TablePlan,
} from '../../../plan/types/storage.js';
import { keyComment, keyExpression, templateList } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { arrow, assigned, call, code, comment, generic, object, property, quote } from '../../printer.js';
import type { SourceFile } from '../../source-file.js';
import { entityType, runtime, runtimeType } from '../../symbols.js';
import { aggregateKey, aggregatesOf } from '../aggregates.js';
import { moreKeys } from '../queries/multi-attribute.js';
import {
  absence,
  counterFunction,
  entryFunction,
  guardFunction,
  indexVariable,
  mainSlot,
  parameterOf,
  slotFunction,
  tableVariable,
  templateFields,
  tokensVariable,
} from '../shared.js';
import {
  encodedField,
  isParsed,
  type KeyFunction,
  keyFunction,
  partParameter,
  shardExpression,
  templatesOf,
} from './key-functions.js';

export function keysFile(plan: Plan): SourceFile {
  const tables = plan.tables.map(tableView);
  const entities = plan.entities.map((entity) => ({
    comment: comment(`${entity.name}: ${keyComment(mainSlot(entity))}`),
    functions: functionsOf(entity),
  }));
  const variables = tables.flatMap(({ variable, indexes, tokens }) => [
    variable,
    ...indexes.map((index) => index.variable),
    ...(tokens ? [tokens.variable] : []),
  ]);
  return {
    name: 'keys.ts',
    data: { tables, entities },
    declared: [
      ...variables,
      ...entities.flatMap(({ functions }) => functions.map(({ name }) => name)),
      ...plan.entities.map(parameterOf),
      'shard',
      'token',
    ],
  };
}

function tableView(table: TablePlan) {
  const { name, partition, sort, indexes, tokens, ttl } = table;
  const variable = tableVariable(name);
  return {
    variable,
    type: code`${runtimeType('IndexRef')} & ${runtimeType('TableRef')}`,
    value: call(runtime('tableRef'), [name, partition, ...(sort === null ? [] : [sort])].map(quote)),
    indexes: indexes.map((index) => ({
      variable: indexVariable(name, index.name),
      value: call(runtime('indexRef'), [variable, ...indexArguments(index)]),
    })),
    tokens: tokens && ttl !== null ? tokensView(name, tokens, ttl) : null,
  };
}

function indexArguments({ name, partition, sort, multiAttribute }: IndexPlan): Doc[] {
  const more = multiAttribute ? moreKeys(multiAttribute, sort) : null;
  const last = sort === null ? (more === null ? [] : ['undefined']) : [quote(sort)];
  return [quote(name), quote(partition), ...last, ...(more === null ? [] : [more])];
}

/** Where a table keeps idempotency keys. */
function tokensView(table: string, key: NonNullable<TablePlan['tokens']>, ttl: string) {
  const properties = templatesOf(key).map((template) =>
    property(
      template.attribute,
      keyExpression(template.parts, (field) => call(runtime('text'), [field]), ''),
    ),
  );
  const value = object([
    property('table', tableVariable(table)),
    property('ttl', quote(ttl)),
    property('key', arrow(['token'], object(properties))),
  ]);
  return { variable: tokensVariable(table), type: runtimeType('IdempotencyStore'), value };
}

function functionsOf(entity: EntityPlan): KeyFunction[] {
  const main = mainSlot(entity);
  const { names, keyFields } = entity;
  const parser = isParsed(entity) ? [parserOf(entity, main)] : [];
  const items = entity.items.filter(({ role }) => role !== 'version');
  return [
    keyFunction(names.keyBuilder, {
      parameters:
        keyFields.length === 0
          ? [code`_${parameterOf(entity)}: ${entityType(names.key)}`]
          : [code`${parameterOf(entity)}: ${entityType(names.key)}`],
      properties: slotProperties(main, entity),
    }),
    ...parser,
    ...items.flatMap((item) => (item.role === 'entry' ? [entryKey(entity, item)] : indexKeys(entity, item))),
    ...entity.guards.map((guard) => {
      const { partition, sort, present, when } = guard;
      const fields = [...new Set([...guard.fields, ...present, ...when.map(({ field }) => field)])];
      const keys = { partition, sort };
      return recordKey(entity, guardFunction(entity, guard), { fields, keys, present, when });
    }),
    ...aggregatesOf(entity).map((aggregate) => aggregateKey(entity, aggregate)),
    ...(entity.references ?? []).flatMap((reference) => {
      const { counter, present } = reference;
      if (!counter) return [];
      const fields = reference.fields.map(({ field }) => field);
      return [
        recordKey(entity, counterFunction(entity, reference), { fields, keys: counter, present, when: [] }),
      ];
    }),
  ];
}

function recordKey(
  entity: EntityPlan,
  name: string,
  {
    fields,
    keys,
    present,
    when,
  }: Pick<SlotPlan, 'present' | 'when'> & {
    readonly fields: readonly string[];
    readonly keys: Pick<SlotPlan, 'partition' | 'sort'>;
  },
): KeyFunction {
  return keyFunction(name, {
    parameters: [partParameter(entity, fields)],
    properties: templatesOf(keys).map((template) => keyProperty(template, entity, '')),
    absent: absence([{ present, when }], parameterOf(entity)),
  });
}

/** A function for each index of the main item: a record may be in one and not in another. */
function indexKeys(entity: EntityPlan, { slots }: ItemPlan): KeyFunction[] {
  return slots
    .filter(({ index }) => index !== null)
    .map((slot) => slotKey(entity, slotFunction(entity, slot), [slot]));
}

/** All keys of an entry: there is none where it belongs in none of its indexes. */
function entryKey(entity: EntityPlan, item: ItemPlan): KeyFunction {
  return slotKey(entity, entryFunction(item), item.slots);
}

function slotKey(entity: EntityPlan, name: string, slots: readonly SlotPlan[]): KeyFunction {
  const fields = new Set(
    slots.flatMap((slot) => [
      ...templateFields(slot),
      ...slot.present,
      ...slot.when.map(({ field }) => field),
      ...(slot.shards === null ? [] : entity.keyFields),
    ]),
  );
  return keyFunction(name, {
    parameters: fields.size === 0 ? [] : [partParameter(entity, [...fields])],
    properties: slots.flatMap((slot) => slotProperties(slot, entity)),
    absent: absence(slots, parameterOf(entity)),
  });
}

function slotProperties(slot: SlotPlan, entity: EntityPlan): Doc[] {
  const shard = slot.shards === null ? '' : shardExpression(entity, slot.shards);
  // A local index shares the table's partition key: only its sort key is its own.
  const isLocal = slot.index !== null && slot.partition.attribute === mainSlot(entity).partition.attribute;
  const templates = isLocal && slot.sort ? [slot.sort] : templatesOf(slot);
  return templates.map((template) => keyProperty(template, entity, shard));
}

function keyProperty({ attribute, parts }: KeyTemplate, entity: EntityPlan, shard: Doc): Doc {
  return property(attribute, keyExpression(parts, encodedField(entity), shard));
}

function parserOf(entity: EntityPlan, slot: SlotPlan): KeyFunction {
  const named = new Set<string>();
  const templates = templatesOf(slot).map((template) =>
    property(
      template.attribute,
      templateList(template, (part) => {
        if (isLossy(part.encode) || named.has(part.field) || !entity.keyFields.includes(part.field))
          return null;
        named.add(part.field);
        return part.field;
      }),
    ),
  );
  const parse = call(generic(runtime('keyParser'), [entityType(entity.names.key)]), [object(templates)]);
  const { keyParser } = entity.names;
  return { name: keyParser, declaration: assigned(`export const ${keyParser} =`, parse) };
}
