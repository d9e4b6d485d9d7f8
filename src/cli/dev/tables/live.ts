/** What the page at /tables is sent, as JSON. */

import type { MapPlace, TableMap } from '../../../review/map/table-map.js';

export interface LivePage {
  readonly map: TableMap;
  readonly isLive: true;
}

/** An operation that the development server carried out. */
export interface LiveOperation {
  /** `query Users`; of one without a name its fields: `mutation { createUser }`. */
  readonly title: string;
  readonly budget: LiveBudget | null;
  readonly requests: readonly LiveRequest[];
  /** As the engine bills them. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** The requests that its plan allows. */
export interface LiveBudget {
  readonly usual: number;
  /** Null where there is no bound. */
  readonly most: number | null;
  /** Rules and fields whose requests the plan does not know. */
  readonly unknown: readonly string[];
}

export interface LiveRequest {
  /** `Query`, `TransactWriteItems`. */
  readonly operation: string;
  readonly places: readonly LivePlace[];
}

export interface LivePlace extends Omit<MapPlace, 'items'> {
  /** What the request names: `PK = USER#42 and SK = METADATA`. */
  readonly condition: string;
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
