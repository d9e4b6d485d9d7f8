/** What laying out gives: where each record is stored, and the key that each pattern reads. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Encoding } from '../encodings.js';
import type { EntityModel, PatternModel, ReferenceModel, TableModel, TypeRef } from '../model.js';
import type { ReadReason } from '../plan/types/access.js';
import type { AggregatePlan, GuardPlan, ItemPlan, ReferencePlan, SlotPlan } from '../plan/types/storage.js';
import type { ResolvedAttribute } from '../resolve/resolved-model.js';

export interface Layout {
  /** As declared, with the indexes that were made for those that list none. */
  readonly tables: readonly TableModel[];
  readonly entities: ReadonlyMap<string, EntityLayout>;
  /** Where each query pattern reads; a member of a mixed pattern is `pattern.Entity`. */
  readonly reads: ReadonlyMap<string, PatternRead>;
  /** The values of the enums that attributes hold, or values within them. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** The fields of the types that are stored within attributes. */
  readonly types: ReadonlyMap<string, readonly StoredField[]>;
  /** The patterns of each entity, in the order of the YAML. */
  readonly readers: readonly Reader[];
  /** What laying out found: a slot that is taken, a key that does not serve, what differs from the lock. */
  readonly findings: readonly Diagnostic[];
}

export interface StoredField {
  readonly name: string;
  readonly type: TypeRef;
  /** How its innermost values are stored. */
  readonly element: Encoding;
}

export interface EntityLayout {
  readonly model: EntityModel;
  readonly table: TableModel;
  readonly attributes: Attributes;
  readonly items: readonly ItemPlan[];
  readonly keyFields: readonly string[];
  readonly guards: readonly GuardPlan[];
  readonly aggregates: readonly AggregatePlan[];
  readonly references: readonly ReferenceLayout[];
}

/** The part of a reference that its own entity decides. */
export type ReferenceLayout = Pick<ReferencePlan, 'name' | 'to' | 'present' | 'onDelete' | 'counter'> & {
  readonly model: ReferenceModel;
};

/** By name. */
export type Attributes = ReadonlyMap<string, ResolvedAttribute>;

/** A pattern that reads records, or an aggregate, of an entity; a mixed one for each of its members. */
export interface Reader {
  readonly entity: string;
  readonly pattern: PatternModel;
  /** Undefined where it is a get by the primary key, or reads an aggregate. */
  readonly read: PatternRead | undefined;
}

export interface PatternRead {
  /** Position in the entity's items. */
  readonly item: number;
  readonly slot: SlotPlan;
  readonly why: ReadReason;
}

/** An entity's keys while its patterns are placed. A value: placing a pattern gives the next one. */
export interface EntityKeys {
  /** Of the record itself: the primary key, then one for each index it is in. */
  readonly record: readonly SlotPlan[];
  readonly entries: readonly EntryKeys[];
}

export interface EntryKeys {
  /** The pattern it was made for. */
  readonly for: string;
  /** Its own primary key, then its index key if it has one. */
  readonly slots: readonly SlotPlan[];
  /** The fields it includes. */
  readonly include: readonly string[];
}

/** Where one pattern was placed, and the keys of its entity from then on; or why it has no place. */
export type Placing =
  | { readonly kind: 'placed'; readonly keys: EntityKeys; readonly slot: SlotPlan }
  | { readonly kind: 'refused'; readonly finding: Diagnostic };

/** What placing several patterns gives. */
export interface Placements {
  /** By entity. */
  readonly keys: ReadonlyMap<string, EntityKeys>;
  /** By pattern, in the order they were placed. */
  readonly slots: ReadonlyMap<string, SlotPlan>;
  readonly findings: readonly Diagnostic[];
}
