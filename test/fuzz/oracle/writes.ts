/** What a mutation does to records, by what the language means. */

import { isDeepStrictEqual } from 'node:util';
import type { Mapping } from '../draw/project.js';
import { alive, type State } from './answers.js';
import { type Declarations, type Entity, type Mutation, type Values, wordsOf } from './declarations.js';
import { isEqual, isMapping, matches, normalized, valueAt } from './values.js';

export type Written =
  | { readonly kind: 'refused'; readonly codes: readonly string[] }
  | {
      readonly kind: 'done';
      readonly state: State;
      /** What the field returns. */
      readonly record: Values;
    };

export interface Call {
  readonly args: Values;
  readonly now: Date;
  /** The id that a generated one would be. */
  readonly newId: string;
}

/** What a write would do to one record, before it is held against the others. */
interface Change {
  readonly entity: Entity;
  readonly before: Values | undefined;
  readonly after: Values | undefined;
}

export class Writer {
  readonly #declared: Declarations;

  constructor(declared: Declarations) {
    this.#declared = declared;
  }

  write(mutation: Mutation, state: State, call: Call): Written {
    const codes = new Set<string>();
    const changes = (mutation.steps ?? [mutation]).flatMap((step) => {
      const entity = this.#declared.entity(step.entity);
      return this.#change(step, entity, state, call, codes) ?? [];
    });
    const keys = changes.map(({ entity, after, before }) =>
      JSON.stringify([entity.name, entity.identity.map((field) => (after ?? before)?.[field])]),
    );
    if (new Set(keys).size < keys.length) codes.add('WRITE_TWICE');
    // Of a transaction any step may be the one that is refused.
    const isSettled = codes.size > 0 && mutation.steps === undefined;
    if (isSettled || changes.length === 0) return { kind: 'refused', codes: [...codes] };
    const next = new Map(state);
    for (const change of changes) for (const code of this.#apply(next, change, call)) codes.add(code);
    for (const change of changes)
      for (const code of this.#conflicts(state, next, change, call)) codes.add(code);
    if (codes.size > 0) return { kind: 'refused', codes: [...codes] };
    const [first] = changes;
    return { kind: 'done', state: next, record: first?.after ?? first?.before ?? {} };
  }

  #change(
    { kind, yaml }: Mutation,
    entity: Entity,
    state: State,
    { args, now, newId }: Call,
    codes: Set<string>,
  ): Change | undefined {
    const sources = { args };
    const given = givenBy(yaml, args);
    const where = Object.entries((yaml.where ?? {}) as Mapping).map(
      ([field, text]) => [field, normalized(entity, field, valueAt(text, sources))] as const,
    );
    const generate = (entity.yaml.generate ?? {}) as Readonly<Record<string, string>>;
    for (const [field, value] of Object.entries(given))
      if (value === null && entity.attributes.get(field)?.isNullable === false) codes.add('VALUE_INVALID');
    if (kind === 'create') {
      const after = fresh(entity, { ...given }, { now, newId });
      const before = findBy(
        entity,
        state,
        entity.identity.map((field) => [field, after[field]] as const),
        now,
      );
      if (before) codes.add('ALREADY_EXISTS');
      return { entity, before: undefined, after };
    }
    const before = findBy(entity, state, where, now);
    if (kind === 'delete') {
      if (!before) codes.add('NOT_FOUND');
      return before && { entity, before, after: undefined };
    }
    if (!before && kind === 'update') {
      codes.add('NOT_FOUND');
      return undefined;
    }
    if (!before)
      return {
        entity,
        before,
        after: fresh(entity, { ...given, ...Object.fromEntries(where) }, { now, newId }),
      };
    const revision = Object.entries(generate).find(([, how]) => how === 'revision')?.[0];
    const expected = yaml.expect === undefined ? null : valueAt(yaml.expect, sources);
    if (revision !== undefined && expected !== null && before[revision] !== expected)
      codes.add('VERSION_CONFLICT');
    for (const condition of Object.values((yaml.require ?? {}) as Readonly<Record<string, Mapping>>))
      if (!matches(entity, before, condition, { args, current: before })) codes.add('GUARD_FAILED');
    const changes = kind === 'put' ? replaced(entity, given) : given;
    const after: Record<string, unknown> = { ...before };
    for (const [field, value] of Object.entries(changes)) {
      after[field] = stored(entity, field, value);
    }
    for (const how of ['add', 'subtract'] as const)
      for (const [field, text] of Object.entries((yaml[how] ?? {}) as Mapping)) {
        const by = valueAt(text, sources);
        if (by === null) continue;
        if (how === 'subtract' && Number(by) < 0) codes.add('VALUE_INVALID');
        const sum = Number(before[field] ?? 0) + (how === 'add' ? Number(by) : -Number(by));
        const isWhole = entity.attributes.get(field)?.kind === 'integer';
        if (isWhole && Math.abs(sum) > 2 ** 31 - 1) codes.add('VALUE_INVALID');
        after[field] = isWhole ? sum : Number(sum.toPrecision(15));
      }
    for (const how of ['append', 'remove'] as const)
      for (const [field, text] of Object.entries((yaml[how] ?? {}) as Mapping)) {
        const value = valueAt(text, sources);
        if (value === null) continue;
        const elements = [value].flat();
        const old = (before[field] ?? []) as readonly unknown[];
        const list =
          how === 'append'
            ? [...old, ...elements]
            : old.filter((one) => !new Set<unknown>(elements).has(one));
        after[field] = stored(entity, field, list);
      }
    const moves: Mapping = (entity.yaml.transitions ?? {}) as Mapping;
    for (const [field, next] of Object.entries(moves)) {
      const from = before[field] ?? null;
      const to = after[field];
      const allowed = wordsOf((next as Mapping)[String(from)]);
      if (from !== null && from !== to && !allowed.includes(String(to))) codes.add('GUARD_FAILED');
    }
    if (isDeepStrictEqual(after, before)) return { entity, before, after: before };
    for (const [field, how] of Object.entries(generate)) {
      if (how === 'touch') after[field] = now.toISOString();
      if (how === 'revision') after[field] = Number(before[field]) + 1;
    }
    return { entity, before, after };
  }

  /** Deletes what goes with a record, too. @returns why it cannot */
  #apply(
    next: Map<string, readonly Values[]>,
    { entity, before, after }: Change,
    call: Call,
  ): readonly string[] {
    const records = next.get(entity.name) ?? [];
    // A record that has expired makes way for a new one.
    const living = entity.yaml.ttl === undefined ? undefined : new Set(alive(entity, next, call.now));
    const isReplaced = (one: Values) =>
      after !== undefined &&
      living?.has(one) === false &&
      entity.identity.every((field) => isDeepStrictEqual(one[field], after[field]));
    next.set(entity.name, [
      ...records.filter((one) => one !== before && !isReplaced(one)),
      ...(after ? [after] : []),
    ]);
    if (after || !before) return [];
    const codes: string[] = [];
    for (const other of this.#declared.entities.values()) {
      for (const reference of referencesOf(this.#declared, other)) {
        if (reference.to !== entity.name || reference.onDelete === 'leave') continue;
        for (const child of next.get(other.name) ?? []) {
          if (!reference.fields.every(([key, field]) => child[field] === before[key])) continue;
          if (reference.onDelete === 'restrict') codes.push('REFERENCED');
          else codes.push(...this.#apply(next, { entity: other, before: child, after: undefined }, call));
        }
      }
    }
    return codes;
  }

  #conflicts(state: State, next: State, { entity, before, after }: Change, { now }: Call): readonly string[] {
    if (!after) return [];
    const codes: string[] = [];
    for (const fields of uniquesOf(entity)) {
      const isSame = (one: Values) =>
        fields.every((field) => {
          const attribute = entity.attributes.get(field);
          return attribute && isEqual(attribute, one[field], after[field]);
        });
      if (alive(entity, next, now).some((one) => one !== after && isSame(one)))
        codes.push('UNIQUE_VIOLATION');
    }
    for (const { to, fields } of referencesOf(this.#declared, entity)) {
      if (fields.some(([, field]) => after[field] == null)) continue;
      if (before && fields.every(([, field]) => before[field] === after[field])) continue;
      const target = this.#declared.entity(to);
      if (
        !findBy(
          target,
          next,
          fields.map(([key, field]) => [key, after[field]] as const),
          now,
        )
      )
        codes.push('REFERENCE_MISSING');
    }
    for (const { yaml, targets, kind } of this.#declared.patterns.values()) {
      if (kind !== 'count' || yaml.cap === undefined || targets[0] !== entity.name) continue;
      const counted = (records: readonly Values[]) =>
        records.filter((one) => {
          const where = Object.entries((yaml.where ?? {}) as Mapping);
          return (
            whenHolds(yaml.when, one) &&
            where.every(([field, text]) =>
              typeof text === 'string' && text.startsWith('$')
                ? one[field] === after[field]
                : one[field] === text,
            )
          );
        }).length;
      const count = counted(next.get(entity.name) ?? []);
      if (count > Number(yaml.cap) && count > counted(state.get(entity.name) ?? []))
        codes.push('GUARD_FAILED');
    }
    return codes;
  }
}

function whenHolds(when: unknown, record: Values): boolean {
  return Object.entries((when ?? {}) as Mapping).every(([field, wanted]) =>
    wanted === 'present' ? record[field] != null : [wanted].flat().includes(record[field]),
  );
}

/** What `from` and `set` give. A field that is absent is not among them. */
function givenBy({ from, set }: Mapping, args: Values): Values {
  const input = from === undefined ? {} : (valueAt(from, { args }) as Values);
  const single = Object.entries((set ?? {}) as Mapping).map(
    ([field, text]) => [field, valueAt(text, { args })] as const,
  );
  return { ...input, ...Object.fromEntries(single) };
}

function stored(entity: Entity, field: string, value: unknown): unknown {
  const attribute = entity.attributes.get(field);
  if (value === null || value === undefined || !attribute) return value ?? null;
  if (Array.isArray(value)) {
    const list = value.map((one) => plain(entity, field, one));
    if (!wordsOf(entity.yaml.sets).includes(field)) return list;
    const set = [...new Set(list)];
    return attribute.kind === 'integer' || attribute.kind === 'decimal'
      ? (set as number[]).sort((a, b) => a - b)
      : (set as string[]).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
  return plain(entity, field, value);
}

function plain(entity: Entity, field: string, value: unknown): unknown {
  if (entity.attributes.get(field)?.kind === 'time') return new Date(String(value)).toISOString();
  return normalized(entity, field, value);
}

/** A new record, with what is generated and what has a default. */
function fresh(
  entity: Entity,
  given: Values,
  { now, newId }: { readonly now: Date; readonly newId: string },
): Values {
  const generate = (entity.yaml.generate ?? {}) as Readonly<Record<string, string>>;
  const defaults = (entity.yaml.default ?? {}) as Mapping;
  return Object.fromEntries(
    [...entity.attributes.keys()].map((field) => {
      const how = generate[field];
      const value = given[field] ?? undefined;
      if (how === 'now' || how === 'touch') return [field, now.toISOString()];
      if (how === 'revision') return [field, 1];
      if (how === 'uuidv7') return [field, value ?? newId];
      return [field, stored(entity, field, value ?? (field in given ? null : (defaults[field] ?? null)))];
    }),
  );
}

function replaced(entity: Entity, given: Values): Values {
  const kept = new Set([
    ...entity.identity,
    ...(entity.yaml.immutable === true ? entity.attributes.keys() : wordsOf(entity.yaml.immutable)),
    ...Object.keys((entity.yaml.generate ?? {}) as Mapping),
  ]);
  const defaults = (entity.yaml.default ?? {}) as Mapping;
  return Object.fromEntries(
    [...entity.attributes.keys()]
      .filter((field) => !kept.has(field))
      .map((field) => [field, field in given ? given[field] : (defaults[field] ?? null)]),
  );
}

function findBy(
  entity: Entity,
  state: State,
  key: readonly (readonly [field: string, value: unknown])[],
  now: Date,
): Values | undefined {
  return alive(entity, state, now).find((one) =>
    key.every(([field, value]) => {
      const attribute = entity.attributes.get(field);
      return attribute && isEqual(attribute, one[field], value);
    }),
  );
}

export function uniquesOf({ yaml }: Entity): readonly (readonly string[])[] {
  const { unique } = yaml;
  if (unique === undefined) return [];
  const list: readonly unknown[] = Array.isArray(unique) ? unique : [unique];
  return list.map((one) => wordsOf(isMapping(one) ? one.fields : one));
}

interface Reference {
  readonly to: string;
  /** The other's key field, and the one that holds it. */
  readonly fields: readonly (readonly [key: string, field: string])[];
  readonly onDelete: string;
}

function referencesOf(declared: Declarations, { yaml }: Entity): readonly Reference[] {
  return Object.entries((yaml.references ?? {}) as Mapping).map(([name, one]) => {
    const { to, fields, onDelete = 'leave' } = isMapping(one) ? one : { to: one };
    const [key = 'id'] = declared.entity(String(to)).identity;
    const pairs =
      fields === undefined
        ? [[key, name] as const]
        : Object.entries(fields as Readonly<Record<string, string>>);
    return { to: String(to), fields: pairs, onDelete: String(onDelete) };
  });
}
