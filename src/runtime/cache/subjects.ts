/** What a write can concern: the entities whose records it changes, and the partitions that it adds items to, by name. */
import type { IndexQuery } from '../types.js';
import type { Action } from '../write/action.js';

/**
 * The subjects of actions that were carried out. A new item is in no answer but those of its own partitions, whatever
 * reads these; a change may concern all answers with records of the entity.
 *
 * @param partitionKeys the attributes by which tables and indexes are partitioned; undefined where that is not known
 */
export function subjectsOf(
  actions: readonly Action[],
  partitionKeys: readonly string[] | undefined,
): readonly string[] {
  if (partitionKeys === undefined) return [everything];
  const changed = new Set(
    actions.flatMap(({ kind, purpose }) =>
      kind !== 'check' && purpose.kind === 'unchanged' ? [purpose.entity] : [],
    ),
  );
  return [...new Set(actions.flatMap((action) => subjectsOfOne(action, changed, partitionKeys)))];
}

/** @param changed the entities of records that were there before */
function subjectsOfOne(
  action: Action,
  changed: ReadonlySet<string>,
  partitionKeys: readonly string[],
): readonly string[] {
  const { kind, purpose } = action;
  // A check changes nothing, and no pattern reads the items of these.
  if (kind === 'check' || hidden.has(purpose.kind)) return [];
  // What was derived from a record before may be a record of another entity, in partitions that are not known.
  if (purpose.kind === 'derived' && (kind !== 'put' || changed.has(purpose.entity))) return [everything];
  if (kind === 'put' && added.has(purpose.kind))
    return partitionKeys.flatMap((name) => {
      const value = action.item[name];
      return value === undefined ? [] : [partition(name, value as string | number)];
    });
  return [purpose.entity];
}

const hidden: ReadonlySet<Action['purpose']['kind']> = new Set([
  'guard',
  'counter',
  'sequence',
  'idempotency',
]);

const added: ReadonlySet<Action['purpose']['kind']> = new Set(['absent', 'derived', 'version']);

/**
 * The subjects of a query: what concerns none of them leaves its answer as it is. Undefined where that is not known, as
 * the query reads records by way of others.
 */
export function subjectsRead<R extends object>({
  entity,
  index,
  partitions,
  covering,
}: Pick<IndexQuery<R>, 'entity' | 'index' | 'partitions' | 'covering'>): readonly string[] | undefined {
  if (covering.kind === 'through') return undefined;
  const parts =
    partitions.kind === 'parts' ? partitions.lists.flat() : keysOf(partitions).map((key) => ({ key }));
  return [
    everything,
    ...(entity.several ?? [entity.name]),
    ...parts.map((part) => partition((('index' in part && part.index) || index).partition, part.key)),
  ];
}

function keysOf(
  partitions: Exclude<IndexQuery<object>['partitions'], { readonly kind: 'parts' }>,
): readonly (string | number)[] {
  return partitions.kind === 'one' ? [partitions.key] : partitions.keys.flat();
}

/** A subject of every query. No entity has such a name. */
const everything = '*';

/** Nor such a one. */
function partition(attribute: string, value: string | number): string {
  return `${attribute}=${value}`;
}
