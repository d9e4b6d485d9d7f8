/** What each pattern of an entity reads, as the lock says it. */

import type { LockedEntity, LockedPattern } from '../../lock.js';
import { isMaintained } from '../../model.js';
import { aggregateReadBy } from '../aggregates.js';
import { constraintOf, isByGuard } from '../serving.js';
import type { EntityLayout, Reader } from '../types.js';
import type { MatchedSlots } from './slots.js';

/** By the names of patterns. */
export function lockedPatterns(
  { aggregates, guards, items }: EntityLayout,
  readers: readonly Reader[],
  { names }: MatchedSlots,
): LockedEntity['patterns'] {
  const readsOf = ({ pattern, read }: Reader): string | undefined => {
    if (isMaintained(pattern)) {
      const name = aggregateReadBy(aggregates, pattern.name.text);
      const one = aggregates.find((other) => other.kind !== 'sequence' && other.name === name);
      return one && `number ${one.partition.text}`;
    }
    if (isByGuard(pattern)) return `guard ${constraintOf(pattern, guards)?.partition.text}`;
    if (!read || read.slot === items[0]?.slots[0]) return 'key';
    return names.get(read.slot) ?? `index ${read.slot.index}`;
  };
  return new Map(
    readers.flatMap((reader): [string, LockedPattern][] => {
      const { name, for: field } = reader.pattern;
      const reads = readsOf(reader);
      return reads ? [[name.text, { field: field ? `${field.type}.${field.field}` : null, reads }]] : [];
    }),
  );
}
