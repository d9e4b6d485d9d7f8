/** The data of resolvers.ts.hbs: resolvers. */

import { entityOf, mutationOf, transactionOf } from '../../plan/lookup/find.js';
import { mixedQuery } from '../../plan/lookup/mixed-query.js';
import type {
  AggregateAccess,
  ExistsAccess,
  GetAccess,
  MixedAccess,
  PatternPlan,
  QueryAccess,
  ThroughAccess,
  ThroughValue,
} from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { ResolverPlan } from '../../plan/types/resolvers.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import type { NamedValue, ValuePlan } from '../../plan/types/values.js';
import type { ElementPlan, IdempotentPlan, MutationPlan, TransactionPlan } from '../../plan/types/writes.js';
import { group, literal, quote, valueExpression } from '../code.js';
import { requireOption } from '../files/conditions.js';
import { asStored, isCascading, tokensVariable } from '../files/shared.js';
import { keyObject } from '../files/through.js';
import { prefetchFunction, prefetchViews } from './prefetch.js';

export function resolversView(plan: Plan) {
  const byType = new Map<string, ReturnType<typeof resolverView>[]>();
  for (const resolver of plan.resolvers) {
    const fields = byType.get(resolver.type) ?? [];
    fields.push(resolverView(plan, resolver));
    byType.set(resolver.type, fields);
  }
  const types = [...byType].map(([name, fields]) => ({ name, fields }));
  const isAsked = plan.rules.some(({ use }) => use.kind !== 'compute' && use.kind !== 'validate');
  return {
    rules: isAsked ? 'rules' : '_rules',
    types,
    prefetches: prefetchViews(plan, (pattern, extra) => prefetchCall(plan, pattern, extra)),
  };
}

/** A pattern's first read, as its own resolver makes it. */
function prefetchCall(plan: Plan, pattern: PatternPlan, extra: readonly string[]): string {
  const resolver = plan.resolvers.find(
    ({ answer }) => answer.kind === 'pattern' && answer.pattern === pattern.name,
  );
  if (resolver?.answer.kind !== 'pattern') throw new Error(`pattern ${pattern.name} answers no field`);
  if (pattern.access.kind === 'through' && pattern.cardinality === 'one')
    return joinRead(plan, pattern, pattern.access);
  return patternCall(plan, pattern, resolver.answer.shape, extra);
}

