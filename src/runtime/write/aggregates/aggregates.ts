/** Aggregates: how they are read, and how the next number of a sequence is taken. */
import { sumTooLarge } from '../../errors.js';
import { type ItemKey, itemId } from '../../keys/item-key.js';
import { checkKey } from '../../keys/limits.js';
import type { Aggregate, Item, SequenceRef, TableRef } from '../../types.js';
import { type Action, counterAttributes, numberIn } from '../action.js';
import { boundsOf } from '../entity/sums.js';
import { absent } from '../entity/unchanged.js';
import type { FoundItems } from '../write.js';

/** The keys of an aggregate's items: none where it is requested for a value that cannot be a key. */
export function itemsOf<R extends object>({ entity, keys }: Aggregate<R>): ItemKey[] {
  return keys.flatMap((key) =>
    key === undefined ? [] : { table: entity.table, key: checkKey(key, entity.table), entity: entity.name },
  );
}

/** The sum of an aggregate's items. @param read returns the item under a key */
export async function readAggregate<R extends object>(
  number: Aggregate<R>,
  read: (key: ItemKey) => Promise<Item | null>,
): Promise<number> {
  const items = await Promise.all(itemsOf(number).map(read));
  const sum = items.reduce((total, item) => total + numberIn(item), 0);
  checkSum(number, sum);
  return sum;
}

/** VALUE_INVALID where a sum is beyond what its field can hold. */
export function checkSum<R extends object>(
  { name, entity, range }: Pick<Aggregate<R>, 'name' | 'entity' | 'range'>,
  sum: number,
): void {
  if (range === undefined) return;
  const { min, max } = boundsOf(range);
  if (sum < min || sum > max) throw sumTooLarge(entity.name, name);
}

interface Taken {
  readonly sequence: SequenceRef;
  /** As it was read; null where there was no item. */
  readonly read: number | null;
  last: number;
}

/** What is read of a sequence's item. */
export type Readable = Pick<FoundItems, 'get' | 'load'>;

/** The numbers that one attempt of a transaction takes of sequences: consecutive ones, from what was read on. */
export class Numbering {
  readonly #found: Readable;
  readonly #taken = new Map<string, Taken>();

  constructor(found: Readable) {
    this.#found = found;
  }

  async next(sequence: SequenceRef): Promise<number> {
    const { table } = sequence;
    const key = checkKey(sequence.key, table);
    const id = itemId(table, key);
    const { entity } = sequence;
    if (!this.#taken.has(id)) await this.#found.load([{ table, key, entity, consistent: true }]);
    const taken = this.#taken.get(id) ?? begun(sequence, this.#found.get(table, key));
    this.#taken.set(id, taken);
    taken.last += 1;
    return taken.last;
  }

  /** Moves each sequence on, on the condition that nobody else did: else all is computed again. */
  get actions(): readonly Action[] {
    return Array.from(this.#taken.values(), ({ sequence: { entity, name, table, key }, read, last }) => ({
      kind: 'update',
      table,
      key,
      set: { [counterAttributes.name]: name, [counterAttributes.value]: last },
      remove: [],
      purpose: { kind: 'sequence', entity },
      condition: isAt(table, read),
    }));
  }
}

function begun(sequence: SequenceRef, item: Item | null): Taken {
  return { sequence, read: item === null ? null : numberIn(item), last: numberIn(item) };
}

/** The item has the number that was read, or still does not exist. */
export function isAt(table: TableRef, read: number | null): NonNullable<Action['condition']> {
  if (read === null) return absent(table);
  return {
    expression: '#n = :n',
    names: { '#n': counterAttributes.value },
    values: { ':n': read },
  };
}
