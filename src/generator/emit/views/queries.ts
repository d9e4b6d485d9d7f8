/** The data of queries.ts.hbs: index queries, one function per pattern. */

import { camel } from '../../names.js';
import type { AttributePlan, EntityPlan, PatternPlan, Plan, QueryAccess, TemplatePart } from '../../plan.js';
import {
  encodingFunctions,
  givenType,
  keyComment,
  literal,
  partsExpression,
  quote,
  recordType,
} from '../code.js';
import { filterExpression, filterMembers } from './filters.js';
import { nativeQuery } from './native.js';
import { asStored, entityOf, indexVariable, readExpression } from './shared.js';

export function queriesView(plan: Plan) {
  const accesses = plan.patterns.flatMap((pattern) =>
    pattern.access.kind === 'query' ? [{ pattern, access: pattern.access }] : [],
  );
  const covers = new Map<string, ReturnType<typeof coverView>>();
  for (const { access } of accesses) {
    if (access.holds.kind === 'some')
      covers.set(access.holds.name, coverView(plan, entityOf(plan, access.entity), access, access.holds));
  }
  return {
    queries: accesses.map(({ pattern, access }) => queryView(plan, pattern, access)),
    covers: [...covers.values()],
  };
}

/** What an index holds that does not hold everything. */
function coverView(
  plan: Plan,
  entity: EntityPlan,
  access: QueryAccess,
  holds: Extract<QueryAccess['holds'], { kind: 'some' }>,
) {
  const held = entity.attributes.filter((one) => holds.attributes.includes(one.name));
  const source = entity.items[access.item]?.for;
  const where = holds.key === 'item' ? `${access.index} projects` : `the entry of ${source} holds`;
  const table = entity.items[0]?.slots[0];
  const keys = [table?.partition.attribute, table?.sort?.attribute].flatMap((name) => name ?? []);
  return {
    variable: holds.name,
    record: entity.names.record,
    comment: `What ${where} of ${entity.name}; other fields take a follow-up batch get.`,
    covers: [
      ...held.filter((one) => !one.hidden).map((one) => one.name),
      ...coveredRelations(plan, entity, holds.attributes),
    ]
      .map(quote)
      .join(', '),
    keyOf:
      holds.key === 'item'
        ? `({ ${keys.map((name) => `${name}: item.${name} as string`).join(', ')} })`
        : `${entity.names.keyBuilder}({ ${entity.keyFields.map((field) => `${field}: item.${field} as ${typeOfField(entity, field)}`).join(', ')} })`,
    type: quote(entity.name),
    item: held.length === 0 ? '' : 'item',
    fields: held.map((one) => `${one.name}: ${readExpression(one)}`),
    isPartial: held.length < entity.attributes.length,
  };
}

/** Fields of the entity that need nothing of their parent but what is held. A rule may look at any attribute. */
function coveredRelations(plan: Plan, entity: EntityPlan, held: readonly string[]): string[] {
  return plan.patterns.flatMap((pattern) => {
    if (pattern.field?.type !== entity.name || pattern.allow !== null) return [];
    const kind = pattern.access.kind === 'typed' ? [pattern.access.by] : [];
    const needed = [...pattern.inputs.map(({ value }) => value), ...kind].flatMap((value) =>
      value.kind === 'parent' ? [value.path[0] ?? ''] : [],
    );
    return needed.every((name) => held.includes(name)) ? [pattern.field.field] : [];
  });
}

function typeOfField(entity: EntityPlan, field: string, nullable?: false): string {
  const attribute = attributeOf(entity, field);
  return attribute ? recordType({ ...attribute, nullable: nullable ?? attribute.nullable }) : 'string';
}

function attributeOf(entity: EntityPlan, field: string): AttributePlan | undefined {
  return entity.attributes.find((one) => one.name === field);
}

