/** writes.ts: the writes of each entity. */

import { isNumber } from '../../encodings.js';
import { momentOf } from '../../moments.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AttributePlan, EmbeddedPlan, EntityPlan, ValueForm } from '../../plan/types/storage.js';
import { laterExpression } from '../expressions.js';
import { type Doc, localsIn } from '../fragment.js';
import {
  arrow,
  assigned,
  call,
  code,
  conditional,
  generic,
  globalOf,
  json,
  list,
  literalUnion,
  local,
  object,
  property,
  quote,
  texts,
} from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { codecOf, entityType, keyValue, runtime, runtimeType, schemaType } from '../symbols.js';
import { aggregateFunction, aggregatesOf } from './aggregates.js';
import { isChangeable } from './entities.js';

import { dependentsOf } from './references.js';
import { attributeOf, parameterOf, templateFields } from './shared.js';

export function writesFile(plan: Plan): SourceFile {
  const entities = plan.entities
    .filter((entity) => entity.historyOf === null)
    .map((entity) => {
      const isPut = plan.mutations.some((one) => one.kind === 'put' && one.entity === entity.name);
      return writesView(plan, entity, isPut);
    });
  const { embedded = [] } = plan;
  return {
    name: 'writes.ts',
    data: { embedded: embedded.map((one) => ({ declaration: embeddedView(one) })), entities },
    declared: [
      ...embedded.map(({ name }) => embeddedFunction(name)),
      ...entities.flatMap(({ names }) => names),
      ...plan.entities.map(parameterOf),
      'value',
      'path',
      'values',
      'env',
      'record',
    ],
  };
}

/** Parameters of the functions that make records. */
const values = local('values');
const env = local('env');

function writesView(plan: Plan, entity: EntityPlan, isPut: boolean) {
  const { names, name, revision } = entity;
  const created = `new${name}`;
  const dependents = dependentsOf(plan, entity);
  const codec = codecOf(entity);
  const key = keyValue(names.keyBuilder);
  const isUpdatable = revision !== null;
  const isWhole = isUpdatable && isUpsertable(entity);
  const isComputed = entity.attributes.some((one) => one.computed !== undefined);
  const changed = isComputed ? `changed${name}` : changeRules(entity);
  const cascade = dependents && call(runtime('cascadeWrites'), [codec, key, dependents.name]);
  const put = isUpdatable && isPut && call(runtime('putWrites'), [codec, key, created, keptByPut(entity)]);
  const parts = isWhole
    ? [call(runtime('writesOf'), [codec, key, created, changed]), ...(cascade ? [cascade] : [])]
    : [
        call(runtime('createWrites'), [codec, created]),
        ...(isUpdatable ? [call(updateWrites(entity), [codec, key, changed])] : []),
        cascade ?? call(runtime('deleteWrites'), [codec, key]),
      ];
  const all = [...parts, ...(put ? [put] : [])];
  const [only = ''] = all;
  const writes = all.length === 1 ? only : object(all.map((write) => code`...${write}`));
  return {
    name,
    declaration: assigned(`export const ${names.writes} =`, writes),
    functions: [
      { declaration: creatingFunction(entity, created) },
      ...(isUpdatable && typeof changed === 'string'
        ? [{ declaration: changingFunction(entity, changed) }]
        : []),
      ...(dependents ? [{ declaration: dependents.declaration }] : []),
    ],
    names: [
      names.writes,
      created,
      ...(typeof changed === 'string' ? [changed] : []),
      ...(dependents ? [dependents.name] : []),
    ],
  };
}

/** Rules alone do not tell what the changes are. */
function updateWrites({ names }: EntityPlan): Doc {
  const types = [names.record, names.key, names.changes].map(entityType);
  return generic(runtime('updateWrites'), types);
}

/** Which number a new record gets is not for the caller to say. */
function isUpsertable({ attributes, keyFields }: EntityPlan): boolean {
  return !attributes.some(
    ({ name, generated, computed }) =>
      generated === 'sequence' && computed === undefined && keyFields.includes(name),
  );
}

