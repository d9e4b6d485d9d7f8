/** resolvers.ts: one resolver for every field that a pattern, a mutation or a rule answers. */

import { variableName } from '../../names.js';
import { allowedAt } from '../../plan/lookup/allowed.js';
import { entityOf, mutationOf, subscriptionOf, transactionOf } from '../../plan/lookup/find.js';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { ResolverPlan } from '../../plan/types/resolvers.js';
import type { Doc } from '../fragment.js';
import {
  arrow,
  block,
  call,
  code,
  conditional,
  generic,
  operation,
  property,
  quote,
  typeFrom,
  when,
} from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { context, contextType, graphqlType, runtime } from '../symbols.js';
import { allowedAttributes, allowing } from './allow.js';
import { argumentNames, namesInTransaction, withArgumentNames } from './argument-names.js';
import { mutationBody, transactionBody } from './mutations.js';
import { prefetchName, prefetchView } from './prefetch.js';
import { isMissing, joinBody, joinRead, patternCall, type Shape } from './reads.js';
import { type Body, parametersOf, ruleCall } from './rule-calls.js';
import { subscriptionResolver } from './subscriptions.js';

export function resolversFile(plan: Plan): SourceFile {
  const types = new Map<string, { readonly resolver: Doc }[]>();
  const answered = plan.resolvers.map((resolver) => ({
    type: resolver.type,
    resolver: property(resolver.field, resolverFunction(plan, resolver)),
  }));
  for (const { type, resolver } of [...answered, ...allowedAttributes(plan)]) {
    const fields = types.get(type) ?? [];
    fields.push({ resolver });
    types.set(type, fields);
  }
  const prefetches = prefetchedEntities(plan);
  const isAsked = plan.rules.some(({ use }) => use.kind !== 'compute' && use.kind !== 'validate');
  return {
    name: 'resolvers.ts',
    data: {
      prefetches: [...prefetches].map(([target, names]) =>
        prefetchView(
          plan,
          entityOf(plan, target),
          names.flatMap((name) => plan.patterns.find((one) => one.name === name) ?? []),
          (pattern, extra) => prefetchCall(plan, pattern, extra),
        ),
      ),
      allow: plan.authorization ? call(runtime('allowing'), [`rules.${plan.authorization.viewer}`]) : null,
      rules: isAsked ? 'rules' : '_rules',
      rulesType: typeFrom('./rules.js', 'Rules'),
      resolvers: generic(graphqlType('Resolvers'), [contextType]),
      types: [...types].map(([name, fields]) => ({ name, fields })),
    },
    declared: declaredNames(plan, [...prefetches.keys()]),
  };
}

const fixedNames = [
  'createResolvers',
  'allow',
  'rules',
  'parent',
  'args',
  'context',
  'info',
  'record',
  'values',
  'through',
];

function declaredNames(plan: Plan, prefetched: readonly string[]): string[] {
  const transactions = plan.transactions ?? [];
  return [
    ...fixedNames,
    ...['node', 'value', 'current', 'change'],
    ...prefetched.map((target) => prefetchName(entityOf(plan, target))),
    ...plan.patterns.flatMap(({ access }) =>
      access.kind === 'get' && access.each ? [variableName(access.each.field)] : [],
    ),
    ...transactions.flatMap(({ steps, made }) => [
      ...steps.flatMap(({ variable }) => [variable, `${variable}Values`]),
      ...made.map(({ name }) => name),
    ]),
  ];
}

/** The entities that a pattern returns by their key, with the patterns that may be prefetched. */
function prefetchedEntities(plan: Plan): Map<string, readonly string[]> {
  const prefetched = new Map<string, readonly string[]>();
  for (const { target, starts } of plan.patterns) if (starts) prefetched.set(target, starts);
  return prefetched;
}

/** A pattern's first read, as its own resolver makes it. */
function prefetchCall(plan: Plan, pattern: PatternPlan, extra: readonly Doc[]): Doc {
  const resolver = plan.resolvers.find(
    ({ answer }) => answer.kind === 'pattern' && answer.pattern === pattern.name,
  );
  if (resolver?.answer.kind !== 'pattern') throw new Error(`pattern ${pattern.name} answers no field`);
  if (pattern.access.kind === 'through' && pattern.cardinality === 'one')
    return joinRead(plan, pattern, pattern.access);
  return patternCall(plan, pattern, resolver.answer.shape, extra);
}

