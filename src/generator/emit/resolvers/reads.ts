/** What resolvers ask of the session and the loaders. */

import { variableName } from '../../names.js';
import { entityOf } from '../../plan/lookup/find.js';
import { mixedQuery } from '../../plan/lookup/mixed-query.js';
import type {
  AggregateAccess,
  ExistsAccess,
  GetAccess,
  MixedAccess,
  PatternPlan,
  QueryAccess,
  ThroughAccess,
  UniqueAccess,
} from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import type { NamedValue, ValuePlan } from '../../plan/types/values.js';
import type { WrittenValue } from '../../plan/types/writes.js';
import { isGiven, valueExpression } from '../expressions.js';
import { keyObject } from '../files/queries/through.js';
import { asStored, attributeOf } from '../files/shared.js';
import type { Doc } from '../fragment.js';
import {
  arrow,
  call,
  code,
  list,
  literal,
  object,
  operation,
  property,
  quote,
  texts,
  when,
} from '../printer.js';
import { args, context, info, queryValue, runtime } from '../symbols.js';
import { prefetchName } from './prefetch.js';

export type Shape = 'one' | 'list' | 'connection';

/** A parent without the value has no such relation; a null argument is an open bound, not an absence. */
export function isMissing({ inputs }: PatternPlan): Doc[] {
  return (
    inputs
      .filter(({ value }) => value.kind === 'parent' && value.nullable)
      // A field of an embedded type may be absent.
      .map(({ value }) => code`${valueExpression(value)} ${isNested(value) ? '==' : '==='} null`)
  );
}

function isNested(value: ValuePlan): boolean {
  return value.kind === 'parent' && value.path.length > 1;
}

/** The join of a pattern that gives one record; nothing more is read where there is none, or where it leads nowhere. */
export function joinBody(plan: Plan, pattern: PatternPlan, access: ThroughAccess): Doc[] {
  const nullable = access.key.flatMap(({ value }) =>
    value.kind === 'through' && value.nullable ? [`through.${value.attribute} === null`] : [],
  );
  return [
    code`const through = await ${joinRead(plan, pattern, access)};`,
    when(operation(['through === null', ...nullable], '||'), 'return null;'),
  ];
}

export function joinRead(
  plan: Plan,
  pattern: PatternPlan,
  { join, key }: Pick<ThroughAccess, 'join' | 'key'>,
): Doc {
  if (join.kind === 'get') return loaderCall(plan, join, 'load', [keyOf(plan, join, pattern.inputs)]);
  const used = key.flatMap(({ value }) => (value.kind === 'through' ? [value.attribute] : []));
  const fields = call('new Set', [texts([...new Set(used)])]);
  const options = join.covering.kind === 'some' ? [object([property('fields', fields)])] : [];
  return sessionCall('one', [queryCall(plan, pattern, join), ...options]);
}

function sessionCall(method: string, given: readonly Doc[]): Doc {
  return call(code`${context}.db.${method}`, given);
}

/** The key of a pattern that binds the whole key. */
function keyOf(plan: Plan, access: GetAccess, inputs: readonly NamedValue[]): Doc {
  const stored = entityOf(plan, access.entity);
  return object(
    inputs
      .filter(({ name }) => stored.keyFields.includes(name))
      .map(({ name, value }) => property(name, keyValue(stored, name, value))),
  );
}

function loaderCall(plan: Plan, access: GetAccess, method: string, given: readonly Doc[]): Doc {
  const { loader } = entityOf(plan, access.entity).names;
  const options = access.consistent ? [object([property('consistent', 'true')])] : [];
  return call(code`${context}.loaders.${loader}.${method}`, [...given, ...options]);
}

/** An aggregate, by the values of its key. */
function aggregateCall(plan: Plan, pattern: PatternPlan, access: AggregateAccess): Doc {
  const entity = entityOf(plan, access.entity);
  const given = pattern.inputs
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }) => property(name, canonical(entity, name, value)));
  return sessionCall('aggregate', [
    call(queryValue(pattern.name), given.length === 0 ? [] : [object(given)]),
  ]);
}