function queryView(plan: Plan, pattern: PatternPlan, access: QueryAccess) {
  const entity = entityOf(plan, access.entity);
  const inputs = pattern.inputs;
  const constants = new Map(
    inputs.flatMap(({ name, value }) => (value.kind === 'literal' ? [[name, value.value] as const] : [])),
  );
  const value = (field: string, encode: keyof typeof encodingFunctions) => {
    if (access.bucket?.field === field && encode === access.bucket.unit)
      return access.bucket.reads.kind === 'given' ? `${access.bucket.unit}(by.bucket)` : 'bucket';
    const constant = constants.get(field);
    return `${encodingFunctions[encode]}(${constant === undefined ? asStored(entity, field, `by.${field}`) : literal(constant)})`;
  };
  const parts = (list: readonly TemplatePart[]) => partsExpression(inlined(list, constants), value, 'shard');
  const free = access.equals.filter(({ field }) => !constants.has(field));
  // A record without the value is in no index: there is no asking for it.
  const certain = free.filter(({ field }) => !attributeOf(entity, field)?.nullable);
  const range = access.range;
  const crossing = access.bucket?.reads.kind === 'across' ? access.bucket.reads : null;
  const shape = [
    ...(certain.length > 0
      ? [`Pick<${entity.names.record}, ${certain.map(({ field }) => quote(field)).join(' | ')}>`]
      : []),
    ...members([
      ...free
        .filter((one) => !certain.includes(one))
        .map(({ field }) => `readonly ${field}: ${typeOfField(entity, field, false)}`),
      ...(access.bucket?.reads.kind === 'given' ? ['readonly bucket: string'] : []),
      ...(range
        ? range.bounds.map(
            (bound) => `readonly ${bound}?: ${boundType(entity, range.field)} | null | undefined`,
          )
        : []),
      ...(access.order.kind === 'chosen' ? ["readonly order?: 'ASC' | 'DESC' | null | undefined"] : []),
      ...(crossing ? ['readonly now?: Date'] : []),
      ...filterMembers(pattern, entity, access.filter),
    ]),
  ];
  const head = parts(access.head);
  const isWhole =
    access.sort !== null && access.head.length === access.sort.parts.length && access.sort.parts.length > 0;
  const table = `${camel(entity.table)}Table`;
  const native = access.native ? nativeQuery(entity, access, access.native, constants) : null;
  const optionalOnly = free.length === 0 && access.bucket?.reads.kind !== 'given';
  return {
    function: access.function,
    name: quote(pattern.name),
    comment: queryComment(pattern, access),
    parameter: shape.length === 0 ? '' : `by: ${shape.join(' & ')}${optionalOnly ? ' = {}' : ''}`,
    record: entity.names.record,
    codec: entity.names.codec,
    index: access.index === null ? table : indexVariable(entity.table, access.index),
    isTable: access.index === null,
    partitions: partitionsExpression(access, parts(access.partition.parts), crossing?.count ?? 0),
    sort: sortExpression(entity, access, head, isWhole),
    descending: readExpressionOf(access),
    holds: access.holds.kind === 'all' ? "{ kind: 'all' }" : access.holds.name,
    filter: access.filter === null ? null : filterExpression(entity, access.filter, 4),
    consistent: access.consistent,
    page: `{ default: ${access.page.default}, max: ${access.page.max} }`,
    binding: crossing
      ? bindingExpression(
          access,
          free.map(({ field }) => field),
        )
      : null,
    equals: null,
    ...native,
  };
}

/** Whether the answer runs downwards. */
function descendingExpression({ order }: QueryAccess): string {
  if (order.kind === 'fixed') return String(order.descending);
  return order.descending ? "by.order !== 'ASC'" : "by.order === 'DESC'";
}

/** Whether the sort key is read downwards: an inverted one against the order of the answer. */
function readExpressionOf(access: QueryAccess): string {
  const { order, isInverted } = access;
  if (!isInverted) return descendingExpression(access);
  if (order.kind === 'fixed') return String(!order.descending);
  return order.descending ? "by.order === 'ASC'" : "by.order !== 'DESC'";
}

