/** What a verification found, each item once, and no more than can be kept. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import type { Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import type { Finding, FindingKind, StoredTypes, Unchecked } from './types.js';

const mostFindings = 10_000;
const mostUnchecked = 1000;

/** A fault as it was found; `item` and `wanted` are whole items. */
export interface Fault extends Pick<Finding, 'kind' | 'part' | 'entity' | 'isRepairable' | 'why'> {
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

export class Findings {
  readonly #types: StoredTypes | undefined;
  readonly #findings = new Map<string, Finding>();
  readonly #unchecked: Unchecked[] = [];
  readonly #kinds = new Map<FindingKind, number>(Object.keys(ranks).map((kind) => [kind as FindingKind, 0]));
  #repaired = 0;
  #uncheckedCount = 0;

  constructor(types: StoredTypes | undefined) {
    this.#types = types;
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
      if (ranks[earlier.kind] >= ranks[fault.kind]) return;
      this.#count(earlier.kind, earlier.isRepaired, -1);
    }
    this.#count(fault.kind, isRepaired, 1);
    if (earlier || this.#findings.size < mostFindings)
      this.#findings.set(id, this.#findingOf(fault, isRepaired));
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
      more: this.found - findings.length,
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
