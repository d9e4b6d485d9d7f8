/** What a pattern answers, by what the language means: all records, filtered and sorted in memory. */

import type { Mapping } from '../draw/project.js';
import { type Declarations, type Entity, type Pattern, type Values, wordsOf } from './declarations.js';
import { compare, holds, isEqual, isMapping, keyed, matches, type Sources, valueAt } from './values.js';

/** Records by entity, as clients see them. */
export type State = ReadonlyMap<string, readonly Values[]>;

/** A record and where it comes from. */
export interface Found {
  readonly entity: string;
  readonly record: Values;
  /** The record of the join that led to it. */
  readonly through?: Values;
}

export type Expected =
  /** Any of these codes. */
  | { readonly kind: 'refused'; readonly codes: readonly string[] }
  /** In this order; those of one group in any. */
  | { readonly kind: 'records'; readonly groups: readonly (readonly Found[])[]; readonly most: number }
  | { readonly kind: 'value'; readonly value: unknown };

export interface Asked {
  readonly args: Values;
  readonly parent?: Values | undefined;
  readonly now: Date;
}

export class Oracle {
  readonly #declared: Declarations;

  constructor(declared: Declarations) {
    this.#declared = declared;
  }

  answer(pattern: Pattern, state: State, { args, parent, now }: Asked): Expected {
    const { yaml, kind } = pattern;
    const sources = { args, parent };
    const size = sizeOf(pattern, sources);
    const found = this.#found(pattern, state, sources, now);
    if (typeof size !== 'number' || !Array.isArray(found)) {
      // Of two reasons either is told.
      const reasons = [size, found].flatMap((one) =>
        typeof one === 'object' && 'kind' in one && one.kind === 'refused' ? one.codes : [],
      );
      return { kind: 'refused', codes: reasons };
    }
    const batch = this.#batched(pattern, found, sources);
    if (batch && batch.asked > size) return { kind: 'refused', codes: ['BAD_INPUT'] };
    if (batch) return { kind: 'records', groups: batch.found.map((one) => [one]), most: size };
    const sorted = this.#sorted(pattern, found, sources);
    if (kind === 'count') {
      const most = yaml.maintained ? Number.POSITIVE_INFINITY : Number(yaml.upTo ?? 10_000);
      return { kind: 'value', value: Math.min(most, found.length) };
    }
    if (kind === 'sum') {
      const of = String(yaml.of);
      return { kind: 'value', value: found.reduce((sum, { record }) => sum + Number(record[of] ?? 0), 0) };
    }
    if (kind === 'exists') return this.#exists(pattern, found, sources);
    return { kind: 'records', groups: yaml.distinct === true ? distinct(sorted) : sorted, most: size };
  }

