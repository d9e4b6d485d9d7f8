/**
 * `npm run bench`: every table of this folder, printed and kept in bench/results/. `npm run bench scale`: that one.
 * `npm run bench peers quick`, and so for `scale`, `sign-in`, `attacks`, `events`, `import`, `load`, `numbers`, `overload` and `soak`, tries it out, and keeps nothing.
 * `npm run bench attacks sign-ins` runs those attacks alone, and keeps nothing; `npm run bench load one` runs one part of a report that has parts, and keeps the others as they are.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { attacksReport } from './attacks.js';
import { measureCodecs } from './codecs.js';
import { eventsReport } from './events.js';
import { measureGeneration } from './generate.js';
import { importReport } from './import.js';
import { loadIntroduction, loadParts } from './load.js';
import { table } from './measure.js';
import { numbersReport } from './numbers.js';
import { overloadReport } from './overload.js';
import { measurePackage } from './package.js';
import { peersReport } from './peers.js';
import { scaleTables } from './scale.js';
import { signInReport } from './sign-in.js';
import { soakReport } from './soak.js';

const [only, ...how] = process.argv.slice(2);
const quick = how.includes('quick');
/** A part of a report, or one of what it measures. */
const part = how.find((word) => word !== 'quick');

/** By the name of the file in bench/results/. */
const reports: Readonly<Record<string, () => readonly string[] | Promise<readonly string[]>>> = {
  latest: () => [
    '# Benchmarks',
    '',
    machine(),
    '',
    table('Parameters and items, microseconds a call', measureCodecs(7, 100_000)),
    table('Generation, whole process', measureGeneration(5)),
    table('Generation from the package, whole process', measurePackage(7)),
  ],
  scale: () => [
    '# Generation as projects grow',
    '',
    machine(),
    '',
    scaleTables(quick ? [25, 100] : [25, 50, 100, 200, 400], quick ? 2 : 5),
  ],
  'sign-in': async () => ['# Sign-ins by strangers', '', machine(), '', ...(await signInReport(quick))],
  attacks: async () => ['# Under attack', '', machine(), '', ...(await attacksReport(quick, part))],
  events: async () => [
    '# From a change to its subscribers',
    '',
    machine(),
    '',
    ...(await eventsReport(quick)),
  ],
  import: async () => ['# Importing five legacy tables', '', machine(), '', ...(await importReport(quick))],
  overload: async () => ['# More than a server can do', '', machine(), '', ...(await overloadReport(quick))],
  soak: async () => ['# Ten minutes of load and faults', '', machine(), '', ...(await soakReport(quick))],
  numbers: async () => ['# Metrics and traces', '', machine(), '', ...(await numbersReport(quick))],
  peers: () => ['# Against other libraries', '', machine(), '', peersReport(quick)],
};

function machine(): string {
  return `Node ${process.version}, ${cpus().length} processors. Figures of one run; compare within it only.`;
}

/** Reports whose parts, each below a heading of its own, can be measured one at a time. */
const inParts: Readonly<Record<string, { readonly head: readonly string[]; readonly parts: Parts }>> = {
  load: { head: ['# 500 users', '', ...loadIntroduction, ''], parts: loadParts },
};

type Parts = Readonly<Record<string, (quick: boolean) => Promise<readonly string[]>>>;

const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
for (const [name, report] of Object.entries(reports)) {
  if (only !== undefined && only !== name) continue;
  keep(name, (await report()).join('\n'), quick || part !== undefined);
}
for (const [name, { head, parts }] of Object.entries(inParts)) {
  if (only !== undefined && only !== name) continue;
  for (const [each, report] of Object.entries(parts)) {
    if (part !== undefined && part !== each) continue;
    const text = (await report(quick)).join('\n');
    keep(name, withSection(name, [...head, machine()].join('\n'), text), quick);
  }
}

function keep(name: string, text: string, isTrial: boolean): void {
  process.stdout.write(`${text}\n`);
  if (!isTrial) writeFileSync(join(folder, `${name}.md`), `${text}\n`);
}

/** A report with one section anew: it takes the place of the one with its heading. */
function withSection(name: string, head: string, section: string): string {
  const path = join(folder, `${name}.md`);
  const [, ...sections] = existsSync(path) ? readFileSync(path, 'utf8').split(/\n(?=## )/) : [];
  const [heading = ''] = section.split('\n');
  const at = sections.findIndex((one) => one.startsWith(`${heading}\n`));
  const text = `${section}\n`;
  if (at < 0) sections.push(text);
  else sections[at] = text;
  return [`${head}\n`, ...sections].join('\n').trimEnd();
}
