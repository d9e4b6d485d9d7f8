/** Every place that names an attribute, and every place that takes a value, with what is known of it. */

import { type Span, suggestion } from '../diagnostics/diagnostic.js';
import { fieldsOfReference } from '../layout/references.js';
import {
  type FieldPath,
  type FilterModel,
  type Literal,
  type MutationModel,
  namedType,
  type PatternModel,
  partOf,
  type SdlField,
  type Source,
  type TypeRef,
  type Word,
} from '../model.js';
import { sourceType } from '../plan/plan.js';
import type { AttributePlan } from '../plan/types/storage.js';
import { storedMembers } from './attributes.js';
import { type EntityFacts, type Facts, fieldAt, holesIn, isRoot } from './resolved-model.js';
import { stepValue } from './steps.js';

export interface AttributeUse {
  readonly entity: EntityFacts;
  readonly word: Word;
}

export function* attributeUses(facts: Facts): Generator<AttributeUse> {
  for (const entity of facts.entities.values()) {
    // What a history says of attributes means nothing, and is reported as a whole.
    if (entity.model.historyOf) continue;
    const {
      secret,
      generate,
      normalize,
      encode,
      compute,
      unique,
      immutable,
      ttl,
      default: defaults,
    } = entity.model;
    const words = [
      ...secret,
      ...(entity.model.identity ?? []),
      ...generate.flatMap((one) => [one.field, ...(one.within ?? [])]),
      ...defaults.map((one) => one.field),
      ...normalize.map((one) => one.field),
      ...encode.map((one) => one.field),
      ...compute.map((one) => one.field),
      ...unique.flatMap(({ fields }) => fields),
      ...(immutable === true ? [] : immutable),
      ...entity.model.sets,
      ...entity.model.movable,
      ...entity.model.transitions.map((one) => one.field),
      ...entity.model.validate.map((one) => one.field),
      ...(ttl ? [ttl] : []),
    ];
    for (const word of words) yield { entity, word };
    for (const reference of entity.model.references) {
      for (const word of fieldsOfReference(reference)) yield { entity, word };
      const to = facts.entities.get(reference.to.text);
      for (const { key } of reference.fields ?? []) if (to) yield { entity: to, word: key };
    }
  }
  for (const pattern of facts.model.patterns) {
    const entity = facts.entities.get(pattern.target.text);
    if (!entity) continue;
    for (const word of [...askedBy(pattern), ...(pattern.entry?.include ?? [])]) yield { entity, word };
  }
  for (const { leadsTo } of facts.model.patterns) {
    const entity = leadsTo && facts.entities.get(leadsTo.target.text);
    if (!entity) continue;
    for (const { field } of leadsTo.where) yield { entity, word: field };
  }
  for (const mutation of facts.model.mutations) {
    const entity = facts.entities.get(mutation.entity.text);
    if (!entity) continue;
    const { where, set, given, elements } = mutation;
    for (const { field } of [...where, ...set, ...given, ...elements, ...requiredBy(mutation)])
      yield { entity, word: field };
  }
  for (const template of facts.templates) {
    if (isOfMistakenHistory(template.entity)) continue;
    for (const hole of holesIn(template)) {
      const at = partOf(template.template, hole.start, hole.end);
      yield { entity: template.entity, word: { text: hole.field, at } };
    }
  }
}

/** The attributes whose values a pattern looks records up by or orders them by. */
export function lookedUpBy({ where, narrow, sort, range }: PatternModel): Word[] {
  return [...where, ...narrow, ...sort, ...(range ? [range] : [])].map(({ field }) => field);
}

/** Every attribute that says which records a pattern gives, and in what order. */
export function askedBy(pattern: PatternModel): Word[] {
  const { bucket, filter, when } = pattern;
  const others = [...(bucket ? [bucket] : []), ...comparisonsOf(filter), ...when];
  return [...lookedUpBy(pattern), ...others.map(({ field }) => field), ...(pattern.of ? [pattern.of] : [])];
}

