/** What may be altered of the items of a table, kind by kind, and what a verification says of it. */

import type { FindingKind, Item, Key } from 'tableloom/runtime';
import { keyOfItem } from '../../../../src/runtime/keys/item-key.js';
import type { Alter, Around, Stored } from './altered.js';

export const isMain = ({ item }: Stored) => typeof item._type === 'string' && !item._type.includes('.');
const isEntry = ({ item }: Stored) => typeof item._type === 'string' && item._type.includes('.');
const isGuard = ({ item }: Stored) => item._guards !== undefined;

/** Of the last number of a sequence no record tells as much as of a count. */
export function isSequence({ item }: Stored, { types }: Pick<Around, 'types'>): boolean {
  const fields = Object.values(types).flatMap(({ sequences }) => sequences.map(({ field }) => field));
  return fields.includes(String(item._counts));
}

function isAggregate(one: Stored, around: Around): boolean {
  return one.item._counts !== undefined && !isSequence(one, around);
}

/** Versions are judged by their record. */
function isVersion({ item }: Stored, { types }: Around): boolean {
  return types[String(item._type)]?.historyOf !== undefined;
}

function indexNames({ table }: Stored): string[] {
  const own = [table.key.partition, table.key.sort];
  return table.indexes
    .filter(({ multiAttribute }) => multiAttribute === undefined)
    .flatMap(({ partition, sort }) => [partition, sort ?? partition])
    .filter((name) => /^(GSI|LSI|gsi|lsi)\d*/i.test(name) && !own.includes(name));
}

function indexKeys(one: Stored): string[] {
  return indexNames(one).filter((name) => name in one.item);
}

export function without(item: Item, ...names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([one]) => !names.includes(one)));
}

export function keyOf({ table, item }: Stored): Key {
  return keyOfItem({ name: table.table, ...table.key }, item);
}

/** The item under another key. */
export function elsewhere({ table, item }: Stored, change: Item = {}): Item {
  const { partition } = table.key;
  return { ...item, ...change, [partition]: `${String(item[partition])}~` };
}

export function copyOf(one: Stored, name: string, kind: FindingKind, change: Item = {}) {
  const item = elsewhere(one, change);
  return { name, kind, item, key: keyOf({ ...one, item }) };
}

export const same = (name: string, kind: FindingKind, one: Stored, item: Item | null) => ({
  name,
  kind,
  item,
  key: keyOf(one),
});

/** One attribute of an item is another one, or gone. */
function changed(
  name: string,
  isOf: (one: Stored, around: Around) => boolean,
  changes: readonly Item[],
): Alter {
  return (dice, one, around) => {
    const change = dice.of(changes);
    if (!isOf(one, around)) return undefined;
    const [text] = Object.entries(change).map(
      ([attribute, value]) => `${attribute}: ${JSON.stringify(value)}`,
    );
    return same(`${name} with ${text ?? ''}`, 'stale', one, { ...one.item, ...change });
  };
}

/** An item that DynamoDB would delete, and is of none that expires. */
function expiring(name: string, isOf: (one: Stored, around: Around) => boolean): Alter {
  return (dice, one, around) => {
    const { ttl } = one.table;
    if (ttl === undefined || !isOf(one, around)) return undefined;
    return same(name, 'stale', one, { ...one.item, [ttl]: around.now + dice.of([-10, 10_000]) });
  };
}

const records: readonly Alter[] = [
  (dice, one) => {
    const keys = indexKeys(one);
    if (!isMain(one) || keys.length === 0) return undefined;
    return same('an index key is gone', 'stale', one, without(one.item, dice.of(keys)));
  },
  (dice, one) => {
    const keys = indexKeys(one);
    if (!isMain(one) || keys.length === 0) return undefined;
    return same('an index key is another one', 'stale', one, { ...one.item, [dice.of(keys)]: 'OTHER#1' });
  },
  (_, one) => {
    const names = indexNames(one).filter((name) => !(name in one.item));
    if (!isMain(one) || names.length === 0) return undefined;
    const added = Object.fromEntries(names.map((name) => [name, 'OTHER#1']));
    return same('keys of an index that it is not in', 'stale', one, { ...one.item, ...added });
  },
  (dice, one, { stored }) => {
    const keys = indexKeys(one);
    const others = stored.filter(
      ({ table, item }) =>
        table === one.table && keys.some((name) => item[name] !== undefined && item[name] !== one.item[name]),
    );
    if (!isMain(one) || others.length === 0) return undefined;
    const { item } = dice.of(others);
    const taken = Object.fromEntries(keys.flatMap((name) => (name in item ? [[name, item[name]]] : [])));
    return same('the index keys of another record', 'stale', one, { ...one.item, ...taken });
  },
  expiring('a record expires at another time', (one, around) => isMain(one) && !isVersion(one, around)),
  (_, one) => (isMain(one) ? copyOf(one, 'a copy of a record', 'doubled') : undefined),
  (_, one) => (isMain(one) ? copyOf(one, 'an item of a migration', 'orphaned', { _next: true }) : undefined),
];