  /** Records by whole keys, in the order of the caller's list; undefined where that is not what is asked. */
  #batched(
    { kind, targets, yaml }: Pattern,
    found: readonly Found[],
    sources: Sources,
  ): { readonly found: readonly Found[]; readonly asked: number } | undefined {
    const entity = this.#declared.entities.get(targets[0] ?? '');
    const where = (yaml.where ?? {}) as Mapping;
    const [field, lookup] = Object.entries(where).find(([, one]) => isMapping(one)) ?? [];
    const isWhole =
      entity?.identity.length === Object.keys(where).length && entity.identity.every((one) => one in where);
    if (kind !== 'many' || !entity || field === undefined || !isWhole || yaml.index || yaml.entry)
      return undefined;
    const values = [valueAt((lookup as Mapping).in, sources)].flat();
    const attribute = entity.attributes.get(field);
    const records = values.flatMap((value) =>
      found.filter(
        ({ record }) =>
          attribute && isEqual(attribute, keyed(entity, field, record[field]), keyed(entity, field, value)),
      ),
    );
    return { found: records, asked: values.length };
  }

  #exists({ yaml, shape, targets }: Pattern, found: readonly Found[], sources: Sources): Expected {
    if (shape !== 'list') return { kind: 'value', value: found.length > 0 };
    const entity = this.#declared.entity(targets[0] ?? '');
    const listed = Object.entries((yaml.where ?? {}) as Mapping).find(([, one]) => isMapping(one));
    const [field = '', lookup] = listed ?? [];
    const attribute = entity.attributes.get(field);
    const values = valueAt((lookup as Mapping).in, sources) as readonly unknown[];
    return {
      kind: 'value',
      value: values.map((value) =>
        found.some(
          ({ record }) =>
            attribute && isEqual(attribute, keyed(entity, field, record[field]), keyed(entity, field, value)),
        ),
      ),
    };
  }

  #found(pattern: Pattern, state: State, sources: Sources, now: Date): Found[] | Expected {
    const { yaml, targets } = pattern;
    const through = yaml.through as Mapping | undefined;
    if (through) return this.#throughJoin(pattern, through, state, sources, now);
    const all: Found[] = [];
    const type = yaml.type as Mapping | undefined;
    const named = type?.[String(valueAt(type.by, sources))];
    for (const target of named === undefined ? targets : [String(named)]) {
      const entity = this.#declared.entity(target);
      const names = ((yaml.members as Mapping | undefined)?.[target] ?? {}) as Readonly<
        Record<string, string>
      >;
      const isParent = yaml.parent === target;
      const records = this.#selected(
        { entity, yaml, where: yaml.where, names, isParent },
        state,
        sources,
        now,
      );
      if (!Array.isArray(records)) return records;
      all.push(...records.map((record) => ({ entity: target, record })));
    }
    return all;
  }

  /** The join is selected and ordered; each of its records leads to at most one other, which comes once. */
  #throughJoin(
    { targets, kind, yaml }: Pattern,
    through: Mapping,
    state: State,
    sources: Sources,
    now: Date,
  ): Found[] | Expected {
    const entity = this.#declared.entity(String(through.one ?? through.many));
    const joins = this.#selected({ entity, yaml, where: through.where, names: {} }, state, sources, now);
    if (!Array.isArray(joins)) return joins;
    const target = this.#declared.entity(targets[0] ?? '');
    const lookups = Object.entries((yaml.where ?? {}) as Mapping);
    const found = joins.flatMap((join): Found[] => {
      const own = { ...sources, through: join };
      const record = alive(target, state, now).find((one) =>
        lookups.every(([field, text]) => {
          const attribute = target.attributes.get(field);
          return attribute && isEqual(attribute, one[field], keyed(target, field, valueAt(text, own)));
        }),
      );
      return record ? [{ entity: target.name, record, through: join }] : [];
    });
    if (kind !== 'one') return found;
    // Only the first record of the join is read, wherever it leads.
    const [first = []] = groupsOf(
      joins.map((join) => ({ entity: entity.name, record: join })),
      this.#comparer({ yaml, entity }, sources),
    );
    return found.filter(({ through: join }) => first.some(({ record }) => record === join));
  }

  #selected(
    {
      entity,
      yaml,
      where,
      names,
      isParent,
    }: {
      entity: Entity;
      yaml: Mapping;
      where: unknown;
      names: Readonly<Record<string, string>>;
      isParent?: boolean;
    },
    state: State,
    sources: Sources,
    now: Date,
  ): Values[] | Expected {
    const own = (field: string) =>
      Object.entries(names).find(([, called]) => called === field)?.[0] ?? names[field] ?? field;
    let records = alive(entity, state, now);
    const keep = (field: string, wanted: readonly unknown[]) => {
      const attribute = entity.attributes.get(field);
      if (!attribute) throw new Error(`${entity.name} has no ${field}`);
      const keys = wanted.map((one) => keyed(entity, field, one));
      records = records.filter((record) =>
        keys.some((one) => isEqual(attribute, keyed(entity, field, record[field]), one)),
      );
    };
    for (const [field, lookup] of Object.entries((where ?? {}) as Mapping)) {
      if (isParent && !entity.attributes.has(own(field))) continue;
      const list = isMapping(lookup) ? valueAt(lookup.in, sources) : [valueAt(lookup, sources)];
      keep(
        own(field),
        ((Array.isArray(list) ? list : []) as unknown[]).map((one) => one),
      );
    }
    const narrowed = this.#narrowed(entity, yaml, sources, records);
    if (!Array.isArray(narrowed)) return narrowed;
    records = narrowed.filter((record) => holds(entity, record, yaml.when as Mapping | undefined));
    if (!isParent) {
      records = records.filter((record) => isWithin(entity, record, yaml, sources));
      records = records.filter((record) =>
        matches(entity, record, (yaml.filter ?? {}) as Mapping, { ...sources, current: record }),
      );
    }
    const buckets = bucketed(yaml, sources, now);
    if (!buckets) return records;
    if (!(buckets instanceof Function)) return buckets;
    return records.filter(buckets);
  }

  #narrowed(
    entity: Entity,
    { narrow, last, range }: Mapping,
    sources: Sources,
    records: readonly Values[],
  ): Values[] | Expected {
    const parts = Object.entries((narrow ?? {}) as Mapping);
    const values = parts.map(([, text]) => valueAt(text, sources));
    const present = values.indexOf(null);
    const count = present < 0 ? values.length : present;
    const isGap = values.slice(count).some((value) => value !== null);
    const bounds = Object.values((range ?? {}) as Readonly<Record<string, Mapping>>).flatMap((one) =>
      Object.values(one).map((text) => valueAt(text, sources)),
    );
    if (isGap || (count < values.length && bounds.some((one) => one !== null)))
      return { kind: 'refused', codes: ['BAD_INPUT'] };
    return records.filter((record) =>
      parts.slice(0, count).every(([field], at) => {
        const attribute = entity.attributes.get(field);
        const [value, wanted] = [keyed(entity, field, record[field]), keyed(entity, field, values[at])];
        if (value === null || value === undefined) return false;
        if (last === 'prefix' && at === count - 1) return String(value).startsWith(String(wanted));
        return attribute !== undefined && isEqual(attribute, value, wanted);
      }),
    );
  }

  #sorted(pattern: Pattern, found: readonly Found[], sources: Sources): Found[][] {
    const { yaml, targets } = pattern;
    const through = yaml.through as Mapping | undefined;
    const target = targets.find((one) => one !== yaml.parent);
    const entity = this.#declared.entity(String(through?.many ?? through?.one ?? target));
    const order = this.#comparer({ yaml, entity }, sources);
    const parents = found.filter((one) => one.entity === yaml.parent);
    const rest = found.filter((one) => one.entity !== yaml.parent);
    const groups = groupsOf(rest, (a, b) => order(a, b));
    return parents.length > 0 ? [parents, ...groups] : groups;
  }

  #comparer({ yaml, entity }: { yaml: Mapping; entity: Entity }, sources: Sources) {
    const chosen = yaml.order === undefined ? null : valueAt(yaml.order, sources);
    const isDown = wordsOf(yaml.sort)[0]?.startsWith('-') ?? false;
    const isReversed = chosen !== null && (chosen === 'DESC') !== isDown;
    const sort = wordsOf(yaml.sort).map((word) => ({
      field: word.replace(/^-/, ''),
      sign: word.startsWith('-') !== isReversed ? -1 : 1,
    }));
    return (a: Found, b: Found): number => {
      for (const { field, sign } of sort) {
        const attribute = entity.attributes.get(field);
        if (!attribute) throw new Error(`${entity.name} has no ${field}`);
        const [x, y] = [a, b].map(({ record, through }) => keyed(entity, field, (through ?? record)[field]));
        const order = compare(attribute, x, y);
        if (order !== 0) return order * sign;
      }
      return 0;
    };
  }
}