/** The attributes of a history are those of its original: unknown where that is. */
function isOfMistakenHistory({ model, original }: EntityFacts): boolean {
  return model.historyOf !== undefined && (!original || original.model.historyOf !== undefined);
}

/** A constant for an attribute: in `default`, `transitions`, `set`, `when`, `where`, `filter`, `require` … */
export interface LiteralUse {
  readonly attribute: AttributePlan;
  readonly owner: string;
  readonly literal: Literal;
}

export function* literalUses(facts: Facts): Generator<LiteralUse> {
  const use = (entity: EntityFacts | undefined, field: Word, literal: Literal): LiteralUse[] => {
    const attribute = entity?.attributes.get(field.text);
    return attribute && entity ? [{ attribute, owner: entity.name, literal }] : [];
  };
  for (const entity of facts.entities.values()) {
    if (entity.model.historyOf) continue;
    for (const { field, value } of entity.model.default) yield* use(entity, field, value);
    for (const { field, moves } of entity.model.transitions) {
      const values = moves.flatMap(({ from, to }) => [from, ...to]);
      for (const { text, at } of values) yield* use(entity, field, { value: text, at });
    }
  }
  for (const pattern of facts.model.patterns) {
    for (const { field, values } of pattern.when) {
      if (values === 'present') continue;
      for (const value of values) yield* use(facts.entities.get(pattern.target.text), field, value);
    }
  }
  for (const mutation of facts.model.mutations) {
    for (const { field, value } of mutation.set)
      yield* use(facts.entities.get(mutation.entity.text), field, value);
  }
  for (const { source, attribute, owner, role } of sourceUses(facts)) {
    const isAllowed = ['equality', 'filter', 'key', 'require', 'element', 'expiry'].includes(role);
    if (source.kind === 'literal' && attribute && isAllowed) yield { attribute, owner, literal: source };
  }
}

/** A value that a pattern or mutation takes from its field's arguments or parent, or a constant. */
export interface SourceUse {
  readonly source: Source;
  /** The pattern or mutation. */
  readonly by: { readonly kind: 'pattern' | 'mutation'; readonly name: Word };
  readonly path: FieldPath | undefined;
  /** Undefined where the path leads nowhere, or there is none. */
  readonly field: SdlField | undefined;
  /** `key`: of the primary key that a join leads to. */
  readonly role:
    | 'equality'
    | 'key'
    | 'narrow'
    | 'bound'
    | 'filter'
    | 'bucket'
    | 'order'
    | 'limit'
    | 'kind'
    | 'input'
    | 'value'
    | 'token'
    | 'require'
    | 'element'
    | 'expiry'
    | 'revision';
  /** What the value is compared with or becomes. */
  readonly attribute: AttributePlan | undefined;
  /** The entity the attribute belongs to. */
  readonly owner: string;
  /** For a bound, which one. */
  readonly operator?: Word;
  /** For a key, the entity that leads to it. */
  readonly join?: Word;
}

/** In the order of the YAML. Asked for by many checks, found once. */
export function sourceUses(facts: Facts): readonly SourceUse[] {
  return known(facts).all;
}

/** Those of one pattern or mutation. */
export function sourceUsesOf(facts: Facts, name: Word): readonly SourceUse[] {
  return known(facts).by.get(name) ?? [];
}

interface KnownUses {
  readonly all: readonly SourceUse[];
  readonly by: ReadonlyMap<Word, readonly SourceUse[]>;
}

const knownUses = new WeakMap<Facts, KnownUses>();

function known(facts: Facts): KnownUses {
  const earlier = knownUses.get(facts);
  if (earlier) return earlier;
  const all = [...findSourceUses(facts)];
  const by = new Map<Word, SourceUse[]>();
  for (const use of all) {
    const own = by.get(use.by.name);
    if (own) own.push(use);
    else by.set(use.by.name, [use]);
  }
  const found = { all, by };
  knownUses.set(facts, found);
  return found;
}

