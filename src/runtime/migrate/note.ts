/** Items in which a table says something of itself: each change is made on condition of the one before. */
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { getItems } from '../read/batch-get.js';
import type { Item, Key, TableRef } from '../types.js';
import type { Action, Condition } from '../write/action.js';
import { commit } from '../write/commit.js';

/** The type of these items: no entity has the name. */
export const noteType = '_plan';

export async function readNote(requester: Requester, table: TableRef, key: Key): Promise<Item | null> {
  const [item] = await getItems(requester, [{ table, key, consistent: true }]);
  return item ?? null;
}

/**
 * Writes it, if the table has it as it was read: CONFLICT otherwise, with `conflict` as the message.
 *
 * @param before its revision; null where there was none
 * @param content null: it is deleted
 * @returns its revision
 */
export async function writeNote(
  requester: Requester,
  table: TableRef,
  key: Key,
  { before, content, conflict }: { before: number | null; content: Item | null; conflict: string },
): Promise<number> {
  const revision = (before ?? 0) + 1;
  const condition: Condition =
    before === null
      ? { expression: 'attribute_not_exists(#p)', names: { '#p': table.partition }, values: {} }
      : { expression: '#r = :r', names: { '#r': 'revision' }, values: { ':r': before } };
  const place = { table, key, purpose: { kind: 'derived', entity: noteType }, condition } as const;
  const action: Action =
    content === null
      ? { kind: 'delete', ...place }
      : { kind: 'put', ...place, item: { ...key, _type: noteType, revision, ...content } };
  const outcome = await commit(requester, [action]);
  if (outcome.kind === 'done') return revision;
  if (outcome.kind === 'busy') throw outcome.error;
  throw new TableloomError('CONFLICT', conflict, undefined, outcome.error.cause);
}
