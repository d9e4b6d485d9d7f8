/** Random writes of any project, and what becomes of its records by them. */
import { type Item, type Key, TableloomError, type Write } from 'tableloom/runtime';
import { expect } from 'vitest';
import type { AttributePlan } from '../../../src/generator/plan/types/storage.js';
import { itemId, keyOfItem } from '../../../src/runtime/keys/item-key.js';
import { changeActions } from '../../../src/runtime/write/changes.js';
import type { Dice } from '../../support/dice.js';
import type { GeneratedProject, StoredEntity, Values } from './project.js';

/** What is stored, as far as a client can know: records by entity and key, and every version there ever was. */
export interface Model {
  readonly records: Map<string, Map<string, Values>>;
  readonly versions: Map<string, Item>;
}

export function emptyModel({ entities }: GeneratedProject): Model {
  return { records: new Map(entities.map(({ plan }) => [plan.name, new Map()])), versions: new Map() };
}

export function recordsOf({ records }: Model, entity: string): readonly Values[] {
  return [...(records.get(entity)?.values() ?? [])];
}

/** Few, so that keys meet; with delimiters and escapes of keys among them. */
const texts = ['a', 'b', 'a#b', '$é'];
const moments = ['2026-01-01T00:00:00.000Z', '2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z'];
const integers = [0, 1, 2, 7];
const decimals = [-1.5, 0, 0.25, 4.5];

/** A value of an attribute as a client gives it, and as it is stored. */
export function drawnValue(project: GeneratedProject, attribute: AttributePlan, dice: Dice): unknown {
  if (attribute.nullable && dice.below(3) === 0) return null;
  if (attribute.list) {
    const members = attribute.element === 'document' ? [{ a: 1 }, { b: 'x' }] : elements(project, attribute);
    return dice.some([...new Set(members)], dice.below(3));
  }
  if (attribute.encoding === 'document') return dice.of([{ a: 1 }, { b: [true, 'x'] }]);
  return dice.of(elements(project, attribute));
}

function elements({ plan }: GeneratedProject, { element, of }: AttributePlan): readonly unknown[] {
  switch (element) {
    case 'enum':
      return plan.enums[of] ?? [];
    case 'integer':
      return integers;
    case 'decimal':
      return decimals;
    case 'boolean':
      return [true, false];
    case 'time':
      return moments;
    default:
      return texts;
  }
}

interface Operation {
  readonly project: GeneratedProject;
  readonly kind: 'create' | 'update' | 'upsert' | 'delete';
  readonly entity: StoredEntity;
  readonly key: Values;
  readonly values: Values;
  readonly expect?: number;
}

function operation(
  project: GeneratedProject,
  about: readonly StoredEntity[],
  model: Model,
  dice: Dice,
): Operation {
  const entity = dice.of(about);
  const { attributes, keyFields, revision, name } = entity.plan;
  const known = recordsOf(model, name);
  const isKey = (one: AttributePlan) => keyFields.includes(one.name);
  const given = (one: AttributePlan) =>
    one.computed === undefined && one.generated !== 'revision' && one.generated !== 'touch';
  const draw = (some: readonly AttributePlan[]) =>
    Object.fromEntries(some.map((one) => [one.name, drawnValue(project, one, dice)]));
  const fresh = draw(attributes.filter(isKey));
  const aimed = known.length > 0 && dice.below(8) > 0 ? dice.of(known) : undefined;
  const key = aimed ? Object.fromEntries(keyFields.map((field) => [field, aimed[field]])) : fresh;
  const kinds =
    revision === null
      ? (['create', 'create', 'delete'] as const)
      : (['create', 'create', 'update', 'update', 'update', 'upsert', 'delete'] as const);
  const kind = known.length === 0 && dice.below(8) > 0 ? 'create' : dice.of<Operation['kind']>(kinds);
  const whole = draw(attributes.filter((one) => given(one) && !isKey(one)));
  if (kind === 'create') return { project, kind, entity, key: fresh, values: { ...whole, ...fresh } };
  if (kind === 'delete') return { project, kind, entity, key, values: {} };
  const changeable = attributes.filter(
    (one) => given(one) && !isKey(one) && !one.immutable && one.generated === null,
  );
  if (kind === 'upsert') return { project, kind, entity, key, values: { ...whole, ...key } };
  const values = draw(dice.some(changeable, dice.below(changeable.length + 1)));
  return { project, kind, entity, key, values, ...(dice.below(6) === 0 && { expect: 1 + dice.below(2) }) };
}

