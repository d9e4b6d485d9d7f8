import { type MultiAttributeKeyCondition, validations } from '../dynalite.js';
import { ValidationError } from '../errors.js';
import { type AttributeType, type AttributeValue, type Item, order, typeOf } from '../items/attributes.js';
import { checkComplexity, checkLengths, checkTotalSize } from './limits.js';
import { syntaxMessage } from './syntax.js';

/** A document path: attribute names and list positions. */
export type Path = readonly (string | number)[];

/** A value given with the request, by its placeholder. */
export interface Placeholder {
  readonly value: string;
}

export interface Call<Name extends string, Argument> {
  readonly type: 'function';
  readonly name: Name;
  readonly args: readonly Argument[];
}

export type Operand = Path | Placeholder | Call<'size', Path | Placeholder>;

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly type: 'and' | 'or'; readonly args: readonly [Condition, Condition] }
  | { readonly type: 'not'; readonly args: readonly [Condition] }
  | { readonly type: Comparator | 'between' | 'in'; readonly args: readonly Operand[] }
  | Call<
      'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains',
      Operand
    >;

export type SetValue =
  | Path
  | Placeholder
  | { readonly type: 'add' | 'subtract'; readonly args: readonly [SetValue, SetValue] }
  | Call<'if_not_exists' | 'list_append', SetValue>;

export type UpdateSection =
  | { readonly type: 'set'; readonly path: Path; readonly val: SetValue }
  | { readonly type: 'add' | 'delete'; readonly path: Path; readonly val: Placeholder }
  | { readonly type: 'remove'; readonly path: Path };

/** What dynalite's parser says about the attributes an expression names. */
interface Mentions {
  /** First names of paths that go deeper than one name. */
  readonly nestedPaths: Readonly<Record<string, true>>;
}

export interface ConditionPlan extends Mentions {
  readonly expression: Condition;
  /** First names of all paths. */
  readonly pathHeads: Readonly<Record<string, true>>;
}

export interface UpdatePlan extends Mentions {
  readonly sections: readonly UpdateSection[];
  readonly paths: readonly Path[];
}

export interface ProjectionPlan extends Mentions {
  readonly paths: readonly Path[];
}

/** A condition on one key attribute. */
export interface KeyCondition {
  readonly operator: MultiAttributeKeyCondition['ComparisonOperator'];
  readonly operands: readonly Placeholder[];
}

/** The expressions of one request, parsed; `values` are the request's own. */
export interface Expressions {
  readonly values: Item;
  readonly condition?: ConditionPlan;
  readonly filter?: ConditionPlan;
  readonly update?: UpdatePlan;
  readonly projection?: ProjectionPlan;
  readonly keyConditions?: Readonly<Record<string, KeyCondition>>;
}

/** The members of a request that concern expressions. */
export interface ExpressionInput {
  readonly ConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ProjectionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** The fixed part of a request's expressions: everything but the values. */
interface Template {
  readonly plans: Omit<Expressions, 'values'>;
  readonly ranges: readonly Range[];
}

/** A BETWEEN whose two bounds come with the request. */
interface Range {
  readonly where: string;
  readonly low: string;
  readonly high: string;
}

const clauses = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
] as const;

const noValues: Item = {};
const templates = new Map<string, Template>();
const templateLimit = 2000;

/**
 * Parses the expressions of a request with dynalite's parsers. They take some 100 µs for what a request
 * needs, so the result is kept for the next request that differs in its values only. The parsers therefore
 * see stand-ins of the same types, and what they would check about values (the bounds of BETWEEN, by
 * UTF-16 where DynamoDB goes by UTF-8) is checked here.
 * @throws ValidationError with DynamoDB's message
 */
export function parseExpressions(input: ExpressionInput): Expressions {
  const values = input.ExpressionAttributeValues ?? noValues;
  checkValues(values);
  checkTotalSize(values);
  const key = templateKey(input, values);
  let template = templates.get(key);
  if (template === undefined) {
    template = compile(input, values);
    if (templates.size >= templateLimit) templates.clear();
    templates.set(key, template);
  }
  for (const range of template.ranges) checkRange(range, values);
  return { values, ...template.plans };
}

function checkValues(values: Item): void {
  for (const name of Object.keys(values)) {
    const message = validations.validateAttributeValue(values[name] ?? {});
    if (message !== undefined) {
      throw new ValidationError(
        `ExpressionAttributeValues contains invalid value: ${message} for key ${name}`,
      );
    }
  }
}

function templateKey(input: ExpressionInput, values: Item): string {
  const placeholders = Object.keys(values).map((name) => [name, standIn(input, values[name])]);
  const texts = clauses.map((clause) => input[clause] ?? null);
  return JSON.stringify([texts, input.ExpressionAttributeNames ?? null, placeholders]);
}

/** A value of the same type. The argument of `attribute_type` keeps its text: the parser checks it. */
function standIn(input: ExpressionInput, value: AttributeValue | undefined): object {
  if (value === undefined) return {};
  const type = typeOf(value);
  const mayNameType = /attribute_type/i.test(
    `${input.ConditionExpression ?? ''} ${input.FilterExpression ?? ''}`,
  );
  if (type === 'S' && mayNameType) return value;
  return { [type]: standInTexts[type] };
}

const standInTexts: Readonly<Record<AttributeType, unknown>> = {
  S: '0',
  N: '0',
  B: 'MA==',
  SS: ['0'],
  NS: ['0'],
  BS: ['MA=='],
  BOOL: true,
  NULL: true,
  L: [],
  M: {},
};

