/** The values that a mutation takes, planned: followed through the steps of its transaction to where they come from. */

import type { FieldPath, MutationModel, Source, TransactionModel } from '../../model.js';
import { momentOf } from '../../moments.js';
import { pascal, variableName } from '../../names.js';
import { sourcesOf } from '../../resolve/comparisons.js';
import type { ResolvedAttribute, ResolvedModel } from '../../resolve/resolved-model.js';
import { type StepValue, stepValue } from '../../resolve/steps.js';
import { typedValue } from '../../resolve/value-paths.js';
import { elementOf, memberOf } from '../../resolve/written-values.js';
import type { ValueModel } from '../../sources.js';
import type { WrittenValue } from '../types/writes.js';
import { valuePlan } from '../values.js';

/** Plans a value; `target` is what it is written to or compared with. */
export type ValuePlanner = (value: ValueModel, target?: ResolvedAttribute) => WrittenValue;

/** What plans the values of the field at `path`; `transaction` is what they are taken in, `mutation` the step or the write. */
export function plannerOf(
  resolved: ResolvedModel,
  path: FieldPath | undefined,
  { transaction, mutation }: { readonly transaction?: TransactionModel; readonly mutation?: MutationModel },
): ValuePlanner {
  const { sdl } = resolved.model;
  const planned: ValuePlanner = (value, target) => {
    switch (value.kind) {
      case 'null':
        return { kind: 'null' };
      case 'list':
        return { kind: 'list', of: value.of.map((one) => planned(one, target && elementOf(sdl, target))) };
      case 'document':
        return {
          kind: 'document',
          fields: value.fields.map(({ field, value: one }) => ({
            name: field.text,
            value: planned(one, target && memberOf(sdl, target, field.text)),
          })),
        };
      case 'literal': {
        const moment = target?.encoding === 'time' ? momentOf(value.value) : undefined;
        return moment ? { kind: 'later', ...moment } : { kind: 'literal', value: value.value };
      }
      case 'current':
        return currentValue(resolved, mutation, value);
      case 'step':
        return transaction ? ofStep(transaction, value, target) : valuePlan(resolved, path, value);
      default:
        return valuePlan(resolved, path, value);
    }
  };
  const ofStep = (
    whole: TransactionModel,
    source: Source & { readonly kind: 'step' },
    target: ResolvedAttribute | undefined,
  ): WrittenValue => {
    const [field = ''] = source.path;
    const value = givenBy(resolved, whole, source.step, field);
    if (value?.kind === 'made') return { kind: 'made', name: madeName(source.step, field) };
    if (value) return planned(value.value, target);
    const step = whole.steps.find((one) => one.step?.name.text === source.step);
    const attribute = resolved.entities.get(step?.entity.text ?? '')?.attributes.get(field);
    return {
      kind: 'result',
      variable: stepVariable(resolved, whole, source.step),
      field,
      nullable: attribute?.nullable ?? true,
    };
  };
  return planned;
}

/** An upsert may find no record. */
function currentValue(
  { entities }: ResolvedModel,
  mutation: MutationModel | undefined,
  { path }: Source & { readonly kind: 'current' },
): WrittenValue {
  const [field = ''] = path;
  const attribute = entities.get(mutation?.entity.text ?? '')?.attributes.get(field);
  const nullable = attribute?.nullable ?? true;
  return { kind: 'current', field, nullable, ...(mutation?.kind === 'upsert' ? { mayBeMissing: true } : {}) };
}

/** How a step's attribute is known before anything is written; undefined where it is not. */
export function givenBy(
  resolved: ResolvedModel,
  transaction: TransactionModel,
  step: string,
  attribute: string,
): StepValue | undefined {
  const { model } = resolved;
  const mutation = transaction.steps.find((one) => one.step?.name.text === step);
  const entity = model.entities.find((one) => one.name.text === mutation?.entity.text);
  const typed = (source: Source) => typedValue(resolved, transaction.for, source);
  return mutation && entity && stepValue(entity, mutation, attribute, { sdl: model.sdl, typed });
}

/** `orderId`: the variable of the id of step `order`, set before the writes. */
export function madeName(step: string, attribute: string): string {
  return variableName(`${step}${pascal(attribute)}`);
}

/** Ids that are made before the writes, since several steps hold them. */
export function madeIn(
  resolved: ResolvedModel,
  transaction: TransactionModel,
): { readonly step: string; readonly attribute: string; readonly given: Source | undefined }[] {
  return transaction.steps.flatMap(({ step }) => {
    const name = step?.name.text ?? '';
    return [...takenFrom(transaction, name)].flatMap((attribute) => {
      const value = givenBy(resolved, transaction, name, attribute);
      return value?.kind === 'made' ? [{ step: name, attribute, given: value.given }] : [];
    });
  });
}

/** The attributes of a step's record that other steps take. */
function takenFrom({ steps }: TransactionModel, name: string): Set<string> {
  const sources = steps.flatMap(sourcesOf);
  return new Set(
    sources.flatMap((source) =>
      source.kind === 'step' && source.step === name ? source.path.slice(0, 1) : [],
    ),
  );
}

/** The variable that holds a step's record. */
export function stepVariable(resolved: ResolvedModel, transaction: TransactionModel, step: string): string {
  const free = variableName(step);
  const isTaken = madeIn(resolved, transaction).some((one) => madeName(one.step, one.attribute) === free);
  return isTaken ? `${free}Record` : free;
}
