/** The data of writes.ts.hbs: write functions. */

import { withArticle } from '../../names.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AggregatePlan, AttributePlan, EntityPlan } from '../../plan/types/storage.js';
import { literal, quote } from '../code.js';
import { aggregateFunction, aggregatesOf } from './aggregates.js';
import { dependentsOf } from './references.js';
import { templateFields } from './shared.js';

export function writesView(plan: Plan) {
  return {
    entities: plan.entities
      .filter((entity) => entity.historyOf === null)
      .map((entity) => ({
        ...writesOf(
          entity,
          plan.mutations.some((one) => one.kind === 'put' && one.entity === entity.name),
        ),
        dependents: dependentsOf(plan, entity),
      })),
  };
}

function writesOf(entity: EntityPlan, isPut: boolean) {
  const computed = entity.attributes.filter((one) => one.computed !== undefined);
  const given = entity.attributes.filter((one) => one.computed === undefined);
  const created = given.map((one) => ({ name: one.name, value: createdExpression(one, entity) }));
  const isAsync = created.some(({ value }) => value.includes('await '));
  const changed = given
    .filter((one) => isChanged(entity, one))
    .map((one) => ({ name: one.name, value: changedExpression(one) }));
  return {
    name: entity.name,
    ofName: withArticle(entity.name),
    names: entity.names,
    isUpdatable: entity.revision !== null,
    kept: isPut ? keptByPut(entity) : null,
    // Which number a new record gets is not for the caller to say.
    isUpsertable:
      entity.revision !== null &&
      !given.some((one) => one.generated === 'sequence' && entity.keyFields.includes(one.name)),
    created,
    creating: {
      values: named('values', created),
      env: computed.length > 0 || uses('env', created),
      isAsync,
      result: isAsync ? `Promise<${entity.names.record}>` : entity.names.record,
    },
    changed,
    changing: { changes: named('changes', changed), env: computed.length > 0 || uses('env', changed) },
    computed:
      computed.length === 0
        ? null
        : {
            fields: computed.map((one) => quote(one.name)).join(' | '),
            rules: `{ ${computed.map((one) => `${one.name}: ${ruleOf(one)}`).join(', ')} }`,
          },
  };
}

/** The rule's name, and the form its answer is stored in. */
function ruleOf({ computed = '', encoding }: AttributePlan): string {
  return encoding === 'time' ? `[${quote(computed)}, time]` : quote(computed);
}

type Assignments = readonly { readonly value: string }[];

function uses(name: string, assignments: Assignments): boolean {
  return assignments.some(({ value }) => new RegExp(`\\b${name}\\.`).test(value));
}

/** A parameter that is there for the sake of those after it begins with `_`. */
function named(name: string, assignments: Assignments): string {
  return uses(name, assignments) ? name : `_${name}`;
}

function isChanged(entity: EntityPlan, attribute: AttributePlan): boolean {
  if (attribute.generated === 'touch' || attribute.generated === 'revision') return true;
  const isFixed = entity.keyFields.includes(attribute.name) && !attribute.movable;
  return !attribute.immutable && attribute.generated === null && !isFixed;
}

/** What a record keeps when it is replaced whole: what is written once. */
function keptByPut({ attributes, keyFields }: EntityPlan): string {
  const kept = attributes.filter(
    ({ name, immutable, generated }) =>
      !keyFields.includes(name) &&
      (immutable || generated === 'now' || generated === 'uuidv7' || generated === 'sequence'),
  );
  return `[${kept.map(({ name }) => quote(name)).join(', ')}]`;
}

function createdExpression(attribute: AttributePlan, entity: EntityPlan): string {
  const given = `values.${attribute.name}`;
  switch (attribute.generated) {
    case 'uuidv7':
      return `${normalized(attribute, given)} ?? env.newId()`;
    case 'now':
      return `time(${given} ?? env.now)`;
    case 'touch':
      return 'time(env.now)';
    case 'revision':
      return '1';
    case 'sequence':
      return nextExpression(attribute, entity);
    case null: {
      if (attribute.default !== null)
        return normalized(attribute, `${given} ?? ${literal(attribute.default)}`, true);
      if (!attribute.nullable) return normalized(attribute, given);
      return attribute.set
        ? `${given} ? distinct(${given}) : null`
        : `${normalized(attribute, given)} ?? null`;
    }
  }
}

/** The next number, of the sequence that the record's other attributes tell. */
function nextExpression({ name }: AttributePlan, entity: EntityPlan): string {
  const sequence = aggregatesOf(entity).find(
    (one) => one.kind === 'sequence' && one.name === name,
  ) as AggregatePlan;
  const fields = templateFields(sequence).map((field) => {
    const attribute = entity.attributes.find((one) => one.name === field) as AttributePlan;
    return `${field}: ${createdExpression(attribute, entity)}`;
  });
  const by = fields.length > 0 ? `{ ${fields.join(', ')} }` : '';
  return `await env.next(${aggregateFunction(entity, sequence)}(${by}))`;
}

function changedExpression(attribute: AttributePlan): string {
  if (attribute.generated === 'touch') return 'time(env.now)';
  if (attribute.generated === 'revision') return `current.${attribute.name} + 1`;
  const given = `changes.${attribute.name}`;
  return `${given} === undefined ? current.${attribute.name} : ${normalized(attribute, given)}`;
}

/** A moment in canonical form, text normalised; null stays null. */
function normalized(attribute: AttributePlan, value: string, present = false): string {
  if (attribute.set && attribute.nullable && !present) return `${value} && distinct(${value})`;
  const steps = [
    ...attribute.normalize,
    ...(attribute.set ? ['distinct'] : []),
    ...(attribute.encoding === 'time' ? ['time'] : []),
  ];
  const functions = steps.map((step) => (step === 'time' ? 'time' : step));
  if (attribute.nullable && !present)
    return functions.reduce((expression, name) => `encoded(${name}, ${expression})`, value);
  return functions.reduce((expression, name) => `${name}(${expression})`, value);
}
