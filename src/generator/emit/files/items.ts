/** The data of items.ts.hbs: item codecs: what a record is stored as. */

import { camel } from '../../names.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan, GuardPlan, ItemPlan } from '../../plan/types/storage.js';
import { group, keyComment, quote } from '../code.js';
import { countedExpressions } from './aggregates.js';
import { conditionsExpression } from './conditions.js';
import { isParsed, shardExpression } from './keys.js';
import { referenceCodec } from './references.js';
import {
  absence,
  entryFunction,
  guardFunction,
  heldAttributes,
  mainSlot,
  readExpression,
  slotFunction,
} from './shared.js';

export function itemsView(plan: Plan) {
  return {
    entities: plan.entities.map((entity) => {
      const parameter = entity.names.loader;
      const [main, ...others] = entity.items;
      const entries = others.filter((item) => item.role === 'entry');
      const versions = others.filter((item) => item.role === 'version');
      const expiry = entity.ttl
        ? {
            attribute: quote(entity.ttl.attribute),
            name: entity.ttl.attribute,
            value: ttlExpression(entity, `${parameter}.${entity.ttl.field}`),
          }
        : null;
      return {
        name: entity.name,
        names: entity.names,
        table: `${camel(entity.table)}Table`,
        parameter,
        keys: (main?.slots ?? []).map((slot) =>
          slot.index === null
            ? `${entity.names.keyBuilder}(${parameter})`
            : `${slotFunction(entity, main as ItemPlan, slot)}(${parameter})`,
        ),
        attributes: entity.attributes.map((one) => ({
          name: one.name,
          store: storeExpression(one, `${parameter}.${one.name}`),
          read: readExpression(one),
        })),
        ttl: expiry,
        projection: entity.projection ? group('[', entity.projection.map(quote), ']', 2, 7) : null,
        revision: entity.revision === null ? null : quote(entity.revision),
        secret: secretsOf(plan, entity),
        keep: keepOf(plan, versions),
        expires: entity.expires === undefined ? null : quote(entity.expires),
        conditions: conditionsExpression(entity),
        keyParser: isParsed(entity) ? entity.names.keyParser : null,
        entries: entries.map((item) => {
          const keys = item.slots.map((slot) => ({
            call: `${slotFunction(entity, item, slot)}(${parameter})`,
            nullable: slot.present.length > 0,
          }));
          return {
            for: item.for,
            function: entryFunction(entity, item),
            comment: `The entry of ${item.for}: ${keyComment(item.slots.at(-1) ?? mainSlot(entity))}`,
            record: entity.names.record,
            parameter,
            keys: keys.map((key) => key.call),
            guard: absence(item.slots, parameter),
            attributes: heldAttributes(entity, item).map((one) => ({
              name: one.name,
              store: storeExpression(one, `${parameter}.${one.name}`),
            })),
            type: quote(`${entity.name}.${item.for}`),
            ttl: expiry,
          };
        }),
        versions: versions.map((item) => {
          const history = plan.entities.find((one) => one.name === item.for);
          return {
            codec: history?.names.codec ?? '',
            type: quote(history?.name ?? ''),
            fields: (history?.attributes ?? []).map((one) => `${one.name}: ${parameter}.${one.name}`),
          };
        }),
        guards: entity.guards.map((guard) => ({
          names: guardNames(guard),
          key: `${guardFunction(entity, guard)}(${parameter})`,
        })),
        ...referenceParts(plan, entity),
        isPlain: entries.length === 0 && versions.length === 0 && entity.guards.length === 0,
        hasEntries: entries.length > 0,
        hasVersions: versions.length > 0,
        hasGuards: entity.guards.length > 0,
      };
    }),
  };
}

/** What the runtime needs of a guard besides its key. */
function guardNames({ fields, shared }: GuardPlan): string {
  return [
    `field: ${quote(fields.join('+'))}`,
    ...(shared ? [`constraint: ${quote(shared.name)}`] : []),
    ...(shared && shared.expires !== null ? [`expires: ${quote(shared.expires)}`] : []),
  ].join(', ');
}

/** How long versions are kept, one place for each history; null where all are kept for ever. */
function keepOf(plan: Plan, versions: readonly ItemPlan[]): string | null {
  if (versions.every(({ keep }) => keep === undefined)) return null;
  const kept = versions.map(({ keep, for: history }) => {
    if (keep === undefined) return '{}';
    if ('versions' in keep) return `{ versions: ${keep.versions} }`;
    const ttl = plan.entities.find(({ name }) => name === history)?.expires ?? '';
    return `{ expires: { seconds: ${keep.seconds}, ttl: ${quote(ttl)} } }`;
  });
  return `[${kept.join(', ')}]`;
}

/** What is not kept with tokens, where there are some. */
function secretsOf(plan: Plan, { attributes }: EntityPlan): string | null {
  const names = attributes.filter(({ secret }) => secret).map(({ name }) => quote(name));
  return names.length > 0 && plan.tables.some(({ tokens }) => tokens) ? `[${names.join(', ')}]` : null;
}

function referenceParts(plan: Plan, entity: EntityPlan) {
  const { references, counters, referencedBy, cascades } = referenceCodec(plan, entity);
  const kept = countedExpressions(entity, (count) => shardExpression(entity, count));
  return {
    references,
    hasReferences: references.length > 0,
    counted: [...kept, ...counters],
    referencedBy: referencedBy.map((one) => ({ ...one, table: `${camel(one.table)}Table` })),
    isReferenced: referencedBy.length > 0,
    cascades,
  };
}

function storeExpression(attribute: AttributePlan, value: string): string {
  if (attribute.set) return attribute.nullable ? `encoded(setOf, ${value}) ?? undefined` : `setOf(${value})`;
  const isDocument = attribute.encoding === 'document';
  const stored = isDocument ? `documentValue(${value}, ${quote(attribute.name)})` : value;
  if (!attribute.nullable) return stored;
  return isDocument ? `${value} === null ? undefined : ${stored}` : `${value} ?? undefined`;
}

function ttlExpression(entity: EntityPlan, value: string): string {
  const nullable = entity.attributes.find((one) => one.name === entity.ttl?.field)?.nullable;
  return nullable ? `${value} === null ? undefined : epochSeconds(${value})` : `epochSeconds(${value})`;
}
