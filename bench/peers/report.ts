/** The whole comparison as one markdown text on the standard output; progress goes to the standard error. */

import { readFileSync } from 'node:fs';
import { barTable } from '../bars.js';
import { operationTables } from '../operations/operations.js';
import { parameterTables } from './parameters.js';

const isQuick = process.argv[2] === 'quick';
const progress = (text: string) => process.stderr.write(`${text}\n`);

progress('parameters and items');
const parameters = await parameterTables(isQuick ? 3 : 15);
const operations = await operationTables({
  rounds: isQuick ? 2 : 7,
  milliseconds: isQuick ? 200 : 1000,
  warmUp: isQuick ? 100 : 2000,
  progress,
});

process.stdout.write(
  [
    '## Bars',
    '',
    barTable([...parameters.bars, ...operations.bars]),
    '## Parameters and items',
    '',
    parameters.text,
    '## GraphQL operations',
    '',
    operations.text,
    // Written by hand, after profiles: see there what is behind the figures.
    readFileSync(new URL('./notes.md', import.meta.url), 'utf8'),
  ].join('\n'),
);
