/** `npm run bench events`: from a change to its subscribers. Servers, their storage and the subscribers are processes of their own. */

import { loadavg } from 'node:os';
import { latencyTable, mostTable } from './events/latency.js';
import { stalledTable } from './events/stalled.js';
import { unitsTable } from './events/units.js';
import { installPeers } from './peers.js';

/** Markdown. `quick` is for trying it out: its figures say nothing. */
export async function eventsReport(quick: boolean): Promise<string[]> {
  installPeers();
  const rate = { perSecond: 10, seconds: quick ? 2 : 10 };
  const subscribers = quick ? 50 : 500;
  const before = load();
  return [
    `${introduction}`,
    `## ${subscribers} subscribers`,
    '',
    ...(await latencyTable(subscribers, rate)),
    '',
    '## Most subscribers of one process',
    '',
    ...(await mostTable(quick ? [50, 100] : [500, 1000, 2000, 4000, 8000], rate)),
    '',
    '## Read units',
    '',
    ...(await unitsTable(quick ? [0, 10] : [0, 10, 100, 1000], rate)),
    '',
    '## A client that stops reading',
    '',
    ...(await stalledTable(quick ? 2000 : 20_000)),
    '',
    `Load of the machine (1, 5, 15 minutes): ${before} before, ${load()} after.`,
  ];
}

function load(): string {
  return loadavg()
    .map((each) => each.toFixed(1))
    .join(', ');
}

const introduction = `The servers, their storage (the embedded engine, in memory, behind HTTP) and Redis are processes of their own. Subscribers and writers are
the process of the benchmark, on the same processors: what it takes to receive is part of the figures.

**Ours** is the reference schema's server with \`setConfig\` and \`configChanged\`, rules that read nothing, and without the usual bounds of
connections. A mutation reads and writes the entry, its event, an audit log and the event of that in one transaction. **Mercurius'
PubSub** is what its documentation has, with mqemitter-redis: one update, then \`publish\`. It stores no event: who was not connected, or was not
when the process ended, has lost it. Both answer the same subscription over graphql-transport-ws, 25 or 50 to a connection.

Mutations are sent 10 a second, whatever they take. Milliseconds, p50 / p99 of all deliveries, from the mutation's answer (0 where it
came before that) and from its sending. Bytes are those of one message: a cursor of ours names each event of the last 20 seconds.

Read units are those of the engine for all reads of all processes, which are besides events those of the mutation itself (0 subscribers). Rules
that read of each viewer come on top, once for an event and a viewer; so do records that are selected, once for all.
`;
