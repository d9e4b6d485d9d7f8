/** Every place that takes a value, with what the value leads to. */

import type { SubscriptionModel } from '../event-model.js';
import type { ElementUpdate, Literal, PatternModel, TypeRef, Word } from '../model.js';
import type { ValueModel } from '../sources.js';
import { type ComparisonModel, comparisonsOf, requiredBy } from './comparisons.js';
import { eventAttribute } from './events/attributes.js';
import { membersOf } from './members.js';
import type {
  ResolvedAttribute,
  ResolvedEntity,
  ResolvedModel,
  ResolvedNames,
  ValueReference,
} from './resolved-model.js';
import { fieldAt } from './sdl.js';
import { resolveValue } from './value-paths.js';
import { isFree, pathFrom, placesOf, writtenBy } from './written-values.js';

/** A constant for an attribute: in `default`, `transitions`, `set`, `when`, `where`, `filter`, `require` … */
export interface LiteralReference {
  readonly attribute: ResolvedAttribute;
  readonly owner: string;
  readonly literal: Literal;
  /** `now + 30d` is a moment here. */
  readonly isMoment?: true;
}

export function* literalReferences(resolved: ResolvedModel): Generator<LiteralReference> {
  const use = (entity: ResolvedEntity | undefined, field: Word, literal: Literal): LiteralReference[] => {
    const attribute = entity?.attributes.get(field.text);
    return attribute && entity ? [{ attribute, owner: entity.name, literal }] : [];
  };
  for (const entity of resolved.entities.values()) {
    if (entity.model.historyOf) continue;
    for (const { field, value } of entity.model.default) {
      const attribute = entity.attributes.get(field.text);
      if (attribute) yield* literalsIn(resolved, entity.name, attribute, value, 'default');
    }
    for (const { field, moves } of entity.model.transitions) {
      const values = moves.flatMap(({ from, to }) => [from, ...to]);
      for (const { text, at } of values) yield* use(entity, field, { value: text, at });
    }
  }
  const conditions = [
    ...[...resolved.entities.values()].flatMap((entity) =>
      entity.model.unique.map(({ when }) => ({ entity, when })),
    ),
    ...resolved.model.patterns.map(({ target, when }) => ({
      entity: resolved.entities.get(target.text),
      when,
    })),
  ];
  for (const { entity, when } of conditions)
    for (const { field, values } of when) {
      if (values === 'present') continue;
      for (const value of values) yield* use(entity, field, value);
    }
  for (const mutation of resolved.model.mutations) {
    const owner = mutation.entity.text;
    const attributes = resolved.entities.get(owner)?.attributes;
    for (const { attribute, value } of writtenBy(resolved.model.sdl, attributes, mutation))
      if (attribute) yield* literalsIn(resolved, owner, attribute, value, 'set');
  }
  for (const { source, attribute, owner, role, operator } of resolved.values.all) {
    const isAllowed = [
      'equality',
      'bound',
      'filter',
      'key',
      'require',
      'element',
      'expiry',
      'revision',
    ].includes(role);
    const mayBeMoment = ['require', 'element', 'expiry'].includes(role);
    // The beginning of a moment is text, and checked as such.
    const isPart = operator?.text === 'prefix' && attribute?.encoding === 'time';
    if (source.kind === 'literal' && attribute && isAllowed && !isPart)
      yield { attribute, owner, literal: source, ...(mayBeMoment ? { isMoment: true } : {}) };
  }
}

function* literalsIn(
  { model: { sdl } }: ResolvedModel,
  owner: string,
  whole: ResolvedAttribute,
  written: ValueModel,
  key: 'default' | 'set',
): Generator<LiteralReference> {
  for (const { attribute, value, isPart } of placesOf(sdl, whole, written)) {
    if (!attribute || (value.kind !== 'literal' && value.kind !== 'null')) continue;
    const literal = value.kind === 'null' ? { value: null, at: value.at } : value;
    yield { attribute, owner, literal, ...(isPart && key === 'default' ? {} : { isMoment: true }) };
  }
}

type Unresolved = Omit<ValueReference, 'value'>;

/** In the order of the YAML. */
export function valueReferences(names: ResolvedNames): ResolvedModel['values'] {
  const all = Array.from(
    unresolved(names),
    (reference): ValueReference => ({ ...reference, value: resolveValue(names, reference) }),
  );
  const by = new Map<Word, ValueReference[]>();
  for (const reference of all) {
    const own = by.get(reference.by.name);
    if (own) own.push(reference);
    else by.set(reference.by.name, [reference]);
  }
  return { all, by };
}

