/** What is drawn: tables, their keys and indexes, the item collections of each, and what patterns read of them. */

import type { SampleItem } from '../report.js';

export type State = 'same' | 'new' | 'changed' | 'gone';

export interface TableMap {
  readonly tables: readonly MapTable[];
  /** In the order of the declarations; those that are gone last. */
  readonly patterns: readonly MapPattern[];
}

export interface MapTable {
  readonly name: string;
  readonly physicalName: string;
  readonly state: State;
  /** The table's own key first, then its indexes. */
  readonly slots: readonly MapSlot[];
  /** Sample items by their ids. */
  readonly items: Readonly<Record<string, MapItem>>;
}

export interface MapSlot {
  /** Null is the table's own key. */
  readonly index: string | null;
  readonly kind: 'table' | 'global' | 'local';
  /** The names of key attributes; several of a multi-attribute index. */
  readonly partition: readonly string[];
  readonly sort: readonly string[];
  readonly state: State;
  readonly collections: readonly MapCollection[];
}

/** Items with one partition key. */
export interface MapCollection {
  /** As declared or built: `USER#{id}`. */
  readonly template: string;
  /** Of the sample: `USER#user-1`. */
  readonly partition: string;
  readonly state: State;
  /** Ids of items, by sort key. */
  readonly items: readonly { readonly item: string; readonly sort: string | null; readonly state: State }[];
}

export interface MapItem {
  /** The entity, or `idempotency`. */
  readonly entity: string;
  readonly role: 'main' | 'entry' | 'version' | 'guard' | 'aggregate' | 'counter';
  readonly title: string;
  readonly attributes: SampleItem;
  readonly state: State;
}

export interface MapPattern {
  readonly name: string;
  readonly field: string | null;
  readonly state: State;
  /** A sentence for people: `one Query of GSI2, 20 items`. */
  readonly reads: string;
  /** What it reads; `items` are ids within the table. */
  readonly places: readonly {
    readonly table: string;
    readonly index: string | null;
    /** The template of the collection. */
    readonly collection: string;
    readonly items: readonly string[];
  }[];
}
