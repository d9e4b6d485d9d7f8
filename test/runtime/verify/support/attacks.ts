/** Alters items as an attacker would, who knows nothing of the project: whatever comes of it. */

import type { AttributeValue, Item } from 'tableloom/runtime';
import type { Dice } from '../../../support/dice.js';
import { elsewhere, keyOf, without } from './alterations.js';
import { itemOf, type Place, put, remove, type Stored } from './altered.js';

type Attack = (dice: Dice, one: Stored, other: Stored) => readonly Change[];

/** What is stored under an item's key instead; null: nothing. */
interface Change {
  readonly one: Stored;
  readonly item: Item | null;
}

const values: readonly AttributeValue[] = [
  '',
  'x',
  'ORDER#1',
  0,
  -1,
  7.5,
  1e15,
  true,
  null,
  [],
  ['x', 1],
  {},
  { a: { b: [1] } },
];

/** Attributes that are no keys of the table; those of indexes are texts. */
function names({ table, item }: Stored, isText = false): string[] {
  const own = [table.key.partition, table.key.sort];
  const indexed = table.indexes.flatMap(({ partition, sort }) => [partition, sort]);
  return Object.keys(item).filter((name) => !own.includes(name) && !(isText && indexed.includes(name)));
}

const attacks: Readonly<Record<string, Attack>> = {
  removed: (_dice, one) => [{ one, item: null }],
  'an attribute removed': (dice, one) => {
    const all = names(one);
    return all.length === 0 ? [] : [{ one, item: without(one.item, dice.of(all)) }];
  },
  'a value of another type': (dice, one) => {
    const all = names(one, true);
    return all.length === 0 ? [] : [{ one, item: { ...one.item, [dice.of(all)]: dice.of(values) } }];
  },
  'the value of another item': (dice, one, other) => {
    const all = names(one).filter((name) => name in other.item);
    if (all.length === 0) return [];
    const name = dice.of(all);
    return [{ one, item: { ...one.item, [name]: other.item[name] } }];
  },
  'an attribute of another item': (dice, one, other) => {
    const all = names(other).filter((name) => !(name in one.item));
    if (all.length === 0) return [];
    const name = dice.of(all);
    return [{ one, item: { ...one.item, [name]: other.item[name] } }];
  },
  moved: (_dice, one) => [
    { one, item: null },
    { one: { ...one, item: elsewhere(one) }, item: elsewhere(one) },
  ],
  copied: (_dice, one) => [{ one: { ...one, item: elsewhere(one) }, item: elsewhere(one) }],
  'the contents of another item': (_dice, one, other) => [{ one, item: { ...other.item, ...keyOf(one) } }],
  swapped: (_dice, one, other) => [
    { one, item: { ...other.item, ...keyOf(one) } },
    { one: other, item: { ...one.item, ...keyOf(other) } },
  ],
  'a mark': (dice, one) => [
    {
      one,
      item: {
        ...one.item,
        ...dice.of<Item>([
          { _next: true },
          { _guards: 'User' },
          { _counts: 'taskCount' },
          { _once: 'x' },
          { _event: 'x' },
          { _type: 'User' },
          { _type: 'Task.tasksAbout' },
        ]),
      },
    },
  ],
};

export const attackNames = Object.keys(attacks);

/** @returns what was done, for a message */
export async function attack(place: Place, dice: Dice, stored: readonly Stored[]): Promise<object> {
  const one = dice.of(stored);
  const others = stored.filter(({ table, id }) => table === one.table && id !== one.id);
  const name = dice.of(attackNames);
  const made = attacks[name];
  if (made === undefined || others.length === 0) return {};
  const changes = made(dice, one, dice.of(others));
  for (const change of changes) {
    const item = change.item && itemOf(change.item);
    await (item === null
      ? remove(place, change.one.table, keyOf(change.one))
      : put(place, change.one.table, item));
  }
  return { name, changes: changes.map((change) => ({ before: change.one.item, after: change.item })) };
}
