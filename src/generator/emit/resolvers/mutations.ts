/** What resolvers of mutations write. */

import { entityOf, mutationOf } from '../../plan/lookup/find.js';
import { partsOf, takenBy, valuesTaken } from '../../plan/lookup/values-taken.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import {
  type ElementPlan,
  type IdempotentPlan,
  isAddition,
  type MutationPlan,
  type PathStepPlan,
  type TransactionPlan,
  type WrittenValue,
} from '../../plan/types/writes.js';
import { isGiven, valueExpression } from '../expressions.js';
import { requireOption } from '../files/conditions.js';
import { attributeOf, isCascading, tokensVariable } from '../files/shared.js';
import type { Doc } from '../fragment.js';
import { arrow, block, call, code, json, list, object, property, quote } from '../printer.js';
import {
  args,
  context,
  entityType,
  eventsValue,
  keyValue as keyName,
  queryValue,
  runtime,
  writesOf,
} from '../symbols.js';
import { keyValue } from './reads.js';
import { type Body, ruleCall } from './rule-calls.js';

export function mutationBody(plan: Plan, mutation: MutationPlan): Body {
  const { idempotent, allow, name } = mutation;
  const record = mutation.each ? 'records' : 'record';
  const write = writeExpression(plan, mutation, 'values');
  const prelude = preparation(mutation, 'values');
  if (mutation.all) return { allow, statements: [allDeleted(plan, mutation, mutation.all)], isAsync: false };
  if (idempotent) {
    const once = idempotentWrite([record], idempotent, { name, prelude, writes: [write] });
    return { allow, statements: [once, record], isAsync: true };
  }
  const cascades = mutation.kind === 'delete' && !mutation.each && isCascading(plan, mutation.entity);
  const sent = call(code`${context}.db.${cascades ? 'cascade' : 'writeOne'}`, [write]);
  return { allow, statements: [...prelude, sent], isAsync: prelude.length > 0 };
}

/** The records of a pattern, in as many transactions as it takes. */
function allDeleted(plan: Plan, mutation: MutationPlan, pattern: string): Doc {
  const entity = entityOf(plan, mutation.entity);
  const access = plan.patterns.find(({ name }) => name === pattern)?.access;
  if (access?.kind !== 'query') throw new Error(`pattern ${pattern} is no query`);
  const values = object(mutation.key.map(({ name, value }) => property(name, keyValue(entity, name, value))));
  const all = call(code`${writesOf(entity)}.deleteAll`, [queryValue(access.function), values]);
  return call(code`${context}.db.cascade`, [all]);
}

/** One call that carries out all steps, and what of it the field gives. */
export function transactionBody(plan: Plan, transaction: TransactionPlan): Body {
  const { steps, made, returns, idempotent, name, allow } = transaction;
  const valuesOf = (variable: string) => `${variable}Values`;
  const mutations = steps.map((step) => ({ ...step, plan: mutationOf(plan, step.mutation) }));
  const prelude = mutations.flatMap((one) => preparation(one.plan, valuesOf(one.variable)));
  const writes = mutations.map((one, at) => {
    const write = writeExpression(plan, one.plan, valuesOf(one.variable));
    return call(runtime('step'), [
      quote(one.name),
      afterOthers(plan, mutations.slice(0, at), one.plan, write),
    ]);
  });
  const isGiven = (step: string) =>
    returns.kind === 'step' ? returns.step === step : returns.steps.includes(step);
  const records = steps.map((step) => (isGiven(step.name) ? step.variable : ''));
  while (records.at(-1) === '') records.pop();
  const given = (step: string) => steps.find((one) => one.name === step)?.variable ?? step;
  const ids = made.map((one) => {
    const id = call(code`${context}.db.newId`, []);
    return code`const ${one.name} = ${one.given ? code`${valueExpression(one.given)} ?? ${id}` : id};`;
  });
  const sent = idempotent
    ? [idempotentWrite(records, idempotent, { name, prelude, writes })]
    : [...prelude, code`const ${pattern(records)} = await ${call(code`${context}.db.write`, writes)};`];
  const answer =
    returns.kind === 'step'
      ? given(returns.step)
      : object(returns.steps.map((step) => property(step, given(step))));
  return { allow, statements: [...ids, ...sent, answer], isAsync: true };
}

/** A write that takes what earlier steps give is made when they are computed. */
function afterOthers(
  plan: Plan,
  earlier: readonly { readonly variable: string; readonly plan: MutationPlan }[],
  mutation: MutationPlan,
  write: Doc,
): Doc {
  const taken = new Set(
    valuesTaken(mutation).flatMap((value) => (value.kind === 'result' ? [value.variable] : [])),
  );
  if (taken.size === 0) return write;
  const last = earlier.findLastIndex(({ variable }) => taken.has(variable));
  const records = earlier.slice(0, last + 1).map(({ variable, plan: { entity } }) => {
    if (!taken.has(variable)) return code`_${variable}: unknown`;
    return code`${variable}: ${entityType(entityOf(plan, entity).names.record)}`;
  });
  return call(runtime('following'), [arrow(records, write)]);
}

