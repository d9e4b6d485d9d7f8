/** The aggregates of an entity: counts, sums and sequences that its writes keep up to date, in items of their own. */

import { isMaintained, type Literal, type Model, namedType, type PatternModel } from '../model.js';
import type { AggregatePlan } from '../plan/types/storage.js';
import { exactHole } from '../resolve/holes.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';
import { fieldAt } from '../resolve/sdl.js';
import { holesOf, keyTemplate } from '../resolve/templates.js';
import { type Basis, freeHead } from './basis.js';
import { prefixOf } from './lock/claims.js';

/** Those that patterns read, in the order of the YAML, then the sequences. Patterns of one number share it. */
export function aggregatesOf(model: Model, basis: Basis): AggregatePlan[] {
  const { entity } = basis;
  if (entity.historyOf) return [];
  const readers = model.patterns.filter(
    (pattern) =>
      pattern.target.text === entity.name.text && (isMaintained(pattern) || pattern.total !== undefined),
  );
  return [
    ...shared(
      basis,
      readers.map((pattern) => wantedBy(model, pattern, basis)),
    ).map((wanted) => planned(basis, wanted)),
    ...entity.generate.flatMap(({ field, within, shared: name }) =>
      within
        ? [
            planned(basis, {
              kind: 'sequence',
              name: field.text,
              field: field.text,
              fields: within.map((word) => word.text),
              ...(name ? { shared: name.text } : {}),
            }),
          ]
        : [],
    ),
  ];
}

/** The name of the aggregate that a pattern reads. */
export function aggregateReadBy(aggregates: readonly AggregatePlan[], pattern: string): string {
  return aggregates.find(({ also = [] }) => also.includes(pattern))?.name ?? pattern;
}

/** One of each number, as the first pattern calls it, or the first that the lock has. */
function shared({ locked }: Basis, all: readonly Wanted[]): Wanted[] {
  const groups = new Map<string, Wanted[]>();
  for (const wanted of all) {
    const { name: _name, range: _range, fields, ...number } = wanted;
    const id = JSON.stringify({ ...number, fields: fields.toSorted() });
    groups.set(id, [...(groups.get(id) ?? []), wanted]);
  }
  return [...groups.values()].flatMap((group) => {
    const one = group.find((wanted) => locked?.aggregates.has(lockedName(wanted))) ?? group[0];
    const also = group.filter((other) => other !== one).map(({ name }) => name);
    const range = group.some((other) => other.range === 'Int') ? 'Int' : one?.range;
    return one ? [{ ...one, ...(also.length > 0 ? { also } : {}), ...(range ? { range } : {}) }] : [];
  });
}

function wantedBy(model: Model, pattern: PatternModel, { attributes }: Basis): Wanted {
  const isConstant = (binding: PatternModel['where'][number]) =>
    binding.each !== 'list' && binding.source.kind === 'literal';
  const conditions = [
    ...pattern.where.filter(isConstant).map(({ field, source, each }) => ({
      field: field.text,
      values: (each === undefined || each === 'list' ? [source] : each).map((one) =>
        'value' in one ? one.value : '',
      ),
    })),
    ...pattern.when.flatMap(({ field, values }) =>
      values === 'present' ? [] : [{ field: field.text, values: values.map(({ value }) => value) }],
    ),
  ];
  const field = fieldAt(model, pattern.for);
  const isInt = field !== undefined && namedType(field.type) === 'Int';
  return {
    kind: pattern.cardinality === 'sum' ? 'sum' : 'count',
    ...(pattern.cardinality === 'sum' ? { range: isInt ? 'Int' : 'integer' } : {}),
    name: pattern.name.text,
    field: pattern.of?.text ?? null,
    fields: pattern.where.filter((binding) => !isConstant(binding)).map(({ field }) => field.text),
    when: conditions.map(({ field, values }) => ({
      field,
      values: values.map((value) => asStored(attributes.get(field), value)),
    })),
    present: pattern.when.flatMap(({ field, values }) =>
      values === 'present' && attributes.get(field.text)?.nullable ? [field.text] : [],
    ),
    shards: pattern.shards?.count,
    cap: pattern.cap?.count,
  };
}

/** A constant in the form that records hold. */
function asStored(attribute: ResolvedAttribute | undefined, value: Literal['value']) {
  if (typeof value !== 'string' || attribute === undefined) return value;
  if (attribute.encoding === 'time') return new Date(value).toISOString();
  return normalizedBy(attribute.normalize, value);
}

export function normalizedBy(steps: readonly string[], value: string): string {
  return steps.reduce((text, step) => (step === 'lowercase' ? text.toLowerCase() : text.trim()), value);
}

/** An aggregate before its key is chosen. */
interface Wanted extends Pick<AggregatePlan, 'kind' | 'name' | 'also' | 'range' | 'field' | 'shared'> {
  /** Each combination of their values has an item of its own. */
  readonly fields: readonly string[];
  readonly when?: AggregatePlan['when'];
  readonly present?: readonly string[];
  readonly shards?: number | undefined;
  readonly cap?: number | undefined;
}

function planned(basis: Basis, wanted: Wanted): AggregatePlan {
  const { entity, table, attributes } = basis;
  const { kind, name, also, range, field, fields, shared: common, shards = 1 } = wanted;
  const word = kind.toUpperCase();
  const tail = [...fields.map((one) => exactHole(one, attributes)), ...(shards > 1 ? ['{shard}'] : [])]
    .map((hole) => `#${hole}`)
    .join('');
  const locked = basis.locked?.aggregates.get(lockedName(wanted));
  const isSame = locked !== undefined && locked.partition.slice(prefixOf(locked).length) === tail;
  // Items under the old key aggregate by other fields.
  const isLeft = locked && !isSame && basis.isSealed;
  const taken = new Set([...basis.taken, ...(isLeft ? [prefixOf(locked)] : [])]);
  // The key that entities share says nothing of any of them.
  const head = common ? `${word}#${common}` : freeHead({ taken }, `${word}#${entity.name.text}.${name}`);
  const text = isSame && !common ? locked.partition : head + tail;
  const partition = keyTemplate(table.partition.text, text, attributes);
  const isNullable = (one: string) => attributes.get(one)?.nullable === true;
  const inKey = holesOf(partition).map((hole) => hole.field);
  return {
    name,
    ...(also ? { also } : {}),
    kind,
    ...(range ? { range } : {}),
    field,
    ...(common ? { shared: common } : {}),
    partition,
    sort: table.sort ? keyTemplate(table.sort.text, (isSame ? locked.sort : null) ?? word, attributes) : null,
    shards: shards > 1 ? shards : null,
    present: [...new Set([...inKey.filter(isNullable), ...(wanted.present ?? [])])],
    when: wanted.when ?? [],
    cap: wanted.cap ?? null,
  };
}

/** What the lock calls an aggregate. */
export function lockedName({ kind, name }: Pick<AggregatePlan, 'kind' | 'name'>): string {
  return `${kind === 'sequence' ? 'sequence' : 'kept'} ${name}`;
}
