/** Writes of one version of the plan that keep up what the other version stores of the same records. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import type { Counted, EntityCodec, Guard, Item, Keep, Key, Reference, ReferencedBy } from '../types.js';
import { countedAttribute } from '../write/action.js';
import type { RecordChange, Sharing, Stored } from '../write/changes.js';
import { cleaned } from '../write/changes.js';
import type { FormCodec } from './codec.js';
import type { Joined, Pair, Side } from './join.js';

/**
 * `shared`: the other version's items are kept up. `filled`: so they are, and every record has been brought to that. `leaving`:
 * they are only deleted, with or before the record, and no new ones are made. So no two servers are ever further apart than one
 * of these steps: while one still makes items of the other version, none is unaware of them (F. Rae et al., "Online, Asynchronous Schema Change in F1", VLDB 2013, section 3).
 */
export type Presence = 'shared' | 'filled' | 'leaving';

/** Where a record has what both versions store of it. */
const context = Symbol('what both versions store');

interface Context {
  readonly attributes: Item;
  /** What both versions would store, where `attributes` are those of one. */
  readonly whole?: Item;
  /** Whether the other version's items belong to it. */
  readonly isShared: boolean;
  /** The versions whose numbers count it. */
  readonly counted: readonly FormCodec[];
}

type InContext = object & { readonly [context]: Context };

/** Makes a change of one version's record one of what both versions store of it. @param side the version that the codecs of changes are of */
export function sharing(pair: Pair, side: Side, presence: Presence): Sharing {
  const isShared = presence !== 'leaving';
  const both = [pair.from, pair.to];
  // A server that is a step away may have removed the mark: what counted the record says the phase, and else the mark.
  const countedNow = (item: Item) => {
    if (presence === 'filled') return both;
    return presence === 'leaving' && side === 'to' ? [pair.to] : countedBy(pair, item);
  };
  return <R extends object>(change: RecordChange<R>): RecordChange<R> => {
    const { codec: own, before, after, taken } = change;
    const stored = (one: Stored<R>): Stored<R> => ({
      record: inContext(one.record, {
        attributes: pair.attributes(one.item, side),
        isShared: true,
        counted: countedNow(one.item),
      }),
      item: one.item,
    });
    const next = (record: R): R => {
      const known = before === null ? {} : own.item(before.record);
      const foreign = Object.entries(before?.item ?? {}).filter(([name]) => !(name in known));
      const item = { ...(change.replace ? {} : Object.fromEntries(foreign)), ...cleaned(own.item(record)) };
      const whole = pair.attributes(item, side);
      const attributes = isShared ? whole : pair.attributes(item, null);
      const counted = isShared ? both : [pair[side]];
      return inContext(record, { attributes, whole, isShared, counted });
    };
    return {
      ...change,
      codec: sharedCodec(pair, side, own),
      before: before && stored(before),
      after: after && next(after),
      ...(taken && { taken: stored(taken) }),
    };
  };
}

/** The versions whose numbers count a stored record, while both have it. */
function countedBy({ from, to, isCounting }: Pair, item: Item): readonly FormCodec[] {
  return isCounting && item[countedAttribute] === undefined ? [from] : [from, to];
}

function inContext<R extends object>(record: R, of: Context): R {
  return { ...record, [context]: of };
}