/** `[order, , line]` */
function pattern(names: readonly string[]): Doc {
  return `[${names.join(', ').replace(/ ,/g, ',')}]`;
}

/** The values of a new record, where a rule gives them. */
function preparation({ kind, prepare }: MutationPlan, variable: string): Doc[] {
  if (kind !== 'create' || !prepare) return [];
  return [
    code`const ${variable} = await ${ruleCall(prepare, [args, context, property('current', 'null')])};`,
  ];
}

interface IdempotentParts {
  readonly name: string;
  readonly prelude: readonly Doc[];
  readonly writes: readonly Doc[];
}

/** Writes that an idempotency key guards; computed only for a new key. */
function idempotentWrite(
  records: readonly string[],
  { token, seconds, table }: IdempotentPlan,
  { name, prelude, writes }: IdempotentParts,
): Doc {
  const once = object([
    property('tokens', keyName(tokensVariable(table))),
    property('token', valueExpression(token)),
    property('of', list([quote(name), args])),
    ...(seconds === 86_400 ? [] : [property('seconds', String(seconds))]),
  ]);
  const all = list(writes);
  const asked =
    prelude.length === 0
      ? arrow([], all)
      : arrow([], block([...prelude, code`return ${all} as const;`]), { isAsync: true });
  return code`const ${pattern(records)} = await ${call(code`${context}.db.writeIdempotent`, [once, asked])};`;
}

/** `userWrites.update(…)`, once or for each element of a list. @param prepared the variable that holds what a rule prepared */
function writeExpression(plan: Plan, mutation: MutationPlan, prepared: string): Doc {
  const write = oneWrite(plan, mutation, prepared);
  if (!mutation.each) return write;
  return call(runtime('writeEach'), [valueExpression(mutation.each), arrow(['each'], write)]);
}

function oneWrite(plan: Plan, mutation: MutationPlan, prepared: string): Doc {
  const entity = entityOf(plan, mutation.entity);
  const options = optionsOf(entity, mutation);
  const write = (verb: string, parts: readonly Doc[]) =>
    call(code`${writesOf(entity)}.${verb}`, [...parts, ...(options.length > 0 ? [object(options)] : [])]);
  const key = object(mutation.key.map(({ name, value }) => property(name, keyValue(entity, name, value))));
  const values =
    mutation.prepare && mutation.kind !== 'create'
      ? preparedValues(entity, mutation)
      : givenValues(entity, mutation);
  switch (mutation.kind) {
    case 'create':
      return write('create', [mutation.prepare ? prepared : values]);
    case 'touch':
      return write('update', [key, values]);
    case 'delete':
      return write('delete', [key]);
    default:
      return write(mutation.kind, [key, values]);
  }
}

function optionsOf(entity: EntityPlan, mutation: MutationPlan): Doc[] {
  const { expect, publish, alongside, name, untouched } = mutation;
  const change = ['...change', property('mutation', quote(name)), args, context];
  return [
    ...(expect ? [property('expect', valueExpression(expect))] : []),
    ...(untouched ? [property('untouched', 'true')] : []),
    ...addOption(mutation),
    ...requireOption(entity, mutation),
    ...(publish ? [property('publish', code`${eventsValue('events')}.${publish}`)] : []),
    ...(alongside ? [property('alongside', arrow(['change'], ruleCall(alongside, change)))] : []),
  ];
}

/** The values that the declaration gives. */
function givenValues(entity: EntityPlan, mutation: MutationPlan): Doc {
  const { kind, key, values } = mutation;
  const fields = new Map<string, Doc>();
  if (kind === 'upsert' || kind === 'put')
    for (const { name, value } of key) fields.set(name, valueExpression(value));
  for (const { name, value } of values) replace(fields, name, givenValue(entity, name, value));
  const computed = computedValues(entity, mutation);
  const given = object([
    ...Array.from(fields, ([name, value]) => property(name, value)),
    ...expiryValue(mutation),
    ...computed,
  ]);
  return computed.length > 0 || takesCurrent(mutation) ? arrow(['current'], given) : given;
}

/** Whether a value is one of the record as it is; what is added is computed apart. */
function takesCurrent({ values, elements = [], expiry }: MutationPlan): boolean {
  const taken = elements.filter((one) => !isAddition(one)).flatMap(takenBy);
  return [...values.map(({ value }) => value), ...taken, ...(expiry ? [expiry.to] : [])]
    .flatMap(partsOf)
    .some(({ kind }) => kind === 'current');
}

/** A later value is written in its own place, not where its name was first. */
function replace(fields: Map<string, Doc>, name: string, value: Doc): void {
  fields.delete(name);
  fields.set(name, value);
}