function resolverView(plan: Plan, resolver: ResolverPlan) {
  const body = resolverBody(plan, resolver);
  const used = new Set(
    body.flatMap((line) => line.match(/(?<![\w.'])(?:parent|args|context|info)\b(?!:)/g) ?? []),
  );
  const parameters = ['parent', 'args', 'context', 'info'].map((name) =>
    used.has(name) ? name : `_${name}`,
  );
  while (parameters.at(-1)?.startsWith('_')) parameters.pop();
  const given = parameters.join(', ');
  const expression = (body[0] ?? '').replace(/^return /, '').replace(/;$/, '');
  const isShort =
    body.length === 1 &&
    !expression.includes('\n') &&
    `    ${resolver.field}: (${given}) => ${expression},`.length <= 110;
  return {
    name: resolver.field,
    parameters: given,
    single: isShort ? expression : null,
    body,
    isAsync: body.some((line) => line.includes('await ')),
  };
}

function resolverBody(plan: Plan, { type, field, answer }: ResolverPlan): string[] {
  switch (answer.kind) {
    case 'rule':
      return [`return rules.${answer.rule}({ parent, args, context, info });`];
    case 'mutation':
      return mutationBody(plan, mutationOf(plan, answer.mutation));
    case 'transaction':
      return transactionBody(plan, transactionOf(plan, answer.transaction));
    case 'pattern': {
      const pattern = plan.patterns.find((one) => one.name === answer.pattern);
      if (!pattern) throw new Error(`no pattern for ${type}.${field}`);
      return patternBody(plan, pattern, answer.shape);
    }
  }
}

function patternBody(plan: Plan, pattern: PatternPlan, shape: 'one' | 'list' | 'connection'): string[] {
  const { inputs } = pattern;
  const lines = pattern.allow === null ? [] : [`await rules.${pattern.allow}({ parent, args, context });`];
  // A parent without the value has no such relation; a null argument is an open bound, not an absence.
  const missing = inputs
    .filter(({ value }) => value.kind === 'parent' && value.nullable)
    .map(({ value }) => `${valueExpression(value)} === null`);
  const nothing = {
    one: 'null',
    many: 'null',
    mixed: 'null',
    count: '0',
    sum: '0',
    exists: shape === 'list' ? 'null' : 'false',
  };
  if (missing.length > 0) lines.push(`if (${missing.join(' || ')}) return ${nothing[pattern.cardinality]};`);
  if (pattern.access.kind === 'through' && pattern.cardinality === 'one')
    lines.push(...joinLines(plan, pattern, pattern.access));
  const call = patternCall(plan, pattern, shape);
  if (pattern.visible === null) return [...lines, `return ${call};`];
  return [
    ...lines,
    `const node = await ${call};`,
    `return node !== null && (await rules.${pattern.visible}({ node, context })) ? node : null;`,
  ];
}

/** The join of a pattern that gives one record; nothing more is read where there is none, or where it leads nowhere. */
function joinLines(plan: Plan, pattern: PatternPlan, { join, key }: ThroughAccess): string[] {
  const nullable = key.flatMap(({ value }) =>
    value.kind === 'through' && value.nullable ? [`through.${value.attribute} === null`] : [],
  );
  return [
    `const through = await ${joinRead(plan, pattern, { join, key })};`,
    `if (${['through === null', ...nullable].join(' || ')}) return null;`,
  ];
}

function joinRead(
  plan: Plan,
  pattern: PatternPlan,
  { join, key }: Pick<ThroughAccess, 'join' | 'key'>,
): string {
  const used = key.flatMap(({ value }) => (value.kind === 'through' ? [quote(value.attribute)] : []));
  const options =
    join.kind === 'query' && join.covering.kind === 'some'
      ? [`{ fields: new Set([${[...new Set(used)].join(', ')}]) }`]
      : [];
  return join.kind === 'get'
    ? loaderCall(plan, join, 'load', keyOf(plan, join, pattern.inputs))
    : group('context.db.one(', [queryCall(plan, pattern, join), ...options], ')', 6, 22);
}

/** The key of a pattern that binds the whole key. */
function keyOf(plan: Plan, access: GetAccess, inputs: readonly NamedValue[]): string {
  const stored = entityOf(plan, access.entity);
  return object(
    inputs
      .filter(({ name }) => stored.keyFields.includes(name))
      .map(({ name, value }) => [name, keyValue(stored, name, value)]),
  );
}

function loaderCall(plan: Plan, access: GetAccess, method: string, ...given: readonly string[]): string {
  const { loader } = entityOf(plan, access.entity).names;
  const all = access.consistent ? [...given, '{ consistent: true }'] : given;
  return `context.loaders.${loader}.${method}(${all.join(', ')})`;
}

/** A maintained aggregate, by the values of its key. */
function aggregateCall(plan: Plan, pattern: PatternPlan, access: AggregateAccess): string {
  const entity = entityOf(plan, access.entity);
  const given = pattern.inputs
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }): [string, string] => [name, canonical(entity, name, value)]);
  return `context.db.aggregate(queries.${pattern.name}(${given.length === 0 ? '' : object(given)}))`;
}

function existsCall(plan: Plan, pattern: PatternPlan, { by, each }: ExistsAccess): string {
  if (by.kind === 'query') return `context.db.exists(${queryCall(plan, pattern, by)})`;
  if (!each) return loaderCall(plan, by, 'exists', keyOf(plan, by, pattern.inputs));
  const stored = entityOf(plan, by.entity);
  const list = pattern.inputs.find(({ name }) => name === each.field);
  const key = object(
    pattern.inputs.map(({ name, value }) => [
      name,
      value === list?.value ? listed(stored, name, value) : keyValue(stored, name, value),
    ]),
  );
  const keys = list ? `${valueExpression(list.value)}.map((value) => (${key}))` : '[]';
  return loaderCall(plan, by, 'existMany', keys, String(each.max));
}

/** An element of a list, in the form the attribute is stored in. */
function listed(entity: EntityPlan, name: string, value: ValuePlan): string {
  const attribute = entity.attributes.find((one) => one.name === name);
  const isMoment = value.kind === 'argument' && attribute?.encoding === 'time';
  return asStored(entity, name, isMoment ? 'time(value)' : 'value');
}

function throughCall(
  plan: Plan,
  pattern: PatternPlan,
  { join, entity, key }: ThroughAccess,
  shape: 'one' | 'list' | 'connection',
): string {
  if (pattern.cardinality === 'many') {
    if (join.kind === 'get') throw new Error(`pattern ${pattern.name} has one join`);
    return readCall(queryCall(plan, pattern, join), shape, join, { isPartial: false });
  }
  const target = entityOf(plan, entity);
  const expression = ({ name, value }: ThroughValue) =>
    value.kind === 'through' ? `through.${value.attribute}` : keyValue(target, name, value);
  const { consistent } = join;
  return loaderCall(plan, { kind: 'get', entity, consistent }, 'load', keyObject(key, expression));
}

/** Whether less than whole records may be enough; a rule may look at any attribute. */
function isLess(
  plan: Plan,
  { entity, covering }: QueryAccess,
  shape: 'one' | 'list' | 'connection',
): boolean {
  return covering.kind === 'some' || (shape === 'list' && entityOf(plan, entity).projection !== undefined);
}

function readCall(
  query: string,
  shape: 'one' | 'list' | 'connection',
  access: QueryAccess,
  { isPartial, extra = [] }: { readonly isPartial: boolean; readonly extra?: readonly string[] },
): string {
  if (shape === 'connection') {
    const options =
      extra.length > 0 ? group('{', ['...selection(info)', ...extra], '}', 8) : 'selection(info)';
    return group('context.db.connection(', [query, 'args', options], ')', 6, 7);
  }
  const options = [...(isPartial ? ['fields: fieldsOf(info)'] : []), ...extra];
  const given = options.length > 0 ? [group('{', options, '}', 8)] : [];
  if (shape !== 'list') return group('context.db.one(', [query, ...given], ')', 6, 7);
  const limit = access.limit ? [limitExpression(access)] : given.length > 0 ? ['undefined'] : [];
  return group('context.db.list(', [query, ...limit, ...given], ')', 6, 7);
}

function queryCall(plan: Plan, pattern: PatternPlan, access: QueryAccess): string {
  const crossing = access.bucket?.reads.kind === 'across';
  // Of one join the resolver takes the second step, and the query is not told of it.
  const isStep = pattern.access.kind === 'through' && pattern.cardinality === 'one';
  const target = pattern.access.kind === 'through' ? pattern.access : null;
  const isOfJoin = (name: string) =>
    !target?.key.some((one) => one.name === name) || access.equals.some(({ field }) => field === name);
  const given = [...pattern.inputs.filter(({ name }) => !isStep || isOfJoin(name)), ...pattern.filterInputs]
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }): [string, string] => {
      if (access.equals.some(({ field, each }) => field === name && !each))
        return [name, canonical(entityOf(plan, access.entity), name, value)];
      const isKey = target?.key.some((one) => one.name === name);
      return [
        name,
        isKey && target ? canonical(entityOf(plan, target.entity), name, value) : valueExpression(value),
      ];
    });
  const all: [string, string][] = crossing ? [...given, ['now', 'context.db.now()']] : given;
  return `queries.${access.function}(${all.length === 0 ? '' : object(all)})`;
}