function existsCall(plan: Plan, pattern: PatternPlan, { by, each }: ExistsAccess): Doc {
  if (by.kind === 'query') return sessionCall('exists', [queryCall(plan, pattern, by)]);
  if (!each) return loaderCall(plan, by, 'exists', [keyOf(plan, by, pattern.inputs)]);
  const stored = entityOf(plan, by.entity);
  const several = pattern.inputs.find(({ name }) => name === each.field);
  const key = object(
    pattern.inputs.map(({ name, value }) =>
      property(name, value === several?.value ? listed(stored, name, value) : keyValue(stored, name, value)),
    ),
  );
  const keys = several ? call(code`${valueExpression(several.value)}.map`, [arrow(['value'], key)]) : '[]';
  return loaderCall(plan, by, 'existMany', [keys, String(each.max)]);
}

/** An element of a list, in the form the attribute is stored in. */
function listed(entity: EntityPlan, name: string, value: ValuePlan): Doc {
  const isMoment = value.kind === 'argument' && attributeOf(entity, name)?.encoding === 'time';
  return asStored(entity, name, isMoment ? call(runtime('time'), ['value']) : 'value');
}

function throughCall(
  plan: Plan,
  pattern: PatternPlan,
  { join, entity, key }: ThroughAccess,
  shape: Shape,
): Doc {
  if (pattern.cardinality === 'many') {
    if (join.kind === 'get') throw new Error(`pattern ${pattern.name} has one join`);
    return readCall(queryCall(plan, pattern, join), shape, join, { isPartial: false });
  }
  const target = entityOf(plan, entity);
  const { consistent } = join;
  const found = keyObject(key, ({ name, value }) =>
    value.kind === 'through' ? `through.${value.attribute}` : keyValue(target, name, value),
  );
  return loaderCall(plan, { kind: 'get', entity, consistent }, 'load', [found]);
}

/** Whether less than whole records may be enough; a rule may look at any attribute. */
function isLess(plan: Plan, { entity, covering }: QueryAccess, shape: Shape): boolean {
  return covering.kind === 'some' || (shape === 'list' && entityOf(plan, entity).projection !== undefined);
}

function readCall(
  query: Doc,
  shape: Shape,
  access: QueryAccess,
  {
    isPartial,
    select,
    extra = [],
  }: { readonly isPartial: boolean; readonly select?: string | undefined; readonly extra?: readonly Doc[] },
): Doc {
  if (shape === 'connection') {
    const options = extra.length > 0 ? [object(extra)] : [];
    return sessionCall('connection', [query, args, info, ...options]);
  }
  const asked =
    select === undefined ? call(runtime('fieldsOf'), [info]) : call('new Set', [list([quote(select)])]);
  const fields = isPartial ? [property('fields', asked)] : [];
  const options = [...fields, ...extra];
  const given = options.length > 0 ? [object(options)] : [];
  if (shape === 'one') return sessionCall('one', [query, ...given]);
  const limit = access.limit ? [limitExpression(access)] : given.length > 0 ? ['undefined'] : [];
  return sessionCall('list', [query, ...limit, ...given]);
}

/** Buckets are counted back from now. */
function withNow(access: QueryAccess, given: readonly Doc[]): Doc[] {
  if (access.bucket?.reads.kind !== 'across') return [...given];
  return [...given, property('now', call(code`${context}.db.now`, []))];
}

function queryFunctionCall(access: QueryAccess, given: readonly Doc[]): Doc {
  const all = withNow(access, given);
  return call(queryValue(access.function), all.length === 0 ? [] : [object(all)]);
}

function queryCall(plan: Plan, pattern: PatternPlan, access: QueryAccess): Doc {
  // Of one join the resolver takes the second step, and the query is not told of it.
  const isStep = pattern.access.kind === 'through' && pattern.cardinality === 'one';
  const target = pattern.access.kind === 'through' ? pattern.access : null;
  const isOfJoin = (name: string) =>
    !target?.key.some((one) => one.name === name) || access.equals.some(({ field }) => field === name);
  const given = [...pattern.inputs.filter(({ name }) => !isStep || isOfJoin(name)), ...pattern.filterInputs]
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }) => {
      if (access.equals.some(({ field, each }) => field === name && !each))
        return property(name, canonical(entityOf(plan, access.entity), name, value));
      const isKey = target?.key.some((one) => one.name === name);
      return property(
        name,
        isKey && target ? canonical(entityOf(plan, target.entity), name, value) : valueExpression(value),
      );
    });
  return queryFunctionCall(access, given);
}

