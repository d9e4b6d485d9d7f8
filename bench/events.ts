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
    ...(await mostTable(quick ? [50, 100] : [500, 1000, 2000, 4000, 8000, 16_000], rate)),
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

const introduction = `
`;
