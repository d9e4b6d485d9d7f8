/** Records that the writes of a session depend on: nothing is written once what a rule decided by has changed. */
import { conflict } from '../errors.js';
import { isExpired } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import type { AttributeValue, EntityCodec, Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import { whole } from '../whole.js';
import type { Action, Condition, Premise } from './action.js';

/** What writes depend on of a record. */
export interface Dependence<R> {
  /** The fields that the writes depend on. Others of the record may change. */
  readonly fields: readonly (keyof R & string)[];
  /** Throws where the caller may not continue with such a record. Null: there is none, or it has expired. */
  readonly test?: (current: R | null) => void;
  /**
   * How old the record may be, in milliseconds, where its entity is cached: what is only read is decided by it. Default: 0,
   * it is read. What is written depends on the record as it is in any case.
   */
  readonly withinMs?: number;
}

/** The premises of one session, one for each record. */
export class Premises {
  readonly #byItem = new Map<string, Premise>();

  get all(): readonly Premise[] {
    return [...this.#byItem.values()];
  }

  /**
   * Reads a record and adds it. Fields that earlier calls named for it stay among those that count. A record that does
   * not pass the test is read again with strong consistency: a read that lags behind causes no refusal.
   */
  async read<R extends object>(
    codec: EntityCodec<R>,
    key: Key,
    { fields, test }: Dependence<R>,
    by: { readonly now: Date; read(consistent: boolean): Promise<Item | null>; forget(): void },
  ): Promise<R | null> {
    const recordOf = (item: Item | null) =>
      item === null || isExpired(codec, item, by.now) ? null : whole(codec, item);
    let item = await by.read(false);
    try {
      test?.(recordOf(item));
    } catch {
      item = await by.read(true);
      test?.(recordOf(item));
    }
    const { table, name: entity } = codec;
    const id = itemId(table, key);
    const all = new Set([...Object.keys(this.#byItem.get(id)?.expected ?? {}), ...fields]);
    const refuse = (now: Item | null): never => {
      by.forget();
      test?.(recordOf(now));
      throw conflict();
    };
    this.#byItem.set(id, { table, key, entity, expected: partOf(item, all), refuse });
    return recordOf(item);
  }

  /** The session itself has written these items: from now on writes depend on what it left. */
  written(
    items: readonly { readonly table: TableRef; readonly key: Key; readonly item: Item | null }[],
  ): void {
    for (const { table, key, item } of items) {
      const id = itemId(table, key);
      const premise = this.#byItem.get(id);
      if (premise === undefined) continue;
      this.#byItem.set(id, { ...premise, expected: partOf(item, Object.keys(premise.expected ?? {})) });
    }
  }
}

function partOf(item: Item | null, fields: Iterable<string>): Item | null {
  return item && Object.fromEntries([...fields].map((field) => [field, item[field]]));
}

/** A premise as an action of its own: `Actions` makes it a part of the one that writes the record, if one does. */
export function premiseAction(premise: Premise): Action {
  const { table, key, entity } = premise;
  return {
    kind: 'check',
    table,
    key,
    purpose: { kind: 'premise', entity },
    ...depending(undefined, premise),
  };
}

/** The condition, if there is one, and the premise. */
export function depending(
  condition: Condition | undefined,
  premise: Premise,
): { readonly condition: Condition; readonly premise: Premise } {
  const { expression, names, values } = conditionOf(premise);
  if (condition === undefined) return { condition: { expression, names, values }, premise };
  const both = {
    expression: `(${condition.expression}) AND ${expression}`,
    names: { ...condition.names, ...names },
    values: { ...condition.values, ...values },
  };
  return { condition: both, premise };
}

function conditionOf({ table, expected }: Premise): Condition {
  const partition = { '#vp': table.partition };
  if (expected === null) return { expression: 'attribute_not_exists(#vp)', names: partition, values: {} };
  const names: Record<string, string> = { ...partition };
  const values: Record<string, AttributeValue> = {};
  const parts = Object.entries(expected).map(([name, value], at) => {
    names[`#v${at}`] = name;
    if (value === undefined) return `attribute_not_exists(#v${at})`;
    values[`:v${at}`] = value;
    return `#v${at} = :v${at}`;
  });
  return { expression: ['attribute_exists(#vp)', ...parts].join(' AND '), names, values };
}

/** Throws where the record is not as expected any more. */
export function checkPremise({ expected, refuse }: Premise, now: Item | null): void {
  if (!isExpected(expected, now)) refuse(now);
}

function isExpected(expected: Item | null, now: Item | null): boolean {
  if (expected === null || now === null) return expected === now;
  return Object.entries(expected).every(([name, value]) => sameValue(now[name], value));
}
