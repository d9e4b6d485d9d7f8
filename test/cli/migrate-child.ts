/** `tableloom migrate run` in a process of its own, which a test may kill. */

import { migrateVerb } from '../../src/cli/commands/migrate.js';
import { withFailures } from '../../src/cli/verbs.js';

const [, , root = '', endpoint = '', rate = '', settle = ''] = process.argv;

process.exitCode = await withFailures(() =>
  migrateVerb('run', {
    root,
    endpoint,
    rate,
    config: 'codegen.ts',
    segments: '1',
    settleMs: Number(settle),
  }),
);