/** Those that have not expired. */
export function alive({ name, yaml }: Entity, state: State, now: Date): Values[] {
  const records = [...(state.get(name) ?? [])];
  const ttl = yaml.ttl as string | undefined;
  if (ttl === undefined) return records;
  const seconds = Math.floor(now.getTime() / 1000);
  return records.filter(
    (record) => record[ttl] == null || Math.floor(Date.parse(String(record[ttl])) / 1000) > seconds,
  );
}

function groupsOf(found: readonly Found[], order: (a: Found, b: Found) => number): Found[][] {
  const groups: Found[][] = [];
  for (const one of [...found].sort(order)) {
    const group = groups.at(-1);
    if (group?.[0] && order(group[0], one) === 0) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** Each record once, at its first place. */
function distinct(groups: readonly (readonly Found[])[]): Found[][] {
  const seen = new Set<Values>();
  return groups
    .map((group) => group.filter(({ record }) => !seen.has(record) && seen.add(record)))
    .filter((group) => group.length > 0);
}

function isWithin(entity: Entity, record: Values, { range }: Mapping, sources: Sources): boolean {
  return Object.entries((range ?? {}) as Readonly<Record<string, Mapping>>).every(([field, bounds]) => {
    const attribute = entity.attributes.get(field);
    if (!attribute) throw new Error(`${entity.name} has no ${field}`);
    const value = keyed(entity, field, record[field]);
    return Object.entries(bounds).every(([bound, text]) => {
      const asked = valueAt(text, sources);
      const wanted = attribute.kind === 'time' && bound === 'prefix' ? asked : keyed(entity, field, asked);
      if (wanted === null || wanted === undefined) return true;
      if (value === null || value === undefined) return false;
      if (bound === 'prefix') return String(value).startsWith(String(wanted));
      if (bound === 'suffix') return String(value).endsWith(String(wanted));
      const order = compare(attribute, value, wanted);
      return { from: order >= 0, after: order > 0, to: order <= 0, before: order < 0 }[bound] ?? false;
    });
  });
}

const lengths = { year: 4, month: 7, day: 10, hour: 13 } as const;
type Unit = keyof typeof lengths;

/** Which records are in the buckets that are read; undefined for no buckets. */
function bucketed(
  { bucket, in: chosen, across = 12, range }: Mapping,
  sources: Sources,
  now: Date,
): ((record: Values) => boolean) | Expected | undefined {
  const [, unit, field] = /^(\w+)\(\s*(\w+)\s*\)$/.exec(String(bucket ?? '')) ?? [];
  if (unit === undefined || field === undefined) return undefined;
  const bucketOf = (moment: unknown) =>
    new Date(String(moment)).toISOString().slice(0, lengths[unit as Unit]);
  if (chosen !== undefined) {
    const wanted = [valueAt(chosen, sources)].flat();
    return (record) => wanted.includes(bucketOf(record[field]));
  }
  const bounds = Object.entries(((range ?? {}) as Readonly<Record<string, Mapping>>)[field] ?? {}).map(
    ([name, text]) => [name, valueAt(text, sources)] as const,
  );
  const given = (...names: readonly string[]) =>
    bounds
      .filter(([name, value]) => names.includes(name) && value !== null)
      .map(([, value]) => String(value));
  const [from] = given('from', 'after').sort().reverse();
  const [to = now.toISOString()] = given('to', 'before').sort();
  const last = ordinal(bucketOf(to), unit as Unit);
  const first = from === undefined ? last - Number(across) + 1 : ordinal(bucketOf(from), unit as Unit);
  if (last - first + 1 > Number(across)) return { kind: 'refused', codes: ['RANGE_TOO_WIDE'] };
  return (record) => {
    const own = ordinal(bucketOf(record[field]), unit as Unit);
    return own >= first && own <= last;
  };
}

function ordinal(bucket: string, unit: Unit): number {
  if (unit === 'year') return Number(bucket);
  if (unit === 'month') return Number(bucket.slice(0, 4)) * 12 + Number(bucket.slice(5)) - 1;
  return unit === 'day'
    ? Date.parse(`${bucket}T00:00:00Z`) / 86_400_000
    : Date.parse(`${bucket}:00:00Z`) / 3_600_000;
}

/** How many results at most, or why none. */
function sizeOf({ yaml, shape }: Pattern, sources: Sources): number | Expected {
  const { default: usual = 20, max = 100 } = (yaml.page ?? {}) as { default?: number; max?: number };
  // A list of whole keys, or of elements that are tested.
  const listed = Object.values((yaml.where ?? {}) as Mapping).flatMap((one) =>
    isMapping(one) ? [valueAt(one.in, sources)].flat() : [],
  );
  if (yaml.exists !== undefined && listed.length > max) return { kind: 'refused', codes: ['BAD_INPUT'] };
  if (shape === 'one') return 1;
  if (shape !== 'list' || yaml.exists !== undefined) return Number.POSITIVE_INFINITY;
  if (yaml.limit === undefined) return max;
  const limit = (valueAt(yaml.limit, sources) ?? usual) as number;
  return limit < 0 || limit > max ? { kind: 'refused', codes: ['BAD_PAGE'] } : limit;
}