function* findSourceUses(facts: Facts): Generator<SourceUse> {
  const { model } = facts;
  for (const pattern of model.patterns) {
    const base = {
      by: { kind: 'pattern', name: pattern.name },
      path: pattern.for,
      field: fieldAt(model, pattern.for),
    } as const;
    const none = { ...base, attribute: undefined, owner: pattern.target.text };
    const of = (field: Word) => ({ ...base, ...attributeOf(facts, pattern, field.text) });
    for (const { field, source, each } of pattern.where) {
      if (each === 'list') yield { ...listOf(of(field)), role: 'equality', source };
      else for (const one of each ?? [source]) yield { ...of(field), role: 'equality', source: one };
    }
    for (const { field, source } of pattern.narrow) yield { ...of(field), role: 'narrow', source };
    if (pattern.leadsTo) {
      const owner = pattern.leadsTo.target.text;
      const attributes = facts.entities.get(owner)?.attributes;
      for (const { field, source } of pattern.leadsTo.where) {
        const attribute = attributes?.get(field.text);
        yield { ...base, attribute, owner, role: 'key', source, join: pattern.target };
      }
    }
    if (pattern.range) {
      for (const { operator, source } of pattern.range.bounds) {
        yield { ...of(pattern.range.field), role: 'bound', source, operator };
      }
    }
    for (const comparison of comparisonsOf(pattern.filter)) {
      const use = comparedWith(of(comparison.field), comparison);
      for (const source of comparison.values) yield { ...use, role: 'filter', source };
    }
    if (pattern.in) yield { ...none, role: 'bucket', source: pattern.in };
    if (pattern.order) yield { ...none, role: 'order', source: pattern.order };
    if (pattern.limit) yield { ...none, role: 'limit', source: pattern.limit };
    if (pattern.type) yield { ...none, role: 'kind', source: pattern.type.by };
  }
  for (const mutation of model.mutations) {
    const entity = facts.entities.get(mutation.entity.text);
    const base = {
      by: { kind: 'mutation', name: mutation.name },
      path: mutation.for,
      field: fieldAt(model, mutation.for),
      owner: mutation.entity.text,
    } as const;
    for (const { field, source } of mutation.where) {
      yield { ...base, attribute: entity?.attributes.get(field.text), role: 'equality', source };
    }
    if (mutation.from) yield { ...base, attribute: undefined, role: 'input', source: mutation.from };
    const of = (field: Word) => ({ ...base, attribute: entity?.attributes.get(field.text) });
    for (const update of mutation.elements) {
      const use = { ...of(update.field), role: 'element', source: update.source } as const;
      const { attribute } = use;
      // What the update is not for is reported, and no type would fit.
      if (attribute && attribute.list === (update.how === 'add')) yield { ...use, attribute: undefined };
      else yield update.how === 'add' || isListGiven(facts, use) ? use : elementOf(use);
    }
    for (const comparison of requiredBy(mutation)) {
      const use = comparedWith(of(comparison.field), comparison);
      for (const source of comparison.values) yield { ...use, role: 'require', source };
    }
    const { ttl } = entity?.model ?? {};
    if (mutation.to) {
      const expiry = ttl ? of(ttl) : { ...base, attribute: undefined };
      yield { ...expiry, role: 'expiry', source: mutation.to };
    }
    const revision = [...(entity?.attributes.values() ?? [])].find((one) => one.generated === 'revision');
    if (mutation.expect) yield { ...base, attribute: revision, role: 'revision', source: mutation.expect };
    for (const { field, source } of mutation.given) {
      yield { ...base, attribute: entity?.attributes.get(field.text), role: 'value', source };
    }
    if (mutation.idempotent)
      yield { ...base, attribute: undefined, role: 'token', source: mutation.idempotent.token };
  }
  for (const { name, for: path, idempotent } of model.transactions) {
    if (!idempotent) continue;
    const by = { kind: 'mutation', name } as const;
    const base = { by, path, field: fieldAt(model, path), owner: '', attribute: undefined } as const;
    yield { ...base, role: 'token', source: idempotent.token };
  }
}

