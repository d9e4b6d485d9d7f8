/**
 * Which items an entity is stored as, and which index slot each pattern reads.
 *
 * An item can hold one key per index, so an entity needs as many indexes as it has index keys that cannot be shared;
 * patterns share a key when one template serves them all. Pinned patterns are laid out first, in the order of the
 * YAML. Each other pattern takes the first key that serves it of those that are there or that the lock keeps; what
 * is left is put into the fewest keys (choose-groups), each on the first index that is free on the main item. That
 * uses the fewest indexes in total: a table needs as many as any one of its entities does, and gets no more.
 */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { type HoleEncoding, isInverted, isOrdered } from '../encodings.js';
import { emptyLock, type Lock } from '../lock.js';
import {
  type EntityModel,
  isMaintained,
  type Model,
  type PatternModel,
  type TableModel,
  type TemplateModel,
} from '../model.js';
import { constant } from '../names.js';
import type { AggregatePlan, GuardPlan, ItemPlan, KeyTemplate, SlotPlan } from '../plan/types/storage.js';
import { attributesOf } from '../resolve/attributes.js';
import { builtHole, exactHole, sortHoles } from '../resolve/holes.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';
import { hasShard, holesOf, keyTemplate } from '../resolve/templates.js';
import { aggregatesOf } from './aggregates.js';
import { fewestGroups } from './choose/groups.js';
import { freeIndexes, type TableDraft, tableDraft } from './choose/indexes.js';
import { commonKey } from './choose/keys.js';
import { retiredPrefixes } from './lock/claims.js';
import { lockFindings } from './lock/findings.js';
import { areDisjoint, type ItemDraft, isSameSlot, Keeper } from './lock/keeper.js';
import { memberPatterns } from './mixed.js';
import { multiAttributeSlot } from './multi-attribute.js';
import { type ReferenceDraft, referenceDrafts } from './references.js';

export interface Layout {
  /** As declared, with the indexes that were made for those that list none. */
  readonly tables: readonly TableModel[];
  readonly entities: ReadonlyMap<string, EntityLayout>;
  /** Where each query pattern reads. */
  readonly reads: ReadonlyMap<string, Read>;
  /** Findings of laying out: a slot that is taken, a key that does not serve, what differs from the lock. */
  readonly findings: readonly Diagnostic[];
}

export interface EntityLayout {
  readonly model: EntityModel;
  readonly table: TableModel;
  readonly attributes: ReadonlyMap<string, ResolvedAttribute>;
  readonly items: readonly ItemPlan[];
  readonly keyFields: readonly string[];
  readonly guards: readonly GuardPlan[];
  readonly aggregates: readonly AggregatePlan[];
  readonly references: readonly ReferenceDraft[];
}

export interface Read {
  /** Position in the entity's items. */
  readonly item: number;
  readonly slot: SlotPlan;
  readonly why: string;
}

interface Draft extends EntityLayout {
  readonly table: TableDraft;
  readonly items: ItemDraft[];
  readonly keeper: Keeper;
}

/** What drafts are made from. */
interface Ground {
  readonly model: Model;
  readonly lock: Lock;
  readonly tables: readonly TableDraft[];
  /** Mixed ones by their members. */
  readonly patterns: readonly PatternModel[];
  /** Prefixes of keys that are no longer free. */
  readonly taken: Set<string>;
}

function groundOf(model: Model, lock: Lock): Ground {
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const taken = new Set(retiredPrefixes(lock, names).map(({ prefix }) => prefix));
  const patterns = model.patterns
    .filter((pattern) => !isMaintained(pattern))
    .flatMap((pattern) => memberPatterns(model, pattern));
  return { model, lock, tables: model.tables.map(tableDraft), patterns, taken };
}

