/** Few values of each type, so that records meet; among them those that keys, orders and bounds could trip over. */

import type { Dice } from '../../support/dice.js';

export type FieldType = 'ID' | 'String' | 'Int' | 'Float' | 'Boolean' | 'DateTime' | 'State';

/** The moment at which everything happens: far ahead, for DynamoDB Local deletes what has expired by now. */
export const now = new Date('2126-03-01T12:00:00.000Z');

const all = {
  ID: ['i0', 'i1', 'i2', 'i3', 'i10', 'I1', 'i#1', 'i$', 'é'],
  String: ['a', 'b', 'B', 'a#b', 'ab', 'é', '$', '#', '😀', 'a b', 'A', 'z~', '\u{ffff}', 'a$', 'abc'],
  Int: [-2_147_483_648, -100, -5, -1, 0, 1, 2, 7, 10, 100, 2_147_483_647],
  Float: [-1.5, -1e-7, 0, 0.1, 0.25, 1, 3, 5, 1e21, -1e21, 99.99],
  Boolean: [true, false],
  DateTime: [
    '2125-12-31T23:59:59.999Z',
    '2126-01-01T00:00:00.000Z',
    '2126-01-31T23:59:59.999Z',
    '2126-02-01T00:00:00.000Z',
    '2126-02-14T10:30:00.000Z',
    '2126-02-28T09:00:00.000Z',
    '2126-03-01T11:00:00.000Z',
    '2126-03-01T11:59:59.999Z',
    '2126-03-02T00:00:00.000Z',
    '2127-01-01T12:30:00.000Z',
  ],
  State: ['OPEN', 'HELD', 'DONE'],
} as const satisfies Readonly<Record<FieldType, readonly unknown[]>>;

export const states = all.State;

export type Pools = Readonly<Record<FieldType, readonly unknown[]>>;

/** Some of each, for one project. */
export function drawPools(dice: Dice): Pools {
  const some = (values: readonly unknown[], count: number) =>
    dice.some(values, Math.min(count, values.length));
  return {
    ID: some(all.ID, 6),
    String: some(all.String, 3 + dice.below(3)),
    Int: some(all.Int, 3 + dice.below(3)),
    Float: some(all.Float, 3 + dice.below(3)),
    Boolean: all.Boolean,
    DateTime: some(all.DateTime, 6),
    State: all.State,
  };
}

/** A value of a type as SDL writes it, `[String!]` too; null for a nullable one time in four. */
export function drawValue(dice: Dice, pools: Pools, type: string): unknown {
  if (!type.endsWith('!') && dice.below(4) === 0) return null;
  const inner = type.replace(/!$/, '');
  const element = /^\[(.*)\]$/.exec(inner)?.[1];
  if (element !== undefined)
    return Array.from({ length: dice.below(4) }, () => drawValue(dice, pools, element));
  return dice.of(pools[inner as FieldType]);
}

/** Whether a chance of one in `every` comes up. */
export function isOneIn(dice: Dice, every: number): boolean {
  return dice.below(every) === 0;
}
