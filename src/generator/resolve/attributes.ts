/** What an entity stores: its SDL fields that nothing else answers, and what `stored` adds. */

import { declaredTransform, holeEncoding } from '../encodings.js';
import type { EntityModel, Model, Sdl, TypeRef, ValidationModel } from '../model.js';
import { namedType, printType } from '../model.js';
import type { AttributePlan, Encoding, HoleEncoding, ValidationPlan } from '../plan/types/storage.js';

const integers = new Set([
  'Int',
  'PositiveInt',
  'NonNegativeInt',
  'NegativeInt',
  'NonPositiveInt',
  'UnsignedInt',
  'SafeInt',
  'Port',
]);
const decimals = new Set([
  'Float',
  'PositiveFloat',
  'NonNegativeFloat',
  'NegativeFloat',
  'NonPositiveFloat',
  'UnsignedFloat',
  'Latitude',
  'Longitude',
]);
const times = new Set(['DateTime', 'DateTimeISO']);
const documents = new Set(['JSON', 'JSONObject', 'Object']);

/** How a value of the type is stored. A scalar nobody told us of is text. */
export function encodingOf(type: TypeRef, sdl: Sdl): Encoding {
  if (type.kind === 'list') return 'document';
  if (integers.has(type.name)) return 'integer';
  if (decimals.has(type.name)) return 'decimal';
  if (times.has(type.name)) return 'time';
  if (type.name === 'Boolean') return 'boolean';
  if (documents.has(type.name)) return 'document';
  const kind = sdl.types.get(type.name)?.kind;
  if (kind === 'enum') return 'enum';
  return kind === undefined || kind === 'scalar' ? 'text' : 'document';
}

type Answered = ReadonlyMap<string, { readonly kind: string; readonly name: string }>;
const answeredOf = new WeakMap<Model, Answered>();

/** `Type.field` of everything that a pattern, a mutation, a rule or another resolver of the server answers. */
export function answeredFields(model: Model): Answered {
  const known = answeredOf.get(model);
  if (known) return known;
  const answered = new Map<string, { kind: string; name: string }>();
  const add = (
    kind: string,
    list: readonly { name: { text: string }; for?: { type: string; field: string } }[],
  ) => {
    for (const one of list) {
      if (one.for) answered.set(`${one.for.type}.${one.for.field}`, { kind, name: one.name.text });
    }
  };
  add('pattern', model.patterns);
  add('mutation', model.mutations);
  add('mutation', model.transactions);
  add('rule', model.rules);
  add(
    'elsewhere',
    model.external.map((path) => ({ name: { text: `${path.type}.${path.field}` }, for: path })),
  );
  answeredOf.set(model, answered);
  return answered;
}