/** What a record keeps when it is replaced whole: what is written once. */
function keptByPut({ attributes, keyFields }: EntityPlan): Doc {
  const kept = attributes.filter(
    ({ name, immutable, generated }) =>
      !keyFields.includes(name) &&
      (immutable || generated === 'now' || generated === 'uuidv7' || generated === 'sequence'),
  );
  return texts(kept.map(({ name }) => name));
}

function creatingFunction(entity: EntityPlan, name: string): Doc {
  const { names } = entity;
  const given = entity.attributes.filter((one) => one.computed === undefined);
  const record = object([
    property('__typename', quote(entity.name)),
    ...given.map((one) => property(one.name, createdExpression(one, entity))),
  ]);
  const body = withComputed(entity, record);
  const used = localsIn(body);
  const isAsync = given.some(({ generated }) => generated === 'sequence');
  const type = entityType(names.record);
  const parameters = [
    code`${used.has('values') ? '' : '_'}values: ${entityType(names.create)}`,
    ...(used.has('env') ? [code`env: ${runtimeType('WriteEnvironment')}`] : []),
  ];
  const returns = isAsync ? generic(globalOf('Promise'), [type]) : type;
  return assigned(`const ${name} =`, arrow(parameters, body, { isAsync, returns }));
}

/** How changes are applied: a function where rules compute some attributes of the others. */
function changingFunction(entity: EntityPlan, name: string): Doc {
  const { names } = entity;
  const given = [codecOf(entity), 'current', 'changes', env, changeRules(entity)];
  const parameters = [
    code`current: ${entityType(names.record)}`,
    code`changes: ${entityType(names.changes)}`,
    code`env: ${runtimeType('WriteEnvironment')}`,
  ];
  const body = withComputed(entity, call(runtime('changed'), given));
  return assigned(`const ${name} =`, arrow(parameters, body));
}

function changeRules(entity: EntityPlan): Doc {
  const { attributes, revision, direct = [] } = entity;
  const fields = attributes.filter((one) => isChangeable(entity, one));
  const forms = fields.flatMap((one) => {
    const steps = formsOf(one);
    return steps.length === 0 ? [] : [property(one.name, list(steps))];
  });
  const touched = attributes.filter(({ generated }) => generated === 'touch').map((one) => one.name);
  const defaults = fields.filter(
    ({ encoding, default: start }) => isNumber(encoding) && start !== null && start !== 0,
  );
  const fixed = attributes.filter(
    (one) => !isChangeable(entity, one) && one.name !== revision && !touched.includes(one.name),
  );
  return object([
    property('fixed', texts(fixed.map((one) => one.name))),
    ...(forms.length > 0 ? [property('forms', object(forms))] : []),
    ...(defaults.length > 0
      ? [property('defaults', object(defaults.map((one) => property(one.name, json(one.default)))))]
      : []),
    ...(touched.length > 0 ? [property('touched', texts(touched))] : []),
    ...(direct.length > 0 ? [property('direct', texts(direct))] : []),
  ]);
}

/** The record with the attributes that rules compute of the others. */
function withComputed({ attributes, names }: EntityPlan, record: Doc): Doc {
  const computed = attributes.filter((one) => one.computed !== undefined);
  if (computed.length === 0) return record;
  const compute = generic(runtime('computed'), [
    entityType(names.record),
    literalUnion(computed.map(({ name }) => name)),
  ]);
  return call(compute, [env, record, object(computed.map((one) => property(one.name, computationOf(one))))]);
}

/** The rule's name, and the form its answer is stored in. */
export function computationOf({ computed = '', form }: AttributePlan): Doc {
  return form ? list([quote(computed), formExpression(form)]) : quote(computed);
}