function compile(input: ExpressionInput, values: Item): Template {
  const { ExpressionAttributeNames, ExpressionAttributeValues } = input;
  checkLengths(Object.fromEntries(clauses.map((clause) => [clause, input[clause]])), {
    ExpressionAttributeNames,
    ExpressionAttributeValues,
  });
  const standIns = Object.fromEntries(
    Object.keys(values).map((name) => [name, standIn(input, values[name])] as const),
  );
  const draft: Record<string, unknown> = {};
  for (const clause of clauses) if (input[clause] !== undefined) draft[clause] = input[clause];
  if (input.ExpressionAttributeNames !== undefined) {
    draft.ExpressionAttributeNames = input.ExpressionAttributeNames;
  }
  if (input.ExpressionAttributeValues !== undefined) draft.ExpressionAttributeValues = standIns;
  const message = validations.validateExpressions(draft);
  if (message !== undefined) throw new ValidationError(syntaxMessage(message, draft));

  const placeholders = new Map<unknown, Placeholder>(
    Object.entries(standIns).map(([name, placeholder]) => [placeholder, { value: name }]),
  );
  const parsed = (member: string): unknown => symbolic(draft[member], placeholders);
  const plans: { -readonly [member in keyof Omit<Expressions, 'values'>]: Expressions[member] } = {};
  const ranges: Range[] = [];
  if (draft._updates !== undefined) {
    plans.update = parsed('_updates') as UpdatePlan;
    checkComplexity('UpdateExpression', plans.update.sections);
  }
  if (draft._projection !== undefined) {
    plans.projection = parsed('_projection') as ProjectionPlan;
    checkComplexity('ProjectionExpression', plans.projection.paths);
  }
  if (draft._condition !== undefined) {
    plans.condition = parsed('_condition') as ConditionPlan;
    checkComplexity('ConditionExpression', plans.condition.expression);
    inspect('ConditionExpression', plans.condition.expression, values, ranges);
  }
  if (draft._filter !== undefined) {
    plans.filter = parsed('_filter') as ConditionPlan;
    checkComplexity('FilterExpression', plans.filter.expression);
    inspect('FilterExpression', plans.filter.expression, values, ranges);
  }
  if (draft._keyCondition !== undefined) {
    const { expression } = parsed('_keyCondition') as ConditionPlan;
    inspect('KeyConditionExpression', expression, values, ranges);
    plans.keyConditions = keyConditions(expression);
  }
  return { plans, ranges };
}

/** Copies a parser's result with placeholders where it holds the request's values. */
function symbolic(node: unknown, placeholders: ReadonlyMap<unknown, Placeholder>): unknown {
  const placeholder = placeholders.get(node);
  if (placeholder !== undefined) return placeholder;
  if (Array.isArray(node)) return node.map((member) => symbolic(member, placeholders));
  if (typeof node !== 'object' || node === null) return node;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(node)) copy[name] = symbolic(member, placeholders);
  return copy;
}

function keyConditions(expression: Condition): Readonly<Record<string, KeyCondition>> {
  const raw = validations.convertKeyCondition(expression);
  if (typeof raw === 'string') throw new ValidationError(raw);
  const conditions: Record<string, KeyCondition> = Object.create(null);
  for (const [name, { ComparisonOperator, AttributeValueList }] of Object.entries(raw)) {
    const operands = AttributeValueList.filter(isPlaceholder);
    if (operands.length !== AttributeValueList.length) {
      throw new ValidationError('KeyConditionExpressions cannot contain nested operations');
    }
    conditions[name] = { operator: ComparisonOperator, operands };
  }
  return conditions;
}

/** Notes the ranges of a condition, and checks what dynalite's parser leaves out: only texts, numbers and bytes sort. */
function inspect(where: string, condition: Condition, values: Item, ranges: Range[]): void {
  if (condition.type === 'and' || condition.type === 'or' || condition.type === 'not') {
    for (const part of condition.args) inspect(where, part, values, ranges);
    return;
  }
  if (!/^(<=?|>=?|between)$/.test(condition.type)) return;
  for (const operand of condition.args) {
    const value = isPath(operand) || !isPlaceholder(operand) ? undefined : values[operand.value];
    if (value === undefined || 'S' in value || 'N' in value || 'B' in value) continue;
    throw new ValidationError(
      `Invalid ${where}: Incorrect operand type for operator or function; ` +
        `operator or function: ${condition.type.toUpperCase()}, operand type: ${typeOf(value)}`,
    );
  }
  const [, low, high] = condition.args;
  if (low === undefined || high === undefined || isPath(low) || isPath(high)) return;
  if (isPlaceholder(low) && isPlaceholder(high)) ranges.push({ where, low: low.value, high: high.value });
}

function checkRange({ where, low, high }: Range, values: Item): void {
  const bounds = [values[low], values[high]];
  const [from, to] = bounds;
  if (from === undefined || to === undefined || (order(from, to) ?? 0) <= 0) return;
  const [lower, upper] = bounds.map((bound) => (bound === undefined ? '' : describe(bound)));
  throw new ValidationError(
    `Invalid ${where}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ` +
      `lower bound operand: AttributeValue: ${lower}, upper bound operand: AttributeValue: ${upper}`,
  );
}

function describe(value: AttributeValue): string {
  const type = typeOf(value);
  return `{${type}:${(value as Partial<Record<AttributeType, unknown>>)[type]}}`;
}

export function isPath(operand: unknown): operand is Path {
  return Array.isArray(operand);
}

export function isPlaceholder(operand: object): operand is Placeholder {
  return 'value' in operand;
}
