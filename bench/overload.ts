/** What a server answers when it is offered more than it can do. */
import { start } from './events/program.js';
import { closedModel, openModel } from './load/load.js';
import type { Loaded, Offer } from './load/model.js';
import type { Operation } from './operations/documents.js';
import type { Faults, Ready } from './overload/server.js';

/** Shares of what the server can do. */
const shares = [0.5, 0.8, 1, 2, 4];

/** Mostly small reads, as applications have them. */
const weights: Readonly<Record<Operation['name'], number>> = { page: 4, record: 4, nested: 1, mutation: 1 };

/** The operations of a server, in these shares. */
export function offersOf({ operations }: Ready): readonly Offer[] {
  return operations.map(({ name, query, variables }) => ({
    name,
    weight: weights[name],
    bodies: variables.map((each) => JSON.stringify({ query, variables: each })),
  }));
}

/** Who sends is not what is measured. */
export const headers = { authorization: 'Bearer nobody-reads-this' };

export async function overloadReport(quick: boolean): Promise<string[]> {
  const seconds = quick ? 5 : 20;
  const server = await start<Ready>('../overload/server.ts', { share: 0 } satisfies Faults);
  try {
    const { port } = server.ready;
    const operations = offersOf(server.ready);
    const load = { ports: [port], headers, operations, seconds };
    await closedModel({ ...load, connections: 16, seconds: 3 });
    const most = await closedModel({ ...load, connections: 16, seconds: quick ? 4 : 10 });
    const saturation = most.good.count / most.seconds;
    const rows: string[] = [];
    for (const share of shares) {
      const ratePerSecond = saturation * share;
      const loaded = await openModel({ ...load, ratePerSecond, warmUpSeconds: 2 });
      rows.push(row(share, saturation, loaded));
    }
    return [
      `The reference server, which answers ${saturation.toFixed(0)} operations a second to 16 clients that wait for each answer: four pages of users`,
      'and four records with their relations to one nested list and one mutation, on an embedded engine that is 4 ms away. Arrivals are those of a Poisson',
      `process, planned in advance, for ${seconds} s; latency counts from the planned arrival, in milliseconds. Server and clients share the machine.`,
      '',
      '| offered | a second | answered a second | of the most | p50 | p99 | longest | refused a second | p99 of refusals | other errors | p99 of the generator’s delay |',
      `|${'---|'.repeat(11)}`,
      ...rows,
    ];
  } finally {
    await server.stop();
  }
}

function row(share: number, saturation: number, { good, shed, others, late, seconds: took }: Loaded): string {
  const answered = good.count / took;
  const other = Object.entries(others).map(([code, count]) => `${code} ${count}`);
  return `| ${[
    `${share}×`,
    (saturation * share).toFixed(0),
    answered.toFixed(0),
    `${((100 * answered) / saturation).toFixed(0)} %`,
    good.p50.toFixed(1),
    good.p99.toFixed(1),
    good.longest.toFixed(0),
    (shed.count / took).toFixed(0),
    shed.p99.toFixed(1),
    other.join(', ') || 'none',
    late.p99.toFixed(1),
  ].join(' | ')} |`;
}