type Comparison = Extract<FilterModel, { readonly kind: 'compare' }>;

/** Every comparison of a mutation's `require`. */
export function requiredBy({ require }: Pick<MutationModel, 'require'>): Comparison[] {
  return require.flatMap(({ condition }) => comparisonsOf(condition));
}

/** Whether a value for a list is one itself. */
export function isListGiven(facts: Facts, use: SourceUse): boolean {
  const resolved = resolve(facts, use);
  return resolved?.kind === 'type' && resolved.type.kind === 'list';
}

/** Every comparison of a filter. */
export function comparisonsOf(filter: FilterModel | undefined): Comparison[] {
  if (!filter) return [];
  if (filter.kind === 'compare') return [filter];
  return filter.kind === 'not' ? comparisonsOf(filter.of) : filter.of.flatMap(comparisonsOf);
}

/** What a filter's value is compared with: an attribute, its size, one of its elements, or whether it is there. */
function comparedWith<U extends Pick<SourceUse, 'attribute'>>(use: U, { operator, isList }: Comparison): U {
  const { attribute } = use;
  if (!attribute) return use;
  const as = (encoding: AttributePlan['encoding'], type: string): U => ({
    ...use,
    attribute: { ...attribute, type, of: type, encoding, element: encoding, list: false, nullable: false },
  });
  if (operator === 'exists') return as('boolean', 'Boolean');
  if (operator.startsWith('size')) return as('integer', 'Int');
  if (operator === 'in' && !isList) return listOf(use);
  return operator === 'contains' ? elementOf(use) : use;
}

/** One element of a list. */
function elementOf<U extends Pick<SourceUse, 'attribute'>>(use: U): U {
  const { attribute } = use;
  if (!attribute?.list) return use;
  const { of: type, element: encoding } = attribute;
  return { ...use, attribute: { ...attribute, type, encoding, list: false, nullable: false } };
}

/** Compared with any value of a list. */
function listOf<U extends Pick<SourceUse, 'attribute'>>(use: U): U {
  const { attribute } = use;
  if (!attribute) return use;
  return {
    ...use,
    attribute: { ...attribute, type: `[${attribute.type}]`, encoding: 'document', list: true },
  };
}

/** Of a pattern on an interface or union, the attribute of the first member that has one of the name. */
function attributeOf(
  facts: Facts,
  pattern: PatternModel,
  field: string,
): { attribute: AttributePlan | undefined; owner: string } {
  for (const owner of [pattern.target.text, ...storedMembers(facts.model, pattern.target.text)]) {
    const attribute = facts.entities.get(owner)?.attributes.get(field);
    if (attribute) return { attribute, owner };
  }
  return { attribute: undefined, owner: pattern.target.text };
}

/** What a source leads to. */
export type Resolved =
  /** A constant, or a parameter of a query that answers no field: anything. */
  | { readonly kind: 'free' }
  | {
      readonly kind: 'type';
      readonly type: TypeRef;
      readonly isNullable: boolean;
      /** Something on the way to it may be null. */
      readonly isPathNullable: boolean;
      /** Where the argument, input field or attribute is declared. */
      readonly at: Span;
    }
  | {
      readonly kind: 'missing';
      readonly at: Span;
      readonly message: string;
      readonly hint: string | undefined;
    };

type Step = Exclude<Resolved, { readonly kind: 'free' }>;