function createdExpression(attribute: AttributePlan, entity: EntityPlan): Doc {
  const { name, generated, nullable, set } = attribute;
  const given = code`${values}.${name}`;
  switch (generated) {
    case 'uuidv7':
      return code`${normalized(attribute, given)} ?? ${env}.newId()`;
    case 'now':
      return formedValue(attribute, code`${given} ?? ${env}.now`);
    case 'touch':
      return call(runtime('time'), [code`${env}.now`]);
    case 'revision':
      return '1';
    case 'sequence':
      return nextExpression(attribute, entity);
    case null: {
      if (attribute.default !== null) {
        const otherwise = defaultExpression(attribute);
        // What the caller leaves out; an attribute that can be null is null where the caller says so.
        return nullable
          ? normalized(attribute, conditional(code`${given} === undefined`, otherwise, given))
          : normalized(attribute, code`${given} ?? ${otherwise}`);
      }
      if (!nullable) return normalized(attribute, given);
      if (set) return conditional(given, call(runtime('distinct'), [given]), 'null');
      return code`${normalized(attribute, given)} ?? null`;
    }
  }
}

/** `now + 30d` of a DateTime is so long after the creation. */
function defaultExpression({ default: constant, encoding }: AttributePlan): Doc {
  const moment = encoding === 'time' ? momentOf(constant) : undefined;
  return moment ? laterExpression(code`${env}.now`, moment) : json(constant);
}

/** The next number, of the sequence that the record's other attributes tell. */
function nextExpression({ name }: AttributePlan, entity: EntityPlan): Doc {
  const sequence = aggregatesOf(entity).find((one) => one.kind === 'sequence' && one.name === name);
  if (!sequence) throw new Error(`${entity.name}.${name} has no sequence`);
  const fields = templateFields(sequence).flatMap((field) => {
    const attribute = attributeOf(entity, field);
    return attribute ? [property(field, createdExpression(attribute, entity))] : [];
  });
  const by = fields.length > 0 ? [object(fields)] : [];
  return code`await ${env}.next(${call(keyValue(aggregateFunction(entity, sequence)), by)})`;
}

/** What brings a value into the form it is stored in: normalized text, a set's values, a moment. */
function formsOf({ normalize, set, form }: AttributePlan): Doc[] {
  return [
    ...normalize.map(runtime),
    ...(set ? [runtime('distinct')] : []),
    ...(form ? [formExpression(form)] : []),
  ];
}

/** Null stays null. */
function normalized(attribute: AttributePlan, value: Doc): Doc {
  const { normalize, set, nullable, form } = attribute;
  if (form) return formedValue(attribute, value);
  return [...normalize, ...(set ? ['distinct'] : [])].reduce<Doc>(
    (expression, step) =>
      nullable ? call(runtime('encoded'), [runtime(step), expression]) : call(runtime(step), [expression]),
    value,
  );
}

/** A value in the form that its attribute has: an error names the attribute. */
function formedValue({ name, form }: AttributePlan, value: Doc): Doc {
  return form ? call(runtime('formed'), [quote(name), value, formExpression(form)]) : value;
}

const scalarForms = {
  text: 'anyText',
  integer: 'wholeNumber',
  safeInteger: 'wholeNumber',
  decimal: 'anyNumber',
  boolean: 'trueOrFalse',
  time: 'time',
} as const;

/** The function of a form: `time`, `eachOf(time)`, `storedStop`. */
function formExpression(form: ValueForm): Doc {
  switch (form.kind) {
    case 'scalar':
      return runtime(scalarForms[form.encoding]);
    case 'each': {
      const element = formExpression(form.of);
      return call(runtime('eachOf'), [form.nullable ? call(runtime('orNull'), [element]) : element]);
    }
    case 'embedded':
      return embeddedFunction(form.type);
  }
}

function embeddedFunction(type: string): string {
  return `stored${type}`;
}

/** What is checked of the values of an embedded type. */
function embeddedView({ name, fields }: EmbeddedPlan) {
  const forms = object(fields.map((field) => property(field.name, formExpression(field.form))));
  const type = schemaType(name);
  const body = call(runtime('withForms'), ['value', 'path', forms]);
  const parameters = [code`value: ${type}`, 'path: string'];
  return assigned(`const ${embeddedFunction(name)} =`, arrow(parameters, body, { returns: type }));
}