/** Lays out a model whose names are all known (see check/model). */
export function layOut(model: Model, lock: Lock = emptyLock): Layout {
  const ground = groundOf(model, lock);
  const drafts = new Map<string, Draft>();
  for (const entity of model.entities) {
    const draft = draftOf(ground, entity);
    if (draft)
      drafts.set(entity.name.text, { ...draft, aggregates: aggregatesOf(entity, model.patterns, draft) });
  }
  const reads = new Map<string, Read>();
  const findings: Diagnostic[] = [];
  const queries = ground.patterns.filter(
    (pattern) => drafts.has(pattern.target.text) && !isGet(pattern, drafts.get(pattern.target.text)),
  );
  const entries = new Set(queries.filter(({ entry }) => entry !== undefined).map(({ name }) => name.text));
  for (const pattern of queries.filter(isPinned)) {
    const draft = drafts.get(pattern.target.text);
    const read = draft && place(pattern, draft, findings, lock, entries);
    if (read) reads.set(pattern.name.text, read);
  }
  const open = queries.filter((pattern) => !isPinned(pattern));
  const left = new Map<Draft, PatternModel[]>();
  for (const pattern of open) {
    const draft = drafts.get(pattern.target.text);
    if (!draft) continue;
    const read = placeOnKept(pattern, draft);
    if (read) reads.set(pattern.name.text, read);
    else left.set(draft, [...(left.get(draft) ?? []), pattern]);
  }
  for (const [draft, patterns] of left) {
    for (const group of groupsFor(patterns, draft)) placeGroup(group.patterns, draft, lock, reads, findings);
  }
  const byPattern = openByEntity(open);
  for (const [name, draft] of drafts) {
    inOrder(draft, reads);
    explain(draft, byPattern.get(name) ?? [], reads);
  }
  for (const draft of drafts.values()) {
    const original = draft.model.historyOf && drafts.get(draft.model.historyOf.text);
    const [main] = draft.items;
    if (original && main)
      original.items.push({
        role: 'version',
        for: draft.model.name.text,
        covering: { kind: 'all' },
        slots: main.slots,
        ...keepOf(draft.model),
      });
  }
  for (const table of ground.tables) findings.push(...tooMany(table, model, reads));
  const layout = { tables: ground.tables, entities: drafts, reads };
  return { ...layout, findings: [...findings, ...lockFindings(model, layout, lock)] };
}

/** The default quota of global indexes ("Quotas in Amazon DynamoDB"), where they were made. */
const mostIndexes = 20;

function tooMany(table: TableDraft, model: Model, reads: ReadonlyMap<string, Read>): Diagnostic[] {
  const first = table.isOpen ? table.indexes[mostIndexes]?.name.text : undefined;
  const pattern = model.patterns.find(({ name }) => first && reads.get(name.text)?.slot.index === first);
  if (!pattern) return [];
  return [
    {
      code: 'too-many-indexes',
      severity: 'error',
      message: `\`${pattern.target.text}\` needs ${table.indexes.length} global indexes, but DynamoDB allows ${mostIndexes}.`,
      at: pattern.name.at,
      hint: 'Add `entry: true` to some of its patterns: an index entry is a separate item and needs no index of its own.',
    },
  ];
}

function openByEntity(patterns: readonly PatternModel[]): Map<string, PatternModel[]> {
  const found = new Map<string, PatternModel[]>();
  for (const pattern of patterns)
    found.set(pattern.target.text, [...(found.get(pattern.target.text) ?? []), pattern]);
  return found;
}

/** Whether it says itself where it reads. */
export function isPinned(pattern: PatternModel): boolean {
  return pattern.index !== undefined || pattern.key.length > 0 || pattern.entry !== undefined;
}

/**
 * How many patterns the entity's own key serves, and how few others are needed for those that say not where they
 * read. Patterns whose names are wrong are passed over.
 */