/** One to three of them, each of another record: one transaction. */
export function operations(
  project: GeneratedProject,
  about: readonly StoredEntity[],
  model: Model,
  dice: Dice,
): readonly Operation[] {
  const all = Array.from({ length: 1 + dice.below(3) }, () => operation(project, about, model, dice));
  const targets = all.map((one) => idOf(one.entity, one.key));
  return all.filter((_, at) => targets.indexOf(targets[at] ?? '') === at);
}

function idOf({ plan }: StoredEntity, key: Values): string {
  return JSON.stringify([plan.name, plan.keyFields.map((field) => key[field])]);
}

export function writeOf({ kind, entity, key, values, expect: expected }: Operation): Write<Values> {
  const { writes } = entity;
  switch (kind) {
    case 'create':
      return writes.create(values);
    case 'delete':
      return writes.delete(key);
    case 'update':
      if (writes.update)
        return writes.update(key, values, expected === undefined ? {} : { expect: expected });
      break;
    case 'upsert':
      if (writes.upsert) return writes.upsert(key, values);
  }
  throw new Error(`${entity.plan.name} has no ${kind}`);
}

/** Whether the transitions that are declared allow a change. */
function mayFollow({ codec }: StoredEntity, before: Values, values: Values): boolean {
  const moves = Object.entries((codec.conditions?.transitions ?? {}) as Readonly<Record<string, Moves>>);
  return moves.every(([field, next]) => {
    const [from, to] = [before[field], field in values ? values[field] : before[field]];
    return from === null || from === to || (next[String(from)] ?? []).includes(String(to));
  });
}

type Moves = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a transaction by the records alone; unique values and what keys take aside. */
function mistakes(model: Model, asked: readonly Operation[]): Set<string> {
  const codes = new Set<string>();
  for (const { kind, entity, key, values, expect: expected } of asked) {
    const current = model.records.get(entity.plan.name)?.get(idOf(entity, key));
    if (kind === 'create' && current) codes.add('ALREADY_EXISTS');
    if ((kind === 'update' || kind === 'delete') && !current) codes.add('NOT_FOUND');
    const { revision } = entity.plan;
    if (current && kind !== 'create' && kind !== 'delete' && !mayFollow(entity, current, values))
      codes.add('GUARD_FAILED');
    if (expected !== undefined && current && revision !== null && current[revision] !== expected)
      codes.add('VERSION_CONFLICT');
  }
  for (const code of outcomeOf(model, asked).codes) codes.add(code);
  return codes;
}

/** The records after a transaction, with what goes with those it deletes, and which references speak against it. */
function outcomeOf(model: Model, asked: readonly Operation[]) {
  const codes = new Set<string>();
  const after = new Map([...model.records].map(([name, records]) => [name, new Map(records)]));
  const entities = new Map(
    asked.flatMap(({ project }) => project.entities).map((one) => [one.plan.name, one]),
  );
  for (const { kind, entity, key, values } of asked) {
    const records = after.get(entity.plan.name);
    const id = idOf(entity, key);
    if (kind === 'delete') records?.delete(id);
    else records?.set(id, { ...records.get(id), ...values, ...key });
  }
  const remove = (target: StoredEntity, parent: Values) => {
    for (const child of entities.values()) {
      for (const reference of child.plan.references ?? []) {
        if (reference.to !== target.plan.name || reference.onDelete === 'leave') continue;
        for (const [id, record] of after.get(child.plan.name) ?? []) {
          if (!reference.fields.every(({ key, field }) => record[field] === parent[key])) continue;
          if (reference.onDelete === 'restrict') codes.add('REFERENCED');
          else {
            after.get(child.plan.name)?.delete(id);
            if (asked.some((one) => idOf(one.entity, one.key) === id))
              codes.add('WRITE_TWICE').add('REFERENCED');
            remove(child, record);
          }
        }
      }
    }
  };
  for (const { kind, entity, key } of asked) if (kind === 'delete') remove(entity, key);
  for (const { kind, entity, key, values } of asked) {
    if (kind === 'delete') continue;
    const before = model.records.get(entity.plan.name)?.get(idOf(entity, key));
    const record: Values = { ...before, ...values, ...key };
    for (const { to, fields } of entity.plan.references ?? []) {
      const isNew = fields.some(({ field }) => record[field] !== before?.[field]);
      const target = entities.get(to);
      const named = Object.fromEntries(fields.map((one) => [one.key, record[one.field]]));
      if (!isNew || !target || Object.values(named).some((value) => value === null)) continue;
      if (!after.get(to)?.has(idOf(target, named))) codes.add('REFERENCE_MISSING');
    }
  }
  return { codes, after };
}

