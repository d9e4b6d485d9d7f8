/** Partitions that take all requests under their templates, against what DynamoDB gives one partition. */

import type { KeyTemplate } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import type { HotPartition, Pair } from '../report.js';
import type { Call, Traffic } from './calls.js';

/** Units a second of one partition (developer guide, "DynamoDB burst and adaptive capacity"). */
const most = { read: 3000, write: 1000 } as const;

/** Calls a second at the busiest time. */
export type Peaks = ReadonlyMap<string, number>;

export function hotPartitions(calls: Pair<readonly Call[]>, peaks: Peaks): HotPartition[] {
  const [before, after] = [loadOf(calls.before ?? [], peaks), loadOf(calls.after ?? [], peaks)];
  const all = new Map([...before, ...after]);
  return [...all].map(([id, { table, index, partition }]) => {
    const pair = (of: 'read' | 'write') => ({
      before: before.get(id)?.[of] ?? null,
      after: after.get(id)?.[of] ?? null,
    });
    return {
      slot: index === null ? table : `${table}.${index}`,
      partition: partition.text,
      assumed: fewValued(partition),
      read: pair('read'),
      write: pair('write'),
    };
  });
}

interface Load extends Omit<Traffic, 'units'> {
  read: number;
  write: number;
}

function loadOf(calls: readonly Call[], peaks: Peaks): Map<string, Load> {
  const loads = new Map<string, Load>();
  for (const { name, reads, writes } of calls) {
    const peak = peaks.get(name) ?? 0;
    if (peak === 0) continue;
    const add = (of: 'read' | 'write', { units, ...place }: Traffic) => {
      if (isSpread(place.partition)) return;
      const id = `${place.table} ${place.index} ${place.partition.text}`;
      const load = loads.get(id) ?? { ...place, read: 0, write: 0 };
      load[of] += units * peak;
      loads.set(id, load);
    };
    for (const one of reads) add('read', one);
    for (const one of writes) add('write', one);
  }
  return loads;
}

/** An id, or any other value of which there are many, has partitions of its own. */
function isSpread({ parts }: KeyTemplate): boolean {
  return parts.some((part) => part.kind === 'hole' && !isOfFew(part.encode));
}

function isOfFew(encode: string): boolean {
  return /^(enum|boolean|invert\(boolean\)|year|month|day|hour|declared)\b/.test(encode);
}

function fewValued({ parts }: KeyTemplate): string[] {
  return parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : []));
}

export function partitionFindings(partitions: readonly HotPartition[]): Found[] {
  return partitions.flatMap((partition): Found[] => {
    const loads = (['read', 'write'] as const).map((of) => ({
      of,
      share: (partition[of].after ?? 0) / most[of],
    }));
    const isRaised = loads.some(({ of }) => (partition[of].after ?? 0) > (partition[of].before ?? 0));
    const worst = Math.max(...loads.map(({ share }) => share));
    if (worst <= 0.5 || (worst <= 1 && !isRaised)) return [];
    const { slot, partition: text, assumed } = partition;
    const used = loads
      .filter(({ share }) => share > 0.5)
      .map(
        ({ of }) =>
          `${perSecond(partition[of].after)} ${of} units a second of ${most[of].toLocaleString('en-US')}`,
      );
    const fields = assumed.map((field) => `\`${field}\``).join(', ');
    return [
      {
        rule: 'hot-partition',
        severity: worst > 1 ? 'error' : 'warning',
        subject: `${slot} ${text}`,
        message: `One partition \`${text}\` of \`${slot}\` takes ${used.join(' and ')} that DynamoDB gives one.`,
        notes: [
          ...loads.flatMap(({ of, share }) =>
            share > 0.5 && partition[of].before !== null
              ? [`It took ${perSecond(partition[of].before)} ${of} units a second before.`]
              : [],
          ),
          ...(assumed.length > 0 ? [`Assumed: all requests are for one value of ${fields}.`] : []),
        ],
        at: null,
      },
    ];
  });
}

function perSecond(units: number | null): string {
  return (Math.round((units ?? 0) * 10) / 10).toLocaleString('en-US');
}
