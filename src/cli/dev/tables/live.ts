/** What the page at /tables is sent besides the map, as JSON. */

import type { MapPlace } from '../../../review/map/table-map.js';

/** An operation that the development server carried out. */
export interface LiveOperation {
  /** Counts up. */
  readonly id: number;
  /** `query Users`; the fields of one without a name: `mutation { createUser }`. */
  readonly title: string;
  /** What its plan allows; null where nothing is known of it. */
  readonly budget: { readonly usual: number; readonly most: number | null } | null;
  readonly requests: readonly LiveRequest[];
  /** As the engine bills them. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface LiveRequest {
  /** `Query`, `TransactWriteItems`. */
  readonly operation: string;
  /** The collections it touches, with the keys that it names: `USER#42 / METADATA`. */
  readonly places: readonly (Omit<MapPlace, 'items'> & { readonly key: string })[];
}

/** A page of what is stored. */
export interface LiveItems {
  readonly items: readonly LiveItem[];
  /** Where the next page begins; null after the last one. */
  readonly cursor: string | null;
}

export interface LiveItem {
  readonly partition: string;
  readonly sort: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}