/** Undefined where the field itself is not known: that is reported, and nothing follows from it. */
export function resolve(
  facts: Facts,
  { source, path, field, by, join, owner }: SourceUse,
): Resolved | undefined {
  if (source.kind === 'literal') return { kind: 'free' };
  if (source.kind === 'through') return throughStep(facts, source, join);
  if (source.kind === 'step') return transactionStep(facts, source, by.name);
  if (source.kind === 'current') return currentStep(facts, source, owner);
  const [head = '', ...rest] = source.path;
  const word = writtenSource(source);
  if (!path) {
    if (source.kind === 'argument') return { kind: 'free' };
    return {
      kind: 'missing',
      at: source.at,
      message: `\`${word.text}\` has no parent: ${by.kind} \`${by.name.text}\` answers no field.`,
      hint: 'Add `for: Type.field`, or take a parameter with `$name`.',
    };
  }
  if (!field) return undefined;
  const start = source.kind === 'argument' ? 1 : '$parent.'.length;
  const first =
    source.kind === 'argument' ? argumentStep(facts, path, field, head) : parentStep(facts, path, head);
  if (first.kind !== 'type')
    return { ...first, at: partOf(word, source.path.length === 0 ? 0 : start, start + head.length) };
  let { type, isNullable, isPathNullable, at } = first;
  let offset = start + head.length;
  for (const name of rest) {
    const within = facts.model.sdl.types.get(namedType(type));
    const next = type.kind === 'named' ? within?.fields.find((one) => one.name === name) : undefined;
    if (!next) {
      return {
        kind: 'missing',
        at: partOf(word, offset + 1, offset + 1 + name.length),
        message: `\`${namedType(type)}\` has no field \`${name}\`.`,
        hint: suggestion(name, within?.fields.map((one) => one.name) ?? []) ?? 'Name the argument itself.',
      };
    }
    offset += 1 + name.length;
    isPathNullable = isNullable;
    isNullable ||= !next.type.nonNull;
    type = next.type;
    at = next.at;
  }
  return { kind: 'type', type, isNullable, isPathNullable, at };
}

/** A source as written: `$input.email`. */
export function writtenSource(source: Source): Word {
  if (source.kind === 'literal') return { text: String(source.value), at: source.at };
  const head = source.kind === 'argument' ? [] : [source.kind === 'step' ? source.step : source.kind];
  const path = [...head, ...source.path];
  return { text: `$${path.join('.')}`, at: source.at };
}

function argumentStep(facts: Facts, path: FieldPath, field: SdlField, name: string): Step {
  const argument = field.arguments.find((one) => one.name === name);
  if (argument) return found(argument.type, argument.at);
  const names = field.arguments.map((one) => one.name);
  const isAttribute = facts.entities.get(path.type)?.attributes.has(name);
  return {
    kind: 'missing',
    at: field.at,
    message: `\`${path.type}.${path.field}\` has no argument \`${name}\`.`,
    hint: isAttribute
      ? `Write \`$parent.${name}\` for the attribute of \`${path.type}\`.`
      : (suggestion(name, names) ?? `Add the argument to \`${path.type}.${path.field}\`.`),
  };
}

function parentStep({ model, entities }: Facts, path: FieldPath, name: string): Step {
  const missing = (message: string, hint: string | undefined): Step => ({
    kind: 'missing',
    at: path.at,
    message,
    hint,
  });
  if (isRoot(model, path.type)) {
    return missing(
      `\`${path.type}\` is a root type: its fields have no parent.`,
      'Use an argument, as `$id`.',
    );
  }
  const type = model.sdl.types.get(path.type);
  const entity = entities.get(path.type);
  const attribute = entity?.attributes.get(name);
  if (attribute && type) {
    const own = type.fields.find((one) => one.name === name);
    return found(typeOf(attribute), own?.at ?? type.at);
  }
  // Of a type that is not stored, what a rule returned: its fields without arguments.
  const plain = entity ? [] : (type?.fields.filter((one) => one.arguments.length === 0) ?? []);
  const field = plain.find((one) => one.name === name);
  if (field) return found(field.type, field.at);
  const candidates = entity ? entity.attributes.keys() : plain.map((one) => one.name);
  return missing(
    name === '' ? '`$parent` names no attribute.' : `\`${path.type}\` has no attribute \`${name}\`.`,
    suggestion(name, candidates),
  );
}