/** The result of a rule, and what is computed from it. */
function preparedValues(entity: EntityPlan, mutation: MutationPlan): Doc {
  const { prepare } = mutation;
  const answer = ruleCall(prepare ?? '', [args, context, 'current']);
  const computed = computedValues(entity, mutation);
  if (computed.length === 0) return arrow(['current'], answer);
  return arrow(['current'], object([code`...(await ${answer})`, ...computed]), { isAsync: true });
}

/** What is added to numbers. */
function addOption({ elements = [] }: MutationPlan): Doc[] {
  const additions = elements.filter(isAddition);
  if (additions.length === 0) return [];
  const amounts = object(additions.map((one) => property(one.field, amountOf(one, one.field))));
  const isComputed = additions.some(({ value }) => value.kind === 'current');
  return [property('add', isComputed ? arrow(['current'], amounts) : amounts)];
}

/** Values computed from those there are, by attribute. */
function computedValues(entity: EntityPlan, { kind, elements = [] }: MutationPlan): Doc[] {
  const whole = elements.filter((one) => !one.path && !isAddition(one));
  const parts = elements.filter(({ path }) => path);
  return [
    ...whole.map((one) => {
      const change = runtime(one.how === 'append' ? 'appended' : 'without');
      return property(
        one.field,
        call(change, [currentValue(entity, kind, one.field), elementsGiven(entity, one)]),
      );
    }),
    ...[...new Set(parts.map(({ field }) => field))].map((field) => {
      const changes = parts.filter((one) => one.field === field).map((one) => partChange(entity, one));
      const current = currentValue(entity, kind, field);
      return property(field, call(runtime('altered'), [quote(field), current, list(changes)]));
    }),
  ];
}

/** What is changed; an upsert begins with the default, or with nothing. */
function currentValue(entity: EntityPlan, kind: MutationPlan['kind'], field: string): Doc {
  if (kind !== 'upsert') return `current.${field}`;
  const attribute = attributeOf(entity, field);
  return code`current?.${field} ?? ${json(attribute?.default ?? (attribute?.list ? [] : null))}`;
}

/** `setAt(['city'], args.city)` */
function partChange(entity: EntityPlan, element: ElementPlan): Doc {
  const { how, path = [], value, isNeeded, number = 'decimal' } = element;
  const steps = list(path.map(partStep));
  const name = partName(element);
  switch (how) {
    case 'set':
      return call(runtime('setAt'), [steps, isNeeded ? neededValue(name, value) : valueExpression(value)]);
    case 'add':
    case 'subtract':
      return call(runtime('addAt'), [steps, amountOf(element, name), quote(number)]);
    default:
      return call(runtime(how === 'append' ? 'appendAt' : 'removeAt'), [
        steps,
        elementsGiven(entity, element),
      ]);
  }
}

/** What is added; an amount to subtract is not negative. */
function amountOf({ how, value }: ElementPlan, name: string): Doc {
  if (how === 'add') return valueExpression(value);
  if (value.kind === 'literal') return json(-Number(value.value));
  return call(runtime('subtracted'), [quote(name), valueExpression(value)]);
}

/** `lines.count`: the attribute and the fields within it that are known by name. */
function partName({ field, path = [] }: ElementPlan): string {
  const names = path.flatMap((step) => {
    if (step.kind === 'field') return step.name;
    return step.kind === 'entry' && step.name.kind === 'literal' ? String(step.name.value) : [];
  });
  return [field, ...names].join('.');
}

function partStep(step: PathStepPlan): Doc {
  if (step.kind === 'field') return quote(step.name);
  if (step.kind === 'entry') return call(runtime('mapEntry'), [valueExpression(step.name)]);
  const value = valueExpression(step.value);
  return object([property(step.field, step.isTime ? call(runtime('time'), [value]) : value)]);
}

/** The elements that are appended or removed, in the form they are stored in. */
function elementsGiven(entity: EntityPlan, { field, path, value, isList }: ElementPlan): Doc {
  const isTime = !path && attributeOf(entity, field)?.element === 'time';
  const isOptional = isGiven(value) && value.nullable;
  const given = valueExpression(value);
  const time = runtime('time');
  if (isList) return isTime ? code`${given}${isOptional ? '?.' : '.'}map(${time})` : given;
  if (!isTime) return list([given]);
  return list([isOptional ? call(runtime('encoded'), [time, given]) : call(time, [given])]);
}

/** The new time of expiry of a touch. */
function expiryValue({ expiry }: MutationPlan): Doc[] {
  if (!expiry) return [];
  const { field, to } = expiry;
  return [property(field, valueExpression(to))];
}

/** An argument that may be null, for an attribute that may not, is refused where it is. */
function givenValue(entity: EntityPlan, name: string, value: WrittenValue): Doc {
  const attribute = attributeOf(entity, name);
  return attribute && !attribute.nullable ? neededValue(name, value) : valueExpression(value);
}

function neededValue(name: string, value: WrittenValue): Doc {
  const given = valueExpression(value);
  return isGiven(value) && value.nullable ? call(runtime('notNull'), [quote(name), given]) : given;
}
