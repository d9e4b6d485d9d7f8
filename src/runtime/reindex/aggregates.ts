/** Compares counts and sums with the records, and corrects them, while others write. */
import { createHash } from 'node:crypto';
import { conflict } from '../errors.js';
import { itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { getItems } from '../read/batch-get.js';
import type { AttributeValue, Item, Key, TableRef } from '../types.js';
import { type Action, counterAttributes, guardAttributes, numberIn, typeOf } from '../write/action.js';
import { commit } from '../write/commit.js';
import { isMarked } from '../write/references.js';
import { type Run, same } from './run.js';
import type { AnyCodec } from './types.js';

/** One item of an aggregate, as the records have it. */
export interface Tally {
  readonly table: TableRef;
  readonly key: Key;
  /** As its records have it; where it has none, as its item says. */
  name: string;
  sum: number;
  /** How many records it counts. */
  records: number;
  /** Of these records as they were read: equal for equal records, in any order. */
  print: number;
}

export type Tallies = Map<string, Tally>;

/** Adds what one item of a table has to do with aggregates. */
export function tally(run: Run, tallies: Tallies, table: TableRef, item: Item): void {
  const type = typeOf(item);
  const codec = run.codecs.get(type);
  if (codec !== undefined) {
    if (!isMarked(item) && item[table.partition] !== undefined) tallyRecord(run, tallies, codec, item);
    return;
  }
  const name = item[counterAttributes.name];
  const isOther = run.known.has(type.split('.')[0] ?? '') || guardAttributes.entity in item;
  if (typeof name !== 'string' || isOther) return;
  const key = keyOfItem(table, item);
  const id = itemId(table, key);
  if (!tallies.has(id)) tallies.set(id, { table, key, name, sum: 0, records: 0, print: 0 });
}

function tallyRecord(run: Run, tallies: Tallies, codec: AnyCodec, item: Item): void {
  const { table } = codec;
  let counted: ReturnType<NonNullable<AnyCodec['counters']>>;
  try {
    const record = run.read(codec, item);
    if (run.isStrict && itemId(table, codec.key(record)) !== itemId(table, keyOfItem(table, item))) return;
    counted = codec.counters?.(record) ?? [];
  } catch {
    // It was reported when it should have been brought to the plan.
    return;
  }
  const print = printOf(item);
  for (const { name, key, by } of counted) {
    if (key === undefined || !Number.isFinite(by)) continue;
    const id = itemId(table, key);
    const one = tallies.get(id) ?? { table, key: checkKey(key, table), name, sum: 0, records: 0, print: 0 };
    one.name = name;
    one.sum += by;
    one.records += 1;
    one.print = (one.print + print) % 2 ** 48;
    tallies.set(id, one);
  }
}

/** A number for an item with its contents. */
function printOf(item: Item): number {
  const text = JSON.stringify(
    Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)),
    (_name, value: unknown) =>
      value instanceof Set ? [...(value as Set<AttributeValue>)].map(String).sort() : value,
  );
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/** How often records are counted before an aggregate that writes keep changing is given up. */
const mostCounts = 4;

interface Measuring {
  /** Whether an aggregate is compared, as it was counted for the first time. */
  isOf(one: Tally): boolean;
  /** Is given each of them once, with its item. */
  take(one: Tally, item: Item | null): Promise<void>;
}

/**
 * Every write of this plan adds to an aggregate what it changes of its records, in one transaction: the error of an
 * aggregate stays the same whoever writes. It is measured where all records of the aggregate were the same before and
 * after its value was read, and the value was the same before and after that: a record that came and went between is in
 * neither count. What is measured may then be added at any later time.
 *
 * @param scan reads all records and aggregates once
 * @returns those that writes changed all the while; undefined where the run was ended
 */
export async function measureAggregates(
  run: Run,
  scan: () => Promise<Tallies | undefined>,
  { isOf, take }: Measuring,
): Promise<readonly Tally[] | undefined> {
  let before = await scan();
  if (before === undefined) return undefined;
  const { retired } = run;
  let open = [...before].filter(([, one]) => isOf(one));
  for (let counts = 1; open.length > 0 && counts < mostCounts; counts++) {
    const keys = open.map(([, { table, key }]) => ({ table, key, consistent: true }));
    const values = await getItems(run.requester, keys);
    const after = await scan();
    if (after === undefined) return undefined;
    const last = await getItems(run.requester, keys);
    const unsettled: typeof open = [];
    for (const [at, [id, one]] of open.entries()) {
      const again = after.get(id);
      const item = last[at] ?? null;
      const isSame = (again?.print ?? 0) === one.print && (again?.records ?? 0) === one.records;
      if (isSame && numberIn(values[at] ?? null) === numberIn(item)) await take(one, item);
      // One of an earlier plan that is counted after all is one of this plan.
      else if (again && (retired === undefined || again.records === 0)) unsettled.push([id, again]);
    }
    open = unsettled;
    before = after;
  }
  return open.map(([, one]) => one);
}

