/** queries.ts: one function per pattern that queries an index. */

import { declaredValues } from '../../../encodings/declared.js';
import { textInHole } from '../../../encodings.js';
import { entityOf } from '../../../plan/lookup/find.js';
import {
  type MixedQuery,
  membersVariable,
  mixedQuery,
  spanAccesses,
} from '../../../plan/lookup/mixed-query.js';
import { readsDownwards } from '../../../plan/lookup/sort-key.js';
import { type PatternPlan, type QueryAccess, queryOf } from '../../../plan/types/access.js';
import type { Plan } from '../../../plan/types/plan.js';
import type { EntityPlan, TemplatePart } from '../../../plan/types/storage.js';
import { encoding, keyComment, keyExpression } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import {
  arrow,
  assigned,
  call,
  comment,
  generic,
  list,
  literal,
  object,
  property,
  quote,
  union,
} from '../../printer.js';
import type { SourceFile } from '../../source-file.js';
import { codecOf, entityType, keyValue, runtime, runtimeType } from '../../symbols.js';
import { aggregateExpression, maintainedView } from '../aggregates.js';
import { cacheExpression, sharedCache } from '../caching.js';
import { asStored, indexVariable, tableVariable } from '../shared.js';
import { givenBounds } from './bounds.js';
import { coveringView } from './covering.js';
import { filterExpression, mixedFilter } from './filters.js';
import { byParameter, freeFields } from './inputs.js';
import { layoutOf } from './layout.js';
import { mixedRead, type Parts } from './mixed.js';
import { multiAttributeQuery } from './multi-attribute.js';
import {
  descendingExpression,
  isInSequence,
  isListOfBuckets,
  listsOf,
  partitionParts,
} from './partitions.js';
import { sortExpression } from './sort.js';
import { leadsOn, throughQuery } from './through.js';
import { uniqueView } from './unique.js';

export function queriesFile(plan: Plan): SourceFile {
  const views = plan.patterns.flatMap((pattern) => {
    if (pattern.access.kind === 'mixed')
      return [queryView(plan, pattern, mixedQuery(plan, pattern, pattern.access))];
    const access = queryOf(pattern.access);
    return access ? [queryView(plan, pattern, { entity: entityOf(plan, access.entity), access })] : [];
  });
  const held = heldOf(plan);
  const mixes = mixesOf(plan);
  const others = plan.patterns.flatMap((pattern) =>
    pattern.access.kind === 'aggregate'
      ? [maintainedView(entityOf(plan, pattern.access.entity), pattern, pattern.access)]
      : pattern.access.kind === 'unique'
        ? [uniqueView(entityOf(plan, pattern.access.entity), pattern, pattern.access)]
        : [],
  );
  const names = [...views, ...held, ...mixes, ...others].map(({ name }) => name);
  const lists = plan.patterns.flatMap(
    ({ access }) => queryOf(access)?.equals.map(({ field }) => field) ?? [],
  );
  return {
    name: 'queries.ts',
    data: { held, mixes, queries: views, others },
    declared: [...names, ...lists, 'by', 'item', 'bucket', 'shard', 'value'],
  };
}

/** Indexes that hold some fields of their records. */
function heldOf(plan: Plan) {
  const views = new Map<string, ReturnType<typeof coveringView>>();
  for (const pattern of plan.patterns) {
    const access = queryOf(pattern.access);
    if (access?.covering.kind !== 'some' || leadsOn(pattern)) continue;
    views.set(
      access.covering.name,
      coveringView(plan, entityOf(plan, access.entity), access, access.covering),
    );
  }
  return [...views.values()];
}

/** The members of patterns that read several entities. */
function mixesOf(plan: Plan) {
  return plan.patterns.flatMap((pattern) => {
    if (pattern.access.kind !== 'mixed') return [];
    const entities = pattern.access.members.map(({ entity }) => entityOf(plan, entity));
    const name = membersVariable(pattern);
    const any = generic(runtime('anyEntity'), [recordOf(entities)]);
    const value = call(any, [list(entities.map(codecOf))]);
    return [{ name, declaration: assigned(`const ${name} =`, value) }];
  });
}

