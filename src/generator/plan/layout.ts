/**
 * Which items an entity is stored as, and which index slot each pattern reads.
 *
 * An item can hold one key per index, so an entity needs as many slots as it has index keys that cannot be shared;
 * patterns share a key when one template serves them all. Pinned patterns are laid out first, in the order of the
 * YAML; the others take a slot that serves them, else the first index that is free on the main item. Taking the first
 * free index per entity uses the fewest indexes in total: the largest need of any one entity.
 */

import type { Diagnostic } from '../diagnostics.js';
import type { EntityModel, Model, PatternModel, TableModel, TemplateModel } from '../model.js';
import { constant } from '../names.js';
import type { AttributePlan, HoleEncoding, ItemPlan, KeyTemplate, SlotPlan } from '../plan.js';
import { attributesOf } from './attributes.js';
import { builtHole, isBucketUnit, isInverted, sortHoles } from './encode.js';
import { memberPatterns } from './mixed.js';
import { nativeSlot } from './native.js';
import { hasShard, holesOf, keyTemplate } from './templates.js';

export interface Layout {
  readonly entities: ReadonlyMap<string, EntityLayout>;
  /** Where each query pattern reads. */
  readonly reads: ReadonlyMap<string, Read>;
  /** Findings of laying out: a slot that is taken, a key that does not serve. */
  readonly findings: readonly Diagnostic[];
}

export interface EntityLayout {
  readonly model: EntityModel;
  readonly table: TableModel;
  readonly attributes: ReadonlyMap<string, AttributePlan>;
  readonly items: readonly ItemPlan[];
  readonly keyFields: readonly string[];
}

export interface Read {
  /** Position in the entity's items. */
  readonly item: number;
  readonly slot: SlotPlan;
  readonly why: string;
}

interface Draft {
  readonly model: EntityModel;
  readonly table: TableModel;
  readonly attributes: ReadonlyMap<string, AttributePlan>;
  readonly keyFields: readonly string[];
  readonly items: {
    role: ItemPlan['role'];
    for: string | null;
    holds: ItemPlan['holds'];
    slots: SlotPlan[];
  }[];
}

/** Lays out a model whose names are all known (see check/model). */
export function layOut(model: Model): Layout {
  const drafts = new Map<string, Draft>();
  for (const entity of model.entities) {
    const draft = draftOf(model, entity);
    if (draft) drafts.set(entity.name.text, draft);
  }
  const reads = new Map<string, Read>();
  const findings: Diagnostic[] = [];
  const queries = model.patterns
    .flatMap((pattern) => memberPatterns(model, pattern))
    .filter((pattern) => drafts.has(pattern.target.text) && !isGet(pattern, drafts.get(pattern.target.text)));
  const pinned = (pattern: PatternModel) =>
    pattern.index !== undefined || pattern.key.length > 0 || pattern.entry !== undefined;
  for (const pattern of [...queries.filter(pinned), ...queries.filter((one) => !pinned(one))]) {
    const draft = drafts.get(pattern.target.text);
    if (!draft) continue;
    const read = place(pattern, draft, findings);
    if (read) reads.set(pattern.name.text, read);
  }
  for (const draft of drafts.values()) {
    const original = draft.model.historyOf && drafts.get(draft.model.historyOf.text);
    const [main] = draft.items;
    if (original && main)
      original.items.push({
        role: 'version',
        for: draft.model.name.text,
        holds: { kind: 'all' },
        slots: main.slots,
      });
  }
  return { entities: drafts, reads, findings };
}

/** One record by the whole primary key of its main item. */
export function isGet(
  pattern: PatternModel,
  entity: { readonly keyFields: readonly string[] } | undefined,
): boolean {
  const isBatch = pattern.where.some((binding) => binding.each !== undefined);
  const kinds = isBatch ? ['many', 'exists'] : ['one', 'exists'];
  if (!entity || !kinds.includes(pattern.cardinality) || pattern.index || pattern.entry) return false;
  const bound = new Set(pattern.where.map((binding) => binding.field.text));
  return bound.size === entity.keyFields.length && entity.keyFields.every((field) => bound.has(field));
}

