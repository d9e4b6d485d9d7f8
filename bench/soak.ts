/** A server under load for long, whose storage fails now and then: whether its memory grows. */
import { start } from './events/program.js';
import { openModel } from './load/load.js';
import type { Faults, Ready } from './overload/server.js';
import { headers, offersOf } from './overload.js';

/** What is offered each second, and the share of storage's requests that fail. */
const [ratePerSecond, share] = [20, 0.02];

export async function soakReport(quick: boolean): Promise<string[]> {
  const minutes = quick ? 1 : 10;
  const server = await start<Ready>('../overload/server.ts', { share } satisfies Faults);
  try {
    const operations = offersOf(server.ready);
    const rows: string[] = [];
    for (let minute = 1; minute <= minutes; minute++) {
      const load = { ports: [server.ready.port], headers, operations };
      const { good, shed, others } = await openModel({ ...load, ratePerSecond, seconds: 60 });
      const heap = (await server.ask<number>('heap')) / 2 ** 20;
      const other = Object.entries(others).map(([code, count]) => `${code} ${count}`);
      const cells = [minute, heap.toFixed(1), good.count, good.p99.toFixed(0), shed.count, other.join(', ')];
      rows.push(`| ${cells.join(' | ')} |`);
    }
    return [
      `The reference server and its embedded engine in one process, at ${ratePerSecond} operations a second, while ${share * 100} % of the requests to storage fail.`,
      'The heap is what is in use after collecting garbage, at the end of each minute; mutations add audit logs and events to the engine in memory.',
      '',
      '| minute | heap, MB | answered | p99, ms | refused | errors |',
      `|${'---|'.repeat(6)}`,
      ...rows,
    ];
  } finally {
    await server.stop();
  }
}
