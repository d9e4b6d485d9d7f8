/** `npm run release`: a version, its changelog, its tarball and their sums. Exit codes: 0 done, 1 refused, 2 a wrong call. */

import { Command, CommanderError, Option } from 'commander';
import { Refusal } from './release/refusal.js';
import { type ReleaseOptions, release } from './release/release.js';

const program = new Command('npm run release --')
  .description('Release a version: check everything, set the version, date the changelog, pack, commit, tag.')
  .argument('<version>', 'a version such as 1.4.0, or one of patch, minor and major')
  .option(
    '--dry-run',
    'say what would be done, and change nothing; what has to hold is checked, but --verify does not run',
  )
  .option('--verify <command>', 'what has to succeed before anything is changed', '.ci/run')
  .option('--out <dir>', 'where to write <version>/, the folder of the tarball and SHA256SUMS', 'release')
  .addOption(new Option('--date <date>', 'the date in the changelog, as 2026-01-31; default: today'))
  .exitOverride()
  .addHelpText(
    'after',
    '\nExamples:\n  $ npm run release -- minor --dry-run\n  $ npm run release -- 1.0.0\n',
  );

// A key that stops a step must not stop the undoing of those before it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

try {
  program.parse();
  const [version = ''] = program.args;
  release({ ...program.opts<Omit<ReleaseOptions, 'version'>>(), version }, (line) =>
    process.stdout.write(`${line}\n`),
  );
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Refusal) {
    process.stderr.write(`release: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
