/** `npm run bench`: every table of this folder, printed and kept in bench/results/. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureCodecs } from './codecs.js';
import { measureGeneration } from './generate.js';
import { table } from './measure.js';
import { measurePackage } from './package.js';

const report = [
  '# Benchmarks',
  '',
  `Node ${process.version}, ${cpus().length} processors. Figures of one run; compare within it only.`,
  '',
  table('Parameters and items, microseconds a call', measureCodecs(7, 100_000)),
  table('Generation, whole process', measureGeneration(5)),
  table('Generation from the package, whole process', measurePackage(7)),
].join('\n');

process.stdout.write(`${report}\n`);
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'latest.md'), `${report}\n`);
