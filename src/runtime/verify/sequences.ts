/** Compares sequences with the numbers of records: no record has a greater one than was given. */
import { itemId } from '../keys/item-key.js';
import { keyBuilder } from '../migrate/codec.js';
import type { KeyForm, PartForm } from '../migrate/form.js';
import { getItems } from '../read/batch-get.js';
import { isLasting } from '../reindex/aggregates.js';
import { same } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Item, Key, TableRef } from '../types.js';
import { type Action, counterAttributes, numberIn } from '../write/action.js';
import { isAt } from '../write/aggregates/aggregates.js';
import { commit } from '../write/commit.js';
import type { Check } from './check.js';
import type { Fault } from './findings.js';

/** A sequence, with the greatest number that a record has of it. */
interface Greatest {
  readonly entity: string;
  /** Its item has the name of one: entities that share a sequence may call their fields otherwise. */
  readonly fields: Set<string>;
  readonly table: TableRef;
  readonly key: Key;
  number: number;
}

/** How an entity numbers its records. */
interface Numbered {
  readonly entity: string;
  readonly table: TableRef;
  readonly field: string;
  readonly keyOf: (record: Item) => Key | undefined;
  /** What the attributes of its keys look like. */
  readonly forms: readonly (readonly [attribute: string, form: RegExp])[];
}

const attempts = 5;

export class Sequences {
  readonly #check: Check;
  readonly #numbered: readonly Numbered[];
  readonly #greatest = new Map<string, Greatest>();

  constructor(check: Check) {
    this.#check = check;
    this.#numbered = Object.entries(check.types ?? {}).flatMap(([entity, { sequences }]) => {
      const table = check.run.codecs.get(entity)?.table;
      return sequences.flatMap(({ field, key }) => (table ? [numberedBy(entity, table, field, key)] : []));
    });
  }

  /** The entities whose records have numbers of sequences. */
  get entities(): readonly string[] {
    return [...new Set(this.#numbered.map(({ entity }) => entity))];
  }

  /** Notes the numbers of a record. */
  note(codec: AnyCodec, item: Item): void {
    for (const { entity, table, field, keyOf } of this.#numbered) {
      if (entity !== codec.name) continue;
      const number = item[field];
      if (typeof number !== 'number' || !this.#check.isSound(codec, table, item)) continue;
      const key = keyOf(codec.read(item) as Item);
      if (key !== undefined) this.#add({ entity, fields: new Set([field]), table, key, number });
    }
  }

  /** Notes an item that is where a sequence is. @returns whether it is */
  meet(table: TableRef, key: Key): boolean {
    const all = this.#numbered.filter(
      (one) =>
        one.table.name === table.name && one.forms.every(([name, form]) => form.test(String(key[name]))),
    );
    const [first] = all;
    if (first === undefined) return false;
    const fields = new Set(all.map(({ field }) => field));
    this.#add({ entity: first.entity, fields, table, key, number: 0 });
    return true;
  }

  #add(one: Greatest): void {
    const id = itemId(one.table, one.key);
    const known = this.#greatest.get(id);
    if (known === undefined) this.#greatest.set(id, one);
    else {
      known.number = Math.max(known.number, one.number);
      for (const field of one.fields) known.fields.add(field);
    }
  }

  /** Compares those that were noted since. */
  async verify(): Promise<void> {
    const all = [...this.#greatest.values()];
    this.#greatest.clear();
    const items = await getItems(this.#check.requester, all.map(keyOfSequence));
    for (const [at, one] of all.entries()) await this.#compare(one, items[at] ?? null);
  }

  /** A record's number was taken before it was written, and none is given back: what is less now is wrong. */
  async #compare(one: Greatest, first: Item | null): Promise<void> {
    const { findings, repair, requester } = this.#check;
    let item = first;
    for (let attempt = 1; ; attempt++) {
      const fault = this.#faultOf(one, item);
      if (fault === undefined) return;
      const outcome = repair ? await commit(requester, [correction(one, fault, item)]) : undefined;
      // Who takes a number meanwhile moves it on.
      if (outcome === undefined || outcome.kind === 'done' || attempt === attempts)
        return findings.add(fault, outcome?.kind === 'done');
      item = (await getItems(requester, [keyOfSequence(one)]))[0] ?? null;
    }
  }

  #faultOf({ entity, fields, table, key, number }: Greatest, item: Item | null): Fault | undefined {
    const { name, value } = counterAttributes;
    const { run } = this.#check;
    const last = numberIn(item);
    const isNamed = item !== null && fields.has(String(item[name]));
    if (
      item === null
        ? number === 0
        : isNumber(item[value]) && last >= number && isNamed && isLasting(run, table, item)
    )
      return undefined;
    const [field = ''] = fields;
    const wanted: Item = {
      ...item,
      ...key,
      [name]: isNamed ? item[name] : field,
      [value]: Math.max(number, Math.ceil(last), 0),
    };
    const ttl = run.expiry(table.name);
    if (ttl !== undefined) delete wanted[ttl];
    return {
      kind: item === null ? 'missing' : 'stale',
      part: 'sequence',
      entity,
      table,
      key,
      item,
      wanted,
      isRepairable: true,
      ...(last < number && { why: `A ${entity} has the ${field} ${number}.` }),
    };
  }
}

function keyOfSequence({ table, key }: Greatest) {
  return { table, key, consistent: true };
}

function isNumber(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}

function correction({ entity, table, key }: Greatest, { wanted }: Fault, item: Item | null): Action {
  return {
    kind: 'put',
    table,
    key,
    item: { ...wanted },
    purpose: { kind: 'sequence', entity },
    condition: item === null ? isAt(table, null) : same(item),
  };
}

function numberedBy(entity: string, table: TableRef, field: string, key: KeyForm): Numbered {
  const keyOf = keyBuilder({ keyFields: [] }, key);
  const forms = Object.entries(key.attributes).map(([name, parts]) => [name, formOf(parts)] as const);
  return { entity, table, field, keyOf, forms };
}

/** The texts that parts of a key make: anything in the place of a value. */
function formOf(parts: readonly PartForm[]): RegExp {
  const made = parts.map((part) =>
    typeof part === 'string' ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '.*',
  );
  return new RegExp(`^${made.join('')}$`, 's');
}
