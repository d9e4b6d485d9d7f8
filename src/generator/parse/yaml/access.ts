/** Who asks, and which roles there are. */

import { keysOf } from '../../language/schema.js';
import type { AccessModel } from '../../sdl-model.js';
import { type Entry, entriesOf, type Reading, wordOf, wordsOf } from './nodes.js';

export function readAccess(reading: Reading, entry: Entry | undefined): AccessModel | undefined {
  if (!entry) return undefined;
  const map = entriesOf(reading, entry.value, keysOf.access);
  const viewer = wordOf(reading, map.get('viewer'));
  return viewer && { at: entry.key.at, roles: wordsOf(reading, map.get('roles')), viewer };
}
