/** What is counted and known while an operation is walked: the fields, reads, writes and rules share it. */

import type { Costs } from '../costs.js';
import { type BudgetOptions, readUnitBytes, type Sizes, usualBytes } from '../figures.js';
import type { Selections } from '../selections.js';
import { type Arrivals, Ledger, type Tally } from './ledger.js';

/** An operation with more fields, those of fragments counted wherever they are spread, is not walked to its end. */
const mostFields = 10_000;

/** `warm`: as usual, where everything that is cached is in the cache of the process. */
export type Mode = 'usual' | 'most' | 'warm';

export class TooManyFields extends Error {}

export class Progress {
  readonly costs: Costs;
  readonly selections: Selections;
  readonly isMost: boolean;
  /** Whether everything that is cached is in the cache of the process. */
  readonly isWarm: boolean;
  readonly readBudget: number;
  readonly #sizes: Sizes;
  readonly ledger: Ledger;
  /** Fields and rules that do not declare their requests. */
  readonly unknown = new Set<string>();
  /** What rules share, by its name, and the step from which on it is known. */
  readonly shared = new Map<string, number>();
  /** Records that came with a query of their item collection: another field may have requested them earlier. */
  readonly brought = new Set<string>();
  readonly #requested = new Set<string>();
  #fields = 0;
  #prefetched = 0;

  constructor(costs: Costs, selections: Selections, mode: Mode, options: BudgetOptions) {
    this.costs = costs;
    this.selections = selections;
    this.isMost = mode === 'most';
    this.isWarm = mode === 'warm';
    this.readBudget = options.readBudget ?? 10;
    this.#sizes = options.sizes ?? { records: {}, rows: {} };
    this.ledger = new Ledger(!this.isMost);
  }

  /** @throws TooManyFields */
  countField(): void {
    if (++this.#fields > mostFields) throw new TooManyFields();
  }

  /** @throws TooManyFields */
  countPrefetched(): void {
    if (++this.#prefetched > mostFields) throw new TooManyFields();
  }

  /** Adds keys that share the step's batch gets. */
  addKeys(step: number, { count, of, arrivals, consistent = false }: Keys, tally: Tally): void {
    if (this.isWarm && !consistent && of.length > 0 && of.every((name) => this.costs.cached?.includes(name)))
      return;
    this.ledger.addKeys(step, { count, arrivals, tally });
    tally.readUnits += this.unitsOf(count, of) / (consistent ? 1 : 2);
  }

  /** The read units of records that are read by their keys with strong consistency, as many of each entity. */
  unitsOf(records: number, entities: readonly string[]): number {
    const units = entities.reduce((sum, name) => sum + Math.ceil(this.recordBytes(name) / readUnitBytes), 0);
    return entities.length === 0 ? records : (records * units) / entities.length;
  }

  recordBytes(entity: string): number {
    return sizeIn(this.#sizes.records, entity) ?? usualBytes;
  }

  rowBytes(pattern: string, entity: string): number {
    return sizeIn(this.#sizes.rows, pattern) ?? this.recordBytes(entity);
  }

  /** Whether a request is new; from now on it is not. */
  request(identity: string): boolean {
    const isNew = !this.#requested.has(identity);
    this.#requested.add(identity);
    return isNew;
  }

  hasRequested(identity: string): boolean {
    return this.#requested.has(identity);
  }

  /** After a write everything is read again. */
  forget(): void {
    this.shared.clear();
    this.#requested.clear();
    this.brought.clear();
  }
}

interface Keys {
  readonly count: number;
  /** The entities of the records; nothing is known of other items. */
  readonly of: readonly string[];
  readonly arrivals: Arrivals;
  readonly consistent?: boolean | undefined;
}

function sizeIn(sizes: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(sizes, name) ? sizes[name] : undefined;
}