const entries: readonly Alter[] = [
  (_, one) => (isEntry(one) ? same('an entry is gone', 'missing', one, null) : undefined),
  (dice, one) => {
    const own = keyOf(one);
    const names = Object.keys(one.item).filter((name) => !(name in own) && name !== '_type');
    if (!isEntry(one) || names.length === 0) return undefined;
    return same('an entry lacks an attribute', 'stale', one, without(one.item, dice.of(names)));
  },
  (dice, one) => {
    const keys = [one.table.key, ...one.table.indexes].flatMap(({ partition, sort }) => [partition, sort]);
    const multiple = one.table.indexes.flatMap(({ multiAttribute: of }) =>
      of ? Object.keys({ ...of.partition, ...of.sort }) : [],
    );
    const names = Object.keys(one.item).filter((name) => ![...keys, ...multiple, '_type'].includes(name));
    if (!isEntry(one) || names.length === 0) return undefined;
    const name = dice.of(names);
    const wrong = dice.of([{ a: 1 }, [7], 'other', 12.5, false].filter((value) => value !== one.item[name]));
    return same('an entry has a value of another type', 'stale', one, { ...one.item, [name]: wrong });
  },
  changed('an entry', isEntry, [{ _type: undefined }, { _type: 'Alien' }, { _type: 7 }, { alien: 1 }]),
  (_, one) =>
    isEntry(one)
      ? same('an entry of another pattern', 'stale', one, {
          ...one.item,
          _type: `${String(one.item._type).split('.')[0]}.other`,
        })
      : undefined,
  expiring('an entry expires', isEntry),
  (_, one) => (isEntry(one) ? copyOf(one, 'an entry is left', 'orphaned') : undefined),
];

const guards: readonly Alter[] = [
  (_, one) => (isGuard(one) ? same('a guard is gone', 'missing', one, null) : undefined),
  changed('a guard', isGuard, [
    { _owner: '["NOBODY","#"]' },
    { _owner: 'nobody' },
    { _owner: undefined },
    { _owner: 7 },
    { _field: 'other' },
    { _field: undefined },
    { _guards: 'Alien' },
    { _guards: undefined },
    { _guards: ['Alpha'] },
  ]),
  (dice, one, { stored }) => {
    const others = stored.filter((other) => isMain(other) && other.table === one.table);
    if (!isGuard(one) || others.length === 0) return undefined;
    const owner = JSON.stringify(Object.values(keyOf(dice.of(others))));
    if (owner === one.item._owner) return undefined;
    return same('a guard names another record', 'stale', one, { ...one.item, _owner: owner });
  },
  expiring('a guard expires at another time', isGuard),
  (dice, one) => {
    const change = dice.of([{}, { _owner: 'nobody' }, { _owner: undefined }, { _field: 7 }]);
    return isGuard(one)
      ? copyOf(one, `a guard is left with ${JSON.stringify(change)}`, 'orphaned', change)
      : undefined;
  },
  (dice, one, { types }) => {
    const others = Object.keys(types).filter((name) => name !== one.item._guards);
    if (!isGuard(one) || others.length === 0) return undefined;
    return copyOf(one, 'a guard of another entity is left', 'orphaned', { _guards: dice.of(others) });
  },
];

const aggregates: readonly Alter[] = [
  (_, one, around) => (isAggregate(one, around) ? same('a number is gone', 'missing', one, null) : undefined),
  (dice, one, around) =>
    isAggregate(one, around)
      ? same('a number is another one', 'stale', one, {
          ...one.item,
          _number: Number(one.item._number) + dice.of([-3, 1, 40]),
        })
      : undefined,
  changed('a number', isAggregate, [
    { _number: 'many' },
    { _number: undefined },
    { _number: [3] },
    { _counts: 'forgotten' },
    { _counts: undefined },
    { _counts: 7 },
  ]),
  expiring('a number expires', isAggregate),
  (dice, one, around) => {
    const change = dice.of([{}, { _number: 'many' }]);
    return isAggregate(one, around)
      ? copyOf(one, `a number is left with ${JSON.stringify(change)}`, 'orphaned', change)
      : undefined;
  },
  (_, one) => {
    const item = elsewhere(one);
    if (!isMain(one)) return undefined;
    const key = keyOf({ ...one, item });
    return {
      name: 'a number of an earlier plan',
      kind: 'orphaned',
      item: { ...key, _counts: 'forgotten', _number: 4 },
      key,
    };
  },
];

