/** The cascade tree: a record and its dependents, as far as one transaction can delete them. */
import { isExpired } from '../../expiry.js';
import { itemId } from '../../keys/item-key.js';
import { checkKey } from '../../keys/limits.js';
import type { EntityCodec, IndexQuery, Item, Key, TableRef } from '../../types.js';
import type { Action } from '../action.js';
import { changeActions, counterActions } from '../changes.js';
import { checkRequirements } from '../conditions.js';
import { unchangedAndStaying } from '../entity/unchanged.js';
import { childrenActions, isMarked, markAttribute } from '../references.js';
import { validation } from '../stored.js';
import type { CallEnvironment, FoundItems, Planned, Requirements } from '../write.js';

/** The dependents of a record: generated for each entity that a reference with `onDelete: cascade` names. */
export type DependentsOf<R> = (record: R) => readonly Dependents[];

/** The records of one entity that refer to a record. */
export interface Dependents {
  /** At most `most` of them; an index may lag behind. */
  list(found: Pick<FoundItems, 'query'>, parent: string, most: number): Promise<readonly DeletableRecord[]>;
}

/** A record to be deleted, of any entity. */
export interface DeletableRecord {
  readonly entity: string;
  readonly table: TableRef;
  readonly key: Key;
  /** Its item's id. */
  readonly id: string;
  /** How it is deleted; null where it is deleted already, or refers to another record by now. */
  end(item: Item | null, env: Deleting): DeletionPlan | null;
}

/** What a deletion is computed with. */
export type Deleting = Pick<CallEnvironment, 'now' | 'sharing'>;

export interface DeletionPlan {
  readonly isMarked: boolean;
  /** Deletes the record with all of its own items. */
  readonly actions: readonly Action[];
  /** Marks it and subtracts it from aggregates, unless `restrict` references prevent its deletion. */
  readonly marking: readonly Action[];
  readonly dependents: readonly Dependents[];
}

/**
 * The records of a query that refer to a deleted one.
 *
 * @param by their entity and reference: `Order.customerId`
 * @param further the dependents of each
 */
export function dependents<R extends object>(
  by: string,
  entity: EntityCodec<R>,
  query: IndexQuery<R>,
  further: DependentsOf<R> = () => [],
): Dependents {
  const [, name] = by.split('.');
  // The table's own key can be read with strong consistency: then no record is missed.
  const { index } = query;
  const isOwn = index.partition === index.table.partition && index.sort === index.table.sort;
  return {
    list: async (found, parent, most) => {
      const records = await found.query(isOwn ? { ...query, consistent: true } : query, most);
      const namesIt = (record: R) =>
        (entity.references?.(record) ?? []).some(
          (one) => one.name === name && one.key !== undefined && itemId(one.to.table, one.key) === parent,
        );
      return records.map((record) =>
        deletableRecord(entity, entity.key(record), { further, isMeant: namesIt }),
      );
    },
  };
}

/** @param options.isMeant whether the record, as it is by then, is still to be deleted */
export function deletableRecord<R extends object>(
  codec: EntityCodec<R>,
  key: Key,
  options: {
    readonly further: DependentsOf<R>;
    readonly isMeant?: (record: R) => boolean;
    readonly expect?: number | null | undefined;
    readonly require?: Requirements<R> | undefined;
  },
): DeletableRecord {
  const { table, name: entity } = codec;
  const { further, isMeant = () => true, expect, require } = options;
  return {
    entity,
    table,
    key: checkKey(key, table),
    id: itemId(table, key),
    end: (item, { now, sharing: sharingOf }) => {
      if (item === null || isExpired(codec, item, now)) return null;
      const before = { record: codec.read(item), item };
      if (!isMeant(before.record)) return null;
      const expected = validation(codec, expect, item);
      checkRequirements(entity, require, before);
      const purpose = { kind: 'unchanged', entity, ...(expected !== undefined && { expected }) } as const;
      const set = { [markAttribute]: now.toISOString() };
      const change = { codec, before, after: null, expected, now };
      const sharing = sharingOf(entity);
      const shared = sharing ? sharing(change) : change;
      return {
        isMarked: isMarked(item),
        actions: changeActions(change, sharing).actions,
        marking: [
          {
            kind: 'update',
            table,
            key,
            set,
            remove: [],
            purpose,
            condition: unchangedAndStaying(shared.codec, item),
          },
          ...counterActions(shared),
          ...childrenActions(shared.codec, (shared.before ?? before).record, ['restrict']),
        ],
        dependents: further(before.record),
      };
    },
  };
}

/** The actions of one transaction, and the main items that it deletes. */
export type CascadeTree = Pick<Planned<unknown>, 'actions' | 'items'>;

/**
 * Some records and their dependents; undefined where these are more records than `room`, or nested deeper than `levels`.
 *
 * @param seen records that the same call deletes elsewhere; those of the tree are added
 */
export async function cascadeTreeOf(
  found: FoundItems,
  env: Deleting,
  roots: readonly DeletableRecord[],
  {
    room,
    levels = room,
    seen,
  }: { readonly room: number; readonly levels?: number; readonly seen: Set<string> },
): Promise<CascadeTree | undefined> {
  const actions: Action[] = [];
  const items: Planned<unknown>['items'][number][] = [];
  let level = roots;
  for (let depth = 1; level.length > 0; depth++) {
    const fresh = [...new Map(level.map((one) => [one.id, one])).values()].filter(({ id }) => !seen.has(id));
    if (items.length + fresh.length > room || (depth > levels && fresh.length > 0)) return undefined;
    await found.load(fresh.map(({ table, key }) => ({ table, key, consistent: true })));
    const next: Promise<readonly DeletableRecord[]>[] = [];
    for (const { table, key, id, end } of fresh) {
      seen.add(id);
      const ended = end(found.get(table, key), env);
      if (ended === null) continue;
      actions.push(...ended.actions);
      items.push({ table, key, item: null });
      next.push(...ended.dependents.map((one) => one.list(found, id, room + 1)));
    }
    level = (await Promise.all(next)).flat();
  }
  return { actions, items };
}
