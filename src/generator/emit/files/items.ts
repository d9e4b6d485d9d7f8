/** items.ts: codecs, which say what a record is stored as. */

import { isNumber, isWhole } from '../../encodings.js';
import { entityOf, itemType } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan, GuardPlan, ItemPlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { arrow, assigned, call, code, list, object, operation, property, quote, texts } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { entityType, keyValue, runtime } from '../symbols.js';
import { countedExpressions } from './aggregates.js';
import { cacheExpression } from './caching.js';
import { conditionsExpression } from './conditions.js';
import { isParsed, shardExpression } from './keys/key-functions.js';
import { referenceParts } from './references.js';
import {
  attributeOf,
  entryFields,
  entryFunction,
  guardFunction,
  heldAttributes,
  parameterOf,
  readExpression,
  slotFunction,
  tableVariable,
  unless,
} from './shared.js';
import { computationOf } from './writes.js';

export function itemsFile(plan: Plan): SourceFile {
  return {
    name: 'items.ts',
    data: { entities: plan.entities.map((entity) => codecView(plan, entity)) },
    declared: [
      ...plan.entities.flatMap((entity) => [
        entity.names.codec,
        parameterOf(entity),
        ...entriesOf(entity).map(entryFields),
      ]),
      'item',
    ],
  };
}

function codecView(plan: Plan, entity: EntityPlan) {
  const { names } = entity;
  return {
    name: entity.name,
    entryFields: entriesOf(entity).map((item) => ({
      declaration: assigned(
        `export const ${entryFields(item)} =`,
        code`${texts(fieldsOf(entity, item))} as const`,
      ),
    })),
    codec: names.codec,
    record: entityType(names.record),
    read: readType(entity),
    table: keyValue(tableVariable(entity.table)),
    key: keyValue(names.keyBuilder),
    parameter: parameterOf(entity),
    stored: [
      ...entity.attributes.map((one) => property(one.name, storedExpression(entity, one))),
      ...formerNames(entity).map((one) => property(one, 'undefined')),
      ...expiryParts(entity),
    ].map((part) => ({ property: part })),
    keys: keyCalls(entity).map((key) => ({ spread: code`...${key}` })),
    attributes: entity.attributes.map((one) => ({ property: property(one.name, readExpression(one)) })),
    whole: wholePart(entity),
    rest: [...keptParts(plan, entity), ...optionParts(plan, entity)].map((part) => ({ property: part })),
  };
}

/** What an item has that a record is read from. */
function readType(entity: EntityPlan): Doc {
  const record = entityType(entity.names.record);
  const former = formerNames(entity).map((name) => quote(name));
  return former.length === 0 ? record : code`${record} & Record<${former.join(' | ')}, unknown>`;
}

/** Names that a write takes away: a record has the attribute under its present name then. */
function formerNames({ attributes }: EntityPlan): string[] {
  return attributes.flatMap(({ formerly = [] }) => formerly);
}

/** Whether a record has what cannot be null; null where nothing has to be there. Sets are empty where they are missing. */
function wholePart(entity: EntityPlan): Doc | null {
  const parameter = parameterOf(entity);
  const required = entity.attributes.filter(
    ({ nullable, set, generated }) => !nullable && !set && generated !== 'revision',
  );
  const isFetched = ({ name }: AttributePlan) => entity.projection?.includes(name) ?? true;
  const tests = required.map((one) => {
    const test = `${parameter}.${one.name} !== undefined`;
    return isFetched(one) ? test : `(isPart || ${test})`;
  });
  if (required.length === 0) return null;
  return property(
    'isWhole',
    arrow(required.every(isFetched) ? [parameter] : [parameter, 'isPart'], operation(tests, '&&')),
  );
}

/** An attribute as it is stored: absent in the place of null, documents checked. */
function storedExpression(entity: EntityPlan, { name, set, encoding, nullable }: AttributePlan): Doc {
  const value = `${parameterOf(entity)}.${name}`;
  const ifAny = nullable ? `${value} === null` : null;
  if (set) return unless(ifAny, call(runtime('setOf'), [value]));
  if (encoding === 'document') return unless(ifAny, call(runtime('documentValue'), [value, quote(name)]));
  return nullable ? `${value} ?? undefined` : value;
}

/** The keys of the main item, the table's first. */
function keyCalls(entity: EntityPlan): Doc[] {
  const slots = entity.items[0]?.slots ?? [];
  return slots.map((slot) => {
    const name = slot.index === null ? entity.names.keyBuilder : slotFunction(entity, slot);
    return call(keyValue(name), [parameterOf(entity)]);
  });
}

/** What a write keeps besides the main item. */
function keptParts(plan: Plan, entity: EntityPlan): Doc[] {
  const parameter = parameterOf(entity);
  const of = (elements: readonly Doc[]) => arrow([parameter], list(elements));
  const entries = entriesOf(entity);
  const versions = entity.items.filter(({ role }) => role === 'version');
  const keep = keepOf(plan, versions);
  const { references, counters, referencedBy, cascades } = referenceParts(plan, entity);
  const counted = [...countedExpressions(entity, (count) => shardExpression(entity, count)), ...counters];
  return [
    ...(entries.length > 0
      ? [property('entries', of(entries.map((item) => entryExpression(entity, item))))]
      : []),
    ...(versions.length > 0
      ? [property('versions', of(versions.map((item) => versionExpression(plan, entity, item))))]
      : []),
    ...(keep ? [property('keep', keep)] : []),
    ...(entity.guards.length > 0
      ? [property('guards', of(entity.guards.map((guard) => guardExpression(entity, guard))))]
      : []),
    ...(counted.length > 0 ? [property('counters', of(counted))] : []),
    ...(references.length > 0 ? [property('references', of(references))] : []),
    ...(referencedBy.length > 0 ? [property('referencedBy', of(referencedBy))] : []),
    ...(cascades ? [property('cascades', 'true')] : []),
  ];
}

