/** The data of queries.ts.hbs: index queries, one function per pattern. */

import { type HoleEncoding, isInverted, runtimeEncoding, runtimePrefix } from '../../encodings.js';
import { camel } from '../../names.js';
import { coveredFields, unpackedKeys } from '../../plan/lookup/covering.js';
import { entityOf } from '../../plan/lookup/find.js';
import {
  type MixedQuery,
  membersVariable,
  mixedQuery,
  queriedMembers,
} from '../../plan/lookup/mixed-query.js';
import { type PatternPlan, type QueryAccess, queryOf } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EntityPlan, TemplatePart } from '../../plan/types/storage.js';
import {
  givenType,
  group,
  keyComment,
  literal,
  partsExpression,
  quote,
  recordType,
  unpackTemplate,
} from '../code.js';
import { aggregateExpression, aggregateView } from './aggregates.js';
import { filterExpression, filterMembers, mixedFilter } from './filters.js';
import { layoutOf } from './layout.js';
import { multiAttributeQuery } from './multi-attribute.js';
import { asStored, indexVariable, readExpression } from './shared.js';
import { leadsOn, throughMembers, throughView } from './through.js';

export function queriesView(plan: Plan) {
  const accesses = plan.patterns.flatMap((pattern) => {
    const access = queryOf(pattern.access);
    return access ? [{ pattern, access }] : [];
  });
  const mixes = plan.patterns.flatMap((pattern) =>
    pattern.access.kind === 'mixed' ? [{ pattern, access: pattern.access }] : [],
  );
  const covers = new Map<string, ReturnType<typeof coverView>>();
  for (const { pattern, access } of accesses) {
    if (access.covering.kind === 'some' && !leadsOn(pattern))
      covers.set(
        access.covering.name,
        coverView(plan, entityOf(plan, access.entity), access, access.covering),
      );
  }
  return {
    queries: plan.patterns.flatMap((pattern) => {
      if (pattern.access.kind === 'mixed')
        return [queryView(plan, pattern, mixedQuery(plan, pattern, pattern.access))];
      const access = queryOf(pattern.access);
      return access ? [queryView(plan, pattern, { entity: entityOf(plan, access.entity), access })] : [];
    }),
    mixes: mixes.map(({ pattern, access }) => {
      const entities = queriedMembers(access).map((name) => entityOf(plan, name).names);
      return {
        variable: membersVariable(pattern),
        comment: `What ${pattern.name} reads.`,
        record: entities.map(({ record }) => record).join(' | '),
        codecs: entities.map(({ codec }) => codec).join(', '),
      };
    }),
    covers: [...covers.values()],
    kept: plan.patterns.flatMap((pattern) =>
      pattern.access.kind === 'aggregate'
        ? [aggregateView(entityOf(plan, pattern.access.entity), pattern, pattern.access)]
        : [],
    ),
  };
}

/** What an index holds that does not hold everything. */
function coverView(
  plan: Plan,
  entity: EntityPlan,
  access: QueryAccess,
  covering: Extract<QueryAccess['covering'], { kind: 'some' }>,
) {
  const held = entity.attributes.filter((one) => covering.attributes.includes(one.name));
  const source = entity.items[access.item]?.for;
  const where = covering.key === 'item' ? `${access.index} projects` : `the entry of ${source} holds`;
  const table = entity.items[0]?.slots[0];
  const keys = [table?.partition.attribute, table?.sort?.attribute].flatMap((name) => name ?? []);
  const unpacked = unpackedView(entity, access, covering);
  const known = [...held.map((one) => ({ attribute: one, value: readExpression(one) })), ...unpacked.fields];
  return {
    variable: covering.name,
    record: entity.names.record,
    comment: `What ${where} of ${entity.name}; other fields take a follow-up batch get.`,
    covers: coveredFields(plan, entity, access, covering).map(quote).join(', '),
    keyOf:
      covering.key === 'item'
        ? `({ ${keys.map((name) => `${name}: item.${name} as string`).join(', ')} })`
        : `${entity.names.keyBuilder}({ ${entity.keyFields.map((field) => `${field}: item.${field} as ${typeOfField(entity, field)}`).join(', ')} })`,
    type: quote(entity.name),
    item: known.length === 0 ? '' : 'item',
    keys: unpacked.keys,
    fields: known.map(({ attribute, value }) => `${attribute.name}: ${value}`),
    isPartial: known.length < entity.attributes.length,
  };
}

/** The values that an item's keys spell out: a constant for each key, and an expression for each attribute. */
function unpackedView(
  entity: EntityPlan,
  access: QueryAccess,
  covering: Extract<QueryAccess['covering'], { kind: 'some' }>,
) {
  const unpacked = unpackedKeys(entity, access, covering).map((one) => ({
    ...one,
    variable: `${camel(one.template.attribute.toLowerCase())}Holes`,
  }));
  return {
    keys: unpacked.map(
      ({ template, variable }) =>
        `const ${variable} = unpack(String(item.${template.attribute}), ${unpackTemplate(template)});`,
    ),
    fields: unpacked.flatMap(({ holes, variable }) =>
      holes.map(({ at, attribute, enum: type }) => ({
        attribute,
        value: `${variable}?.[${at}]${type === null ? '' : ` as ${type}`}`,
      })),
    ),
  };
}