function draftOf(model: Model, entity: EntityModel): Draft | undefined {
  const original = entity.historyOf && model.entities.find((one) => one.name.text === entity.historyOf?.text);
  const tableName = (entity.table ?? original?.table)?.text;
  const table =
    tableName === undefined ? model.tables[0] : model.tables.find((one) => one.name.text === tableName);
  if (!table) return undefined;
  const attributes = attributesOf(model, entity);
  const text = (attribute: string, fallback: string) =>
    entity.key.find((one) => one.attribute.text === attribute)?.template.text ?? fallback;
  const type = constant(entity.name.text);
  const partition = keyTemplate(
    table.partition.text,
    text(table.partition.text, entity.singleton ? type : `${type}#{id}`),
    attributes,
  );
  const sort = table.sort
    ? keyTemplate(table.sort.text, text(table.sort.text, 'METADATA'), attributes)
    : null;
  const slot: SlotPlan = { index: null, partition, sort, shards: null, present: [], when: [] };
  const keyFields = [...new Set([...holesOf(partition), ...holesOf(sort)].map((hole) => hole.field))];
  return {
    model: entity,
    table,
    attributes,
    keyFields,
    items: [{ role: 'main', for: null, holds: { kind: 'all' }, slots: [slot] }],
  };
}

function place(pattern: PatternModel, draft: Draft, findings: Diagnostic[]): Read | undefined {
  if (pattern.entry) return placeEntry(pattern, draft, findings);
  const index = pattern.index?.text;
  if (index === 'table') return placeOnTable(pattern, draft, findings);
  const native = draft.table.indexes.find((one) => one.name.text === index)?.native;
  if (native) {
    const slot = nativeSlot(pattern, native, draft.attributes);
    if (serves(slot, pattern)) return { item: 0, slot, why: 'pinned; its keys are attributes as they are' };
    findings.push(doesNotServe(pattern, slot));
    return undefined;
  }
  if (index !== undefined) return placeOnIndex(pattern, draft, index, findings);
  for (const [item, { role, slots }] of draft.items.entries()) {
    const slot = slots.find((one) => serves(one, pattern));
    if (slot)
      return {
        item,
        slot,
        why: `${slotName(slot)} already ${role === 'main' ? 'holds' : 'has an entry with'} this key`,
      };
  }
  const free = draft.table.indexes.find(
    (one) =>
      one.kind === 'global' &&
      !draft.items[0]?.slots.some((slot) => slot.index === one.name.text) &&
      one.project.kind === 'all',
  );
  if (!free) {
    findings.push({
      code: 'no-free-index',
      severity: 'error',
      message: `Pattern \`${pattern.name.text}\` needs an index, and every index of \`${draft.table.name.text}\` is taken on \`${draft.model.name.text}\`.`,
      at: pattern.name.at,
      hint: `Declare one more index under \`tables.${draft.table.name.text}.indexes\`, or add \`entry: true\` and the \`index\` it shall use.`,
    });
    return undefined;
  }
  const slot = newSlot(pattern, draft, free.name.text);
  draft.items[0]?.slots.push(slot);
  return {
    item: 0,
    slot,
    why: `${free.name.text} is the first index that \`${draft.model.name.text}\` leaves free`,
  };
}

function placeOnTable(pattern: PatternModel, draft: Draft, findings: Diagnostic[]): Read | undefined {
  for (const [item, { slots }] of draft.items.entries()) {
    const [slot] = slots;
    if (slot && slot.index === null && serves(slot, pattern))
      return { item, slot, why: "the table's own key" };
  }
  findings.push(doesNotServe(pattern, draft.items[0]?.slots[0]));
  return undefined;
}

