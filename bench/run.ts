/**
 * `npm run bench`: every table of this folder, printed and kept in bench/results/. `npm run bench scale`: that one.
 * `npm run bench peers quick`, and so for `scale`, `sign-in`, `attacks`, `events`, `import`, `numbers`, `overload` and `soak`, tries it out, and keeps nothing.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { attacksReport } from './attacks.js';
import { measureCodecs } from './codecs.js';
import { eventsReport } from './events.js';
import { measureGeneration } from './generate.js';
import { importReport } from './import.js';
import { table } from './measure.js';
import { numbersReport } from './numbers.js';
import { overloadReport } from './overload.js';
import { measurePackage } from './package.js';
import { peersReport } from './peers.js';
import { scaleTables } from './scale.js';
import { signInReport } from './sign-in.js';
import { soakReport } from './soak.js';

const [only, how] = process.argv.slice(2);
const quick = how === 'quick';

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
  attacks: async () => ['# Under attack', '', machine(), '', ...(await attacksReport(quick))],
  events: async () => [
    '# From a change to its subscribers',
    '',
    machine(),
    '',
    ...(await eventsReport(quick)),
  ],
  import: async () => ['# Importing a million rows', '', machine(), '', ...(await importReport(quick))],
  overload: async () => ['# More than a server can do', '', machine(), '', ...(await overloadReport(quick))],
  soak: async () => ['# Ten minutes of load and faults', '', machine(), '', ...(await soakReport(quick))],
  numbers: async () => ['# Metrics and traces', '', machine(), '', ...(await numbersReport(quick))],
  peers: () => ['# Against other libraries', '', machine(), '', peersReport(quick)],
};

function machine(): string {
  return `Node ${process.version}, ${cpus().length} processors. Figures of one run; compare within it only.`;
}

const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
for (const [name, report] of Object.entries(reports)) {
  if (only !== undefined && only !== name) continue;
  const text = (await report()).join('\n');
  process.stdout.write(`${text}\n`);
  if (!quick) writeFileSync(join(folder, `${name}.md`), `${text}\n`);
}
