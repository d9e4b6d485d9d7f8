/** What the lock says that stored records need, once a command has dealt with it. */

import { printLock, reindexed, seal, settle } from '../../generator/lock.js';
import type { TableloomRun } from '../../generator/preset.js';
import { writeAll } from '../files.js';
import { terminal } from '../verbs.js';

/** Records of the entities are as the plan says. */
export function acceptRecords({ lock, lockPath }: TableloomRun, entities: readonly string[]): void {
  const names = entities.flatMap((entity) => reindexed(lock, entity));
  if (names.length === 0) return;
  writeAll(new Map([[lockPath, printLock(settle(lock, names))]]));
  terminal.note(dealtWith(lockPath, names));
}

/** Records of all entities are, and all indexes are there. */
export function acceptAll({ lock, lockPath }: TableloomRun): void {
  const entities = [...lock.entities.keys()].flatMap((entity) => reindexed(lock, entity));
  const indexes = lock.pending.filter(({ code }) => code === 'index-new').map(({ name }) => name);
  const names = [...new Set([...entities, ...indexes])];
  const text = printLock(seal(settle(lock, names)));
  if (text === printLock(lock)) return;
  writeAll(new Map([[lockPath, text]]));
  terminal.note(
    names.length > 0 ? dealtWith(lockPath, names) : `${lockPath} is sealed: records are stored. Commit it.`,
  );
}

function dealtWith(lockPath: string, names: readonly string[]): string {
  return `${lockPath} says no longer that ${names.join(', ')} have to be dealt with: commit it.`;
}