function placeOnIndex(
  pattern: PatternModel,
  draft: Draft,
  index: string,
  findings: Diagnostic[],
): Read | undefined {
  const [main] = draft.items;
  if (!main) return undefined;
  const others = main.slots.filter((slot) => slot.index === index);
  const shared = pattern.key.length === 0 ? others.find((one) => serves(one, pattern)) : undefined;
  const made = shared ?? newSlot(pattern, draft, index);
  const same = others.find((one) => sameKey(one, made));
  const slot = same ?? (others.length > 0 ? { ...made, for: pattern.name.text } : made);
  const taken = same ?? others.find((one) => !areDisjoint(one, slot));
  if (taken && !same) {
    findings.push({
      code: 'index-slot-taken',
      severity: 'error',
      message: `\`${draft.model.name.text}\` already has a key on ${index}: an item holds one key per index.`,
      at: pattern.index?.at ?? pattern.name.at,
      notes: [
        { message: `taken with ${keyText(taken)}` },
        { message: `asked for here with ${keyText(slot)}` },
      ],
      hint: 'Add `entry: true` to store an index entry beside the item, name another index, or let `when` of both take different values of one field.',
    });
    return undefined;
  }
  if (!serves(slot, pattern)) {
    findings.push(doesNotServe(pattern, slot));
    return undefined;
  }
  if (!same) main.slots.push(slot);
  const why = same
    ? `pinned; shares the key of ${index}`
    : others.length > 0
      ? `pinned; ${index} holds one of several keys, by what the record is`
      : 'pinned';
  return { item: 0, slot, why };
}

function placeEntry(pattern: PatternModel, draft: Draft, findings: Diagnostic[]): Read | undefined {
  const { entry } = pattern;
  if (!entry) return undefined;
  const { table, attributes } = draft;
  const [main] = draft.items;
  const own = main?.slots[0];
  if (!own) return undefined;
  const text = (attribute: string, fallback: string) =>
    entry.key.find((one) => one.attribute.text === attribute)?.template.text ?? fallback;
  const mainSort = own.sort && holesOf(own.sort).length > 0 ? `#${own.sort.text}` : '';
  const partition = keyTemplate(
    table.partition.text,
    text(table.partition.text, own.partition.text),
    attributes,
  );
  const sort = table.sort
    ? keyTemplate(
        table.sort.text,
        text(table.sort.text, `ENTRY#${constant(pattern.name.text)}${mainSort}`),
        attributes,
      )
    : null;
  const tableSlot: SlotPlan = {
    index: null,
    partition,
    sort,
    shards: null,
    present: presentOf([partition, sort], attributes, pattern),
    when: whenOf(pattern),
  };
  const index =
    pattern.index?.text ??
    (entry.key.length > 0 ? 'table' : table.indexes.find((one) => one.kind === 'global')?.name.text);
  const slots =
    index === undefined || index === 'table'
      ? [tableSlot]
      : [tableSlot, newSlot(pattern, draft, index, tableSlot)];
  const include = [...new Set([...draft.keyFields, ...entry.include.map((word) => word.text)])];
  const existing = draft.items.findIndex(
    (item) =>
      item.role === 'entry' &&
      item.slots.length === slots.length &&
      item.slots.every((slot, at) => slots[at] && sameKey(slot, slots[at])),
  );
  const slot = slots[slots.length - 1];
  if (!slot) return undefined;
  if (!serves(slot, pattern)) {
    findings.push(doesNotServe(pattern, slot));
    return undefined;
  }
  const known = draft.items[existing];
  if (known) {
    const attributesHeld = known.holds.kind === 'some' ? known.holds.attributes : [];
    known.holds = { kind: 'some', attributes: [...new Set([...attributesHeld, ...include])] };
    return { item: existing, slot, why: `shares the entry of \`${known.for}\`` };
  }
  draft.items.push({
    role: 'entry',
    for: pattern.name.text,
    holds: { kind: 'some', attributes: include },
    slots,
  });
  return { item: draft.items.length - 1, slot, why: 'an entry beside the item, as declared' };
}

/**
 * The slot a pattern asks for: pinned templates, else built from its fields. A local index takes over the partition
 * of `own`, the table's key of the same item.
 */
