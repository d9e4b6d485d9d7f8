/** Read units of events by how many subscribe. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Counted } from '../operations/engine.js';
import { load, type Rate } from './load.js';
import { onStage } from './stage.js';

export async function unitsTable(counts: readonly number[], rate: Rate): Promise<string[]> {
  const rows: string[] = [];
  for (const count of counts) {
    const setting = { name: '', server: 'ours.ts', processes: 1, hasRedis: false } as const;
    const { readUnits, requests } = await onStage(setting, 50, async ({ engine, asker, subscribers }) => {
      await subscribers.grow(count, asker);
      await engine.ask('count');
      await load(asker, subscribers, rate);
      // Nothing is left that is read once only.
      await sleep(1000);
      return engine.ask<Counted>('counted');
    });
    const written = rate.perSecond * rate.seconds;
    rows.push(`| ${count} | ${(readUnits / written).toFixed(2)} | ${(requests / written).toFixed(2)} |`);
  }
  return ['| subscribers | read units an event | requests an event |', '|---|---|---|', ...rows];
}