/** The read that answers a pattern. @param extra further options of a query */
export function patternCall(plan: Plan, pattern: PatternPlan, shape: Shape, extra: readonly Doc[] = []): Doc {
  const { access, inputs, name } = pattern;
  const key = object(inputs.map((input) => property(input.name, valueExpression(input.value))));
  const loader = code`${context}.loaders.${name}.load`;
  switch (access.kind) {
    case 'get':
      if (access.each) return batchCall(plan, pattern, access, access.each);
      if (pattern.starts) {
        const given = [keyOf(plan, access, inputs), context, info];
        return call(prefetchName(entityOf(plan, access.entity)), given);
      }
      return loaderCall(plan, access, 'load', [keyOf(plan, access, inputs)]);
    case 'unique':
      return sessionCall('one', [uniqueCall(plan, pattern, access)]);
    case 'count':
      return sessionCall('count', [queryCall(plan, pattern, access.query)]);
    case 'aggregate':
      return aggregateCall(plan, pattern, access);
    case 'exists':
      return existsCall(plan, pattern, access);
    case 'through':
      return throughCall(plan, pattern, access, shape);
    case 'typed':
      return call(loader, [valueExpression(access.by), key]);
    case 'any':
      return call(loader, [key]);
    case 'mixed':
      return mixedCall(plan, pattern, access, shape);
    case 'query':
      return readCall(queryCall(plan, pattern, access), shape, access, {
        isPartial: pattern.visible === null && isLess(plan, access, shape),
        select: pattern.select,
        extra,
      });
  }
}

function uniqueCall(plan: Plan, { name, inputs }: PatternPlan, access: UniqueAccess): Doc {
  const entity = entityOf(plan, access.entity);
  const given = inputs
    .filter(({ value }) => value.kind !== 'literal')
    .map((one) => property(one.name, canonical(entity, one.name, one.value)));
  return call(queryValue(name), given.length > 0 ? [object(given)] : []);
}

/** Several entities, their parents before them. */
function mixedCall(plan: Plan, pattern: PatternPlan, mixed: MixedAccess, shape: Shape): Doc {
  const { entity, access } = mixedQuery(plan, pattern, mixed);
  const given = [...pattern.inputs, ...pattern.filterInputs]
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }) => {
      const isKey = access.equals.some(({ field, each }) => field === name && !each);
      return property(name, isKey ? canonical(entity, name, value) : valueExpression(value));
    });
  return readCall(queryFunctionCall(access, given), shape, access, { isPartial: false });
}

/** Records by a list of keys, in its order; those that are missing are left out where the list takes no null. */
function batchCall(
  plan: Plan,
  pattern: PatternPlan,
  access: GetAccess,
  each: NonNullable<GetAccess['each']>,
): Doc {
  const entity = entityOf(plan, access.entity);
  const several = pattern.inputs.find(({ name }) => name === each.field);
  const one = variableName(each.field);
  const key = object(
    pattern.inputs.map(({ name, value }) =>
      property(name, name === each.field ? asStored(entity, name, one) : keyValue(entity, name, value)),
    ),
  );
  const asked = object([
    property('field', quote(each.field)),
    property('values', several ? valueExpression(several.value) : '[]'),
    property('max', String(each.max)),
    ...(access.consistent ? [property('consistent', 'true')] : []),
  ]);
  return call(runtime(isSparse(plan, pattern) ? 'loadEach' : 'loadPresent'), [
    code`${context}.loaders.${entity.names.loader}`,
    asked,
    arrow([one], key),
  ]);
}

/** Whether the field's list may hold null. */
function isSparse(plan: Plan, { field }: PatternPlan): boolean {
  const resolver = plan.resolvers.find((one) => one.type === field?.type && one.field === field.field);
  return resolver?.answer.kind === 'pattern' && resolver.answer.sparse === true;
}

function limitExpression({ limit, page }: QueryAccess): Doc {
  if (!limit) return '';
  if (limit.kind === 'literal') return literal(limit.value);
  const sizes = object([property('default', String(page.default)), property('max', String(page.max))]);
  return call(runtime('limitOf'), [valueExpression(limit), sizes]);
}

/** A value of a key, in the form the attribute is stored in. */
export function keyValue(entity: EntityPlan, name: string, value: WrittenValue): Doc {
  return asStored(entity, name, canonical(entity, name, value));
}

/** A moment that a client gave is a Date or any text of it; attributes have one form. */
function canonical(entity: EntityPlan, name: string, value: WrittenValue): Doc {
  const given = valueExpression(value);
  const isMoment = isGiven(value) && attributeOf(entity, name)?.encoding === 'time';
  return isMoment ? call(runtime('time'), [given]) : given;
}