/** The model after a transaction's success. Each result has the values it was given. */
export function succeeded(model: Model, asked: readonly Operation[], results: readonly Values[]): void {
  expect(
    [...mistakes(model, asked)],
    JSON.stringify(asked.map(({ kind, values }) => [kind, values])),
  ).toEqual([]);
  const { after } = outcomeOf(model, asked);
  for (const [at, { kind, entity, key, values }] of asked.entries()) {
    const records = model.records.get(entity.plan.name);
    const record = results[at] ?? {};
    const before = records?.get(idOf(entity, key));
    if (kind === 'delete') {
      expect(record).toEqual(before);
      records?.delete(idOf(entity, key));
      continue;
    }
    for (const attribute of entity.plan.attributes) {
      const { name, immutable, normalize, set, generated } = attribute;
      const isGiven = name in values && normalize.length === 0 && !set && generated === null;
      if (isGiven && !(immutable && before))
        expect(record[name], `${entity.plan.name}.${name}`).toEqual(values[name]);
      else if (before && !(name in values) && generated === null && attribute.computed === undefined)
        expect(record[name], `${entity.plan.name}.${name}, left alone`).toEqual(before[name]);
    }
    records?.set(idOf(entity, record), record);
    for (const version of entity.codec.versions?.(record) ?? [])
      model.versions.set(placeOf(entity, version), storedForm(version));
  }
  // What went with what was deleted.
  for (const [name, records] of model.records)
    for (const id of records.keys()) if (!after.get(name)?.has(id)) records.delete(id);
}

/** A refusal has its reason in the records, and leaves them as they are. */
export function refused(model: Model, asked: readonly Operation[], error: unknown): void {
  if (!(error instanceof TableloomError)) throw error;
  // What a key does not take is told by the key's own tests.
  if (error.code === 'KEY_INVALID') return;
  const codes = mistakes(model, asked);
  if (error.code === 'UNIQUE_VIOLATION') {
    expect(
      asked.some((one) => clashes(model, asked, one)),
      `nothing has ${error.message}`,
    ).toBe(true);
    return;
  }
  expect([...codes], error.message).toContain(error.code);
}

/** Whether a unique value of what is written is another's, before or beside it. */
function clashes(model: Model, asked: readonly Operation[], { entity, key, values }: Operation): boolean {
  const guardsOf = (one: StoredEntity, record: Values) =>
    (one.codec.guards?.(record) ?? []).flatMap(({ key: guard }) => (guard ? [JSON.stringify(guard)] : []));
  const current = (one: StoredEntity, of: Values) => model.records.get(one.plan.name)?.get(idOf(one, of));
  const wanted = guardsOf(entity, { ...current(entity, key), ...values, ...key });
  const others = [
    ...recordsOf(model, entity.plan.name)
      .filter((record) => idOf(entity, record) !== idOf(entity, key))
      .map((record) => guardsOf(entity, record)),
    ...asked
      .filter((one) => one.entity === entity && idOf(entity, one.key) !== idOf(entity, key))
      .map((one) => guardsOf(entity, { ...current(entity, one.key), ...one.values, ...one.key })),
  ].flat();
  return wanted.some((guard) => others.includes(guard));
}

function storedForm(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).filter(
      ([, value]) => value !== undefined && value !== null && !(value instanceof Set && value.size === 0),
    ),
  );
}

function placeOf({ codec }: StoredEntity, item: Item | Key): string {
  return itemId(codec.table, keyOfItem(codec.table, item));
}

/** Every item the records make, computed from nothing: main items, entries, versions, guards and kept numbers. */
export function itemsOf({ entities }: GeneratedProject, model: Model, now: Date): Map<string, Item> {
  const items = new Map<string, Item>(model.versions);
  for (const entity of entities) {
    for (const record of recordsOf(model, entity.plan.name)) {
      for (const action of changeActions({ codec: entity.codec, before: null, after: record, now }).actions) {
        const place = itemId(action.table, action.key);
        if (action.kind === 'put') items.set(place, storedForm(action.item));
        if (action.kind !== 'add') continue;
        const kept = items.get(place)?.[action.attribute] ?? 0;
        items.set(place, { ...action.key, ...action.set, [action.attribute]: Number(kept) + action.by });
      }
    }
  }
  return items;
}