function patternCall(
  plan: Plan,
  pattern: PatternPlan,
  shape: 'one' | 'list' | 'connection',
  extra: readonly string[] = [],
): string {
  const { access, inputs } = pattern;
  const key = object(inputs.map(({ name, value }) => [name, valueExpression(value)]));
  switch (access.kind) {
    case 'get':
      if (access.each) return batchCall(plan, pattern, access, access.each);
      if (pattern.starts)
        return `${prefetchFunction(entityOf(plan, access.entity))}(${keyOf(plan, access, inputs)}, context, info)`;
      return loaderCall(plan, access, 'load', keyOf(plan, access, inputs));
    case 'count':
      return `context.db.count(${queryCall(plan, pattern, access.query)})`;
    case 'aggregate':
      return aggregateCall(plan, pattern, access);
    case 'exists':
      return existsCall(plan, pattern, access);
    case 'through':
      return throughCall(plan, pattern, access, shape);
    case 'typed':
      return `context.loaders.${pattern.name}.load(${valueExpression(access.by)}, ${key})`;
    case 'any':
      return `context.loaders.${pattern.name}.load(${key})`;
    case 'mixed':
      return mixedCall(plan, pattern, access, shape);
    case 'query':
      return readCall(queryCall(plan, pattern, access), shape, access, {
        isPartial: pattern.visible === null && isLess(plan, access, shape),
        extra,
      });
  }
}