/** @returns false where the run was ended */
export async function correctAggregates(
  run: Run,
  scan: () => Promise<Tallies | undefined>,
): Promise<boolean> {
  const { retired } = run;
  const counted = new Set<string>();
  const scanned = async () => {
    const tallies = await scan();
    for (const { name, records } of tallies?.values() ?? []) if (records > 0) counted.add(name);
    return tallies;
  };
  const names = retired ?? counted;
  // The item of a sequence has the name of its field, and no record adds to it.
  const fields = new Set([...run.known.values()].flatMap((codec) => Object.keys(fieldsOf(codec))));
  const unsettled = await measureAggregates(run, scanned, {
    isOf: ({ name, records }) =>
      (records > 0 && retired === undefined) || (records === 0 && names.has(name) && !fields.has(name)),
    take: (one, item) => correct(run, one, item),
  });
  run.counts.unsettled = unsettled?.length ?? 0;
  if (!run.isCounted) for (const { name, key } of unsettled ?? []) run.fail(name, key, conflict());
  return unsettled !== undefined;
}

function fieldsOf(codec: AnyCodec): object {
  try {
    return codec.read({});
  } catch {
    return {};
  }
}

async function correct(run: Run, one: Tally, item: Item | null): Promise<void> {
  if (one.records === 0 ? item === null : isRight(run, one, item)) return;
  if (!run.dryRun && !(await correctItem(run, one, item))) return run.fail(one.name, one.key, conflict());
  // A number that came back to nothing says the same as none: it is deleted, and was not wrong.
  const isNothing = one.records === 0 && item?.[counterAttributes.value] === 0;
  if (!isNothing) run.counts.aggregates += 1;
}

/** Whether an item has the number and the name that its records give it, and stays as long as they. */
export function isRight(run: Run, { table, name, sum }: Tally, item: Item | null): boolean {
  // A number that came back to nothing says the same as none.
  if (item === null) return sum === 0;
  return (
    item[counterAttributes.value] === sum &&
    item[counterAttributes.name] === name &&
    isLasting(run, table, item)
  );
}

/** Whether DynamoDB does not expire an item. */
export function isLasting(run: Run, { name }: TableRef, item: Item): boolean {
  const ttl = run.expiry(name);
  return ttl === undefined || !(ttl in item);
}

/**
 * Adds what the item lacks, or deletes one that no record is counted in.
 *
 * @returns false where others changed meanwhile what could not be added to
 */
export async function correctItem(run: Run, one: Tally, item: Item | null): Promise<boolean> {
  const { table, key, name, sum, records } = one;
  const isNumber = item === null || typeof item[counterAttributes.value] === 'number';
  if (item !== null && (!isNumber || !isLasting(run, table, item))) return replaced(run, one, item);
  const purpose = { kind: 'counter', entity: name, guard: name } as const;
  const { name: nameAttribute, value: attribute } = counterAttributes;
  const add: Action = {
    kind: 'add',
    table,
    key,
    attribute,
    by: sum - numberIn(item),
    set: { [nameAttribute]: name },
    purpose,
  };
  const remove: Action = {
    kind: 'delete',
    table,
    key,
    purpose,
    condition: {
      expression: '#n = :n',
      names: { '#n': attribute },
      values: { ':n': numberIn(item) },
    },
  };
  const retry = run.requester.retry();
  let action = records === 0 ? remove : add;
  for (;;) {
    const outcome = await commit(run.requester, [action]);
    if (outcome.kind === 'done') return true;
    if (outcome.kind === 'stale') action = add;
    else if (!(await retry.wait())) throw outcome.error;
  }
}

/** Nothing can be added to what is no number, and what expires would lose what is. */
async function replaced(run: Run, { table, key, name, sum, records }: Tally, item: Item): Promise<boolean> {
  const { name: nameAttribute, value } = counterAttributes;
  const common = {
    table,
    key,
    purpose: { kind: 'counter', entity: name, guard: name },
    condition: same(item),
  } as const;
  const action: Action =
    records === 0
      ? { kind: 'delete', ...common }
      : { kind: 'put', ...common, item: { ...key, [nameAttribute]: name, [value]: sum } };
  return (await commit(run.requester, [action])).kind === 'done';
}