function newSlot(
  pattern: PatternModel,
  draft: Draft,
  indexName: string,
  own: SlotPlan | undefined = draft.items[0]?.slots[0],
): SlotPlan {
  const index = draft.table.indexes.find((one) => one.name.text === indexName);
  if (!index) throw new Error(`unchecked index ${indexName}`);
  const pinned = (attribute: string) =>
    pattern.key.find((one: TemplateModel) => one.attribute.text === attribute)?.template.text;
  const { attributes } = draft;
  const built = buildTexts(pattern, draft);
  const partition =
    index.kind === 'local' && own
      ? own.partition
      : keyTemplate(index.partition.text, pinned(index.partition.text) ?? built.partition, attributes);
  const sort = index.sort
    ? keyTemplate(index.sort.text, pinned(index.sort.text) ?? built.sort, attributes)
    : null;
  return {
    index: indexName,
    partition,
    sort,
    shards: hasShard(partition) ? (pattern.shards?.count ?? 1) : null,
    present: presentOf([partition, sort], attributes, pattern),
    when: whenOf(pattern),
  };
}

function buildTexts(pattern: PatternModel, draft: Draft): { partition: string; sort: string } {
  const equals = pattern.where.map((binding) => binding.field.text);
  const sorts = sortFields(pattern);
  const type = constant(draft.model.name.text);
  const head = equals.length > 0 ? `${type}_BY_${equals.map(constant).join('_')}` : type;
  const bucket = pattern.bucket ? [`{${pattern.bucket.unit.text}(${pattern.bucket.field.text})}`] : [];
  const shard = pattern.shards ? ['{shard}'] : [];
  const hole = (field: string) => builtHole(field, draft.attributes);
  const partition = [head, ...equals.map(hole), ...bucket, ...shard].join('#');
  const ties = draft.keyFields.filter((field) => !equals.includes(field) && !sorts.includes(field));
  const narrowed = pattern.narrow.map((binding) => binding.field.text);
  const ordered = sortHoles(pattern.sort, draft.attributes) ?? [];
  const holes = ordered.length > 0 ? ordered : sorts.map(hole);
  const first = narrowed.filter((field) => !sorts.includes(field)).map(hole);
  const last = ties.filter((field) => !narrowed.includes(field)).map(hole);
  const sort = [...first, ...holes, ...last].join('#') || 'METADATA';
  return { partition, sort };
}

/** The fields a pattern's answer is ordered by. */
export function sortFields(pattern: PatternModel): string[] {
  if (pattern.sort.length > 0) return pattern.sort.map((one) => one.field.text);
  return pattern.range ? [pattern.range.field.text] : [];
}

/** Whether a key answers a pattern: equalities fill the partition key, then the head of the sort key; then the order. */
export function serves(slot: SlotPlan, pattern: PatternModel): boolean {
  const wanted = new Set(pattern.where.map((binding) => binding.field.text));
  const lists = new Set(pattern.where.filter(({ each }) => each).map((binding) => binding.field.text));
  let bucketed = false;
  for (const hole of holesOf(slot.partition)) {
    const isBucket = pattern.bucket?.field.text === hole.field && pattern.bucket.unit.text === hole.encode;
    if (isBucket) bucketed = true;
    else if (isTruncated(hole) || !wanted.delete(hole.field)) return false;
  }
  if (bucketed !== (pattern.bucket !== undefined)) return false;
  if ((slot.shards ?? 1) !== (pattern.shards?.count ?? 1)) return false;
  if (JSON.stringify(slot.when) !== JSON.stringify(whenOf(pattern))) return false;
  const rest = holesOf(slot.sort);
  while (wanted.size > 0) {
    const next = rest.shift();
    // Several values of a field are several partitions, or they could not be merged.
    if (!next || isTruncated(next) || lists.has(next.field) || !wanted.delete(next.field)) return false;
  }
  const narrowed = pattern.narrow.map((binding) => binding.field.text);
  const isOrdered = [...new Set([...narrowed, ...sortFields(pattern)])].every(
    (field, at) => rest[at]?.field === field && !isTruncated(rest[at]),
  );
  // An inverted hole runs the other way; a sort key is read one way.
  const directions = pattern.sort.map(
    ({ descending }, at) => descending !== (rest[at] !== undefined && isInverted(rest[at].encode)),
  );
  return isOrdered && new Set(directions).size <= 1;
}

