/** Builds the keys of patterns that pin none: their templates, from the fields they name. */

import type { IndexModel, PatternModel } from '../model.js';
import { constant } from '../names.js';
import type { KeyTemplate, SlotPlan } from '../plan/types/storage.js';
import { boundHole, builtHole, sortHoles } from '../resolve/holes.js';
import { hasShard, holesOf, keyTemplate } from '../resolve/templates.js';
import { type Basis, freeEntryHead, freeHead } from './basis.js';
import type { KeyFields } from './choose/keys.js';
import { boundsOn, equalityFields, orderFields, presentOf, whenOf } from './serving.js';

/** The text of a partition key and of a sort key. */
export interface KeyTexts {
  readonly partition: string;
  readonly sort: string;
}

/** Templates of a key with these fields, for the patterns' bucket and shards: they agree on both. */
export function keyTextsOf(
  patterns: readonly PatternModel[],
  { partition: equals, sort: sorts }: KeyFields,
  basis: Basis,
): KeyTexts {
  const [pattern] = patterns;
  if (!pattern) throw new Error('a key of no pattern');
  const { attributes } = basis;
  const type = constant(basis.entity.name.text);
  const head = freeHead(basis, equals.length > 0 ? `${type}_BY_${equals.map(constant).join('_')}` : type);
  const bucket = pattern.bucket ? [`{${pattern.bucket.unit.text}(${pattern.bucket.field.text})}`] : [];
  const shard = (pattern.shards?.count ?? 1) > 1 ? ['{shard}'] : [];
  const hole = (field: string) => builtHole(field, attributes);
  const ordered = new Map(
    [...patterns].reverse().flatMap(({ sort }) => {
      const holes = sortHoles(sort, attributes) ?? [];
      return sort.map(({ field }, at) => [field.text, holes[at] ?? hole(field.text)] as const);
    }),
  );
  const ties = basis.keyFields.filter((field) => !equals.includes(field) && !sorts.includes(field));
  const bound = (field: string) => {
    const bounds = patterns.flatMap((one) => boundsOn(one, field));
    return boundHole(field, bounds, attributes);
  };
  const sortHolesOf = [
    ...new Set(sorts.map((field) => ordered.get(field) ?? bound(field))),
    ...ties.map(hole),
  ];
  return {
    partition: [head, ...equals.map(hole), ...bucket, ...shard].join('#'),
    sort: sortHolesOf.join('#') || 'METADATA',
  };
}

/** The key of patterns that one key serves, on an index. */
export function slotOf(
  patterns: readonly PatternModel[],
  index: string,
  { partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>,
  { attributes }: Pick<Basis, 'attributes'>,
): SlotPlan {
  const [first] = patterns;
  if (!first) throw new Error('a key of no pattern');
  return {
    index,
    partition,
    sort,
    shards: hasShard(partition) ? (first.shards?.count ?? 1) : null,
    present: [
      ...new Set(patterns.flatMap((pattern) => presentOf([partition, sort], attributes, pattern))),
    ].sort(),
    when: whenOf(first),
  };
}

interface Named {
  readonly text: string;
}

/** The templates that texts make of the key attributes of an index. */
export function templatesOn(
  { partition, sort }: { readonly partition: Named; readonly sort?: Named | undefined },
  texts: KeyTexts,
  { attributes }: Pick<Basis, 'attributes'>,
): { readonly partition: KeyTemplate; readonly sort: KeyTemplate | null } {
  return {
    partition: keyTemplate(partition.text, texts.partition, attributes),
    sort: sort ? keyTemplate(sort.text, texts.sort, attributes) : null,
  };
}

/**
 * The key of patterns on a local index, in the partition of `primary`: what else they bind is at the head of the sort key,
 * after a word that no other item of the partition has there. Undefined where the index has no sort key.
 */
export function localSlot(
  patterns: readonly PatternModel[],
  fields: KeyFields,
  index: IndexModel,
  basis: Basis,
  primary: SlotPlan = basis.primary,
): SlotPlan | undefined {
  if (!index.sort) return undefined;
  const own = holesOf(primary.partition).map(({ field }) => field);
  const rest = fields.partition.filter((field) => !own.includes(field));
  const type = constant(basis.entity.name.text);
  const head = rest.length > 0 ? `${type}_BY_${rest.map(constant).join('_')}` : type;
  const { sort } = keyTextsOf(patterns, fields, basis);
  const text = [
    freeEntryHead({ ...basis, primary }, head),
    ...rest.map((field) => builtHole(field, basis.attributes)),
    sort,
  ].join('#');
  const template = keyTemplate(index.sort.text, text, basis.attributes);
  return slotOf(patterns, index.name.text, { partition: primary.partition, sort: template }, basis);
}

/**
 * The key of a pattern on an index: its pinned templates, else built from its fields. A local index takes the partition
 * key of `primary`, the primary key of the same item.
 */
export function slotFor(
  pattern: PatternModel,
  index: IndexModel,
  basis: Basis,
  primary: SlotPlan = basis.primary,
): SlotPlan {
  const fields = { partition: equalityFields(pattern), sort: orderFields(pattern) };
  const pinned = (attribute: string | undefined) =>
    pattern.key.find((one) => one.attribute.text === attribute)?.template.text;
  const isLocal = index.kind === 'local';
  const isBuilt = isLocal && pinned(index.sort?.text) === undefined;
  const slot = isBuilt ? localSlot([pattern], fields, index, basis, primary) : undefined;
  if (slot) return slot;
  const built = keyTextsOf([pattern], fields, basis);
  const texts = {
    partition: pinned(index.partition.text) ?? built.partition,
    sort: pinned(index.sort?.text) ?? built.sort,
  };
  const { partition, sort } = templatesOn(index, texts, basis);
  return slotOf(
    [pattern],
    index.name.text,
    { partition: isLocal ? primary.partition : partition, sort },
    basis,
  );
}
