/** From a change to its subscribers: how long, and to how many at once. */

import { type Latencies, load, quantile, type Rate } from './load.js';
import { onStage, type Setting } from './stage.js';

const ours: Setting = { name: 'Tableloom', server: 'ours.ts', processes: 1, hasRedis: false };
const pubsub: Setting = {
  name: 'Mercurius’ PubSub with mqemitter-redis',
  server: 'pubsub.ts',
  processes: 1,
  hasRedis: true,
};
const settings: readonly Setting[] = [
  ours,
  pubsub,
  { ...ours, name: 'Tableloom, by Redis to another process', processes: 2, hasRedis: true },
  { ...pubsub, name: `${pubsub.name}, to another process`, processes: 2 },
];

/** Milliseconds. */
const longest = 1000;

export async function latencyTable(subscribers: number, rate: Rate): Promise<string[]> {
  const rows: string[] = [];
  for (const setting of settings) {
    const found = await onStage(setting, 25, async (stage) => {
      await stage.subscribers.grow(subscribers, stage.asker);
      return load(stage.asker, stage.subscribers, rate);
    });
    rows.push(
      `| ${setting.name} | ${quantiles(found.fromAnswer)} | ${quantiles(found.fromSending)} | ${found.missing} | ${found.bytes.toFixed(0)} |`,
    );
  }
  return ['| | from the answer | from sending | missing | bytes |', '|---|---|---|---|---|', ...rows];
}

/** Doubles the subscribers of one process, until the slowest of a hundred deliveries takes too long. */
export async function mostTable(counts: readonly number[], rate: Rate): Promise<string[]> {
  const columns: Latencies[][] = [];
  for (const setting of [ours, pubsub]) {
    columns.push(
      await onStage(setting, 50, async ({ subscribers, asker }) => {
        const column: Latencies[] = [];
        for (const count of counts) {
          await subscribers.grow(count, asker);
          const found = await load(asker, subscribers, rate);
          column.push(found);
          if (found.missing > 0 || quantile(found.fromSending, 0.99) > longest) break;
        }
        return column;
      }),
    );
  }
  const rows = counts.flatMap((count, at) => {
    const cells = columns.map((column) => cellOf(column[at]));
    return cells.every((cell) => cell === '') ? [] : [`| ${count} | ${cells.join(' | ')} |`];
  });
  return [`| subscribers | ${ours.name} | ${pubsub.name} |`, '|---|---|---|', ...rows];
}

function cellOf(found: Latencies | undefined): string {
  if (found === undefined) return '';
  return `${quantiles(found.fromSending)}${found.missing > 0 ? `, ${found.missing} missing` : ''}`;
}

function quantiles(times: readonly number[]): string {
  return [0.5, 0.99].map((share) => quantile(times, share).toFixed(1)).join(' / ');
}
