/** For how long what was read may be answered again: of codecs and queries. */

import { createHash } from 'node:crypto';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { CachePlan, EntityPlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { object, property, quote } from '../printer.js';
import { keyValue } from '../symbols.js';
import { tableVariable } from './shared.js';

export function cacheExpression({ seconds, stale }: CachePlan, shared: Doc | null = null): Doc {
  return object([
    property('forMs', milliseconds(seconds)),
    ...(stale > 0 ? [property('staleMs', milliseconds(stale))] : []),
    ...(shared === null ? [] : [property('shared', shared)]),
  ]);
}

/** Where processes share the answers of a pattern, which are records of these entities; null where they do not. */
export function sharedCache(
  { tables }: Plan,
  { access }: PatternPlan,
  { shared }: CachePlan,
  entities: readonly EntityPlan[],
): Doc | null {
  const table = tables.find(({ cache }) => cache);
  if (!shared || table?.ttl == null) return null;
  const shape = JSON.stringify([access, entities.map(({ attributes }) => attributes)]);
  const version = createHash('sha256').update(shape).digest('hex');
  return object([
    property('table', keyValue(tableVariable(table.name))),
    property('ttl', quote(table.ttl)),
    property('version', quote(version.slice(0, 8))),
  ]);
}

function milliseconds(seconds: number): string {
  return String(seconds * 1000).replace(/\B(?=(\d{3})+$)/g, '_');
}
