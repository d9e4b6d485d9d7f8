/** What a verification found, each item once, and no more than can be kept. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import type { Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import type { Finding, FindingKind, StoredTypes, Unchecked } from './types.js';

const mostFindings = 10_000;
const mostUnchecked = 1000;

/** A fault as it was found; `item` and `wanted` are whole items. */
export interface Fault extends Pick<Finding, 'kind' | 'part' | 'entity' | 'isRepairable' | 'why' | 'remedy'> {
  readonly table: TableRef;
  readonly key: Key;
  readonly item: Item | null;
  readonly wanted: Item | null;
  /** What the fault is of, where an item may have several: a reference, a unique value. */
  readonly of?: string;
}

/** Of two faults of one item, what its record says of it tells more than what it says itself. */
const ranks: Readonly<Record<FindingKind, number>> = {
  missing: 2,
  stale: 2,
  orphaned: 1,
  doubled: 3,
  unreadable: 3,
  unknown: 0,
};

/** Of what can be repaired, more is known; and what was repaired is as its record says, whatever it was before. */
function rankOf({ kind, isRepairable, isRepaired }: Pick<Finding, 'kind' | 'isRepairable' | 'isRepaired'>) {
  return (isRepaired ? 20 : isRepairable ? 10 : 0) + ranks[kind];
}

/** What was found so far, in numbers. */
export interface FoundCounts {
  readonly kinds: Readonly<Partial<Record<FindingKind, number>>>;
  readonly repaired: number;
  readonly uncheckedCount: number;
}

export const nothingFound: FoundCounts = { kinds: {}, repaired: 0, uncheckedCount: 0 };

export class Findings {
  readonly #types: StoredTypes | undefined;
  readonly #findings = new Map<string, Finding>();
  readonly #unchecked: Unchecked[] = [];
  readonly #kinds: Map<FindingKind, number>;
  readonly #earlier: number;
  #repaired: number;
  #uncheckedCount: number;

  /** @param begun what earlier runs found, which this one resumes */
  constructor(types: StoredTypes | undefined, begun: FoundCounts = nothingFound) {
    this.#types = types;
    const kinds = Object.keys(ranks) as FindingKind[];
    this.#kinds = new Map(kinds.map((kind) => [kind, begun.kinds[kind] ?? 0]));
    this.#repaired = begun.repaired;
    this.#uncheckedCount = begun.uncheckedCount;
    this.#earlier = this.found;
  }

  get found(): number {
    return [...this.#kinds.values()].reduce((sum, count) => sum + count, 0);
  }

  get repaired(): number {
    return this.#repaired;
  }

  add(fault: Fault, isRepaired: boolean): void {
    const id = `${fault.of ?? ''} ${itemId(fault.table, fault.key)}`;
    const earlier = this.#findings.get(id);
    if (earlier) {
      if (rankOf(earlier) >= rankOf({ ...fault, isRepaired })) return;
      this.#count(earlier.kind, earlier.isRepaired, -1);
    }
    this.#count(fault.kind, isRepaired, 1);
    if (earlier || this.#findings.size < mostFindings)
      this.#findings.set(id, this.#findingOf(fault, isRepaired));
  }

  /** What was added as an orphan is one no more. */
  withdraw(table: TableRef, key: Key): void {
    const id = ` ${itemId(table, key)}`;
    const earlier = this.#findings.get(id);
    if (earlier?.kind !== 'orphaned' || earlier.isRepaired) return;
    this.#findings.delete(id);
    this.#count(earlier.kind, false, -1);
  }

  /** What was added as an orphan is deleted now. */
  settle(fault: Fault): void {
    const id = ` ${itemId(fault.table, fault.key)}`;
    const earlier = this.#findings.get(id);
    // Beyond what is kept of findings it was counted all the same.
    if (earlier === undefined) this.#repaired += 1;
    else this.add(fault, true);
  }

  /** In numbers, for a run that resumes this one. */
  get counts(): FoundCounts {
    const kinds = Object.fromEntries(this.#kinds);
    return { kinds, repaired: this.#repaired, uncheckedCount: this.#uncheckedCount };
  }

  skip(entity: string, { name: table }: TableRef, key: Key, why: string): void {
    this.#uncheckedCount += 1;
    if (this.#unchecked.length < mostUnchecked) this.#unchecked.push({ entity, table, key, why });
  }

  report() {
    const findings = [...this.#findings.values()];
    return {
      found: this.found,
      repaired: this.#repaired,
      kinds: Object.fromEntries(this.#kinds) as Record<FindingKind, number>,
      findings,
      more: this.found - this.#earlier - findings.length,
      earlier: this.#earlier,
      unchecked: this.#unchecked,
      uncheckedCount: this.#uncheckedCount,
    };
  }

  #count(kind: FindingKind, isRepaired: boolean, by: 1 | -1): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + by);
    if (isRepaired) this.#repaired += by;
  }

  #findingOf({ item, wanted, table, of: _of, ...fault }: Fault, isRepaired: boolean): Finding {
    const shown = (one: Item | null, other: Item | null) =>
      one && this.#shown(fault, other ? differing(one, other) : one);
    return {
      ...fault,
      table: table.name,
      has: shown(item, wanted),
      should: shown(wanted, item),
      isRepaired,
    };
  }

  /** Without secrets; of an entity that is not known, without any values. */
  #shown({ entity: name, key }: Pick<Fault, 'entity' | 'key'>, item: Item): Item {
    const [entity = ''] = name.split('.');
    const secret = this.#types?.[entity]?.secret;
    const isShown = (attribute: string) =>
      attribute.startsWith('_') || attribute in key || (secret && !secret.includes(attribute));
    return Object.fromEntries(
      Object.entries(item).map(([attribute, value]) => [
        attribute,
        isShown(attribute) ? value : '(not shown)',
      ]),
    );
  }
}

function differing(item: Item, other: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name, value]) => !sameValue(value, other[name])));
}

/** A fault that `repair` leaves as it is. */
export type Lasting = Fault & { readonly isRepairable: false; readonly why: string; readonly remedy: string };

/** The fault of an item that nobody has. */
export function orphan(entity: string, part: Fault['part'], table: TableRef, item: Item, why: string): Fault {
  return {
    kind: 'orphaned',
    part,
    entity,
    table,
    key: keyOfItem(table, item),
    item,
    wanted: null,
    isRepairable: true,
    why,
  };
}
