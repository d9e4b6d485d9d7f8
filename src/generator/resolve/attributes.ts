/** What an entity stores: its SDL fields that nothing else answers, and what `stored` adds. */

import type { Span } from '../diagnostics/diagnostic.js';
import { declaredTransform, type Encoded, type HoleEncoding, holeEncoding } from '../encodings.js';
import {
  type EntityModel,
  fieldNamed,
  type Model,
  namedType,
  type TypeRef,
  type ValidationModel,
} from '../model.js';
import type { Constant, ValidationPlan } from '../plan/types/storage.js';
import type { ValueModel } from '../sources.js';
import { answeredFields } from './answers.js';
import type { ResolvedAttribute } from './resolved-model.js';
import { encodingOf, isStorable } from './sdl.js';

/** Attributes in the order of the SDL, then of `stored`; a history's key fields that its type lacks come last. */
export function attributesOf(model: Model, entity: EntityModel): Map<string, ResolvedAttribute> {
  const own = ownAttributes(model, entity);
  const original = entity.historyOf && model.entities.find((one) => one.name.text === entity.historyOf?.text);
  if (!original) return own;
  const inherited = ownAttributes(model, original);
  const attributes = new Map<string, ResolvedAttribute>();
  for (const [name, { at }] of own) {
    const attribute = inherited.get(name);
    if (attribute) attributes.set(name, { ...historical(attribute, false), at });
  }
  const templates = [
    entity,
    ...entity.keys,
    ...model.patterns.filter((pattern) => pattern.target.text === entity.name.text),
  ].flatMap((one) => one.key);
  for (const { template } of templates) {
    for (const [, name] of template.text.matchAll(/\{(?:\w+\()?\s*(\w+)\s*(?:,\s*\d+\s*)?\)?\}/g)) {
      const attribute = name === undefined || attributes.has(name) ? undefined : inherited.get(name);
      if (attribute) attributes.set(attribute.name, historical(attribute, true));
    }
  }
  for (const name of original.key.flatMap(({ template }) =>
    [...template.text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
  )) {
    const attribute = name === undefined || attributes.has(name) ? undefined : inherited.get(name);
    if (attribute) attributes.set(attribute.name, historical(attribute, true));
  }
  return attributes;
}

/** A history keeps values as they were: nothing is generated, defaulted or changed. */
function historical(attribute: ResolvedAttribute, hidden: boolean): ResolvedAttribute {
  const { computed, movable, transitions, validation, ...kept } = attribute;
  const constant = attribute.readsDefault ? attribute.default : null;
  return { ...kept, hidden, generated: null, default: constant, normalize: [], immutable: true };
}

function ownAttributes(model: Model, entity: EntityModel): Map<string, ResolvedAttribute> {
  const { sdl } = model;
  const name = entity.name.text;
  const answered = answeredFields(model);
  const declared = sdl.types.get(name);
  const stored = new Map(entity.stored.map((one) => [one.name.text, one]));
  const attributes = new Map<string, ResolvedAttribute>();
  const add = (field: string, type: TypeRef, at: Span, hidden: boolean) => {
    const generated = (entity.generate.find((one) => one.field.text === field)?.how.text ??
      null) as ResolvedAttribute['generated'];
    attributes.set(field, {
      name: field,
      type,
      at,
      of: namedType(type),
      list: type.kind === 'list',
      nullable: !type.nonNull,
      encoding: encodingOf(type, sdl),
      element: encodingOf({ kind: 'named', name: namedType(type), nonNull: false }, sdl),
      hidden,
      secret: entity.secret.some((word) => word.text === field),
      generated,
      default: constantOf(entity.default.find((one) => one.field.text === field)?.value),
      normalize: (entity.normalize.find((one) => one.field.text === field)?.steps ?? []).map(
        (step) => step.text,
      ),
      ...(entity.sets.some((word) => word.text === field) ? { set: true as const } : {}),
      immutable:
        entity.immutable === true ||
        generated === 'sequence' ||
        entity.immutable.some((word) => word.text === field),
      ...valuesOf(sdl, type),
      ...encodeOf(entity, field, { encoding: encodingOf(type, sdl), ...valuesOf(sdl, type) }),
      ...conditionsOf(entity, field),
      ...ofStored(entity, field),
      ...computedOf(entity, field),
    });
  };
  for (const field of declared?.fields ?? []) {
    if (answered.has(`${name}.${field.name}`) || stored.has(field.name)) continue;
    if (field.arguments.length > 0 || !isStorable(model, field.type)) continue;
    add(field.name, field.type, field.at, false);
  }
  for (const [field, { name: word, type }] of stored) {
    const own = fieldNamed(declared, field);
    add(field, type, own?.at ?? word.at, !own || answered.has(`${name}.${field}`));
  }
  const isChanged = !entity.historyOf && entity.immutable !== true;
  if (!isChanged || hasDeclaredRevision(entity)) return attributes;
  const revision = revisionName(attributes);
  add(revision, { kind: 'named', name: 'Int', nonNull: true }, entity.name.at, true);
  const added = attributes.get(revision);
  if (added) attributes.set(revision, { ...added, generated: 'revision' });
  return attributes;
}

/** How records are read that were stored under an earlier declaration. */
function ofStored(
  { renamed, readDefault }: EntityModel,
  field: string,
): Pick<ResolvedAttribute, 'formerly' | 'readsDefault'> {
  const formerly = renamed.flatMap(({ from, to }) => (to.text === field ? [from.text] : []));
  return {
    ...(formerly.length > 0 ? { formerly } : {}),
    ...(readDefault.some((word) => word.text === field) ? { readsDefault: true as const } : {}),
  };
}

/** A constant as JSON. */
function constantOf(value: ValueModel | undefined): Constant {
  if (value?.kind === 'literal') return value.value;
  if (value?.kind === 'list') return value.of.map(constantOf);
  if (value?.kind !== 'document') return null;
  return Object.fromEntries(value.fields.map((one) => [one.field.text, constantOf(one.value)]));
}

/** Whether a field of the entity shows its revision. Without one it is kept nevertheless, under a name of its own. */
export function hasDeclaredRevision({ generate }: EntityModel): boolean {
  return generate.some(({ how }) => how.text === 'revision');
}

function revisionName(attributes: ReadonlyMap<string, unknown>): string {
  let name = '_revision';
  while (attributes.has(name)) name = `_${name}`;
  return name;
}

/** What `movable`, `transitions` and `validate` say of a field. */
function conditionsOf(
  { movable, transitions, validate }: EntityModel,
  field: string,
): Pick<ResolvedAttribute, 'movable' | 'transitions' | 'validation'> {
  const moves = transitions.find((one) => one.field.text === field)?.moves;
  const validation = validate.find((one) => one.field.text === field)?.validation;
  return {
    ...(movable.some((word) => word.text === field) ? { movable: true } : {}),
    ...(moves
      ? {
          transitions: Object.fromEntries(
            moves.map(({ from, to }) => [from.text, to.map(({ text }) => text)]),
          ),
        }
      : {}),
    ...(validation ? { validation: validationPlan(validation) } : {}),
  };
}

function validationPlan(validation: ValidationModel): ValidationPlan {
  if (validation.kind === 'rule') return { kind: 'rule', rule: validation.rule.text };
  const { min, max, pattern, message } = validation;
  return {
    kind: 'bounds',
    ...(min ? { min: min.value } : {}),
    ...(max ? { max: max.value } : {}),
    ...(pattern ? { pattern: pattern.text } : {}),
    ...(message ? { message: message.text } : {}),
  };
}

function computedOf({ compute }: EntityModel, field: string): { readonly computed?: string } {
  const rule = compute.find((one) => one.field.text === field)?.rule.text;
  return rule === undefined ? {} : { computed: rule };
}

function valuesOf(sdl: Model['sdl'], type: TypeRef): { readonly values?: readonly string[] } {
  const found = type.kind === 'named' ? sdl.types.get(type.name) : undefined;
  return found?.order ? { values: found.order } : {};
}

/** What `encode` says of a field, where it is for such values (what is not is reported). */
function encodeOf(
  { encode }: EntityModel,
  field: string,
  encoded: Encoded,
): { readonly encode?: HoleEncoding } {
  const how = encode.find((one) => one.field.text === field)?.how.text;
  const transform = how === undefined ? undefined : declaredTransform(how);
  const declared = transform && holeEncoding(transform, encoded);
  return declared === undefined ? {} : { encode: declared };
}
