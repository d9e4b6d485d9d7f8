/** Compares counts, sums, counts of references and sequences with the records. */
import { itemId } from '../keys/item-key.js';
import { keyBuilder } from '../migrate/codec.js';
import { getItems } from '../read/batch-get.js';
import { correctItem, measureAggregates, type Tallies, type Tally } from '../reindex/aggregates.js';
import { same } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Item, Key, TableRef } from '../types.js';
import { type Action, counterAttributes, numberIn } from '../write/action.js';
import { isAt } from '../write/aggregates/aggregates.js';
import { commit } from '../write/commit.js';
import type { Check } from './check.js';
import type { Fault } from './findings.js';

/** The greatest number of a sequence that a record has. */
interface Greatest {
  readonly entity: string;
  readonly field: string;
  readonly table: TableRef;
  readonly key: Key;
  number: number;
}

export class Sequences {
  readonly #check: Check;
  readonly #builders = new Map<
    string,
    readonly { field: string; keyOf: (record: Item) => Key | undefined }[]
  >();
  readonly #greatest = new Map<string, Greatest>();

  constructor(check: Check) {
    this.#check = check;
    for (const [entity, { sequences }] of Object.entries(check.types ?? {}))
      this.#builders.set(
        entity,
        sequences.map(({ field, key }) => ({ field, keyOf: keyBuilder({ keyFields: [] }, key) })),
      );
  }

  /** Notes the numbers of a record. */
  note(codec: AnyCodec, item: Item): void {
    for (const { field, keyOf } of this.#builders.get(codec.name) ?? []) {
      const { table, name: entity } = codec;
      const number = item[field];
      if (typeof number !== 'number' || !this.#check.isSound(codec, table, item)) continue;
      const key = keyOf(codec.read(item) as Item);
      if (key === undefined) continue;
      const id = itemId(table, key);
      const known = this.#greatest.get(id);
      if (known === undefined) this.#greatest.set(id, { entity, field, table, key, number });
      else known.number = Math.max(known.number, number);
    }
  }

  /** A record's number was taken before it was written, and none is given back: what is less now is wrong. */
  async verify(): Promise<void> {
    const all = [...this.#greatest.values()];
    const items = await getItems(
      this.#check.requester,
      all.map(({ table, key }) => ({ table, key, consistent: true })),
    );
    for (const [at, one] of all.entries())
      if (numberIn(items[at] ?? null) < one.number) await this.#behind(one, items[at] ?? null);
  }

  async #behind({ entity, field, table, key, number }: Greatest, item: Item | null): Promise<void> {
    const { name, value } = counterAttributes;
    const set = { [name]: field, [value]: number };
    const fault: Fault = {
      kind: item === null ? 'missing' : 'stale',
      part: 'sequence',
      entity,
      table,
      key,
      item,
      wanted: { ...item, ...key, ...set },
      isRepairable: true,
      why: `A ${entity} has the ${field} ${number}.`,
    };
    if (!this.#check.repair) return this.#check.findings.add(fault, false);
    const outcome = await commit(this.#check.requester, [
      {
        kind: 'update',
        table,
        key,
        set,
        remove: [],
        purpose: { kind: 'sequence', entity },
        condition:
          item !== null && item[value] === undefined ? same(item) : isAt(table, item && numberIn(item)),
      },
    ]);
    this.#check.findings.add(fault, outcome.kind === 'done');
  }
}

/** @returns false where the run was ended */
export async function verifyAggregates(
  check: Check,
  scan: () => Promise<Tallies | undefined>,
): Promise<boolean> {
  const entities = Object.entries(check.types ?? {});
  const named = (isOf: (entity: string) => boolean) =>
    new Set(entities.flatMap(([entity, { aggregates }]) => (isOf(entity) ? aggregates : [])));
  const ours = named((entity) => check.run.codecs.has(entity));
  const others = named((entity) => !check.run.codecs.has(entity));
  const uncertain = named((entity) => check.uncertain.has(entity));
  const fields = new Set(entities.flatMap(([, { sequences }]) => sequences.map(({ field }) => field)));
  // One that no record is counted in is of an earlier plan, where this plan is known.
  const isForgotten = (name: string) => check.types !== undefined && !others.has(name) && !fields.has(name);
  const unsettled = await measureAggregates(check.run, scan, {
    isOf: ({ name, table, key, records }) => {
      if (uncertain.has(name) || (check.types === undefined && check.uncertain.size > 0)) {
        check.findings.skip(name, table, key, 'Some of its records cannot be read.');
        return false;
      }
      return records > 0 || ours.has(name) || isForgotten(name);
    },
    take: (one, item) => verifyAggregate(check, one, item),
  });
  for (const { name, table, key } of unsettled ?? [])
    check.findings.skip(name, table, key, 'Writes changed its records all the while.');
  return unsettled !== undefined;
}

async function verifyAggregate(check: Check, one: Tally, item: Item | null): Promise<void> {
  const { table, key, name, sum, records } = one;
  const { name: nameAttribute, value } = counterAttributes;
  const isNamed = item === null || item[nameAttribute] === name;
  // A number that came back to nothing says the same as none.
  const isRight = numberIn(item) === sum && (item === null || typeof item[value] === 'number');
  if (isRight && isNamed) return;
  const wanted: Item = { ...key, [nameAttribute]: name, [value]: sum };
  const fault: Fault = {
    kind: item === null ? 'missing' : records === 0 ? 'orphaned' : 'stale',
    part: 'aggregate',
    entity: name,
    table,
    key,
    item,
    wanted: records === 0 ? null : wanted,
    isRepairable: true,
  };
  if (check.repair) {
    if (item === null || (isNamed && typeof item[value] === 'number'))
      await correctItem(check.run, one, item);
    else if (!(await rewritten(check, { table, key, item, wanted, name }))) {
      check.findings.skip(name, table, key, 'It was changed while it was repaired.');
      return;
    }
  }
  check.findings.add(fault, check.repair);
}

/** What is no number, or has no name, no write adds to as it should. */
async function rewritten(
  check: Check,
  { table, key, item, wanted, name }: { table: TableRef; key: Key; item: Item; wanted: Item; name: string },
): Promise<boolean> {
  const action: Action = {
    kind: 'put',
    table,
    key,
    item: wanted,
    purpose: { kind: 'counter', entity: name, guard: name },
    condition: same(item),
  };
  return (await commit(check.requester, [action])).kind === 'done';
}
