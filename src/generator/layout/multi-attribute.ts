/**
 * Multi-attribute indexes: their keys are attributes of the record, up to four of each part (Amazon DynamoDB Developer Guide, "Multi-attribute
 * keys pattern", since November 2025). A query binds all partition attributes by equality; sort attributes from the left
 * without a gap, a range on the last of them only. An item that lacks one of them is not in the index.
 */

import { type Encoding, isNumber } from '../encodings.js';
import type { IndexModel, PatternModel } from '../model.js';
import type { FilterPlan, MultiAttributeAccess } from '../plan/types/access.js';
import type { IndexPlan, KeyTemplate, MultiAttributeKey, SlotPlan } from '../plan/types/storage.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';

type MultiAttribute = NonNullable<IndexModel['multiAttribute']>;

/** DynamoDB's type of an attribute; undefined where it cannot be a key. */
export function scalarType(encoding: Encoding): MultiAttributeKey['type'] | undefined {
  if (isNumber(encoding)) return 'N';
  return encoding === 'boolean' || encoding === 'document' ? undefined : 'S';
}

export function multiAttributeFields({ partition, sort }: MultiAttribute): string[] {
  return [...partition, ...sort].map((word) => word.text);
}

/** The key a pattern reads, as if each attribute were a hole of a template; no item has it. */
export function multiAttributeSlot(
  pattern: PatternModel,
  multiAttribute: MultiAttribute,
  attributes: ReadonlyMap<string, ResolvedAttribute>,
): SlotPlan {
  return {
    index: pattern.index?.text ?? null,
    partition: rawTemplate(multiAttribute.partition, attributes),
    sort: multiAttribute.sort.length === 0 ? null : rawTemplate(multiAttribute.sort, attributes),
    shards: null,
    present: multiAttributeFields(multiAttribute).filter((field) => attributes.get(field)?.nullable),
    when: [],
  };
}

function rawTemplate(
  words: MultiAttribute['partition'],
  attributes: ReadonlyMap<string, ResolvedAttribute>,
): KeyTemplate {
  const parts = words.map(({ text }): KeyTemplate['parts'][number] => {
    const attribute = attributes.get(text);
    if (!attribute || scalarType(attribute.encoding) === undefined || attribute.encoding === 'document')
      throw new Error(`unchecked attribute ${text} of a multi-attribute index`);
    return { kind: 'hole', field: text, encode: attribute.encoding, enum: null };
  });
  const names = words.map((word) => word.text);
  return { attribute: names.join(', '), text: names.map((name) => `{${name}}`).join(', '), parts };
}

/** Where bounds and order begin, and what is bound before. */
export function multiAttributeAccess(
  pattern: PatternModel,
  { partition, sort }: MultiAttribute,
): MultiAttributeAccess {
  const bound = new Set(pattern.where.map(({ field }) => field.text));
  const names = sort.map((word) => word.text);
  const at = names.find((name) => !bound.has(name)) ?? names.at(-1) ?? null;
  const before = names.filter((name) => name !== at && bound.has(name));
  return {
    at,
    isBound: at !== null && bound.has(at),
    equals: [...partition.slice(1).map((word) => word.text), ...before],
  };
}

/** The keys of an index with their types, which all entities of the table agree on. */
export function multiAttributeKeys(
  { partition, sort }: MultiAttribute,
  entities: Iterable<ReadonlyMap<string, ResolvedAttribute>>,
): NonNullable<IndexPlan['multiAttribute']> {
  const all = [...entities];
  const key = ({ text }: { text: string }): MultiAttributeKey => {
    const attribute = all.map((attributes) => attributes.get(text)).find((one) => one !== undefined);
    return { name: text, type: (attribute && scalarType(attribute.encoding)) ?? 'S' };
  };
  return { partition: partition.map(key), sort: sort.map(key) };
}

interface Stored {
  readonly model: { readonly name: { readonly text: string } };
  readonly table: unknown;
  readonly attributes: ReadonlyMap<string, ResolvedAttribute>;
  readonly items: readonly {
    readonly role: string;
    readonly for: string | null;
    readonly covering: Covering;
  }[];
}

type Covering = { readonly kind: 'all' } | { readonly kind: 'some'; readonly attributes: readonly string[] };

/** What else of the table has every attribute of the index, and so is in it: entities, entries of patterns. */
export function othersInIndex<E extends Stored>(
  multiAttribute: MultiAttribute,
  own: E,
  entities: Iterable<E>,
): string[] {
  const fields = multiAttributeFields(multiAttribute);
  return [...entities].flatMap((entity) => {
    if (entity.table !== own.table || !fields.every((field) => entity.attributes.has(field))) return [];
    return entity.items.flatMap((item) => {
      if (item.role === 'main') return entity === own ? [] : [entity.model.name.text];
      const { covering } = item;
      const isIn =
        item.role === 'entry' &&
        covering.kind === 'some' &&
        fields.every((field) => covering.attributes.includes(field));
      return isIn && item.for !== null ? [item.for] : [];
    });
  });
}

/** The pattern's filter, and that the item is of its own kind. */
export function ofKind(entity: string, filter: FilterPlan | null): FilterPlan {
  const kind: FilterPlan = {
    kind: 'compare',
    field: '_type',
    operator: 'eq',
    values: [{ kind: 'literal', value: entity }],
    isList: false,
  };
  return filter === null ? kind : { kind: 'all', of: [kind, filter] };
}