function* unresolved(names: ResolvedNames): Generator<Unresolved> {
  const { model } = names;
  for (const pattern of model.patterns) {
    const base = {
      by: { kind: 'pattern', name: pattern.name },
      path: pattern.for,
      field: fieldAt(model, pattern.for),
    } as const;
    const none = { ...base, attribute: undefined, owner: pattern.target.text };
    const of = (field: Word) => ({ ...base, ...attributeOf(names, pattern, field.text) });
    for (const { field, source, each } of pattern.where) {
      if (each === 'list') yield { ...listOf(of(field)), role: 'equality', source };
      else for (const one of each ?? [source]) yield { ...of(field), role: 'equality', source: one };
    }
    for (const { field, source } of pattern.narrow) yield { ...of(field), role: 'narrow', source };
    if (pattern.leadsTo) {
      const owner = pattern.leadsTo.target.text;
      const attributes = names.entities.get(owner)?.attributes;
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
      const reference = comparedWith(of(comparison.field), comparison);
      for (const source of comparison.values) yield { ...reference, role: 'filter', source };
    }
    if (pattern.in) yield { ...none, role: 'bucket', source: pattern.in };
    if (pattern.order) yield { ...none, role: 'order', source: pattern.order };
    if (pattern.limit) yield { ...none, role: 'limit', source: pattern.limit };
    if (pattern.type) yield { ...none, role: 'kind', source: pattern.type.by };
  }
  for (const mutation of model.mutations) {
    const entity = names.entities.get(mutation.entity.text);
    const base = {
      by: { kind: 'mutation', name: mutation.name },
      path: mutation.for,
      field: fieldAt(model, mutation.for),
      owner: mutation.entity.text,
    } as const;
    if (mutation.each) yield { ...base, attribute: undefined, role: 'each', source: mutation.each };
    for (const { field, source } of mutation.where) {
      yield { ...base, attribute: entity?.attributes.get(field.text), role: 'equality', source };
    }
    if (mutation.from) yield { ...base, attribute: undefined, role: 'input', source: mutation.from };
    const of = (field: Word) => ({ ...base, attribute: entity?.attributes.get(field.text) });
    for (const update of mutation.elements) yield* takenBy(names, update, of(update.field));
    for (const comparison of requiredBy(mutation)) {
      const reference = comparedWith(of(comparison.field), comparison);
      for (const source of comparison.values) yield { ...reference, role: 'require', source };
    }
    const { ttl } = entity?.model ?? {};
    if (mutation.to) {
      const expiry = ttl ? of(ttl) : { ...base, attribute: undefined };
      yield { ...expiry, role: 'expiry', source: mutation.to };
    }
    const revision = [...(entity?.attributes.values() ?? [])].find((one) => one.generated === 'revision');
    if (mutation.expect) yield { ...base, attribute: revision, role: 'revision', source: mutation.expect };
    for (const written of writtenBy(model.sdl, entity?.attributes, mutation)) {
      for (const place of placesOf(model.sdl, written.attribute, written.value)) {
        const { attribute, value: source, isPart } = place;
        if (source.kind === 'list' || source.kind === 'document' || source.kind === 'null') continue;
        yield { ...base, attribute, role: 'value', source, ...(isPart ? { isPart: true } : {}) };
      }
    }
    if (mutation.idempotent)
      yield { ...base, attribute: undefined, role: 'token', source: mutation.idempotent.token };
  }
  for (const subscription of model.subscriptions) yield* ofSubscription(names, subscription);
  for (const { name, for: path, idempotent } of model.transactions) {
    if (!idempotent) continue;
    const by = { kind: 'mutation', name } as const;
    const base = { by, path, field: fieldAt(model, path), owner: '', attribute: undefined } as const;
    yield { ...base, role: 'token', source: idempotent.token };
  }
}

/** What a subscription takes of its field's arguments. */
function* ofSubscription(names: ResolvedNames, subscription: SubscriptionModel): Generator<Unresolved> {
  const { name, for: path, since, filter } = subscription;
  const base = { by: { kind: 'subscription', name }, path, field: fieldAt(names.model, path) } as const;
  if (since) yield { ...base, role: 'since', source: since, owner: '', attribute: undefined };
  for (const comparison of comparisonsOf(filter)) {
    const found = eventAttribute(names, subscription, comparison.field.text);
    const attribute = { attribute: found?.attribute, owner: found?.entity.name ?? '' };
    const reference = comparedWith({ ...base, ...attribute }, comparison);
    for (const source of comparison.values) yield { ...reference, role: 'filter', source };
  }
}