function optionParts(plan: Plan, entity: EntityPlan): Doc[] {
  const { revision, ttl, expires, projection, names } = entity;
  const attribute = ttl?.attribute ?? expires;
  const secrets = secretsOf(plan, entity);
  const conditions = conditionsExpression(entity);
  const normal = entity.attributes.flatMap(({ name, normalize }) =>
    normalize.length > 0 ? [property(name, list(normalize.map(runtime)))] : [],
  );
  const computed = entity.attributes.filter((one) => one.computed !== undefined);
  const numbers = entity.historyOf === null ? entity.attributes.flatMap(numberParts) : [];
  return [
    ...(revision === null ? [] : [property('revision', quote(revision))]),
    ...(attribute === undefined ? [] : [property('ttl', quote(attribute))]),
    ...(computed.length > 0
      ? [property('computed', object(computed.map((one) => property(one.name, computationOf(one)))))]
      : []),
    ...(secrets.length > 0 ? [property('secret', texts(secrets))] : []),
    ...(numbers.length > 0 ? [property('numbers', object(numbers))] : []),
    ...(normal.length > 0 ? [property('normalize', object(normal))] : []),
    ...(conditions ? [property('conditions', conditions)] : []),
    ...(projection ? [property('projection', texts(projection))] : []),
    ...(entity.cache ? [property('cache', cacheExpression(entity.cache))] : []),
    ...(isParsed(entity) ? [property('keyFields', keyValue(names.keyParser))] : []),
  ];
}

/** What a number can be, or those in a list. */
function numberParts({ name, of, element, generated }: AttributePlan): Doc[] {
  if (generated !== null || !isNumber(element)) return [];
  const kind = of === 'Int' ? 'Int' : isWhole(element) ? 'integer' : 'decimal';
  return [property(name, quote(kind))];
}

function entriesOf({ items }: EntityPlan): ItemPlan[] {
  return items.filter(({ role }) => role === 'entry');
}

function fieldsOf(entity: EntityPlan, item: ItemPlan): string[] {
  return heldAttributes(entity, item).map(({ name }) => name);
}

function entryExpression(entity: EntityPlan, item: ItemPlan): Doc {
  const parameter = parameterOf(entity);
  const sets = setsOf(entity, fieldsOf(entity, item));
  const more = [...(sets.length > 0 ? [property('sets', texts(sets))] : []), ...expiryParts(entity)];
  return call(runtime('entry'), [
    quote(itemType(entity, item)),
    parameter,
    entryFields(item),
    call(keyValue(entryFunction(item)), keyArguments(entity, item)),
    ...(more.length > 0 ? [object(more)] : []),
  ]);
}

/** A key of nothing but literal text takes no record. */
function keyArguments(entity: EntityPlan, { slots }: ItemPlan): Doc[] {
  const isConstant = slots.every(
    ({ partition, sort, present, when, shards }) =>
      present.length === 0 &&
      when.length === 0 &&
      shards === null &&
      [...partition.parts, ...(sort?.parts ?? [])].every(({ kind }) => kind === 'literal'),
  );
  return isConstant ? [] : [parameterOf(entity)];
}

function versionExpression(plan: Plan, entity: EntityPlan, item: ItemPlan): Doc {
  const history = entityOf(plan, item.for ?? '');
  const fields = texts(history.attributes.map(({ name }) => name));
  const record = object([
    property('__typename', quote(history.name)),
    code`...${call(runtime('picked'), [parameterOf(entity), fields])}`,
  ]);
  return call(`${history.names.codec}.item`, [record]);
}

function guardExpression(entity: EntityPlan, guard: GuardPlan): Doc {
  const { fields, shared, message } = guard;
  return object([
    property('field', quote(fields.join('+'))),
    ...(message === undefined ? [] : [property('message', quote(message))]),
    ...(shared ? [property('constraint', quote(shared.name))] : []),
    ...(shared && shared.expires !== null ? [property('expires', quote(shared.expires))] : []),
    property('key', call(keyValue(guardFunction(entity, guard)), [parameterOf(entity)])),
  ]);
}

/** How long versions are kept, one place for each history; null where all are kept for ever. */
function keepOf(plan: Plan, versions: readonly ItemPlan[]): Doc | null {
  if (versions.every(({ keep }) => keep === undefined)) return null;
  return list(
    versions.map(({ keep, for: history }) => {
      if (keep === undefined) return '{}';
      if ('versions' in keep) return object([property('versions', String(keep.versions))]);
      const ttl = plan.entities.find(({ name }) => name === history)?.expires ?? '';
      const expires = [property('seconds', String(keep.seconds)), property('ttl', quote(ttl))];
      return object([property('expires', object(expires))]);
    }),
  );
}

/** What is not kept with idempotency keys, where there are some. */
function secretsOf(plan: Plan, { attributes }: EntityPlan): string[] {
  if (!plan.tables.some(({ tokens }) => tokens)) return [];
  return attributes.filter(({ secret }) => secret).map(({ name }) => name);
}

function setsOf(entity: EntityPlan, fields: readonly string[]): string[] {
  return fields.filter((field) => attributeOf(entity, field)?.set);
}

/** When DynamoDB deletes the record, in seconds. */
function expiryParts(entity: EntityPlan): Doc[] {
  const { ttl } = entity;
  if (ttl === null) return [];
  const value = `${parameterOf(entity)}.${ttl.field}`;
  const isNullable = attributeOf(entity, ttl.field)?.nullable;
  const seconds = call(runtime('epochSeconds'), [value]);
  return [property(ttl.attribute, unless(isNullable ? `${value} === null` : null, seconds))];
}