/** What follows from the records. */
export const repairable: readonly Alter[] = [...records, ...entries, ...guards, ...aggregates];

/** Records that do not say that they are any: their keys and their fields do. */
export const mislabelled: readonly Alter[] = [
  changed('a record', isMain, [{ _type: undefined }, { _type: 7 }, { _next: true }]),
  (dice, one) =>
    isMain(one)
      ? same('a record has the type of an entry', 'stale', one, {
          ...one.item,
          _type: `${String(one.item._type)}.${dice.of(['all', 'other'])}`,
        })
      : undefined,
];

function requiredOf({ item }: Stored, { types }: Around): string[] {
  const { attributes = {} } = types[String(item._type)] ?? {};
  return Object.keys(attributes).filter((name) => attributes[name]?.required && name in item);
}

/** What nobody can tell but who wrote it. */
export const lasting: readonly Alter[] = [
  (dice, one, around) => {
    const keys = Object.values(keyOf(one)).join(' ');
    const names = requiredOf(one, around).filter((name) => !keys.includes(name) && !(name in keyOf(one)));
    if (!isMain(one) || isVersion(one, around) || names.length === 0) return undefined;
    return same('a value is gone', 'unreadable', one, without(one.item, dice.of(names)));
  },
  (dice, one, around) => {
    const names = requiredOf(one, around).filter((name) => !isIndexed(one, name));
    if (!isMain(one) || isVersion(one, around) || names.length === 0) return undefined;
    return same('a value is a map', 'unreadable', one, { ...one.item, [dice.of(names)]: { a: 1 } });
  },
  (_, one, around) =>
    isMain(one) && 'version' in one.item && !isVersion(one, around)
      ? copyOf(one, 'another record of its key', 'doubled', { version: Number(one.item.version) + 7 })
      : undefined,
  (_, one, around) =>
    isMain(one) && !isVersion(one, around)
      ? same('a record of nobody', 'unknown', one, { ...one.item, _type: 'Alien' })
      : undefined,
  (dice, one, around) => {
    const others = Object.keys(around.types).filter((name) => name !== one.item._type);
    if (!isMain(one) || isVersion(one, around) || others.length === 0) return undefined;
    return same('a record of another entity', 'unreadable', one, { ...one.item, _type: dice.of(others) });
  },
  (dice, one) => {
    const marks = { _guards: undefined, _counts: undefined, _number: undefined, _next: undefined };
    const types: readonly Item[] = [{ to: 'Alien' }, { to: 'Alien.all' }, { to: '_plan' }, { to: 7 }, {}];
    return copyOf(one, 'an item of nobody', 'unknown', { ...marks, _type: dice.of(types).to });
  },
  (dice, one) =>
    isGuard(one)
      ? copyOf(one, 'a guard of nobody', 'unknown', {
          _guards: dice.of<Item>([{ to: 'Alien' }, { to: 7 }, {}]).to,
        })
      : undefined,
  (dice, one, around) =>
    isAggregate(one, around)
      ? copyOf(one, 'a number of nothing', 'unknown', { _counts: dice.of<Item>([{ to: 7 }, {}]).to })
      : undefined,
  (dice, one) =>
    copyOf(one, 'an idempotency key without results', 'unknown', {
      _type: undefined,
      _guards: undefined,
      _counts: undefined,
      _once: 'call',
      _results: dice.of<Item>([{ to: '{' }, { to: '7' }, { to: 7 }, {}]).to,
    }),
  (dice, one) =>
    isMain(one)
      ? same('a record with an unreadable event', 'stale', one, {
          ...one.item,
          _event: dice.of(['X', 'X@yesterday', 7]),
        })
      : undefined,
  (dice, one, { types }) =>
    isMain(one) && types[String(one.item._type)]?.aggregates.length === 0
      ? same('a deletion that nobody completes', 'stale', one, {
          ...one.item,
          _deleting: dice.of(['x', '2126-01-01T00:00:00.000Z', '2199-01-01T00:00:00.000Z']),
        })
      : undefined,
];

function isIndexed({ table }: Stored, name: string): boolean {
  return [table.key, ...table.indexes].some(({ partition, sort }) => partition === name || sort === name);
}