function recordOf(entities: readonly EntityPlan[]): Doc {
  return union(entities.map(({ names }) => entityType(names.record)));
}

type Asked = { readonly entity: EntityPlan; readonly access: QueryAccess } | MixedQuery;

function distinctExpression({ distinct }: PatternPlan): Doc | null {
  if (!distinct) return null;
  return distinct.by === 'record' ? 'true' : quote(distinct.attribute);
}

/** @param asked one entity, or several in one query */
function queryView(plan: Plan, pattern: PatternPlan, asked: Asked) {
  const { entity, access } = asked;
  const mixed = 'mixed' in asked ? asked : null;
  const through = leadsOn(pattern) ? throughQuery(plan, pattern.access) : null;
  const entities = mixed?.entities ?? [through?.target ?? entity];
  const record = recordOf(entities);
  const constants = constantsOf(pattern, access);
  const parts = encodedParts(entity, access, constants);
  const { index, ...keys } = keyParts(entity, access, { mixed, constants, parts });
  const filter = mixed
    ? mixedFilter(entity, access.filter, mixed.mixed)
    : access.filter && filterExpression(entity, access.filter);
  const covering = through?.covering ?? (access.covering.kind === 'all' ? null : access.covering.name);
  const { page } = access;
  const descending = directionExpression(access);
  const layout = layoutOf(plan, pattern);
  const binding = bindingExpression(pattern, access);
  const options: readonly (readonly [string, Doc | null])[] = [
    ...Object.entries(keys),
    ['descending', descending === 'false' ? null : descending],
    ['filter', filter],
    ['covering', covering],
    ['distinct', distinctExpression(pattern)],
    ['consistent', access.consistent ? 'true' : null],
    ['page', page.default === 20 && page.max === 100 ? null : pageExpression(page)],
    ['total', access.total === undefined ? null : aggregateExpression(entity, access.total)],
    ['layout', layout],
    ['upTo', pattern.access.kind === 'count' ? String(pattern.access.upTo) : null],
    ['binding', binding],
    [
      'cache',
      access.cache ? cacheExpression(access.cache, sharedCache(plan, pattern, access.cache, entities)) : null,
    ],
  ];
  const query = call(runtime('query'), [
    quote(pattern.name),
    mixed ? membersVariable(pattern) : codecOf(through?.target ?? entity),
    index,
    object(options.flatMap(([name, value]) => (value === null ? [] : [property(name, value)]))),
  ]);
  const returns = generic(runtimeType('IndexQuery'), [record, ...(through?.edge ? [through.edge] : [])]);
  const parameters = byParameter(plan, pattern, { entity, access, isMixed: mixed !== null });
  const name = access.function;
  return {
    name,
    comment: queryComment(pattern, access, mixed),
    declaration: assigned(`export const ${name} =`, arrow(parameters, query, { returns })),
  };
}

function pageExpression(page: QueryAccess['page']): Doc {
  return object([property('default', String(page.default)), property('max', String(page.max))]);
}

/** What the declaration binds fields to. */
function constantsOf(
  { inputs }: PatternPlan,
  { equals }: QueryAccess,
): ReadonlyMap<string, string | number | boolean> {
  const bound = inputs.filter(({ name }) => equals.some(({ field }) => field === name));
  return new Map(
    bound.flatMap(({ name, value }) => (value.kind === 'literal' ? [[name, value.value] as const] : [])),
  );
}

/** Parts of a key with the values to look up. */
function encodedParts(
  entity: EntityPlan,
  access: QueryAccess,
  constants: ReadonlyMap<string, string | number | boolean>,
): Parts {
  const { bucket } = access;
  const lists = listsOf(access);
  const value = (field: string, encode: (TemplatePart & { readonly kind: 'hole' })['encode']): Doc => {
    if (bucket?.field === field && encode === bucket.unit) {
      if (bucket.reads.kind === 'given' && !isListOfBuckets(access))
        return call(runtime(bucket.unit), ['by.bucket']);
      return isInSequence(access) ? 'bucket' : call(runtime(bucket.unit), ['bucket']);
    }
    const constant = constants.get(field);
    const given = lists.some((one) => one.field === field) ? field : `by.${field}`;
    const stored = asStored(entity, field, constant === undefined ? given : literal(constant));
    return call(encoding(encode), [stored]);
  };
  return (list) => keyExpression(inlined(list, constants), value, 'shard');
}

