/** The verbs of `tableloom import`, for the program. */

import type { Command } from 'commander';
import type { ImportVerbOptions } from './project.js';

type Given = ImportVerbOptions & Readonly<Record<string, never>>;
type Verbs = typeof import('../commands/import.js');

/** @param run runs a verb and keeps its exit code */
export function addImportVerbs(
  parent: Command,
  run: (action: (options: Given) => Promise<number>) => (options: Given) => Promise<void>,
  examples: (...lines: readonly string[]) => string,
): void {
  const verb = (name: string, summary: string) =>
    parent
      .command(name)
      .description(summary)
      .option('--root <dir>', 'the folder of the project', '.')
      .option('--config <file>', "GraphQL Codegen's configuration, below the root", 'codegen.ts')
      .option('--mapping <file>', 'the mapping file, below the root', 'import.yaml')
      .option(
        '--endpoint <url>',
        'the DynamoDB; left out: DYNAMODB_ENDPOINT, or Amazon DynamoDB in AWS_REGION',
      )
      .option('--json', 'print the result as JSON')
      .option('--verbose', 'tell on stderr how long each stage took, in milliseconds');
  const simple = (action: (verbs: Verbs, options: Given) => Promise<number>) =>
    run(async (options) => action(await import('../commands/import.js'), options));
  const named =
    (action: (verbs: Verbs, names: string[], options: Given) => Promise<number>) =>
    (names: string[], options: Given) =>
      simple((verbs, given) => action(verbs, names, given))(options);

  verb('check', 'check the mapping file, and write nothing')
    .option('--out <file>', 'write the mapping as a module, for the legacy application')
    .addHelpText(
      'after',
      examples('tableloom import check', 'tableloom import check --out src/import/mapping.ts'),
    )
    .action(simple((verbs, options) => verbs.importCheckVerb(options)));
  verb(
    'run',
    'write the records of all rows that are not written yet; resumes a run that was ended in any way',
  )
    .argument('[sources...]', 'the sources that are meant; left out: all')
    .option('--rate <units>', 'use at most so many read units a second, and as many write units')
    .option('--concurrency <number>', 'so many transactions are under way at most; left out: 8')
    .option('--again', 'read all rows again, and bring over what changed')
    .addHelpText('after', examples('tableloom import run', 'tableloom import run users --rate 500'))
    .action(named((verbs, names, options) => verbs.importRunVerb(names, options)));
  verb('status', 'print the phase and the account of all rows')
    .argument('[sources...]', 'the sources that are meant; left out: all')
    .option('--rows', 'print every row that was merged or rejected; with `--json`, one JSON document a line')
    .addHelpText('after', examples('tableloom import status', 'tableloom import status users --rows --json'))
    .action(named((verbs, names, options) => verbs.importStatusVerb(names, options)));
  verb('retry', 'look at rejected rows again, after they or the mapping were corrected')
    .argument('[sources...]', 'the sources that are meant; left out: all')
    .option('--code <codes...>', 'only rows that were rejected with these codes')
    .addHelpText(
      'after',
      examples('tableloom import retry', 'tableloom import retry users --code value-unmapped'),
    )
    .action(named((verbs, names, options) => verbs.importRetryVerb(names, options)));
  verb('verify', 'transform every row again and compare it with its record, all of its items and the account')
    .argument('[sources...]', 'the sources that are meant; left out: all')
    .option('--repair', 'bring what differs to what the rows become')
    .option('--every <seconds>', 'do it again and again, until Ctrl-C')
    .option('--rate <units>', 'use at most so many read units a second, and as many write units')
    .addHelpText(
      'after',
      examples('tableloom import verify', 'tableloom import verify --every 300 --rate 200'),
    )
    .action(named((verbs, names, options) => verbs.importVerifyVerb(names, options)));
  verb(
    'phase',
    'change what applications with a `Bridge` write and read: legacy, dual, shadow or new; waits until all have seen it and their former writes are over',
  )
    .argument('<phase>', 'the phase to enter')
    .addHelpText('after', examples('tableloom import phase dual', 'tableloom import phase new'))
    .action((phase: string, options: Given) =>
      simple((verbs, given) => verbs.importPhaseVerb(phase, given))(options),
    );
  verb('reverse', 'in the phase `new`: bring rows to what records are that were not written by a `Bridge`')
    .argument('[sources...]', 'the sources that are meant; left out: all')
    .option('--delete-rows', 'delete rows whose records are gone')
    .addHelpText(
      'after',
      examples('tableloom import reverse', 'tableloom import reverse users --delete-rows'),
    )
    .action(named((verbs, names, options) => verbs.importReverseVerb(names, options)));
  verb('archive', 'keep all rows in files (NDJSON, gzip) with checksums and a manifest, and read them back')
    .requiredOption('--to <dir>', 'the folder of the archive')
    .option('--hide-secrets', 'keep digests in the place of secret attributes')
    .addHelpText('after', examples('tableloom import archive --to legacy-2026'))
    .action(simple((verbs, options) => verbs.importArchiveVerb(options as never)));
  verb(
    'clean-up',
    'delete the legacy tables, once the phase is `new` and an archive has their rows as they are',
  )
    .requiredOption('--archive <dir>', 'the folder of the archive')
    .option('--yes', 'really')
    .addHelpText('after', examples('tableloom import clean-up --archive legacy-2026 --yes'))
    .action(simple((verbs, options) => verbs.importCleanUpVerb(options as never)));
}
