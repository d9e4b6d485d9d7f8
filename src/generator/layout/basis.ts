/** What the keys of an entity are built from: its table, its attributes, its primary key, and what the lock keeps. */

import type { Lock, LockedEntity } from '../lock.js';
import type { EntityModel, Model, PatternModel, TableModel, Word } from '../model.js';
import type { SlotPlan } from '../plan/types/storage.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { holesOf, keyTemplate, keyTexts } from '../resolve/templates.js';
import { entryPrefixOf, prefixOf, retiredPrefixes, unusedHead } from './lock/claims.js';
import { type KeptItem, keptItems, slotsOf } from './lock/kept.js';
import { isQuery, serves } from './serving.js';
import type { Attributes, EntityKeys } from './types.js';

export interface Basis {
  readonly entity: EntityModel;
  readonly table: TableModel;
  readonly attributes: Attributes;
  /** The primary key of its records, and the fields in it. */
  readonly primary: SlotPlan;
  readonly keyFields: readonly string[];
  /** The keys that it pins on indexes. */
  readonly pinned: readonly SlotPlan[];
  /** What the lock has of it. */
  readonly locked: LockedEntity | undefined;
  readonly isSealed: boolean;
  /** Patterns for which stored records still have to be written. */
  readonly pending: ReadonlySet<string>;
  /** The locked keys and entries that patterns still read. */
  readonly kept: readonly KeptItem[];
  /** Prefixes of keys that nothing new may have. */
  readonly taken: ReadonlySet<string>;
}

/** An entity whose basis is built. */
type Stored = Pick<Basis, 'entity' | 'table' | 'attributes'>;

/** By entity, in the order of the YAML. An entity of an unknown table has none. */
export function basesOf(
  { model, entities }: ResolvedModel,
  patterns: readonly PatternModel[],
  lock: Lock,
): ReadonlyMap<string, Basis> {
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const found = [...names].flatMap((name) => {
    const { model: entity, table, attributes } = entities.get(name) ?? {};
    return entity && table && attributes ? ownBasis({ entity, table, attributes }, patterns, lock) : [];
  });
  const taken = new Set([
    ...retiredPrefixes(lock, names).map(({ prefix }) => prefix),
    ...found.flatMap(({ released }) => released),
  ]);
  return new Map(found.map(({ basis }) => [basis.entity.name.text, { ...basis, taken }]));
}

/** As if there were no lock. */
export function basisOf(stored: Stored): Basis {
  return { ...ownBasis(stored, [], undefined).basis, taken: new Set() };
}

/** A head of a partition key that no other key has had. */
export function freeHead({ taken }: Pick<Basis, 'taken'>, head: string): string {
  return unusedHead(head, (one) => taken.has(one));
}

/** A head of a sort key that no other entry in the record's partition has had. */
export function freeEntryHead({ taken, primary }: Pick<Basis, 'taken' | 'primary'>, head: string): string {
  const partition = primary.partition.text;
  return unusedHead(head, (one) => taken.has(entryPrefixOf({ partition, sort: one })));
}

/** The basis of one more key on an index: what other keys of the entity begin with there is taken. */
export function apartFrom(basis: Basis, { record, entries }: EntityKeys, index: string): Basis {
  const slots = [...record, ...entries.flatMap((entry) => entry.slots), ...basis.kept.flatMap(slotsOf)];
  const heads = slots
    .filter((slot) => slot.index === index)
    .map(({ partition, sort }) => ({ partition: partition.text, sort: sort?.text ?? null }))
    .flatMap((key) => [prefixOf(key), entryPrefixOf(key)]);
  return { ...basis, taken: new Set([...basis.taken, ...heads]) };
}

/** The table an entity is in: a history is in that of its original. */
export function tableOf(model: Model, entity: EntityModel): TableModel | undefined {
  const original = entity.historyOf && model.entities.find((one) => one.name.text === entity.historyOf?.text);
  const name = (entity.table ?? original?.table)?.text;
  return name === undefined ? model.tables[0] : model.tables.find((one) => one.name.text === name);
}

/** A local index shares the partition key of the record. */
function pinnedSlots({ entity, table, attributes }: Stored, primary: SlotPlan): SlotPlan[] {
  return entity.keys.flatMap(({ index: name, key }) => {
    const index = table.indexes.find((one) => one.name.text === name.text);
    if (!index) return [];
    const templateOf = (attribute: Word | undefined) => {
      const text = key.find((one) => one.attribute.text === attribute?.text)?.template.text;
      return attribute && text !== undefined ? keyTemplate(attribute.text, text, attributes) : null;
    };
    const partition = index.kind === 'local' ? primary.partition : templateOf(index.partition);
    const sort = templateOf(index.sort);
    const fields = [...holesOf(partition), ...holesOf(sort)].map(({ field }) => field);
    const present = [...new Set(fields)].filter((field) => attributes.get(field)?.nullable);
    return partition ? [{ index: name.text, partition, sort, shards: null, present, when: [] }] : [];
  });
}

function ownBasis(
  { entity, table, attributes }: Stored,
  patterns: readonly PatternModel[],
  lock: Lock | undefined,
): { readonly basis: Omit<Basis, 'taken'>; readonly released: readonly string[] } {
  const [partitionText = '', sortText = ''] = keyTexts(entity, table);
  const partition = keyTemplate(table.partition.text, partitionText, attributes);
  const sort = table.sort ? keyTemplate(table.sort.text, sortText, attributes) : null;
  const primary: SlotPlan = { index: null, partition, sort, shards: null, present: [], when: [] };
  const keyFields = [...new Set([...holesOf(partition), ...holesOf(sort)].map((hole) => hole.field))];
  const pinned = pinnedSlots({ entity, table, attributes }, primary);
  const own = { entity, table, attributes, primary, keyFields, pinned };
  if (!lock)
    return {
      basis: { ...own, locked: undefined, isSealed: false, pending: new Set(), kept: [] },
      released: [],
    };
  const queries = patterns.filter(
    (pattern) => pattern.target.text === entity.name.text && isQuery(pattern, { keyFields }),
  );
  const isRead = (slot: SlotPlan) => queries.some((pattern) => serves(slot, pattern));
  const shardCounts = [...new Set(queries.flatMap(({ shards }) => shards?.count ?? []))].sort(
    (a, b) => a - b,
  );
  const { kept, released } = keptItems(lock, own, isRead, shardCounts);
  const locked = lock.entities.get(entity.name.text);
  const pending = new Set(
    lock.pending.filter(({ owner }) => owner === entity.name.text).map(({ name }) => name),
  );
  return { basis: { ...own, locked, isSealed: lock.isSealed, pending, kept }, released };
}
