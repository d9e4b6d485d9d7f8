/** The data of keys.ts.hbs: key builders and parsers of every item and index. */

import { type HoleEncoding, isLossy, runtimeEncoding } from '../../encodings.js';
import { camel, withArticle } from '../../names.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan, ItemPlan, KeyTemplate, SlotPlan, TablePlan } from '../../plan/types/storage.js';
import { keyComment, keyExpression, quote, unpackTemplate } from '../code.js';
import { aggregateKeyView, aggregatesOf } from './aggregates.js';
import { moreKeys } from './multi-attribute.js';
import {
  absence,
  counterFunction,
  guardFunction,
  indexVariable,
  mainSlot,
  slotFunction,
  templateFields,
  tokensVariable,
} from './shared.js';

export function keysView(plan: Plan) {
  return {
    tables: plan.tables.map((table) => ({
      variable: `${camel(table.name)}Table`,
      name: quote(table.name),
      partition: quote(table.partition),
      sort: table.sort === null ? null : quote(table.sort),
      tokens: tokensView(table),
      indexes: table.indexes.map((index) => ({
        variable: indexVariable(table.name, index.name),
        name: quote(index.name),
        partition: quote(index.partition),
        sort: index.sort === null ? null : quote(index.sort),
        more: index.multiAttribute ? moreKeys(index.multiAttribute, index.sort) : null,
      })),
    })),
    entities: plan.entities.map((entity) => {
      const parameter = entity.names.loader;
      const main = mainSlot(entity);
      return {
        name: entity.name,
        names: entity.names,
        comment: keyComment(main),
        parameter: entity.keyFields.length === 0 ? `_${parameter}` : parameter,
        properties: slotProperties(main, parameter, entity),
        parse: parseView(entity, main),
        slots: entity.items
          .filter((item) => item.role !== 'version')
          .flatMap((item) =>
            item.slots
              .filter((slot) => item.role === 'entry' || slot.index !== null)
              .map((slot) => slotView(entity, item, slot)),
          ),
        guards: entity.guards.map((guard) => ({
          function: guardFunction(entity, guard),
          comment: guard.fields.join(' + '),
          parameter,
          record: entity.names.record,
          fields: guard.fields.map(quote).join(' | '),
          properties: keyProperties(guard.partition, guard.sort, parameter),
          absent: absence([{ present: guard.present, when: [] }], parameter),
        })),
        aggregates: aggregatesOf(entity).map((number) =>
          aggregateKeyView(entity, number, `${camel(entity.table)}Table`),
        ),
        counters: (entity.references ?? []).flatMap((reference) => {
          const { counter, fields, present, to } = reference;
          if (!counter) return [];
          return [
            {
              function: counterFunction(entity, reference),
              comment: `How many ${entity.name} records name ${withArticle(to)} by ${reference.name}`,
              parameter,
              record: entity.names.record,
              fields: fields.map(({ field }) => quote(field)).join(' | '),
              properties: keyProperties(counter.partition, counter.sort, parameter),
              absent: absence([{ present, when: [] }], parameter),
            },
          ];
        }),
      };
    }),
  };
}

/** Where the table keeps idempotency tokens. */
function tokensView({ name, tokens, ttl }: TablePlan) {
  if (!tokens || ttl === null) return null;
  const key = [tokens.partition, tokens.sort].flatMap((template) =>
    template ? [`${template.attribute}: ${keyExpression(template, (field) => `text(${field})`, '')}`] : [],
  );
  return { variable: tokensVariable(name), ttl: quote(ttl), key: `{ ${key.join(', ')} }` };
}

function slotView(entity: EntityPlan, item: ItemPlan, slot: SlotPlan) {
  const parameter = entity.names.loader;
  const fields = [
    ...new Set([
      ...templateFields(slot),
      ...slot.present,
      ...slot.when.map(({ field }) => field),
      ...(slot.shards === null ? [] : entity.keyFields),
    ]),
  ];
  return {
    function: slotFunction(entity, item, slot),
    comment: `${slot.index ?? 'The table'}: ${keyComment(slot)}${item.for === null ? '' : `, the entry of ${item.for}`}`,
    parameter,
    record: entity.names.record,
    fields: fields.map(quote).join(' | ') || 'never',
    properties: slotProperties(slot, parameter, entity),
    absent: absence([slot], parameter),
    unused: fields.length === 0,
  };
}

function slotProperties(slot: SlotPlan, parameter: string, entity: EntityPlan) {
  const shard = slot.shards === null ? '' : shardExpression(entity, slot.shards);
  // A local index shares the table's partition key: only its sort key is its own.
  const isLocal = slot.index !== null && slot.partition.attribute === mainSlot(entity).partition.attribute;
  return keyProperties(isLocal ? null : slot.partition, slot.sort, parameter, shard);
}

/** The shard a record belongs to, told by its key. */
export function shardExpression(entity: EntityPlan, count: number): string {
  const texts = entity.keyFields.map((field) => textOf(entity, field, entity.names.loader));
  return `shardOf(${texts.join(" + '#' + ") || "''"}, ${count})`;
}

/** A key field as text, for the shard's hash. */
function textOf(entity: EntityPlan, field: string, parameter: string): string {
  const encoding = entity.attributes.find((one) => one.name === field)?.encoding;
  const value = `${parameter}.${field}`;
  return encoding === 'text' || encoding === 'enum' ? value : `String(${value})`;
}

function keyProperties(
  partition: KeyTemplate | null,
  sort: KeyTemplate | null,
  parameter: string,
  shard = '',
): string[] {
  const value = (field: string, encode: HoleEncoding) => `${runtimeEncoding(encode)}(${parameter}.${field})`;
  return [partition, sort].flatMap((template) =>
    template ? [`${template.attribute}: ${keyExpression(template, value, shard)}`] : [],
  );
}

/** Whether the key fields of a record can be read back from its key. */
export function isParsed(entity: EntityPlan): boolean {
  return parseView(entity, mainSlot(entity)).possible;
}

function parseView(entity: EntityPlan, slot: SlotPlan) {
  const templates = [slot.partition, slot.sort].flatMap((template) => (template ? [template] : []));
  const places = new Map<string, string>();
  for (const template of templates) {
    let at = 0;
    for (const part of template.parts) {
      if (part.kind === 'literal') continue;
      const { encoding } = (part.kind === 'hole' &&
        entity.attributes.find((one) => one.name === part.field)) || { encoding: null };
      if (part.kind === 'hole' && encoding !== null && !isLossy(part.encode) && !places.has(part.field)) {
        const cast = part.enum === null ? '' : ` as ${part.enum}`;
        places.set(part.field, `${part.field}: ${template.attribute.toLowerCase()}[${at}]${cast}`);
      }
      at += 1;
    }
  }
  return {
    /** Only where every key field can be read back (a truncated moment cannot). */
    possible: entity.keyFields.every((field) => places.has(field)),
    parts: templates.map((template) => ({
      variable: template.attribute.toLowerCase(),
      value: `String(key.${template.attribute})`,
      template: unpackTemplate(template),
    })),
    guard: templates.map((template) => template.attribute.toLowerCase()).join(' && '),
    fields:
      entity.keyFields.length === 0
        ? '{}'
        : `{ ${entity.keyFields.map((field) => places.get(field) ?? '').join(', ')} }`,
  };
}