/** Attributes in the order of the SDL, then of `stored`; a history's key fields that its type lacks come last. */
export function attributesOf(model: Model, entity: EntityModel): Map<string, AttributePlan> {
  const own = ownAttributes(model, entity);
  const original = entity.historyOf && model.entities.find((one) => one.name.text === entity.historyOf?.text);
  if (!original) return own;
  const inherited = ownAttributes(model, original);
  const attributes = new Map<string, AttributePlan>();
  for (const name of own.keys()) {
    const attribute = inherited.get(name);
    if (attribute) attributes.set(name, historical(attribute, false));
  }
  const templates = [
    entity,
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
function historical(attribute: AttributePlan, hidden: boolean): AttributePlan {
  const { computed, movable, transitions, validation, ...kept } = attribute;
  return { ...kept, hidden, generated: null, default: null, normalize: [], immutable: true };
}

function ownAttributes(model: Model, entity: EntityModel): Map<string, AttributePlan> {
  const { sdl } = model;
  const name = entity.name.text;
  const answered = answeredFields(model);
  const stored = new Map(entity.stored.map((one) => [one.name.text, one.type]));
  const attributes = new Map<string, AttributePlan>();
  const add = (field: string, type: TypeRef, hidden: boolean) => {
    const generated = (entity.generate.find((one) => one.field.text === field)?.how.text ??
      null) as AttributePlan['generated'];
    attributes.set(field, {
      name: field,
      type: printType(type),
      of: namedType(type),
      list: type.kind === 'list',
      nullable: !type.nonNull,
      encoding: encodingOf(type, sdl),
      element: encodingOf({ kind: 'named', name: namedType(type), nonNull: false }, sdl),
      hidden,
      secret: entity.secret.some((word) => word.text === field),
      generated,
      default: entity.default.find((one) => one.field.text === field)?.value.value ?? null,
      normalize: (entity.normalize.find((one) => one.field.text === field)?.steps ?? []).map(
        (step) => step.text,
      ),
      ...(entity.sets.some((word) => word.text === field) ? { set: true as const } : {}),
      immutable:
        entity.immutable === true ||
        generated === 'sequence' ||
        entity.immutable.some((word) => word.text === field),
      ...encodeOf(entity, field, encodingOf(type, sdl)),
      ...conditionsOf(entity, field),
      ...computedOf(entity, field),
    });
  };
  for (const field of sdl.types.get(name)?.fields ?? []) {
    if (answered.has(`${name}.${field.name}`) || stored.has(field.name)) continue;
    if (field.arguments.length > 0 || !isStorable(model, field.type)) continue;
    add(field.name, field.type, false);
  }
  for (const [field, type] of stored)
    add(
      field,
      type,
      !(sdl.types.get(name)?.fields ?? []).some((one) => one.name === field) ||
        answered.has(`${name}.${field}`),
    );
  return attributes;
}

/** What `movable`, `transitions` and `validate` say of a field. */
function conditionsOf(
  { movable, transitions, validate }: EntityModel,
  field: string,
): Pick<AttributePlan, 'movable' | 'transitions' | 'validation'> {
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
  const { min, max, pattern } = validation;
  return {
    kind: 'bounds',
    ...(min ? { min: min.value } : {}),
    ...(max ? { max: max.value } : {}),
    ...(pattern ? { pattern: pattern.text } : {}),
  };
}

function computedOf({ compute }: EntityModel, field: string): { readonly computed?: string } {
  const rule = compute.find((one) => one.field.text === field)?.rule.text;
  return rule === undefined ? {} : { computed: rule };
}

/** What `encode` says of a field, where it is for such values (what is not is reported). */
function encodeOf(
  { encode }: EntityModel,
  field: string,
  encoding: Encoding,
): { readonly encode?: HoleEncoding } {
  const how = encode.find((one) => one.field.text === field)?.how.text;
  const transform = how === undefined ? undefined : declaredTransform(how);
  const declared = transform && holeEncoding(transform, { encoding });
  return declared === undefined ? {} : { encode: declared };
}

/** Scalars, enums, and object types that are no entity, connection, interface or union: they can be stored in place. */
export function isStorable(model: Model, type: TypeRef): boolean {
  const named = namedType(type);
  const found = model.sdl.types.get(named);
  if (!found || found.kind === 'scalar' || found.kind === 'enum') return true;
  if (found.kind !== 'object' || model.entities.some((entity) => entity.name.text === named)) return false;
  return connectionNode(model.sdl, named) === undefined;
}

/** The node type of a Relay connection: `edges { node }` and `pageInfo`. */
export function connectionNode(sdl: Sdl, name: string): string | undefined {
  const type = sdl.types.get(name);
  if (type?.kind !== 'object') return undefined;
  const edges = type.fields.find((field) => field.name === 'edges');
  if (!edges || !type.fields.some((field) => field.name === 'pageInfo')) return undefined;
  const edge = sdl.types.get(namedType(edges.type));
  const node = edge?.fields.find((field) => field.name === 'node');
  return node && namedType(node.type);
}

export function isConnection(sdl: Sdl, type: TypeRef | undefined): boolean {
  return type?.kind === 'named' && connectionNode(sdl, type.name) !== undefined;
}

/** The stored members of an interface or union, in the order of the YAML. */
export function storedMembers({ entities, sdl }: Pick<Model, 'entities' | 'sdl'>, target: string): string[] {
  const members = sdl.types.get(target)?.members ?? [];
  if (members.length === 0) return [];
  return entities.map((entity) => entity.name.text).filter((name) => members.includes(name));
}
