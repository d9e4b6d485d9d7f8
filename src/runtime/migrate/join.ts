/**
 * Two versions of a plan on the same records: what one record is stored as while servers of both read and write it.
 *
 * Where both versions store an item under one key, it is one item, with the attributes and index keys of both. Where they do
 * not (the main item or an entry has another key, or another key on the same index), there is a second one for the later
 * version, marked with `_next`. It lacks what the first has on an index already: a record appears once in each.
 */
import { itemId, keyOfItem } from '../keys/item-key.js';
import type { Item, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import { countedAttribute, nextAttribute } from '../write/action.js';
import { codecOf, type FormCodec } from './codec.js';
import type { KeyForm, StoredForm } from './form.js';

/** What begins the partition of an item whose own key is that of the earlier version's item. */
const besideKey = '_next#';

/** The earlier version of the plan, and the later. */
export type Side = 'from' | 'to';

/** The items of one record: of each kind, those of the earlier version, then those that only the later one reads. */
export interface Joined {
  readonly main: { readonly from: Item; readonly to: Item | undefined };
  readonly entries: readonly Item[];
  readonly versions: readonly Item[];
}

/** An entity in two versions of the plan. */
export class Pair {
  readonly from: FormCodec;
  readonly to: FormCodec;
  readonly table: TableRef;
  /** Whether the later version counts otherwise, or reads otherwise what is counted: it counts records that are marked. */
  readonly isCounting: boolean;
  /** The attributes that only keys have. */
  readonly #derived: ReadonlySet<string>;
  /** The attributes of each index's key. */
  readonly #indexes: readonly (readonly string[])[];
  /** Attributes that the later version calls otherwise. */
  readonly #renamed: readonly { readonly from: readonly string[]; readonly to: string }[];

  constructor(from: StoredForm, to: StoredForm) {
    this.from = codecOf(from);
    this.to = codecOf(to);
    this.table = from.table;
    const counting = ({ counters, reads }: StoredForm) => JSON.stringify([counters, reads]);
    this.isCounting = to.counters.length > 0 && counting(from) !== counting(to);
    const keys = [from, to].flatMap(keysOf);
    const expiries = [from, to].flatMap(({ ttl }) =>
      ttl && ttl.attribute !== ttl.field ? [ttl.attribute] : [],
    );
    this.#derived = new Set([nextAttribute, countedAttribute, ...expiries, ...keys.flatMap(derivedIn)]);
    const indexes = new Map<string, Set<string>>();
    for (const { index, attributes } of keys) {
      if (index === undefined) continue;
      const names = indexes.get(index) ?? new Set();
      for (const name of Object.keys(attributes)) names.add(name);
      indexes.set(index, names);
    }
    this.#indexes = Array.from(indexes.values(), (names) => [...names]);
    this.#renamed = Object.entries(to.reads).map(([name, { formerly = [] }]) => {
      // What the earlier version itself calls otherwise has its name there.
      const older = new Set(formerly.flatMap((former) => from.reads[former]?.formerly ?? []));
      return { from: formerly.filter((former) => !older.has(former)), to: name };
    });
  }

  /** What only the later version calls attributes that the earlier one has, too. */
  get newNames(): string[] {
    const { reads, required } = this.from.form;
    return this.#renamed.flatMap(({ from, to }) =>
      from.length === 0 || to in reads || required.includes(to) ? [] : [to],
    );
  }

  /** The attributes of a record, without keys; those that are called otherwise, under both names. @param by who wrote them last; null: by that one's alone */
  attributes(item: Item, by: Side | null): Item {
    const attributes = this.#withoutKeys(item);
    for (const { from, to } of this.#renamed) {
      if (by === 'to') for (const name of from) attributes[name] = attributes[to];
      else if (by === 'from' && from.length > 0)
        attributes[to] = from.map((name) => item[name]).find((value) => value !== undefined);
    }
    return attributes;
  }

  #withoutKeys(item: Item): Item {
    return Object.fromEntries(Object.entries(item).filter(([name]) => !this.#derived.has(name)));
  }

  /** Everything that is stored of a record while both versions are live. */
  items(attributes: Item): Joined {
    const [before, after] = [this.from.read(attributes), this.to.read(attributes)];
    const own = this.isCounting ? { ...attributes, [countedAttribute]: true } : attributes;
    const main = this.#join({ ...own, ...this.from.item(before) }, { ...own, ...this.to.item(after) });
    return {
      main,
      entries: this.#joinAll(this.from.entries?.(before) ?? [], this.to.entries?.(after) ?? []),
      versions: this.#joinAll(this.from.versions?.(before) ?? [], this.to.versions?.(after) ?? []),
    };
  }

  /** What is stored of it by one version alone. */
  own(attributes: Item, side: Side): Item {
    const codec = this[side];
    return { ...attributes, ...codec.item(codec.read(attributes)) };
  }

  #joinAll(from: readonly (Item | undefined)[], to: readonly (Item | undefined)[]): Item[] {
    const left = to.filter((item) => item !== undefined);
    const joined = from.flatMap((item) => {
      if (item === undefined) return [];
      const at = this.#partnerOf(item, left);
      const [partner] = at < 0 ? [] : left.splice(at, 1);
      const { from: first, to: second } = partner ? this.#join(item, partner) : { from: item, to: undefined };
      return second ? [first, second] : [first];
    });
    return [...joined, ...left];
  }

  /** The item of the same key, or else of the same pattern. */
  #partnerOf(item: Item, others: readonly Item[]): number {
    const id = this.#id(item);
    const same = others.findIndex((other) => this.#id(other) === id);
    return same >= 0 ? same : others.findIndex((other) => other['_type'] === item['_type']);
  }

  #id(item: Item): string {
    return itemId(this.table, keyOfItem(this.table, item));
  }

  #join(from: Item, to: Item): Joined['main'] {
    const isMoved = this.#id(from) !== this.#id(to);
    const has = (item: Item, names: readonly string[]) => names.some((name) => item[name] !== undefined);
    const isSame = (names: readonly string[]) => names.every((name) => sameValue(from[name], to[name]));
    const taken = this.#indexes.filter((names) => has(from, names));
    const conflicts = taken.filter((names) => has(to, names) && !isSame(names));
    if (!isMoved && conflicts.length === 0) return { from: { ...to, ...from }, to: undefined };
    const only = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
    if (isMoved) {
      const shared = taken.filter(isSame).flat();
      return {
        from: { ...this.#withoutKeys(to), ...from },
        to: { ...to, ...only(shared), ...keyOfItem(this.table, to), [nextAttribute]: true },
      };
    }
    const { partition } = this.table;
    const rest = this.#indexes.filter((names) => !conflicts.includes(names)).flat();
    return {
      from: { ...to, ...only(conflicts.flat()), ...from },
      to: {
        ...to,
        ...only(rest),
        ...keyOfItem(this.table, to),
        [partition]: `${besideKey}${to[partition]}`,
        [nextAttribute]: true,
      },
    };
  }
}

function keysOf({ key, indexes, entries, versions }: StoredForm): KeyForm[] {
  return [key, ...indexes, ...[...entries, ...versions].flatMap(({ keys }) => keys)];
}

/** A key that is a field itself is an attribute of the record. */
function derivedIn({ attributes }: KeyForm): string[] {
  return Object.entries(attributes).flatMap(([name, parts]) => {
    const [only, ...others] = parts;
    const isField = others.length === 0 && typeof only === 'object' && 'field' in only && only.field === name;
    return isField ? [] : [name];
  });
}
