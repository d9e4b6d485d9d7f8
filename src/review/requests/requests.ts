/** What operations send before and after: those below operations/, and fields that none of them selects. */

import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  parse,
  Source,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { budgetOf } from '../../budget/budget.js';
import type { Budget, Figures, Sizes } from '../../budget/figures.js';
import { budgetOfField } from '../../budget/single.js';
import { figuresText } from '../../budget/text.js';
import { singleField } from '../../generator/costs/pattern-budgets.js';
import { spanOf } from '../api/places.js';
import { budgetSizes, sizesOf } from '../cost/sizes.js';
import { type Found, placeOf } from '../found.js';
import type { FieldBudgets, Pair, Place, RequestReport } from '../report.js';
import type { Revision, Revisions } from '../revision.js';

export function requestsOfChange(revisions: Revisions): {
  readonly report: RequestReport;
  readonly found: Found[];
} {
  const { before, after } = revisions;
  const bytesOf = sizesOf(revisions);
  const sizes = {
    before: budgetSizes(before.plan, bytesOf.before),
    after: budgetSizes(after.plan, bytesOf.after),
  };
  const documents = [...after.operations].flatMap(([path, text]) => {
    const document = validDocument(after, path, text);
    return document ? [{ path, document }] : [];
  });
  const operations = documents.flatMap(({ path, document }) => {
    const was = validDocument(before, path, before.operations.get(path));
    return operationsIn(document).map((operation) => {
      const name = operation.name?.value ?? null;
      const pair = {
        before: was ? operationBudget(before, was, name, sizes.before) : null,
        after: operationBudget(after, document, name, sizes.after),
      };
      const isSame = before.operations.get(path) === after.operations.get(path);
      return { budgets: { path, name, ...pair }, at: placeIn(path, operation), isSame };
    });
  });
  const selected = new Set(documents.flatMap(({ document }) => rootFields(after, document)));
  const fields = fieldBudgets(revisions, sizes).filter(({ field }) => !selected.has(field));
  return {
    report: { operations: operations.map(({ budgets }) => budgets), fields },
    found: [
      ...operations.flatMap(({ budgets, at, isSame }) => {
        const { path, name } = budgets;
        const subject = name === null ? path : `${path}#${name}`;
        const notes = isSame ? [] : ['The document changes as well.'];
        return changeOf({ subject, name: `\`${name ?? path}\``, notes, at }, budgets, figures);
      }),
      ...fields.flatMap(({ field, ...pair }) => {
        const at = placeOf(after, 'after', spanOf(after.model.sdl, field));
        // Units of a call are the business of its cost.
        return changeOf(
          { subject: field, name: `\`${field}\` by itself`, notes: [], at },
          pair,
          figures.slice(0, 2),
        );
      }),
    ],
  };
}

/** Undefined where it is not there, or not valid: the API's findings say so. */
function validDocument(
  { schema }: Revision,
  path: string,
  text: string | undefined,
): DocumentNode | undefined {
  if (text === undefined) return undefined;
  try {
    const document = parse(new Source(text, path));
    return validate(schema, document).length > 0 ? undefined : document;
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

function operationsIn({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((one) => one.kind === 'OperationDefinition');
}

function operationBudget(
  { costs, schema }: Revision,
  document: DocumentNode,
  operationName: string | null,
  sizes: Sizes,
): Budget | null {
  return budgetOf(costs, schema, document, { operationName, sizes }) ?? null;
}

function placeIn(file: string, { name, loc }: OperationDefinitionNode): Place {
  const { line = 1, column = 1 } = (name?.loc ?? loc)?.startToken ?? {};
  return { revision: 'after', file, line, column };
}

/** The fields of Query and Mutation that a document selects, wherever it does: `Query.users`. */
function rootFields({ schema }: Revision, document: DocumentNode): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const types = new TypeInfo(schema);
  const found: string[] = [];
  const enter = ({ name }: { readonly name: { readonly value: string } }) => {
    const parent = types.getParentType();
    if (roots.some((root) => root === parent)) found.push(`${parent?.name}.${name.value}`);
  };
  visit(document, visitWithTypeInfo(types, { Field: { enter } }));
  return found;
}

function fieldBudgets(
  { before, after }: Revisions,
  sizes: Readonly<Record<'before' | 'after', Sizes>>,
): FieldBudgets[] {
  const known = rootBudgets(before, sizes.before);
  return [...rootBudgets(after, sizes.after)].map(([field, budget]) => ({
    field,
    before: known.get(field) ?? null,
    after: budget,
  }));
}

function rootBudgets({ plan, costs, schema, model }: Revision, sizes: Sizes): Map<string, Budget> {
  const roots = [model.sdl.queryType, model.sdl.mutationType];
  const all = plan.resolvers.filter(({ type }) => roots.includes(type));
  return new Map(
    all.flatMap((resolver) => {
      const single = singleField(plan, costs, resolver);
      if (!single) return [];
      const budget = budgetOfField(schema, single, { sizes }, costs.rules);
      const operation = resolver.type === model.sdl.mutationType ? 'mutation' : 'query';
      return [[`${resolver.type}.${resolver.field}`, { ...budget, operation }] as const];
    }),
  );
}

const figures = ['requests', 'steps', 'readUnits'] as const satisfies readonly (keyof Figures)[];

interface Changed extends Pick<Found, 'subject' | 'at'> {
  readonly name: string;
  readonly notes: readonly string[];
}

function changeOf(
  { name, ...rest }: Changed,
  { before, after }: Pair<Budget>,
  compared: readonly (keyof Figures)[],
): Found[] {
  if (!before || !after) return [];
  const unknown = after.unknown.filter((one) => !before.unknown.includes(one));
  const isEndless = Number.isFinite(before.most.requests) && !Number.isFinite(after.most.requests);
  const unbounded = isEndless
    ? `${name} has more than 10,000 fields, so that its requests have no bound.`
    : `${name} sends undeclared requests: those of ${unknown.map((one) => `\`${one}\``).join(', ')}.`;
  const found: Found[] =
    isEndless || unknown.length > 0 ? [{ rule: 'budget-unbounded', message: unbounded, ...rest }] : [];
  const differences = (['usual', 'most'] as const).flatMap((of) =>
    compared.map((figure) => after[of][figure] - before[of][figure]),
  );
  const isRaised = differences.some((one) => one > 0);
  const isLowered = unknown.length === 0 && differences.some((one) => one < 0);
  if (isEndless || (!isRaised && !isLowered)) return found;
  const isUsual = figuresText(before.usual) !== figuresText(after.usual);
  const of = isUsual ? 'usual' : 'most';
  const message = `${name} ${isUsual ? 'costs' : 'costs at most'} ${figuresText(after[of])} (${figuresText(before[of])} before).`;
  return [...found, { rule: isRaised ? 'budget-raised' : 'budget-lowered', message, ...rest }];
}