/** Several entities by one query, their parent before them. */
function mixedCall(
  plan: Plan,
  pattern: PatternPlan,
  mixed: MixedAccess,
  shape: 'one' | 'list' | 'connection',
): string {
  const { entity, access } = mixedQuery(plan, pattern, mixed);
  const given = [...pattern.inputs, ...pattern.filterInputs]
    .filter(({ value }) => value.kind !== 'literal')
    .map(({ name, value }): [string, string] => [name, canonical(entity, name, value)]);
  const crossing = access.bucket?.reads.kind === 'across';
  const all: [string, string][] = crossing ? [...given, ['now', 'context.db.now()']] : given;
  const query = `queries.${access.function}(${all.length === 0 ? '' : object(all)})`;
  if (shape === 'connection')
    return group('context.db.connection(', [query, 'args', 'selection(info)'], ')', 6, 7);
  const list = group(
    'context.db.list(',
    [query, ...(access.limit ? [limitExpression(access)] : [])],
    ')',
    mixed.parent?.read === 'separate' ? 8 : 6,
    7,
  );
  if (mixed.parent?.read !== 'separate') return list;
  const parent = entityOf(plan, mixed.parent.entity);
  const member = mixed.members.find((one) => one.entity === parent.name);
  const key = parent.keyFields.map((field): [string, string] => {
    const name = member?.renames[field] ?? field;
    const input = pattern.inputs.find((one) => one.name === name);
    return [field, input ? keyValue(parent, field, input.value) : 'undefined'];
  });
  return group(
    'parentFirst(',
    [`context.loaders.${parent.names.loader}.load(${object(key)})`, list],
    ')',
    6,
    7,
  );
}

/** Records by a list of keys, in its order; those that are missing are left out where the list takes no null. */
function batchCall(
  plan: Plan,
  pattern: PatternPlan,
  access: Extract<PatternPlan['access'], { kind: 'get' }>,
  each: NonNullable<typeof access.each>,
): string {
  const entity = entityOf(plan, access.entity);
  const list = pattern.inputs.find(({ name }) => name === each.field);
  const key = object(
    pattern.inputs.map(({ name, value }) => [
      name,
      name === each.field ? asStored(entity, name, name) : keyValue(entity, name, value),
    ]),
  );
  const values = [
    `field: ${quote(each.field)}`,
    `values: ${list ? valueExpression(list.value) : '[]'}`,
    `max: ${each.max}`,
  ];
  const parts = [
    `context.loaders.${entity.names.loader}`,
    `{ ${values.join(', ')} }`,
    `(${each.field}) => (${key})`,
  ];
  return group(isSparse(plan, pattern) ? 'loadEach(' : 'loadPresent(', parts, ')', 6, 7);
}

/** Whether the field's list may hold null. */
function isSparse(plan: Plan, { field }: PatternPlan): boolean {
  const resolver = plan.resolvers.find((one) => one.type === field?.type && one.field === field.field);
  return resolver?.answer.kind === 'pattern' && resolver.answer.sparse === true;
}

function limitExpression({ limit, page }: QueryAccess): string {
  if (limit?.kind === 'literal') return String(limit.value);
  return limit ? `limitOf(${valueExpression(limit)}, { default: ${page.default}, max: ${page.max} })` : '';
}

function mutationBody(plan: Plan, mutation: MutationPlan): string[] {
  const { idempotent } = mutation;
  const prelude = preparation(mutation, 'values');
  const lines = allowLines(mutation.allow);
  if (idempotent) {
    const write = writeExpression(plan, mutation, { indent: 10, before: 2, values: 'values' });
    lines.push(...idempotencyLines('record', idempotent, { name: mutation.name, prelude, writes: [write] }));
  } else if (mutation.kind === 'delete' && isCascading(plan, mutation.entity)) {
    const write = writeExpression(plan, mutation, { indent: 6, before: 32, values: 'values' });
    return [...lines, `return context.db.cascade(${write});`];
  } else {
    const write = writeExpression(plan, mutation, { indent: 6, before: 46, values: 'values' });
    lines.push(...prelude, `const [record] = await context.db.write(${write});`);
  }
  return [...lines, 'return record;'];
}