/** The values along the path of an update, and what it adds, appends or removes. */
function* takenBy(
  names: ResolvedNames,
  { how, path, value }: ElementUpdate,
  base: Omit<Unresolved, 'role' | 'source'>,
): Generator<Unresolved> {
  const { sdl } = names.model;
  const { attribute } = base;
  const text =
    attribute &&
    ({
      ...attribute,
      name: `${attribute.name}[…]`,
      ...plainType('String'),
      encoding: 'text',
      element: 'text',
    } as const);
  const along = attribute && pathFrom(sdl, attribute, path);
  for (const [at, step] of path.entries()) {
    if (step.kind === 'field') continue;
    const by = step.kind === 'entry' ? text : along?.steps[at]?.by;
    yield { ...base, attribute: by, role: 'equality', source: step.source };
  }
  if (how === 'set' || value.kind === 'null' || value.kind === 'list' || value.kind === 'document') return;
  const target = along?.misfit ? undefined : along?.target;
  const reference = { ...base, attribute: target, role: 'element', source: value } as const;
  const isAddition = how === 'add' || how === 'subtract';
  if (how === 'remove' && along && !along.misfit && (!target || isFree(sdl, target))) {
    const name = { ...reference, attribute: text };
    yield isListGiven(names, name) ? listOf(name) : name;
    // What the update is not for is reported, and no type would fit.
  } else if (target && target.list === isAddition) yield { ...reference, attribute: undefined };
  else yield isAddition || isListGiven(names, reference) ? reference : elementOf(reference);
}

/** Whether a value for a list is one itself. */
function isListGiven(names: ResolvedNames, reference: Unresolved): boolean {
  const value = resolveValue(names, reference);
  return value?.kind === 'type' && value.type.kind === 'list';
}

/** What a filter's value is compared with: an attribute, its size, one of its elements, or whether it is there. */
function comparedWith<R extends Pick<ValueReference, 'attribute'>>(
  reference: R,
  { operator, isList }: ComparisonModel,
): R {
  const { attribute } = reference;
  if (!attribute) return reference;
  const as = (encoding: ResolvedAttribute['encoding'], name: string): R => ({
    ...reference,
    attribute: { ...attribute, ...plainType(name), encoding, element: encoding },
  });
  if (operator === 'exists') return as('boolean', 'Boolean');
  if (operator.startsWith('size')) return as('integer', 'Int');
  if (operator === 'in' && !isList) return listOf(reference);
  return operator === 'contains' ? elementOf(reference) : reference;
}

function plainType(name: string) {
  return {
    type: { kind: 'named', name, nonNull: false },
    of: name,
    list: false,
    nullable: false,
  } as const satisfies Partial<ResolvedAttribute>;
}

/** One element of a list. */
function elementOf<R extends Pick<ValueReference, 'attribute'>>(reference: R): R {
  const { attribute } = reference;
  if (!attribute?.list) return reference;
  const { of, element } = attribute;
  return { ...reference, attribute: { ...attribute, ...plainType(of), encoding: element } };
}

/** Compared with any value of a list. */
function listOf<R extends Pick<ValueReference, 'attribute'>>(reference: R): R {
  const { attribute } = reference;
  if (!attribute) return reference;
  const type: TypeRef = { kind: 'list', of: attribute.type, nonNull: false };
  return { ...reference, attribute: { ...attribute, type, encoding: 'document', list: true } };
}

/** Of a pattern on an interface or union, the attribute of the first member that has one it calls so. */
function attributeOf(
  names: ResolvedNames,
  pattern: PatternModel,
  field: string,
): { attribute: ResolvedAttribute | undefined; owner: string } {
  const members = membersOf(names.model, pattern).map(({ entity, renames }) => ({
    owner: entity.text,
    own: renames.find(({ as }) => as.text === field)?.field.text ?? field,
  }));
  for (const { owner, own } of [{ owner: pattern.target.text, own: field }, ...members]) {
    const attribute = names.entities.get(owner)?.attributes.get(own);
    if (attribute) return { attribute, owner };
  }
  return { attribute: undefined, owner: pattern.target.text };
}
