/** The data of resolvers.ts.hbs: resolvers. */

import type { EntityPlan, MutationPlan, PatternPlan, Plan, ResolverPlan, ValuePlan } from '../../plan.js';
import { group, literal, quote, valueExpression } from '../code.js';
import { asStored, entityOf, mutationOf } from './shared.js';

export function resolversView(plan: Plan) {
  const names = [...new Set(plan.resolvers.map((one) => one.type))];
  const types = names.map((name) => ({
    name,
    fields: plan.resolvers.filter((one) => one.type === name).map((one) => resolverView(plan, one)),
  }));
  return { rules: plan.rules.some((rule) => rule.use.kind !== 'compute') ? 'rules' : '_rules', types };
}

function resolverView(plan: Plan, resolver: ResolverPlan) {
  const body = resolverBody(plan, resolver);
  const uses = (name: string) => body.some((line) => new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(line));
  const parameters = ['parent', 'args', 'context', 'info'].map((name) => (uses(name) ? name : `_${name}`));
  while (parameters.at(-1)?.startsWith('_')) parameters.pop();
  const single = body.length === 1 ? (body[0] ?? '').replace(/^return /, '').replace(/;$/, '') : null;
  return {
    name: resolver.field,
    parameters: parameters.join(', '),
    single,
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
  if (missing.length > 0) lines.push(`if (${missing.join(' || ')}) return null;`);
  const call = patternCall(plan, pattern, shape);
  if (pattern.visible === null) return [...lines, `return ${call};`];
  return [
    ...lines,
    `const node = await ${call};`,
    `return node !== null && (await rules.${pattern.visible}({ node, context })) ? node : null;`,
  ];
}

function patternCall(plan: Plan, pattern: PatternPlan, shape: 'one' | 'list' | 'connection'): string {
  const { access, inputs } = pattern;
  const stored = access.kind === 'get' ? entityOf(plan, access.entity) : null;
  const key = object(
    inputs.map(({ name, value }) => [name, stored ? keyValue(stored, name, value) : valueExpression(value)]),
  );
  switch (access.kind) {
    case 'get': {
      const { loader } = entityOf(plan, access.entity).names;
      return access.consistent
        ? `context.loaders.${loader}.load(${key}, { consistent: true })`
        : `context.loaders.${loader}.load(${key})`;
    }
    case 'typed':
      return `context.loaders.${pattern.name}.load(${valueExpression(access.by)}, ${key})`;
    case 'any':
      return `context.loaders.${pattern.name}.load(${key})`;
    case 'query': {
      const crossing = access.bucket?.reads.kind === 'across';
      const given = [...inputs, ...pattern.filterInputs]
        .filter(({ value }) => value.kind !== 'literal')
        .map(({ name, value }): [string, string] => [
          name,
          access.equals.some(({ field }) => field === name)
            ? canonical(entityOf(plan, access.entity), name, value)
            : valueExpression(value),
        ]);
      const all: [string, string][] = crossing ? [...given, ['now', 'context.db.now()']] : given;
      const query = `queries.${access.function}(${all.length === 0 ? '' : object(all)})`;
      if (shape === 'connection')
        return group('context.db.connection(', [query, 'args', 'selection(info)'], ')', 6, 7);
      return shape === 'list' ? `context.db.list(${query})` : `context.db.one(${query})`;
    }
  }
}

function mutationBody(plan: Plan, mutation: MutationPlan): string[] {
  const { names } = entityOf(plan, mutation.entity);
  const lines = mutation.allow === null ? [] : [`await rules.${mutation.allow}({ parent, args, context });`];
  const options = [
    ...(mutation.expect ? [`expect: ${valueExpression(mutation.expect)}`] : []),
    ...(mutation.alongside
      ? [
          `alongside: (change) => rules.${mutation.alongside}({ ...change, mutation: ${quote(mutation.name)}, args, context })`,
        ]
      : []),
  ];
  const tail = options.length === 0 ? [] : [group('{', options, '}', 8)];
  const write = (verb: string, parts: readonly string[]) =>
    `const [record] = await context.db.write(${group(`${names.writes}.${verb}(`, [...parts, ...tail], ')', 6, 46)});`;
  const entity = entityOf(plan, mutation.entity);
  const key = object(mutation.key.map(({ name, value }) => [name, keyValue(entity, name, value)]));
  const fields: [string, string][] = [
    ...mutation.values.map(({ name, value }): [string, string] => [name, givenValue(entity, name, value)]),
    ...mutation.set.map(({ field, value }): [string, string] => [field, literal(value)]),
  ];
  const values = object(
    mutation.kind === 'upsert'
      ? [
          ...mutation.key.map(({ name, value }): [string, string] => [name, valueExpression(value)]),
          ...fields,
        ]
      : fields,
    8,
  );
  const prepared = mutation.prepare;
  const current = `(current) => rules.${prepared}({ args, context, current })`;
  switch (mutation.kind) {
    case 'create':
      if (prepared) lines.push(`const values = await rules.${prepared}({ args, context, current: null });`);
      lines.push(write('create', [prepared ? 'values' : values]));
      break;
    case 'update':
    case 'upsert':
      lines.push(write(mutation.kind, [key, prepared ? current : values]));
      break;
    case 'delete':
      lines.push(write('delete', [key]));
      break;
  }
  return [...lines, 'return record;'];
}

/** A value a key is asked with, in the form the attribute is stored in. */
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