/** One call that carries out all steps, and what of it the field gives. */
function transactionBody(plan: Plan, transaction: TransactionPlan): string[] {
  const { steps, made, returns, idempotent, name } = transaction;
  const valuesOf = (variable: string) => `${variable}Values`;
  const mutations = steps.map((step) => ({ ...step, plan: mutationOf(plan, step.mutation) }));
  const prelude = mutations.flatMap((one) => preparation(one.plan, valuesOf(one.variable)));
  const indent = idempotent ? 10 : 8;
  const writes = mutations.map((one) => {
    const open = `step(${quote(one.name)}, `;
    const at = { indent, before: open.length + 1, values: valuesOf(one.variable) };
    return `${open}${writeExpression(plan, one.plan, at)})`;
  });
  const isGiven = (step: string) =>
    returns.kind === 'step' ? returns.step === step : returns.steps.includes(step);
  const variables = steps.map((step) => (isGiven(step.name) ? step.variable : ''));
  while (variables.at(-1) === '') variables.pop();
  const records = variables.join(', ').replace(/ ,/g, ',');
  const given = (step: string) => steps.find((one) => one.name === step)?.variable ?? step;
  return [
    ...allowLines(transaction.allow),
    ...made.map(
      (one) =>
        `const ${one.name} = ${one.given ? `${valueExpression(one.given)} ?? ` : ''}context.db.newId();`,
    ),
    ...(idempotent
      ? idempotencyLines(records, idempotent, { name, prelude, writes })
      : [...prelude, `const [${records}] = await ${group('context.db.write(', writes, ')', 6, 110)};`]),
    returns.kind === 'step'
      ? `return ${given(returns.step)};`
      : `return ${object(returns.steps.map((step) => [step, given(step)]))};`,
  ];
}

function allowLines(allow: string | null): string[] {
  return allow === null ? [] : [`await rules.${allow}({ parent, args, context });`];
}

/** The values of a new record, where a rule gives them. */
function preparation({ kind, prepare }: MutationPlan, variable: string): string[] {
  if (kind !== 'create' || !prepare) return [];
  return [`const ${variable} = await rules.${prepare}({ args, context, current: null });`];
}

/** Writes that an idempotency key guards; computed only for a new key. `writes` are indented by 10. */
function idempotencyLines(
  records: string,
  { token, seconds, table }: IdempotentPlan,
  {
    name,
    prelude,
    writes,
  }: Readonly<Record<'prelude' | 'writes', readonly string[]>> & { readonly name: string },
): string[] {
  const once = [
    `tokens: ${tokensVariable(table)}`,
    `token: ${valueExpression(token)}`,
    `of: [${quote(name)}, args]`,
    ...(seconds === 86_400 ? [] : [`seconds: ${seconds}`]),
  ];
  const all = group('[', writes, ']', 8, writes.length > 1 ? 110 : 7);
  const callback =
    prelude.length === 0
      ? `() => ${all}`
      : [
          'async () => {',
          ...prelude.map((line) => `  ${line}`),
          `  return ${group('[', writes, ']', 10, 8)} as const;`,
          '}',
        ].join('\n        ');
  return [
    `const [${records}] = await ${group('context.db.writeIdempotent(', [group('{', once, '}', 8), callback], ')', 6, 110)};`,
  ];
}