function isTruncated({ encode }: { readonly encode: HoleEncoding }): boolean {
  return isBucketUnit(encode);
}

function presentOf(
  templates: readonly (KeyTemplate | null)[],
  attributes: ReadonlyMap<string, AttributePlan>,
  pattern: PatternModel,
): string[] {
  const fields = [
    ...templates.flatMap((template) => holesOf(template).map((hole) => hole.field)),
    ...pattern.when.flatMap(({ field, values }) => (values === 'present' ? [field.text] : [])),
  ];
  return [...new Set(fields)].filter((field) => attributes.get(field)?.nullable);
}

/** Which records are in the index, besides those that have a value for each hole. */
function whenOf(pattern: PatternModel): SlotPlan['when'] {
  return pattern.when.flatMap(({ field, values }) =>
    values === 'present'
      ? []
      : [{ field: field.text, values: values.flatMap(({ value }) => (value === null ? [] : [value])) }],
  );
}

function sameMembers(a: SlotPlan, present: readonly string[], when: SlotPlan['when']): boolean {
  return JSON.stringify([[...a.present].sort(), a.when]) === JSON.stringify([[...present].sort(), when]);
}

function sameKey(a: SlotPlan, b: SlotPlan): boolean {
  return (
    a.index === b.index &&
    sameTemplate(a.partition, b.partition) &&
    sameTemplate(a.sort, b.sort) &&
    a.shards === b.shards &&
    sameMembers(a, b.present, b.when)
  );
}

/** `{pad(rank, 6)}` is `{rank}` where `encode` says so. */
function sameTemplate(a: KeyTemplate | null, b: KeyTemplate | null): boolean {
  return JSON.stringify(a?.parts) === JSON.stringify(b?.parts);
}

/** No record meets the conditions of both: one field is to have different values. */
function areDisjoint(a: SlotPlan, b: SlotPlan): boolean {
  return a.when.some(({ field, values }) =>
    b.when.some((one) => one.field === field && !one.values.some((value) => values.includes(value))),
  );
}

function keyText(slot: SlotPlan): string {
  return `\`${slot.partition.text}\`${slot.sort ? ` / \`${slot.sort.text}\`` : ''}`;
}

function slotName(slot: SlotPlan): string {
  return slot.index ?? "the table's own key";
}

function doesNotServe(pattern: PatternModel, slot: SlotPlan | undefined): Diagnostic {
  const asked = [
    pattern.where.length > 0
      ? `equality on ${pattern.where.map((binding) => `\`${binding.field.text}\``).join(', ')}`
      : 'no equality',
    ...(pattern.bucket
      ? [`a bucket per ${pattern.bucket.unit.text} of \`${pattern.bucket.field.text}\``]
      : []),
    ...(pattern.shards ? [`${pattern.shards.count} shards`] : []),
    ...(pattern.narrow.length > 0
      ? [`then optionally ${pattern.narrow.map(({ field }) => `\`${field.text}\``).join(', ')}`]
      : []),
    ...(sortFields(pattern).length > 0
      ? [
          `order by ${sortFields(pattern)
            .map((field) => `\`${field}\``)
            .join(', ')}`,
        ]
      : []),
  ];
  return {
    code: 'key-does-not-serve',
    severity: 'error',
    message: `The key ${slot ? keyText(slot) : ''} does not answer pattern \`${pattern.name.text}\`.`,
    at: pattern.index?.at ?? pattern.name.at,
    notes: [{ message: `the pattern asks for ${asked.join(', ')}` }],
    hint: isScan(pattern, slot)
      ? 'DynamoDB could only scan for it. Name an index instead of the table: its partition key is a constant there, which `shards: 4` spreads over four that are read side by side.'
      : 'The partition key takes exactly the equality fields, bucket and shard; the sort key begins with what is left of the equalities, then the order.',
  };
}

/** Nothing says which of the table's partitions are to be read. */
function isScan(pattern: PatternModel, slot: SlotPlan | undefined): boolean {
  return slot?.index === null && pattern.where.length === 0 && !pattern.bucket && pattern.key.length === 0;
}
