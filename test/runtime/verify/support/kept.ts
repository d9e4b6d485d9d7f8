/** What may be altered of versions, sequences and what events leave: see alterations.ts. */

import type { Item } from 'tableloom/runtime';
import type { AnyCodec } from '../../../../src/runtime/reindex/types.js';
import { copyOf, isSequence, keyOf, same } from './alterations.js';
import type { Alter, Around, Stored } from './altered.js';

/** The record of a version, where it is there. */
function parentOf({ item }: Stored, { types, stored }: Around): Stored | undefined {
  const entity = types[String(item._type)]?.historyOf;
  const isSame = ({ item: other }: Stored) => ['id', 'slug'].every((name) => other[name] === item[name]);
  return entity === undefined ? undefined : stored.find((one) => one.item._type === entity && isSame(one));
}

function isCurrent(one: Stored, around: Around): boolean {
  const parent = parentOf(one, around);
  return parent !== undefined && parent.item.version === one.item.version;
}

/** A version of another number, where it would be. */
function numbered(codecs: readonly AnyCodec[], one: Stored, version: number): Stored | undefined {
  const codec = codecs.find(({ name }) => name === one.item._type);
  if (!codec) return undefined;
  const item: Item = Object.fromEntries(
    Object.entries(codec.item({ ...codec.read(one.item), version })).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return { ...one, item };
}

export function versions(codecs: readonly AnyCodec[]): readonly Alter[] {
  return [
    (_, one, around) =>
      isCurrent(one, around) ? same('the current version is gone', 'missing', one, null) : undefined,
    (dice, one, around) => {
      const field = 'name' in one.item ? 'name' : 'text';
      const value = dice.of<Item>([{ to: 'another' }, { to: 7 }, {}]).to;
      return isCurrent(one, around)
        ? same('the current version is another one', 'stale', one, { ...one.item, [field]: value })
        : undefined;
    },
    (dice, one, around) => {
      const parent = parentOf(one, around);
      if (!parent) return undefined;
      const current = Number(parent.item.version);
      const number = dice.of([current + 1, current + 9, 0]);
      const made = numbered(codecs, one, number);
      return (
        made && {
          name: number === 0 ? 'a version before the first' : 'a version that is newer than its record',
          kind: 'orphaned',
          item: made.item,
          key: keyOf(made),
        }
      );
    },
    (_, one, around) => {
      const number = Number(parentOf(one, around)?.item.version) - 3;
      const made =
        one.item._type === 'UserVersion' && number >= 1 ? numbered(codecs, one, number) : undefined;
      return (
        made && {
          name: 'a version that is kept for too long',
          kind: 'orphaned',
          item: made.item,
          key: keyOf(made),
        }
      );
    },
  ];
}

export const sequences: readonly Alter[] = [
  (_, one, around) =>
    isSequence(one, around) ? same('a sequence is gone', 'missing', one, null) : undefined,
  (dice, one, around) => {
    const { _number: number, ...item } = one.item;
    if (!isSequence(one, around)) return undefined;
    const wrong = dice.of<Item>([
      { to: Number(number) - 1 },
      { to: Number(number) - 0.5 },
      { to: -4 },
      { to: 'many' },
      { to: [3] },
      {},
    ]).to;
    return same(`a sequence is at ${String(wrong && typeof wrong)}`, 'stale', one, {
      ...item,
      _number: wrong,
    });
  },
  (dice, one, around) => {
    const name = dice.of<Item>([{ to: 'forgotten' }, { to: 'taskCount' }, { to: 7 }, {}]).to;
    if (!isSequence(one, around)) return undefined;
    return same(`a sequence is called ${String(name)}`, 'stale', one, { ...one.item, _counts: name });
  },
  (dice, one, around) =>
    isSequence(one, around)
      ? same('a sequence expires', 'stale', one, { ...one.item, ttl: around.now + dice.of([-10, 10_000]) })
      : undefined,
];

/** What nobody can tell but who wrote it. */
export const ofEvents: readonly Alter[] = [
  (dice, one) =>
    one.table.table === 'log' && one.item._type === undefined
      ? same('a deleted record left an unreadable event', 'unknown', one, {
          ...one.item,
          _event: dice.of(['x', 7]),
        })
      : undefined,
  (dice, one) =>
    one.item._type === 'Event'
      ? same('an event of no type', 'unreadable', one, {
          ...one.item,
          ...dice.of([
            { entity: undefined },
            { timestamp: 'yesterday' },
            { type: 'OTHER' },
            { before: undefined, id: 7 },
          ]),
        })
      : undefined,
  (_, one) =>
    one.item._type === 'Event'
      ? copyOf(one, 'an event of another content', 'doubled', { entityId: 'other' })
      : undefined,
];