/** `userWrites.update(…)`, indented so far, after so many characters. `values` holds what a rule prepared. */
function writeExpression(
  plan: Plan,
  mutation: MutationPlan,
  {
    indent,
    before,
    values: preparedValues,
  }: { readonly indent: number; readonly before: number; readonly values: string },
): string {
  const entity = entityOf(plan, mutation.entity);
  const options = [
    ...(mutation.expect ? [`expect: ${valueExpression(mutation.expect)}`] : []),
    ...requireOption(entityOf(plan, mutation.entity), mutation),
    ...(mutation.alongside
      ? [
          `alongside: (change) => rules.${mutation.alongside}({ ...change, mutation: ${quote(mutation.name)}, args, context })`,
        ]
      : []),
  ];
  const tail = options.length === 0 ? [] : [group('{', options, '}', indent + 2)];
  const write = (verb: string, parts: readonly string[]) =>
    group(`${entity.names.writes}.${verb}(`, [...parts, ...tail], ')', indent, before);
  const key = object(mutation.key.map(({ name, value }) => [name, keyValue(entity, name, value)]));
  const { prepare: prepared, elements = [] } = mutation;
  const fields: [string, string][] = [
    ...mutation.values.map(({ name, value }): [string, string] => [name, givenValue(entity, name, value)]),
    ...mutation.set.map(({ field, value }): [string, string] => [field, literal(value)]),
  ];
  const ofKey = mutation.key
    .filter(({ name }) => !fields.some(([field]) => field === name))
    .map(({ name, value }): [string, string] => [name, valueExpression(value)]);
  const isWhole = mutation.kind === 'upsert' || mutation.kind === 'put';
  const computed = elements.map((one) => elementValue(entity, mutation, one));
  const given = [...(isWhole ? ofKey : []), ...fields, ...expiryValue(entity, mutation), ...computed];
  const values =
    elements.length === 0 ? object(given, indent + 2) : `(current) => (${object(given, indent + 2)})`;
  const answer = `rules.${prepared}({ args, context, current })`;
  // The result of a rule, and what is computed from it.
  const current =
    elements.length === 0
      ? `(current) => ${answer}`
      : `async (current) => (${group('{', [`...(await ${answer})`, ...computed.map(([name, value]) => `${name}: ${value}`)], '}', indent + 2, 20)})`;
  switch (mutation.kind) {
    case 'create':
      return write('create', [prepared ? preparedValues : values]);
    case 'update':
    case 'upsert':
      return write(mutation.kind, [key, prepared ? current : values]);
    case 'put':
      return write('put', [key, values]);
    case 'touch':
      return write('update', [key, values]);
    case 'delete':
      return write('delete', [key]);
  }
}

/** A value computed from the one there is. */
function elementValue(
  entity: EntityPlan,
  { kind }: MutationPlan,
  { how, field, value, isList }: ElementPlan,
): [string, string] {
  const attribute = entity.attributes.find((one) => one.name === field);
  const ofType = (one: string) => (attribute?.element === 'time' ? `time(${one})` : one);
  // An upsert begins with the default, or with nothing.
  const start = how === 'add' ? literal(attribute?.default ?? 0) : '[]';
  const current = kind === 'upsert' ? `current?.${field} ?? ${start}` : `current.${field}`;
  const given = valueExpression(value);
  if (how === 'add') {
    const sum =
      attribute?.of === 'Int'
        ? 'addedInt'
        : attribute?.encoding === 'integer'
          ? 'addedInteger'
          : 'addedDecimal';
    return [field, `${sum}(${quote(field)}, ${current}, ${given})`];
  }
  const isOptional = value.kind === 'argument' && value.nullable;
  const one = isOptional && attribute?.element === 'time' ? `encoded(time, ${given})` : ofType(given);
  const several = ofType('value') === 'value' ? given : `${given}${isOptional ? '?.' : '.'}map(time)`;
  return [
    field,
    `${how === 'append' ? 'appended' : 'without'}(${current}, ${isList ? several : `[${one}]`})`,
  ];
}

/** The new time of expiry of a touch. */
function expiryValue(entity: EntityPlan, { expiry }: MutationPlan): [string, string][] {
  if (!expiry) return [];
  const { field, to } = expiry;
  if (to.kind === 'later') return [[field, `later(context.db.now(), { ${to.unit}: ${to.count} })`]];
  return [[field, givenValue(entity, field, to)]];
}

/** A value of a key, in the form the attribute is stored in. */
function keyValue(entity: EntityPlan, name: string, value: ValuePlan): string {
  return asStored(entity, name, canonical(entity, name, value));
}

/** A moment that a client gave is a Date or any text of it; attributes have one form. */
function canonical(entity: EntityPlan, name: string, value: ValuePlan): string {
  const attribute = entity.attributes.find((one) => one.name === name);
  const given = valueExpression(value);
  return value.kind === 'argument' && attribute?.encoding === 'time' ? `time(${given})` : given;
}

/** An argument that may be null, for an attribute that may not, is refused where it is. */
function givenValue(entity: EntityPlan, name: string, value: ValuePlan): string {
  const attribute = entity.attributes.find((one) => one.name === name);
  const given = valueExpression(value);
  const mayBeNull = value.kind === 'argument' && value.nullable;
  return mayBeNull && attribute && !attribute.nullable ? `notNull(${quote(name)}, ${given})` : given;
}

/** On one line or, where it does not fit at an indentation, a property a line. */
function object(entries: readonly (readonly [string, string])[], indent = Number.NEGATIVE_INFINITY): string {
  const properties = entries.map(([name, value]) => (name === value ? name : `${name}: ${value}`));
  return group('{', properties, '}', indent);
}
