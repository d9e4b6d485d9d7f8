/** The numbers an entity's writes keep beside its records: counts, sums and sequences, each in items of its own. */

import {
  type EntityModel,
  isMaintained,
  type Literal,
  type PatternModel,
  type TableModel,
} from '../model.js';
import type { AggregatePlan } from '../plan/types/storage.js';
import { exactHole } from '../resolve/holes.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';
import { holesOf, keyTemplate } from '../resolve/templates.js';
import { prefixOf } from './lock/claims.js';
import type { Keeper } from './lock/keeper.js';

interface Ground {
  readonly table: TableModel;
  readonly attributes: ReadonlyMap<string, ResolvedAttribute>;
  readonly keeper: Pick<Keeper, 'number' | 'retire' | 'unused'>;
}

/** Those that patterns ask for in the order of the YAML, then the sequences. */
export function aggregatesOf(
  entity: EntityModel,
  patterns: readonly PatternModel[],
  ground: Ground,
): AggregatePlan[] {
  if (entity.historyOf) return [];
  const asked = patterns.filter(
    (pattern) =>
      pattern.target.text === entity.name.text && (isMaintained(pattern) || pattern.total !== undefined),
  );
  return [
    ...asked.map((pattern) => askedNumber(entity, pattern, ground)),
    ...entity.generate.flatMap(({ field, within }) =>
      within
        ? [
            planned(entity, ground, {
              kind: 'sequence',
              name: field.text,
              field: field.text,
              fields: within.map((word) => word.text),
            }),
          ]
        : [],
    ),
  ];
}

function askedNumber(entity: EntityModel, pattern: PatternModel, ground: Ground): AggregatePlan {
  const { attributes } = ground;
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
      values === 'present' ? [] : [{ field: field.text, values: values.flatMap(constantOf) }],
    ),
  ];
  return planned(entity, ground, {
    kind: pattern.cardinality === 'sum' ? 'sum' : 'count',
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
  });
}

function constantOf({ value }: Literal): (string | number | boolean)[] {
  return value === null ? [] : [value];
}

/** A constant in the form that records hold. */
function asStored(attribute: ResolvedAttribute | undefined, value: string | number | boolean) {
  if (typeof value !== 'string' || attribute === undefined) return value;
  if (attribute.encoding === 'time') return new Date(value).toISOString();
  return attribute.normalize.reduce(
    (text, step) => (step === 'lowercase' ? text.toLowerCase() : text.trim()),
    value,
  );
}

/** What a number is to be, before its key is chosen. */
interface Wanted extends Pick<AggregatePlan, 'kind' | 'name' | 'field'> {
  /** The fields of which each combination of values has a number of its own. */
  readonly fields: readonly string[];
  readonly when?: AggregatePlan['when'];
  readonly present?: readonly string[];
  readonly shards?: number | undefined;
  readonly cap?: number | undefined;
}

function planned(entity: EntityModel, { table, attributes, keeper }: Ground, wanted: Wanted): AggregatePlan {
  const { kind, name, field, fields, shards = 1 } = wanted;
  const word = kind.toUpperCase();
  const tail = [...fields.map((one) => exactHole(one, attributes)), ...(shards > 1 ? ['{shard}'] : [])]
    .map((hole) => `#${hole}`)
    .join('');
  const locked = keeper.number(lockedName(wanted));
  const isSame = locked !== undefined && locked.partition.slice(prefixOf(locked).length) === tail;
  // Under the old key lies what was counted by other fields.
  if (locked && !isSame) keeper.retire(locked);
  const text = isSame ? locked.partition : keeper.unused(`${word}#${entity.name.text}.${name}`) + tail;
  const partition = keyTemplate(table.partition.text, text, attributes);
  const isNullable = (one: string) => attributes.get(one)?.nullable === true;
  const inKey = holesOf(partition).map((hole) => hole.field);
  return {
    name,
    kind,
    field,
    partition,
    sort: table.sort ? keyTemplate(table.sort.text, (isSame ? locked.sort : null) ?? word, attributes) : null,
    shards: shards > 1 ? shards : null,
    present: [...new Set([...inKey.filter(isNullable), ...(wanted.present ?? [])])],
    when: wanted.when ?? [],
    cap: wanted.cap ?? null,
  };
}

/** What the lock calls a number. */
export function lockedName({ kind, name }: Pick<AggregatePlan, 'kind' | 'name'>): string {
  return `${kind === 'sequence' ? 'sequence' : 'kept'} ${name}`;
}