/** What a record is stored as in both versions; its records have a context. */
export function sharedCodec<R extends object>(pair: Pair, side: Side, own: EntityCodec<R>): EntityCodec<R> {
  const { revision } = own;
  const alone = pair[side];
  const numbered = (record: object, attributes: Item): Item => {
    const number = revision === undefined ? undefined : (record as Item)[revision];
    return revision === undefined || number === undefined
      ? attributes
      : { ...attributes, [revision]: number };
  };
  const attributesOf = (record: object): Item => numbered(record, (record as InContext)[context].attributes);
  const isShared = (record: object) => (record as InContext)[context].isShared;
  const known = new WeakMap<object, Joined>();
  const joined = (record: object): Joined => {
    const items = known.get(record) ?? pair.items(attributesOf(record));
    known.set(record, items);
    return items;
  };
  const each = <T>(
    record: object,
    list: (codec: FormCodec, one: object) => readonly T[],
    id: (one: T) => string,
    sides: readonly FormCodec[] = isShared(record) ? [pair.from, pair.to] : [alone],
  ): T[] => {
    const attributes = attributesOf(record);
    const all = sides.flatMap((codec) =>
      list(codec, codec.read(attributes)).map((one) => [id(one), one] as const),
    );
    return [...new Map(all.reverse()).values()].reverse();
  };
  const counted = (record: object) => (record as InContext)[context].counted;
  const counterId = keyed<Counted>(pair, ({ name }) => name);
  const counters = (record: object, sides: readonly FormCodec[]) =>
    each<Counted>(record, (codec, one) => codec.counters?.(one) ?? [], counterId, sides);
  return {
    ...own,
    read: (item) =>
      inContext(own.read(item), {
        attributes: pair.attributes(item, side),
        isShared: true,
        counted: countedBy(pair, item),
      }),
    item: (record) => {
      if (!isShared(record)) return pair.own(attributesOf(record), side);
      return homes(pair, side, joined(record).main).own;
    },
    entries: (record) => {
      if (!isShared(record)) return alone.entries?.(alone.read(attributesOf(record))) ?? [];
      const { main, entries } = joined(record);
      return [homes(pair, side, main).other, ...entries];
    },
    ...((pair.from.versions ?? pair.to.versions) && {
      versions: (record: R) =>
        isShared(record)
          ? joined(record).versions
          : (alone.versions?.(alone.read(attributesOf(record))) ?? []),
      keepOf: keeper(pair, side, own),
      leavingVersions: (record: R) => {
        const { attributes, whole = attributes } = (record as R & InContext)[context];
        return isShared(record) ? [] : pair.items(numbered(record, whole)).versions;
      },
    }),
    ...((pair.from.guards ?? pair.to.guards) && {
      guards: (record: R) =>
        each<Guard>(
          record,
          (codec, one) => codec.guards?.(one) ?? [],
          keyed(pair, ({ field }) => field),
        ),
      owners: (record: R) => {
        const attributes = attributesOf(record);
        const keys = [pair.from, pair.to].map((codec) => codec.key(codec.read(attributes)));
        return isShared(record) ? keys : [alone.key(alone.read(attributes)), ...keys];
      },
    }),
    ...((pair.from.counters ?? pair.to.counters) && {
      counters: (record: R) => counters(record, counted(record)),
    }),
    ...(pair.isCounting && {
      uncounted: (record: R) => {
        const ids = new Set(counters(record, counted(record)).map(counterId));
        return counters(record, [pair.from, pair.to]).filter((one) => !ids.has(counterId(one)));
      },
    }),
    ...((pair.from.references ?? pair.to.references) && {
      references: (record: R) =>
        each<Reference>(
          record,
          (codec, one) => codec.references?.(one) ?? [],
          keyed(pair, ({ name }) => name),
        ),
    }),
    ...((pair.from.referencedBy ?? pair.to.referencedBy) && {
      referencedBy: (record: R) =>
        each<ReferencedBy>(
          record,
          (codec, one) => codec.referencedBy?.(one) ?? [],
          keyed(pair, ({ by }) => by),
        ),
    }),
  };
}

/** How long versions stay: as this server declares it, whatever the other version does; as that says where only it has the history. */
function keeper(
  pair: Pair,
  side: Side,
  own: Pick<EntityCodec<never>, 'keep'>,
): (version: Item) => Keep | undefined {
  const [{ form: alone }, { form: other }] = side === 'from' ? [pair.from, pair.to] : [pair.to, pair.from];
  const keeps = new Map([
    ...other.versions.map(({ entity, keep }) => [entity, keep] as const),
    ...alone.versions.map(({ entity }, at) => [entity, own.keep?.[at]] as const),
  ]);
  return (version) => keeps.get(String(version['_type']));
}

/** The main item of one version, and what the other has of it besides. */
function homes(
  { table, to: codec }: Pair,
  side: Side,
  { from, to }: Joined['main'],
): { readonly own: Item; readonly other: Item | undefined } {
  const isMoved =
    to !== undefined && itemId(table, keyOfItem(table, to)) === itemId(table, codec.key(codec.read(to)));
  return side === 'to' && isMoved ? { own: to, other: from } : { own: from, other: to };
}

/** By name and key: what two versions say in the same way is one. */
function keyed<T extends { readonly key: Key | undefined }>(
  { table }: Pair,
  name: (one: T) => string,
): (one: T) => string {
  return (one) => `${name(one)} ${one.key === undefined ? '' : itemId(table, one.key)}`;
}