/** Where a bound stands in an inverted hole. */
const oppositeBounds = {
  from: 'to',
  to: 'from',
  after: 'before',
  before: 'after',
  prefix: 'prefix',
} as const;

function members(list: readonly string[]): string[] {
  return list.length === 0
    ? []
    : [
        list.join('').length > 60
          ? `{\n${list.map((one) => `  ${one};`).join('\n')}\n}`
          : `{ ${list.join('; ')} }`,
      ];
}

function boundType(entity: EntityPlan, field: string): string {
  const attribute = attributeOf(entity, field);
  if (!attribute) return 'string';
  return givenType({ ...attribute, nullable: false });
}

/** Enum values and other literals of the pattern become text of the key. */
function inlined(
  parts: readonly TemplatePart[],
  constants: ReadonlyMap<string, string | number | boolean>,
): TemplatePart[] {
  return parts.map((part) => {
    if (part.kind !== 'hole' || part.encode !== 'enum') return part;
    const constant = constants.get(part.field);
    return constant === undefined ? part : { kind: 'literal', text: String(constant) };
  });
}

function partitionsExpression(access: QueryAccess, key: string, count: number): string {
  const { bucket, shards } = access;
  const keys = shards === null ? `[${key}]` : `shardKeys(${shards}, (shard) => ${key})`;
  if (bucket?.reads.kind === 'across') {
    const ends = access.range?.bounds ?? [];
    const newest = ends.includes('to') ? 'by.to' : ends.includes('before') ? 'by.before' : null;
    const oldest = ends.includes('from') ? 'by.from' : ends.includes('after') ? 'by.after' : null;
    const options = [
      ...(oldest ? [`from: ${oldest}`] : []),
      ...(newest ? [`to: ${newest}`] : []),
      'now: by.now ?? new Date()',
      `across: ${count}`,
      `descending: ${descendingExpression(access)}`,
    ];
    return [
      '{',
      "    kind: 'sequence',",
      `    keys: bucketsOf(${quote(bucket.unit)}, { ${options.join(', ')} }).map((bucket) =>`,
      `      ${keys},`,
      '    ),',
      '  }',
    ].join('\n');
  }
  return shards === null ? `{ kind: 'one', key: ${key} }` : `shards(${shards}, (shard) => ${key})`;
}

function sortExpression(
  _entity: EntityPlan,
  access: QueryAccess,
  head: string,
  isWhole: boolean,
): string | null {
  if (access.sort === null) return null;
  if (isWhole) return `{ kind: 'equals', value: ${head} }`;
  if (access.range) {
    const encode = encodingFunctions[access.range.encode];
    const bounds = access.range.bounds.map(
      (bound) =>
        `${access.range?.encode.startsWith('invert(') ? oppositeBounds[bound] : bound}: encoded(${bound === 'prefix' && access.range?.encode !== 'fold' ? 'text' : encode}, by.${bound})`,
    );
    return `rangeOf({ ${bounds.join(', ')} }, { head: ${head}, terminated: ${access.terminated} })`;
  }
  return access.head.length === 0 ? null : `{ kind: 'prefix', prefix: ${head} }`;
}

/** Buckets move with time; a cursor is bound to what was asked instead. */
function bindingExpression(access: QueryAccess, fields: readonly string[]): string {
  const asked = [
    ...fields,
    ...(access.range?.bounds ?? []),
    ...(access.order.kind === 'chosen' ? ['order'] : []),
  ];
  return asked.length === 0 ? "''" : `JSON.stringify([${asked.map((name) => `by.${name}`).join(', ')}])`;
}

function queryComment(pattern: PatternPlan, access: QueryAccess): string {
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : 'For rules';
  const order =
    access.order.kind === 'chosen'
      ? 'order chosen by the caller'
      : access.order.descending
        ? 'descending'
        : 'ascending';
  const shards = access.shards === null ? '' : `, ${access.shards} shards merged`;
  return `${field}: ${access.index ?? 'table'} ${keyComment(access)}, ${order}${shards}.`;
}