function resolverFunction(plan: Plan, resolver: ResolverPlan): Doc {
  const { answer } = resolver;
  const allowed = allowedAt(plan, resolver);
  if (answer.kind === 'rule') return allowing(allowed, call(runtime('answeredBy'), [`rules.${answer.rule}`]));
  if (answer.kind === 'subscription')
    return subscriptionResolver(plan, subscriptionOf(plan, answer.subscription));
  const { allow, statements, isAsync } = resolverBody(plan, resolver);
  const [only] = statements;
  // A body of one `return` is given as what it returns.
  const isShort = statements.length === 1 && only !== undefined;
  const body = isShort ? only : block(withReturn(statements));
  const resolve = withArgumentNames(namesOf(plan, answer), arrow(parametersOf(body), body, { isAsync }));
  return allowing(
    allowed,
    allow === null ? resolve : call(runtime('allowedBy'), [`rules.${allow}`, resolve]),
  );
}

function namesOf(plan: Plan, answer: ResolverPlan['answer']): ReadonlyMap<string, string> {
  if (answer.kind === 'mutation') return argumentNames(mutationOf(plan, answer.mutation));
  if (answer.kind === 'transaction') return namesInTransaction(plan, transactionOf(plan, answer.transaction));
  return new Map();
}

/** The last statement is what the resolver gives. */
function withReturn(statements: readonly Doc[]): Doc[] {
  return statements.map((statement, at) =>
    at === statements.length - 1 ? code`return ${statement};` : statement,
  );
}

function resolverBody(plan: Plan, resolver: ResolverPlan): Body {
  const { answer } = resolver;
  switch (answer.kind) {
    case 'rule':
      throw new Error(`the rule ${answer.rule} has no body`);
    case 'subscription':
      throw new Error(`the subscription ${answer.subscription} has no body`);
    case 'mutation':
      return mutationBody(plan, mutationOf(plan, answer.mutation));
    case 'transaction':
      return transactionBody(plan, transactionOf(plan, answer.transaction));
    case 'pattern': {
      const pattern = plan.patterns.find((one) => one.name === answer.pattern);
      if (!pattern) throw new Error(`no pattern ${answer.pattern}`);
      const isReferenced = !resolver.nullable && pattern.cardinality === 'one' && answer.shape === 'one';
      const body = patternBody(plan, pattern, answer.shape);
      return isReferenced ? referencedBody(pattern, resolver.type, body) : body;
    }
  }
}

function patternBody(plan: Plan, pattern: PatternPlan, shape: Shape): Body {
  const { access, allow, visible, cardinality } = pattern;
  const missing = isMissing(pattern);
  const isAbsent = missing.length > 0 ? operation(missing, '||') : null;
  const nothing = cardinality === 'count' || cardinality === 'sum' ? '0' : nothingOf(pattern, shape);
  const isJoin = access.kind === 'through' && cardinality === 'one';
  const isAsync = isJoin || visible !== null;
  const read = patternCall(plan, pattern, shape);
  const answer = visible === null ? selected(pattern, shape, read) : read;
  if (isAbsent && !isAsync) return { allow, statements: [conditional(isAbsent, nothing, answer)], isAsync };
  const statements = [
    ...(isAbsent ? [when(isAbsent, `return ${nothing};`)] : []),
    ...(isJoin ? joinBody(plan, pattern, access) : []),
  ];
  if (visible === null) return { allow, statements: [...statements, answer], isAsync };
  const sees = ruleCall(visible, ['node', context]);
  return {
    allow,
    statements: [
      ...statements,
      code`const node = await ${read};`,
      code`node !== null && (await ${sees}) ? ${pattern.select ? `node.${pattern.select}` : 'node'} : null`,
    ],
    isAsync,
  };
}

/** A reference keeps what is read, so that the field is non-null. */
function referencedBody({ target, inputs }: PatternPlan, type: string, { statements, ...body }: Body): Body {
  const fields = inputs.flatMap(({ value }) => (value.kind === 'parent' ? value.path.slice(0, 1) : []));
  const names = [type, fields.join('+'), target].map(quote);
  return {
    ...body,
    statements: statements.map((read) => call(runtime('referencedRecord'), [read, ...names])),
  };
}

/** The attribute that the field has of what is read. */
function selected({ select }: PatternPlan, shape: Shape, read: Doc): Doc {
  if (select === undefined) return read;
  return call(runtime(shape === 'one' ? 'attributeOf' : 'attributesOf'), [read, quote(select)]);
}

function nothingOf({ cardinality }: PatternPlan, shape: Shape): string {
  return cardinality === 'exists' && shape !== 'list' ? 'false' : 'null';
}
