/** What the walk passes on: the objects fields are selected of, calls of fields, and what they return. */

import type { FieldNode } from 'graphql';
import type { Arguments } from '../arguments.js';
import type { BudgetField } from '../figures.js';
import type { Sets } from '../selections.js';
import type { Arrivals, Tally } from './ledger.js';

/** A line of the budget while it is counted; steps from 0. */
export interface Entry extends Pick<BudgetField, 'name' | 'kind' | 'path' | 'times' | 'by' | 'index'> {
  step: number;
  readonly tally: Tally;
  why: string;
  readonly fields: Entry[];
}

/** Objects that fields are selected of. */
export interface Parents {
  readonly type: string;
  readonly times: number;
  readonly step: number;
  /** Tells these objects from others: the same request for the same objects is sent once. */
  readonly identity: string;
  readonly arrivals: Arrivals;
  readonly path: string;
  /** How many elements their lists have; undefined: unknown. */
  readonly page?: number;
  /** They are edges: the identity of their nodes is theirs. */
  readonly isEdge?: true;
  /** Reads of these fields that were prefetched with the objects, by response name. */
  readonly prefetched?: ReadonlyMap<string, Started> | undefined;
  readonly fields: Entry[];
}

/** A field's own reads; reads that wait for its answer may follow. */
export interface Started {
  /** The step of its first request, and the one after its last. */
  readonly step: number;
  readonly end: number;
  readonly isNew: boolean;
  readonly rows: number;
  readonly arrivals: Arrivals;
  /** Keys that are read after its answer. */
  readonly led: number;
  readonly why: string;
  readonly tally: Tally;
  /** Reads of its fields that were prefetched with it. */
  readonly prefetched?: ReadonlyMap<string, Started> | undefined;
}

/** One field, called for all of its parents. */
export interface Call {
  readonly field: string;
  readonly node: FieldNode;
  readonly args: Arguments;
  readonly sets: Sets;
  readonly parents: Parents;
  readonly tally: Tally;
  /** Its reads, where they were prefetched. */
  readonly started: Started | undefined;
}

/** What a call returns. */
export interface Result {
  /** The first step in which requests of its fields are sent. */
  readonly step: number;
  /** How many elements a list, or a connection's lists, have. */
  readonly rows: number;
  readonly arrivals: Arrivals;
  readonly identity: string;
  readonly prefetched?: ReadonlyMap<string, Started> | undefined;
}

export function identityOf({ parents, field, args }: Call): string {
  return `${parents.identity}/${field}${JSON.stringify([...args])}`;
}