export function keysNeeded(model: Model, entity: EntityModel): { served: number; needed: number } {
  const ground = groundOf(model, emptyLock);
  // What else it keeps beside its records takes no key of theirs.
  const draft = draftOf(ground, { ...entity, unique: [], references: [] });
  if (!draft) return { served: 0, needed: 0 };
  const { attributes } = draft;
  const own = draft.items[0]?.slots[0];
  const isKnown = (field: string) => (attributes.get(field)?.encoding ?? 'document') !== 'document';
  const asked = ground.patterns.filter(
    (pattern) =>
      pattern.target.text === entity.name.text &&
      pattern.entry === undefined &&
      !isGet(pattern, draft) &&
      [...fieldsOf([pattern]), ...(pattern.bucket ? [pattern.bucket.field.text] : [])].every(isKnown),
  );
  const left = asked.filter((pattern) => !(own && fits(own, pattern, draft)));
  const open = left.filter((pattern) => !isPinned(pattern));
  return { served: asked.length - left.length, needed: groupsFor(open, draft).length };
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

function draftOf({ model, lock, tables, patterns, taken }: Ground, entity: EntityModel): Draft | undefined {
  const original = entity.historyOf && model.entities.find((one) => one.name.text === entity.historyOf?.text);
  const tableName = (entity.table ?? original?.table)?.text;
  const table = tableName === undefined ? tables[0] : tables.find((one) => one.name.text === tableName);
  if (!table) return undefined;
  const attributes = attributesOf(model, entity);
  for (const name of attributes.keys()) table.reserved.add(name);
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
  const asked = patterns.filter(
    (pattern) => pattern.target.text === entity.name.text && !isGet(pattern, { keyFields }),
  );
  const keeper = new Keeper(lock, { entity, table, attributes, own: slot }, taken, (kept) =>
    asked.some((pattern) => serves(kept, pattern)),
  );
  return {
    model: entity,
    table,
    attributes,
    keyFields,
    guards: entity.unique.map(({ name, fields }) => {
      const words = fields.map((word) => word.text);
      const parts = { table, attributes, keeper };
      return name ? sharedGuard(model, name.text, words, parts) : guardOf(entity, words, parts);
    }),
    aggregates: [],
    references: referenceDrafts(entity, { table, attributes, keeper }),
    items: [{ role: 'main', for: null, covering: { kind: 'all' }, slots: [slot] }],
    keeper,
  };
}

function keepOf({ keep }: EntityModel): Pick<ItemPlan, 'keep'> {
  if (keep?.versions !== undefined) return { keep: { versions: keep.versions } };
  return keep?.seconds === undefined ? {} : { keep: { seconds: keep.seconds } };
}

/** The item that holds a unique value. */
function guardOf(
  entity: EntityModel,
  fields: readonly string[],
  { table, attributes, keeper }: Pick<Draft, 'table' | 'attributes' | 'keeper'>,
): GuardPlan {
  const head = keeper.unused(`UNIQUE#${entity.name.text}.${fields.join('+')}`);
  const kept = keeper.guard(fields);
  const text = kept?.partition ?? [head, ...fields.map((name) => exactHole(name, attributes))].join('#');
  return {
    fields,
    partition: keyTemplate(table.partition.text, text, attributes),
    sort: table.sort ? keyTemplate(table.sort.text, kept?.sort ?? 'UNIQUE', attributes) : null,
    present: fields.filter((name) => attributes.get(name)?.nullable),
  };
}

/** The guard of a constraint that entities share: its key tells nothing of which one it is. */
function sharedGuard(
  model: Model,
  name: string,
  fields: readonly string[],
  { table, attributes }: Pick<Draft, 'table' | 'attributes'>,
): GuardPlan {
  const text = [`UNIQUE#${name}`, ...fields.map((field) => exactHole(field, attributes))].join('#');
  const sharing = model.entities.filter((one) => one.unique.some((unique) => unique.name?.text === name));
  const expires = sharing.some(({ ttl }) => ttl) ? (table.ttl?.text ?? null) : null;
  return {
    fields,
    partition: keyTemplate(table.partition.text, text, attributes),
    sort: table.sort ? keyTemplate(table.sort.text, 'UNIQUE', attributes) : null,
    present: fields.filter((field) => attributes.get(field)?.nullable),
    shared: { name, expires },
  };
}

function place(
  pattern: PatternModel,
  draft: Draft,
  findings: Diagnostic[],
  lock: Lock,
  entries: ReadonlySet<string>,
): Read | undefined {
  if (pattern.entry) return placeEntry(pattern, draft, findings, lock, entries);
  const index = pattern.index?.text;
  if (index === undefined || index === 'table') return placeOnTable(pattern, draft, findings);
  const multiAttribute = draft.table.indexes.find((one) => one.name.text === index)?.multiAttribute;
  if (!multiAttribute) return placeOnIndex(pattern, draft, index, findings);
  const slot = multiAttributeSlot(pattern, multiAttribute, draft.attributes);
  if (serves(slot, pattern)) return { item: 0, slot, why: 'pinned; its keys are attributes as they are' };
  findings.push(doesNotServe(pattern, slot));
  return undefined;
}

/** The first key that serves it: those the lock knows in the order of their making, then those of this layout. */
function placeOnKept(pattern: PatternModel, draft: Draft): Read | undefined {
  const { items, keeper } = draft;
  const [main] = items;
  const own = main?.slots[0];
  const choices = [...items, ...keeper.waiting(items)].flatMap((item) =>
    item.slots.map((slot) => ({ item, slot, order: slot === own ? 0 : keeper.order(item, slot) })),
  );
  const found = choices.sort((a, b) => a.order - b.order).find(({ slot }) => fits(slot, pattern, draft));
  if (!found || !main) return undefined;
  const { item, slot } = found;
  if (items.includes(item)) return { item: items.indexOf(item), slot, why: '' };
  keeper.settle(slot);
  if (item.role === 'main') {
    main.slots.push(slot);
    return { item: 0, slot, why: '' };
  }
  const covering = { kind: 'some' as const, attributes: draft.keyFields };
  items.push({ ...item, for: pattern.name.text, covering });
  return { item: items.length - 1, slot, why: '' };
}

/** Whether a key answers a pattern, and its index holds the records the pattern asks for, no fewer and no more. */
function fits(slot: SlotPlan, pattern: PatternModel, draft: Pick<Draft, 'attributes'>): boolean {
  if (!serves(slot, pattern)) return false;
  const said = new Set([...pattern.where, ...pattern.when].map((one) => one.field.text));
  const wanted = presentOf([], draft.attributes, pattern);
  return (
    slot.present.every((field) => said.has(field)) && wanted.every((field) => slot.present.includes(field))
  );
}

/** The fewest keys that serve the patterns, and of those the ones that the fewest changes of a record change. */
function groupsFor(
  patterns: readonly PatternModel[],
  draft: Draft,
): { readonly patterns: readonly PatternModel[] }[] {
  const isSteady = (field: string) => {
    const attribute = draft.attributes.get(field);
    return (
      draft.keyFields.includes(field) ||
      attribute?.immutable === true ||
      attribute?.generated === 'uuidv7' ||
      attribute?.generated === 'now'
    );
  };
  return fewestGroups(patterns, {
    make: (group) => {
      if (group.length === 1) return { patterns: group, fields: fieldsOf(group) };
      const slot = groupSlot(group, draft);
      return slot && group.every((pattern) => fits(slot, pattern, draft))
        ? { patterns: group, fields: fieldsOf(group) }
        : undefined;
    },
    cost: ({ fields }) => fields.filter((field) => !isSteady(field)).length,
  });
}

function fieldsOf(patterns: readonly PatternModel[]): string[] {
  return [
    ...new Set(
      patterns.flatMap((pattern) => [
        ...pattern.where.map((binding) => binding.field.text),
        ...orderFields(pattern),
      ]),
    ),
  ];
}

/** The key of several patterns, on no index yet. */
function groupSlot(patterns: readonly PatternModel[], draft: Draft): SlotPlan | undefined {
  const texts = groupTexts(patterns, draft);
  const [first] = patterns;
  if (!texts || !first) return undefined;
  const { attributes } = draft;
  return slotOf(
    patterns,
    '',
    keyTemplate('', texts.partition, attributes),
    keyTemplate('', texts.sort, attributes),
    draft,
  );
}

function slotOf(
  patterns: readonly PatternModel[],
  index: string,
  partition: KeyTemplate,
  sort: KeyTemplate | null,
  { attributes }: Draft,
): SlotPlan {
  const [first] = patterns;
  if (!first) throw new Error('a key of no pattern');
  return {
    index,
    partition,
    sort,
    shards: hasShard(partition) ? (first.shards?.count ?? 1) : null,
    present: [...new Set(patterns.flatMap((pattern) => presentOf([partition, sort], attributes, pattern)))],
    when: whenOf(first),
  };
}

/** Puts patterns that one key serves on the first index that is free. */
function placeGroup(
  patterns: readonly PatternModel[],
  draft: Draft,
  lock: Lock,
  reads: Map<string, Read>,
  findings: Diagnostic[],
): void {
  const [main] = draft.items;
  const [first] = patterns;
  const texts = groupTexts(patterns, draft, lock);
  if (!main || !first || !texts) throw new Error('a group without a key');
  const taken = new Set(main.slots.map((slot) => slot.index));
  let slot: SlotPlan | undefined;
  for (const index of freeIndexes(draft.table, taken, lock)) {
    const made = slotOf(
      patterns,
      index.name.text,
      keyTemplate(index.partition.text, texts.partition, draft.attributes),
      index.sort ? keyTemplate(index.sort.text, texts.sort, draft.attributes) : null,
      draft,
    );
    if (index.sort || patterns.every((pattern) => serves(made, pattern))) {
      slot = made;
      break;
    }
  }
  if (!slot) {
    findings.push({
      code: 'no-free-index',
      severity: 'error',
      message: `Pattern \`${first.name.text}\` needs an index, but \`${draft.model.name.text}\` already uses every index of \`${draft.table.name.text}\`.`,
      at: first.name.at,
      hint: `Declare another index under \`tables.${draft.table.name.text}.indexes\`, or add \`entry: true\` and an \`index\`.`,
    });
    return;
  }
  main.slots.push(slot);
  for (const pattern of patterns) reads.set(pattern.name.text, { item: 0, slot, why: '' });
}

function groupTexts(
  patterns: readonly PatternModel[],
  draft: Draft,
  lock?: Lock,
): { partition: string; sort: string } | undefined {
  const [first] = patterns;
  const fields =
    first &&
    commonKey(
      patterns.map((pattern) => ({
        equals: pattern.where.map((binding) => binding.field.text),
        sorts: orderFields(pattern),
      })),
    );
  return fields && textsOf(patterns, fields, draft, (head) => (lock ? draft.keeper.unused(head) : head));
}

/** By number, then as they were made: where there is a lock, an item has its keys in the order of their making. */
function inOrder(draft: Draft, reads: Map<string, Read>): void {
  const [main, ...entries] = draft.items;
  if (!main) return;
  const [own, ...slots] = main.slots;
  const numbered = <T>(list: readonly T[], number: (one: T) => number) =>
    list
      .map((one) => ({ one, at: number(one) }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
  main.slots.splice(
    0,
    main.slots.length,
    ...(own ? [own] : []),
    ...numbered(slots, (slot) => draft.keeper.order(main, slot)),
  );
  const last = (item: ItemDraft) => item.slots.at(-1);
  const sorted = [main, ...numbered(entries, (item) => draft.keeper.order(item, last(item) as SlotPlan))];
  const before = [...draft.items];
  draft.items.splice(0, draft.items.length, ...sorted);
  for (const [name, read] of reads) {
    const item = before[read.item];
    if (item?.slots.includes(read.slot)) reads.set(name, { ...read, item: sorted.indexOf(item) });
  }
}

/** Why a pattern that is not pinned reads where it does: told from what came out, however it came about. */
function explain(draft: Draft, open: readonly PatternModel[], reads: Map<string, Read>): void {
  const [main] = draft.items;
  const seen = new Set<SlotPlan>();
  const pinnedSlots = new Set([...reads.values()].filter(({ why }) => why !== '').map(({ slot }) => slot));
  const globals = draft.table.indexes.filter(
    ({ kind, project }) => kind === 'global' && project.kind === 'all',
  );
  for (const pattern of open) {
    const read = reads.get(pattern.name.text);
    if (pattern.target.text !== draft.model.name.text || !read) continue;
    const { slot, item } = read;
    const isFirst = !seen.has(slot) && !pinnedSlots.has(slot) && slot.index !== null && item === 0;
    seen.add(slot);
    const before = globals.slice(
      0,
      globals.findIndex((index) => index.name.text === slot.index),
    );
    const isNext = before.every((index) => main?.slots.some((one) => one.index === index.name.text));
    const why =
      !isFirst && slot.index === null && item === 0
        ? "the table's own key answers it"
        : !isFirst
          ? `${slotName(slot)} already ${item === 0 ? 'holds' : 'has an entry with'} this key`
          : isNext
            ? `${slot.index} is the first index that \`${draft.model.name.text}\` leaves free`
            : `the lock keeps it on ${slot.index}`;
    reads.set(pattern.name.text, { ...read, why });
  }
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
  const kept =
    pattern.key.length === 0 && others.length === 0
      ? draft.keeper
          .waiting(draft.items)
          .find(
            (item) =>
              item.role === 'main' &&
              item.slots.some((one) => one.index === index && fits(one, pattern, draft)),
          )
      : undefined;
  const made = shared ?? kept?.slots[0] ?? newSlot(pattern, draft, index);
  const same = others.find((one) => isSameSlot(one, made));
  const slot = same ?? (others.length > 0 ? { ...made, for: pattern.name.text } : made);
  const taken = same ?? others.find((one) => !areDisjoint(one, slot));
  if (taken && !same) {
    findings.push({
      code: 'index-slot-taken',
      severity: 'error',
      message: `\`${draft.model.name.text}\` already has a key on ${index}, and an item has one key per index.`,
      at: pattern.index?.at ?? pattern.name.at,
      notes: [
        { message: `already used for ${keyText(taken)}` },
        { message: `needed here for ${keyText(slot)}` },
      ],
      hint: 'Add `entry: true` to store a separate index entry, name another index, or give both patterns a `when` with different values of one field.',
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

function placeEntry(
  pattern: PatternModel,
  draft: Draft,
  findings: Diagnostic[],
  lock: Lock,
  entries: ReadonlySet<string>,
): Read | undefined {
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
        text(
          table.sort.text,
          `${draft.keeper.unusedEntry(own.partition.text, `ENTRY#${constant(pattern.name.text)}`)}${mainSort}`,
        ),
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
    (entry.key.length > 0 ? 'table' : freeIndexes(table, new Set(), lock).next().value?.name.text);
  const slots =
    index === undefined || index === 'table'
      ? [tableSlot]
      : [tableSlot, newSlot(pattern, draft, index, tableSlot)];
  const kept = draft.keeper.entry(pattern, slots, draft.items, entries);
  if (kept) slots.splice(0, slots.length, ...kept);
  const include = [...new Set([...draft.keyFields, ...entry.include.map((word) => word.text)])];
  const existing = draft.items.findIndex(
    (item) =>
      item.role === 'entry' &&
      item.slots.length === slots.length &&
      item.slots.every((slot, at) => slots[at] && isSameSlot(slot, slots[at])),
  );
  const slot = slots[slots.length - 1];
  if (!slot) return undefined;
  if (!serves(slot, pattern)) {
    findings.push(doesNotServe(pattern, slot));
    return undefined;
  }
  const known = draft.items[existing];
  if (known) {
    const attributesHeld = known.covering.kind === 'some' ? known.covering.attributes : [];
    known.covering = { kind: 'some', attributes: [...new Set([...attributesHeld, ...include])] };
    return { item: existing, slot, why: `shares the entry of \`${known.for}\`` };
  }
  draft.items.push({
    role: 'entry',
    for: pattern.name.text,
    covering: { kind: 'some', attributes: include },
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
  const partition = pattern.where.map((binding) => binding.field.text);
  return textsOf([pattern], { partition, sort: orderFields(pattern) }, draft, (head) =>
    draft.keeper.unused(head),
  );
}

/** Templates of a key with these fields, for a pattern's bucket and shards; `head` may have to be another word. */
function textsOf(
  patterns: readonly PatternModel[],
  fields: { readonly partition: readonly string[]; readonly sort: readonly string[] },
  draft: Draft,
  unused: (head: string) => string,
): { partition: string; sort: string } {
  const type = constant(draft.model.name.text);
  const { partition: equals, sort: sorts } = fields;
  const head = unused(equals.length > 0 ? `${type}_BY_${equals.map(constant).join('_')}` : type);
  const [pattern] = patterns;
  if (!pattern) throw new Error('a key of no pattern');
  const bucket = pattern.bucket ? [`{${pattern.bucket.unit.text}(${pattern.bucket.field.text})}`] : [];
  const shard = (pattern.shards?.count ?? 1) > 1 ? ['{shard}'] : [];
  const hole = (field: string) => builtHole(field, draft.attributes);
  const partition = [head, ...equals.map(hole), ...bucket, ...shard].join('#');
  const ordered = new Map(
    [...patterns].reverse().flatMap(({ sort }) => {
      const holes = sortHoles(sort, draft.attributes) ?? [];
      return sort.map(({ field }, at) => [field.text, holes[at] ?? hole(field.text)] as const);
    }),
  );
  const ties = draft.keyFields.filter((field) => !equals.includes(field) && !sorts.includes(field));
  const sort =
    [...new Set([...sorts, ...ties])].map((field) => ordered.get(field) ?? hole(field)).join('#') ||
    'METADATA';
  return { partition, sort };
}

/** The fields a pattern's answer is ordered by. */
export function sortFields(pattern: PatternModel): string[] {
  if (pattern.sort.length > 0) return pattern.sort.map((one) => one.field.text);
  return pattern.range ? [pattern.range.field.text] : [];
}

/** What stands in the sort key behind the equalities: what may narrow the answer, then its order. */
function orderFields(pattern: PatternModel): string[] {
  return [...new Set([...pattern.narrow.map((binding) => binding.field.text), ...sortFields(pattern)])];
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
  const isOrdered = orderFields(pattern).every(
    (field, at) => rest[at]?.field === field && !isTruncated(rest[at]),
  );
  // An inverted hole runs the other way; a sort key is read one way.
  const directions = pattern.sort.map(
    ({ descending }, at) => descending !== (rest[at] !== undefined && isInverted(rest[at].encode)),
  );
  return isOrdered && new Set(directions).size <= 1;
}

function isTruncated({ encode }: { readonly encode: HoleEncoding }): boolean {
  return !isOrdered(encode);
}

function presentOf(
  templates: readonly (KeyTemplate | null)[],
  attributes: ReadonlyMap<string, ResolvedAttribute>,
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
  const unknown = unknownTo(pattern, slot);
  return {
    code: 'key-does-not-serve',
    severity: 'error',
    message: `The key ${slot ? keyText(slot) : ''} does not answer pattern \`${pattern.name.text}\`.`,
    at: pattern.index?.at ?? pattern.name.at,
    notes: [
      { message: `the pattern needs ${asked.join(', ')}` },
      ...(unknown.length === 0
        ? []
        : [{ message: `without ${unknown.join(' and ')}, only a scan of every partition could answer it` }]),
    ],
    hint:
      unknown.length === 0
        ? 'Build the partition key from exactly the equality fields, bucket and shard. Begin the sort key with the remaining equality fields, then the order.'
        : `Add equality on ${unknown.join(' and ')}, or give the pattern its own key with \`shards: 4\`: a few known partitions, read in parallel and merged in order.`,
  };
}

/** What a pattern would have to know to find the partition. */
function unknownTo(pattern: PatternModel, slot: SlotPlan | undefined): string[] {
  const known = new Set([...pattern.where.map(({ field }) => field.text), pattern.bucket?.field.text]);
  return (slot ? holesOf(slot.partition) : [])
    .filter(({ field }) => !known.has(field))
    .map(({ field }) => `\`${field}\``);
}