/** Enum values and other literals of the pattern become text of the key. */
function inlined(
  parts: readonly TemplatePart[],
  constants: ReadonlyMap<string, string | number | boolean>,
): TemplatePart[] {
  return parts.map((part) => {
    const constant = part.kind === 'hole' ? constants.get(part.field) : undefined;
    if (part.kind !== 'hole' || constant === undefined) return part;
    const isEnum = part.encode === 'enum' || declaredValues(part.encode) !== undefined;
    const text = isEnum ? textInHole(part.encode, String(constant)) : undefined;
    return text === undefined ? part : { kind: 'literal', text };
  });
}

interface KeyParts {
  readonly index: Doc;
  readonly partition?: Doc | null;
  readonly partitions?: Doc | null;
  readonly equals?: Doc | null;
  readonly sort: Doc | null;
}

/** Where a query reads. */
function keyParts(
  entity: EntityPlan,
  access: QueryAccess,
  {
    mixed,
    constants,
    parts,
  }: {
    readonly mixed: MixedQuery | null;
    readonly constants: ReadonlyMap<string, string | number | boolean>;
    readonly parts: Parts;
  },
): KeyParts {
  if (access.multiAttribute) return multiAttributeQuery(entity, access, access.multiAttribute, constants);
  const { table } = entity;
  const variable = access.index === null ? tableVariable(table) : indexVariable(table, access.index);
  const read = mixed
    ? mixedRead(mixed, (member) => encodedParts(entity, member, constants))
    : {
        ...partitionParts(access, [parts(access.partition.parts)]),
        sort: sortExpression(entity, access, parts(access.head)),
      };
  return { index: keyValue(variable), ...read };
}

/** Whether the sort key is read downwards: an inverted one against the order of the answer. */
function directionExpression(access: QueryAccess): string {
  const { order, isInverted } = access;
  if (order.kind === 'fixed') return String(readsDownwards(access));
  if (!isInverted) return descendingExpression(access);
  return order.descending ? "by.order === 'ASC'" : "by.order !== 'DESC'";
}

/** Buckets move with time; a cursor is bound to the arguments instead. */
function bindingExpression(pattern: PatternPlan, access: QueryAccess): Doc | null {
  const isCrossing = access.bucket?.reads.kind === 'across';
  if (!isCrossing && !isInSequence(access)) return null;
  const asked = [
    ...freeFields(pattern, access).map(({ field }) => field),
    ...(isCrossing ? [] : ['bucket']),
    ...(access.narrow?.parts ?? []).map(({ hole }) => hole.field),
    ...givenBounds(access),
    ...(access.order.kind === 'chosen' ? ['order'] : []),
  ];
  if (asked.length === 0) return "''";
  return call(runtime('bindingOf'), [list(asked.map((name) => `by.${name}`))]);
}

function queryComment(pattern: PatternPlan, access: QueryAccess, mixed: MixedQuery | null): string {
  const field = pattern.field ? `${pattern.field.type}.${pattern.field.field}` : 'For rules';
  const order =
    access.order.kind === 'chosen'
      ? 'order chosen by the caller'
      : access.order.descending
        ? 'descending'
        : 'ascending';
  const shards = access.shards === null ? '' : `, ${access.shards} shards`;
  const next = leadsOn(pattern) ? `, then ${pattern.target} by key` : '';
  // Members differ in their sort keys.
  const partitions = new Set(
    mixed?.entities.flatMap(({ name }) =>
      spanAccesses(mixed.mixed, [name]).map(({ partition }) => partition.text),
    ),
  );
  const keys = mixed ? [...partitions].map((text) => `\`${text}\``).join(' and ') : keyComment(access);
  return comment(`${field}: ${access.index ?? 'table'} ${keys}, ${order}${shards}${next}.`);
}