export function typeOfField(entity: EntityPlan, field: string, nullable?: false): string {
  const attribute = attributeOf(entity, field);
  return attribute ? recordType({ ...attribute, nullable: nullable ?? attribute.nullable }) : 'string';
}

function attributeOf(entity: EntityPlan, field: string): AttributePlan | undefined {
  return entity.attributes.find((one) => one.name === field);
}

/** @param asked of one entity, or of several in one query */
function queryView(
  plan: Plan,
  pattern: PatternPlan,
  asked: { readonly entity: EntityPlan; readonly access: QueryAccess } | MixedQuery,
) {
  const { entity, access } = asked;
  const mixed = 'mixed' in asked ? asked : null;
  const inputs = pattern.inputs;
  const constants = new Map(
    inputs.flatMap(({ name, value }) => (value.kind === 'literal' ? [[name, value.value] as const] : [])),
  );
  const lists = access.equals.flatMap(({ field, each }) => (each ? [{ field, each }] : []));
  const isListed = (field: string) => lists.some((one) => one.field === field);
  /** Buckets are read one after the other where the answer is in order of time. */
  const inSequence =
    access.bucket !== null &&
    (access.bucket.reads.kind === 'across' ||
      (access.bucket.reads.kind === 'given' &&
        access.bucket.reads.list === true &&
        access.orderBy[0] === access.bucket.field));
  const isBucketList = access.bucket?.reads.kind === 'given' && access.bucket.reads.list === true;
  const value = (field: string, encode: HoleEncoding) => {
    if (access.bucket?.field === field && encode === access.bucket.unit)
      return access.bucket.reads.kind === 'given' && !isBucketList
        ? `${access.bucket.unit}(by.bucket)`
        : inSequence
          ? 'bucket'
          : `${access.bucket.unit}(bucket)`;
    const constant = constants.get(field);
    const given = isListed(field) ? field : `by.${field}`;
    return `${runtimeEncoding(encode)}(${constant === undefined ? asStored(entity, field, given) : literal(constant)})`;
  };
  const parts = (list: readonly TemplatePart[]) => partsExpression(inlined(list, constants), value, 'shard');
  const free = access.equals.filter(({ field, each }) => !constants.has(field) && (!each || each === 'list'));
  // A record without the value is in no index: there is no asking for it.
  const certain = free.filter(({ field, each }) => !mixed && !each && !attributeOf(entity, field)?.nullable);
  const range = access.range;
  const crossing = access.bucket?.reads.kind === 'across' ? access.bucket.reads : null;
  const shape = [
    ...(certain.length > 0
      ? [`Pick<${entity.names.record}, ${certain.map(({ field }) => quote(field)).join(' | ')}>`]
      : []),
    ...members([
      ...throughMembers(plan, pattern, access),
      ...free
        .filter((one) => !certain.includes(one))
        .map(({ field, each }) =>
          each
            ? `readonly ${field}: ${listType(typeOfField(entity, field, false))}`
            : `readonly ${field}: ${typeOfField(entity, field, false)}`,
        ),
      ...(access.narrow?.parts ?? []).map(
        ({ hole }) => `readonly ${hole.field}?: ${boundType(entity, hole.field)} | null | undefined`,
      ),
      ...(access.bucket?.reads.kind === 'given'
        ? [`readonly bucket: ${isBucketList ? listType('string') : 'string'}`]
        : []),
      ...(range
        ? range.bounds.map(
            (bound) =>
              `readonly ${bound}?: ${bound === 'prefix' ? 'string' : boundType(entity, range.field)} | null | undefined`,
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
  const multiAttribute = access.multiAttribute
    ? multiAttributeQuery(entity, access, access.multiAttribute, constants)
    : null;
  const optionalOnly = shape.every((one) => !/readonly \w+:|^Pick/.test(one));
  const through = leadsOn(pattern) ? throughView(plan, pattern.access) : null;
  return {
    function: access.function,
    name: quote(pattern.name),
    // One collection's members differ in their sort keys.
    comment: queryComment(pattern, mixed?.partitions.length === 1 ? { ...access, sort: null } : access),
    parameter: shape.length === 0 ? '' : `by: ${shape.join(' & ')}${optionalOnly ? ' = {}' : ''}`,
    record: through?.record ?? entity.names.record,
    codec: through?.codec ?? entity.names.codec,
    layout: layoutOf(plan, pattern),
    index: access.index === null ? table : indexVariable(entity.table, access.index),
    isTable: access.index === null,
    partitions: partitionsExpression(
      access,
      (mixed?.partitions ?? [access.partition]).map((template) => parts(template.parts)),
      crossing?.count ?? 0,
      inSequence,
      lists,
    ),
    sort: mixed?.mixed.within
      ? `{ kind: 'between', from: ${quote(mixed.mixed.within.from)}, below: ${quote(mixed.mixed.within.below)} }`
      : mixed && access.range === null
        ? null
        : sortExpression(entity, access, head, isWhole),
    descending: readExpressionOf(access),
    covering:
      through?.covering ?? (access.covering.kind === 'all' ? "{ kind: 'all' }" : access.covering.name),
    filter: mixed
      ? mixedFilter(entity, access.filter, mixed.mixed, 4)
      : access.filter && filterExpression(entity, access.filter, 4),
    consistent: access.consistent,
    page: `{ default: ${access.page.default}, max: ${access.page.max} }`,
    total: access.total === undefined ? null : aggregateExpression(entity, access.total),
    upTo: pattern.access.kind === 'count' ? pattern.access.upTo : null,
    binding:
      crossing || inSequence
        ? bindingExpression(access, [
            ...free.map(({ field }) => field),
            ...(inSequence && !crossing ? ['bucket'] : []),
          ])
        : null,
    equals: null,
    ...multiAttribute,
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

/** The side of a bound in an inverted hole. */
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

type Lists = readonly {
  readonly field: string;
  readonly each: NonNullable<QueryAccess['equals'][number]['each']>;
}[];

function partitionsExpression(
  access: QueryAccess,
  several: readonly string[],
  count: number,
  inSequence: boolean,
  lists: Lists,
): string {
  const { bucket, shards } = access;
  const [key = ''] = several;
  const lines = several.map((one) => (shards === null ? one : `...shardKeys(${shards}, (shard) => ${one})`));
  const own =
    shards === null || several.length > 1
      ? `[${lines.join(', ')}]`
      : `shardKeys(${shards}, (shard) => ${key})`;
  const keys = lists.reduceRight((inner, { field, each }) => {
    const values = each === 'list' ? `by.${field}` : `[${each.map(literal).join(', ')}]`;
    const line = `inList(${quote(field)}, ${values}, (${field}) => ${inner})`;
    return line.length <= 90 ? line : `inList(${quote(field)}, ${values}, (${field}) =>\n      ${inner})`;
  }, own);
  if (bucket?.reads.kind === 'given' && bucket.reads.list) {
    if (!inSequence) return `{ kind: 'merge', keys: inList('bucket', by.bucket, (bucket) => ${keys}) }`;
    const list = `bucketList(${quote(bucket.unit)}, by.bucket, ${descendingExpression(access)})`;
    return `{\n    kind: 'sequence',\n    keys: ${list}.map((bucket) => ${keys}),\n  }`;
  }
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
  if (lists.length > 0 || several.length > 1)
    return group('{', ["kind: 'merge'", `keys: ${keys}`], '}', 2, 14);
  return shards === null ? `{ kind: 'one', key: ${key} }` : `shards(${shards}, (shard) => ${key})`;
}

function sortExpression(
  entity: EntityPlan,
  access: QueryAccess,
  head: string,
  isWhole: boolean,
): string | null {
  if (access.sort === null) return null;
  if (isWhole) return `{ kind: 'equals', value: ${head} }`;
  if (access.narrow) return narrowExpression(entity, access, access.narrow, head);
  if (access.range) {
    return `rangeOf(${boundsExpression(access.range)}, { head: ${head}, terminated: ${access.terminated} })`;
  }
  return access.head.length === 0 ? null : `{ kind: 'prefix', prefix: ${head} }`;
}

function boundsExpression({ encode, bounds }: NonNullable<QueryAccess['range']>): string {
  const each = bounds.map((bound) => {
    const by = bound === 'prefix' ? runtimePrefix(encode) : runtimeEncoding(encode);
    const end = isInverted(encode) ? oppositeBounds[bound] : bound;
    return `${end}: encoded(${by}, by.${bound})`;
  });
  return `{ ${each.join(', ')} }`;
}

function narrowExpression(
  entity: EntityPlan,
  access: QueryAccess,
  { parts, last }: NonNullable<QueryAccess['narrow']>,
  head: string,
): string {
  const list = parts.map(({ hole: { field, encode }, then }) => {
    const steps = attributeOf(entity, field)?.normalize ?? [];
    const own = runtimeEncoding(encode);
    const by = steps.length === 0 ? own : `(value: string) => ${own}(${asStored(entity, field, 'value')})`;
    return `[${quote(field)}, encoded(${by}, by.${field}), ${quote(then)}]`;
  });
  const options = [
    ...(last === 'prefix' ? ["last: 'prefix'"] : []),
    ...(access.range
      ? [`bounds: ${boundsExpression(access.range)}`, `terminated: ${access.terminated}`]
      : []),
  ];
  const given = group('[', list, ']', 4);
  return group(
    'narrowed(',
    [head, given, ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])],
    ')',
    2,
    8,
  );
}

function listType(type: string): string {
  return `readonly ${type.includes(' ') ? `(${type})` : type}[]`;
}

/** Buckets move with time; a cursor is bound to the arguments instead. */
function bindingExpression(access: QueryAccess, fields: readonly string[]): string {
  const asked = [
    ...fields,
    ...(access.narrow?.parts ?? []).map(({ hole }) => hole.field),
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
  const next = leadsOn(pattern) ? `, then ${pattern.target} by key` : '';
  return `${field}: ${access.index ?? 'table'} ${keyComment(access)}, ${order}${shards}${next}.`;
}