/** Another attribute of the record a mutation is about. */
function currentStep(
  { entities }: Facts,
  source: Source & { readonly kind: 'current' },
  owner: string,
): Step | undefined {
  const entity = entities.get(owner);
  if (!entity) return undefined;
  const [name = '', ...rest] = source.path;
  const attribute = rest.length === 0 ? entity.attributes.get(name) : undefined;
  if (attribute)
    return found(
      typeOf(attribute),
      entity.type.fields.find((one) => one.name === name)?.at ?? entity.type.at,
    );
  return {
    kind: 'missing',
    at: source.at,
    message:
      name === ''
        ? '`$current` names no attribute.'
        : `\`${owner}\` has no attribute \`${source.path.join('.')}\`.`,
    hint: suggestion(name, entity.attributes.keys()),
  };
}

/** An attribute of the join; undefined where the join itself is not known. */
function throughStep(
  { entities }: Facts,
  source: Source & { readonly kind: 'through' },
  join: Word | undefined,
): Step | undefined {
  const [name = '', ...rest] = source.path;
  const missing = (message: string, hint: string | undefined): Step => ({
    kind: 'missing',
    at: source.at,
    message,
    hint,
  });
  if (!join) {
    return missing(
      `\`${writtenSource(source).text}\` is of a join: it stands in the \`where\` beside \`through\` only.`,
      'Take the value from an argument, as `$id`, or from `$parent`.',
    );
  }
  const entity = entities.get(join.text);
  if (!entity) return undefined;
  const attribute = entity.attributes.get(name);
  if (attribute && rest.length === 0)
    return found(
      typeOf(attribute),
      entity.type.fields.find((one) => one.name === name)?.at ?? entity.type.at,
    );
  return missing(
    name === ''
      ? '`$through` names no attribute.'
      : `\`${join.text}\` has no attribute \`${source.path.join('.')}\`.`,
    suggestion(name, entity.attributes.keys()),
  );
}

/** What an earlier step gives an attribute: its type is the attribute's. */
function transactionStep(
  { model, entities }: Facts,
  source: Source & { readonly kind: 'step' },
  by: Word,
): Step | undefined {
  const transaction = model.mutations.find((one) => one.name === by)?.step?.transaction;
  const mutation = model.mutations.find(
    ({ step }) => step?.transaction === transaction && step?.name.text === source.step,
  );
  const entity = mutation && entities.get(mutation.entity.text);
  if (!entity) return undefined;
  const [name = '', ...rest] = source.path;
  const attribute = rest.length === 0 ? entity.attributes.get(name) : undefined;
  if (!attribute)
    return {
      kind: 'missing',
      at: source.at,
      message:
        name === ''
          ? `\`$${source.step}\` names no attribute of its record.`
          : `\`${entity.name}\` has no attribute \`${source.path.join('.')}\`.`,
      hint: suggestion(name, entity.attributes.keys()) ?? `Write \`$${source.step}.id\`.`,
    };
  const type = mutation.from && sourceType(model, mutation.for, mutation.from);
  if (stepValue(entity.model, mutation, name, { sdl: model.sdl, type }))
    return found(typeOf(attribute), mutation.name.at);
  return {
    kind: 'missing',
    at: source.at,
    message: `What step \`${source.step}\` gives \`${name}\` is not known before it is written.`,
    hint: 'Take the value from where that step takes it, or write what rests on it in an `alongside` rule.',
  };
}

function found(type: TypeRef, at: Span): Step {
  return { kind: 'type', type, isNullable: !type.nonNull, isPathNullable: false, at };
}

/** An attribute's type as a reference, from its SDL syntax. */
function typeOf({ type }: AttributePlan): TypeRef {
  const parse = (text: string): TypeRef => {
    const nonNull = text.endsWith('!');
    const bare = nonNull ? text.slice(0, -1) : text;
    return bare.startsWith('[')
      ? { kind: 'list', of: parse(bare.slice(1, -1)), nonNull }
      : { kind: 'named', name: bare, nonNull };
  };
  return parse(type);
}
