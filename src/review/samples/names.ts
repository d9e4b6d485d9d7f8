/** Which fields have the value of another record's field, as far as declarations tell. */

import type { Member, PatternPlan } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { EntityPlan } from '../../generator/plan/types/storage.js';

export interface Named {
  readonly entity: EntityPlan;
  readonly field: string;
}

export function isKey({ entity, field }: Named): boolean {
  return entity.keyFields.at(-1) === field;
}

/** `USER#{}`: whatever its fields are called. */
export function shapeOf(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, '{}');
}

const known = new WeakMap<Plan, Names>();

export function namesOf(plan: Plan): Names {
  const names = known.get(plan) ?? new Names(plan);
  known.set(plan, names);
  return names;
}

export class Names {
  readonly #entities: ReadonlyMap<string, EntityPlan>;
  /** Those that may say something of an entity. */
  readonly #patterns: ReadonlyMap<string, readonly PatternPlan[]>;
  /** What identifies records, by where it is in a partition key. */
  readonly #keys: ReadonlyMap<string, readonly Named[]>;
  readonly #ends = new Map<string, Named>();

  constructor({ entities, patterns }: Plan) {
    this.#entities = new Map(entities.map((one) => [one.name, one]));
    this.#patterns = grouped(patterns.flatMap((one) => concerned(one).map((name) => [name, one])));
    this.#keys = grouped(
      entities.flatMap((entity) =>
        holesOf(entity)
          .map(({ at, field }) => [at, { entity, field }] as const)
          .filter(([, one]) => isKey(one)),
      ),
    );
  }

  /** The field whose value it is, in the end; of fields that name one another, that of a key. */
  endOf(entity: EntityPlan, field: string): Named {
    const name = nameOf({ entity, field });
    const end = this.#ends.get(name) ?? this.#follow({ entity, field });
    this.#ends.set(name, end);
    return end;
  }

  #follow(start: Named): Named {
    const way = new Map<string, Named>();
    let end = start;
    for (let at: Named | undefined = start; at; at = this.#namedBy(at.entity, at.field)) {
      const name = nameOf(at);
      if (way.has(name)) {
        const all = [...way];
        const round = all
          .slice(all.findIndex(([one]) => one === name))
          .toSorted(([a], [b]) => (a < b ? -1 : 1));
        return (round.find(([, one]) => isKey(one)) ?? round[0])?.[1] ?? at;
      }
      way.set(name, at);
      end = at;
    }
    return end;
  }

  #namedBy(entity: EntityPlan, field: string): Named | undefined {
    const original = entity.historyOf === null ? undefined : this.#entities.get(entity.historyOf);
    if (original?.keyFields.includes(field)) return { entity: original, field };
    for (const { to, fields } of entity.references ?? []) {
      const [other, pair] = [this.#entities.get(to), fields.find((one) => one.field === field)];
      if (other && pair) return { entity: other, field: pair.key };
    }
    for (const pattern of this.#patterns.get(entity.name) ?? []) {
      const found =
        this.#ofParent(pattern, entity, field) ??
        this.#throughJoin(pattern, entity, field) ??
        this.#toTarget(pattern, entity, field);
      if (found) return found;
    }
    return this.#ofCollection(entity, field);
  }

  /** `Contractor.invitedById`, where a pattern of `User` finds contractors by it. */
  #ofParent(pattern: PatternPlan, entity: EntityPlan, field: string): Named | undefined {
    const found = readBy(pattern).find((one) => one.entity === entity.name);
    const called = found?.renames[field] ?? field;
    const value = found && pattern.inputs.find((one) => one.name === called)?.value;
    const parent = this.#entities.get(pattern.field?.type ?? '');
    const [from] = value?.kind === 'parent' && value.path.length === 1 ? value.path : [];
    return parent && from !== undefined ? { entity: parent, field: from } : undefined;
  }

  /** `Participation.playerId`, where a pattern reads players by it. */
  #throughJoin({ access }: PatternPlan, entity: EntityPlan, field: string): Named | undefined {
    if (access.kind !== 'through' || access.join.entity !== entity.name) return undefined;
    const key = access.key.find(({ value }) => value.kind === 'through' && value.attribute === field);
    const other = this.#entities.get(access.entity);
    return key && other ? { entity: other, field: key.name } : undefined;
  }

  /** `Contractor.invitedById`, where a pattern of `Contractor` gets a user by it. */
  #toTarget(
    { target, field: answered, inputs }: PatternPlan,
    entity: EntityPlan,
    field: string,
  ): Named | undefined {
    if (answered?.type !== entity.name) return undefined;
    const input = inputs.find(({ value }) => value.kind === 'parent' && value.path.join('.') === field);
    const other = this.#entities.get(target);
    return other && input && other.keyFields.includes(input.name)
      ? { entity: other, field: input.name }
      : undefined;
  }

  /** `Order.customerId` in `CUSTOMER#{customerId}`, where the record of a customer is under `CUSTOMER#{id}`. */
  #ofCollection(entity: EntityPlan, field: string): Named | undefined {
    const isOwn = isKey({ entity, field });
    for (const hole of holesOf(entity)) {
      if (hole.field !== field) continue;
      const all = this.#keys.get(hole.at) ?? [];
      // Of records that are one to one, the first one counts.
      const [first] = all;
      const found = isOwn ? first : all.find((one) => one.entity !== entity);
      if (found && found.entity !== entity) return found;
    }
    return undefined;
  }
}

/** The entities of whose fields a pattern says something. */
function concerned(pattern: PatternPlan): string[] {
  const { access, field } = pattern;
  const join = access.kind === 'through' ? [access.join.entity] : [];
  return [
    ...new Set([...readBy(pattern).map(({ entity }) => entity), ...join, ...(field ? [field.type] : [])]),
  ];
}

/** The entities whose fields the inputs of a pattern are. */
function readBy({ target, access }: PatternPlan): readonly Member[] {
  if (access.kind === 'mixed') return access.members;
  return [{ entity: access.kind === 'through' ? access.join.entity : target, renames: {} }];
}

/** The fields in the partition keys of an entity's records, each with where it is. */
function holesOf({ table, items }: EntityPlan): { readonly at: string; readonly field: string }[] {
  return (items[0]?.slots ?? []).flatMap(({ index, partition: { text, parts } }) =>
    parts.flatMap((part, at) =>
      part.kind === 'hole'
        ? [{ at: JSON.stringify([table, index, shapeOf(text), at]), field: part.field }]
        : [],
    ),
  );
}

function nameOf({ entity, field }: Named): string {
  return `${entity.name}.${field}`;
}

function grouped<Value>(pairs: readonly (readonly [string, Value])[]): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
