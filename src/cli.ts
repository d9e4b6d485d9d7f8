#!/usr/bin/env node
/** The verbs of the command line. Exit codes: 0 all is well, 1 there are findings, 2 a wrong call or a fault of ours. */

import module from 'node:module';
import { Command, CommanderError } from 'commander';
import type { DeployVerbOptions } from './cli/commands/deploy.js';
import type { DevOptions } from './cli/commands/dev.js';
import type { DocumentsOptions } from './cli/commands/documents.js';
import type { ExplainOptions } from './cli/commands/explain.js';
import type { InitOptions } from './cli/commands/init.js';
import type { MigrateAction, MigrateVerbOptions } from './cli/commands/migrate.js';
import type { ReindexVerbOptions } from './cli/commands/reindex.js';
import type { ReviewOptions } from './cli/commands/review.js';
import type { TablesVerbOptions } from './cli/commands/tables.js';
import type { VerifyVerbOptions } from './cli/commands/verify.js';
import { addImportVerbs } from './cli/import/verbs.js';
import { ourManifest } from './cli/package.js';
import type { Options } from './cli/verbs.js';

cacheCompiledCode();

const program = new Command('tableloom')
  .description('Declared access patterns and GraphQL SDL in, a typed DynamoDB backend out.')
  .version(ourManifest().version ?? '')
  .exitOverride()
  .showSuggestionAfterError();

verb(
  'generate',
  'write the generated files, and access-patterns.lock.json, which keeps the keys that were chosen; what does not change is not touched',
)
  .option('--prune', 'delete files of the output folder that nothing generates')
  .option(
    '--accept <names...>',
    'say by the names that warnings give (of a pattern, an entity, an attribute) that stored records are dealt with',
  )
  .addHelpText(
    'after',
    examples(
      'tableloom generate',
      'tableloom generate --root examples/library --prune',
      'tableloom generate --accept openOrders',
    ),
  )
  .action(run(async (options) => (await import('./cli/commands/generate.js')).generateVerb(options)));

verb(
  'lock',
  'say whether the lock is a draft or sealed, and what stored records still need; once it is sealed, what is gone is retired',
)
  .option('--seal', 'seal it, as the first `deploy` does: records are stored that nobody may lose')
  .addHelpText('after', examples('tableloom lock', 'tableloom lock --seal'))
  .action(run(async (options) => (await import('./cli/commands/lock.js')).lockVerb(options)));

verb(
  'check',
  'write nothing; report mistakes in the inputs, rules that do not fit, generated files and a lock that are out of date, operations that cost more than recorded',
)
  .option('--types', 'compile what is generated, in memory, as tsconfig.json says')
  .option('--against <commit>', 'report what records need that were stored under the lock of that commit')
  .addHelpText(
    'after',
    examples('tableloom check', 'tableloom check --types', 'tableloom check --against origin/main'),
  )
  .action(run(async (options) => (await import('./cli/commands/check.js')).checkVerb(options)));

verb(
  'review',
  'report what a change means: for clients, for stored records, for costs, requests, rules and permissions. Reads a commit and the working tree, and needs no account',
)
  .option(
    '--against <commit>',
    'compare with where this branch left that commit; left out: the main branch, of origin if it is there',
  )
  .option('--format <format>', 'markdown, json, sarif, github or html', 'markdown')
  .option('--out <files...>', 'write these files as well: .md, .json, .sarif, .html')
  .addHelpText(
    'after',
    examples(
      'tableloom review --against origin/main',
      'tableloom review --against main --out review.html review.sarif',
      'tableloom review --against HEAD~1 --format json',
    ),
  )
  .action(
    run(async (options: ReviewOptions) => (await import('./cli/commands/review.js')).reviewVerb(options)),
  );

verb('scaffold', 'write a typed stub for each rule that is missing; what is there is only added to')
  .addHelpText('after', examples('tableloom scaffold'))
  .action(run(async (options) => (await import('./cli/commands/scaffold.js')).scaffoldVerb(options)));

verb(
  'explain',
  'print what operations cost before they are sent: requests, steps that wait for one another, read units, field by field',
)
  .argument('[files...]', 'documents of operations; left out: all below operations/')
  .option('--operation <name>', 'the one operation that is meant')
  .option('--variables <json>', 'the values of variables, or a file of them; left out: any they may have')
  .option('--format <format>', 'text, json or mermaid', 'text')
  .option('--plan', 'print the plan as JSON: tables, keys, patterns, writes, rules')
  .option('--record', 'keep the budgets of the documents below operations/, which `check` holds them to')
  .addHelpText(
    'after',
    examples(
      'tableloom explain operations/users.graphql',
      `tableloom explain users.graphql --operation Users --variables '{"first": 50}'`,
      'tableloom explain --record',
      'tableloom explain --plan > plan.json',
    ),
  )
  .action(async (files: string[], options: ExplainOptions) => {
    const action = async () => (await import('./cli/commands/explain.js')).explainVerb(files, options);
    await run(action)(options);
  });

verb(
  'documents',
  'write the trusted documents of a server: the text of each operation by its id, which clients send in the place of the text',
)
  .argument('[files...]', 'documents of operations; left out: all below operations/')
  .option('--out <file>', 'write them to this file, below the root', 'operations/documents.json')
  .option('--json', 'print id, text, name and file of each as JSON')
  .addHelpText(
    'after',
    examples('tableloom documents', 'tableloom documents app/queries.graphql --out app/documents.json'),
  )
  .action(async (files: string[], options: DocumentsOptions) => {
    const action = async () => (await import('./cli/commands/documents.js')).documentsVerb(files, options);
    await run(action)(options);
  });

verb(
  'dev',
  'serve the project from a DynamoDB in this process, and serve every change again; the data is kept',
)
  .option('--port <number>', 'listen here; left out: at PORT, or 4000')
  .option('--host <address>', 'listen at this address', process.env.HOST ?? '127.0.0.1')
  .option('--data <dir>', 'the folder of the data', process.env.DATA_DIR ?? '.data')
  .option(
    '--server <file>',
    'the module that exports `buildApp`; where there is none, a server is made',
    'src/app.ts',
  )
  .addHelpText('after', examples('tableloom dev', 'tableloom dev --port 8080 --data /tmp/plants'))
  .action(run(async (options: DevOptions) => (await import('./cli/commands/dev.js')).devVerb(options)));

endpointVerb(
  'deploy',
  'bring the tables to the plan: create them, add indexes one at a time, expiry and point-in-time recovery; what would lose data is refused. Seals the lock',
)
  .option('--plan', 'print the steps, and take none')
  .option('--delete-indexes', 'delete global indexes that no pattern reads any more')
  .option('--no-recovery', 'leave point-in-time recovery as it is')
  .option(
    '--offline',
    'no server runs: note this version, and leave records that are stored otherwise to `reindex`',
  )
  .option('--json', 'print the steps as JSON')
  .addHelpText(
    'after',
    examples(
      'tableloom deploy --plan',
      'tableloom deploy --endpoint http://127.0.0.1:8000',
      'AWS_REGION=eu-west-1 tableloom deploy --delete-indexes',
    ),
  )
  .action(
    run(async (options: DeployVerbOptions) => (await import('./cli/commands/deploy.js')).deployVerb(options)),
  );

verb('tables', 'print the definitions of the tables, to create them by other means than `deploy`')
  .option('--format <format>', 'cloudformation, cdk, terraform, json or iam', 'cloudformation')
  .option('--out <file>', 'write them to this file, below the root')
  .addHelpText(
    'after',
    examples(
      'tableloom tables > tables.yaml',
      'tableloom tables --format cdk --out infrastructure/tables.ts',
    ),
  )
  .action(
    run(async (options: TablesVerbOptions) => (await import('./cli/commands/tables.js')).tablesVerb(options)),
  );

endpointVerb(
  'reindex',
  'bring stored records to the plan: keys, entries, guards, counts and sums, also of records that were stored before; fields stay as they are',
)
  .argument('[entities...]', 'whose records; or `--all`')
  .option('--all', 'the records of all entities')
  .option('--dry-run', 'count what would change, and change nothing')
  .option('--segments <number>', 'how many parts of a table are read at the same time; left out: 4')
  .option('--rate <units>', 'use at most so many read units a second, and as many write units')
  .option('--resume <file>', 'resume a run that was ended: `auto`, or the file that it noted its progress in')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'after',
    examples(
      'tableloom reindex Order Customer --dry-run',
      'tableloom reindex --all --rate 500',
      'tableloom reindex --all --rate 500 --resume auto',
    ),
  )
  .action(async (entities: string[], options: ReindexVerbOptions) => {
    const action = async () => (await import('./cli/commands/reindex.js')).reindexVerb(entities, options);
    await run(action)(options);
  });

endpointVerb(
  'verify',
  'compare everything that is stored with what the records say, at any time: keys, entries, guards, counts, references, versions, types of values',
)
  .argument('[entities...]', 'whose items; left out: everything in the tables')
  .option('--repair', 'correct what follows from the records; the rest is only reported')
  .option('--segments <number>', 'how many parts of a table are read at the same time; left out: 4')
  .option('--rate <units>', 'use at most so many read units a second, and as many write units')
  .option('--resume <file>', 'resume a run that was ended: `auto`, or the file that it noted its progress in')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'after',
    examples(
      'tableloom verify --rate 500',
      'tableloom verify Order Customer --repair',
      'tableloom verify --rate 500 --resume auto',
      'tableloom verify --json',
    ),
  )
  .action(async (entities: string[], options: VerifyVerbOptions) => {
    const action = async () => (await import('./cli/commands/verify.js')).verifyVerb(entities, options);
    await run(action)(options);
  });

addImportVerbs(
  program
    .command('import')
    .description('bring over tables that others made, as import.yaml says: online, step by step, and back'),
  run,
  examples,
);

const migrate = program
  .command('migrate')
  .description('bring stored records to another version of the project while servers of both work on them');

function migrateVerb(action: MigrateAction, summary: string): Command {
  return endpointVerb(action, summary, migrate).action(
    run(async (options: MigrateVerbOptions) =>
      (await import('./cli/commands/migrate.js')).migrateVerb(action, options),
    ),
  );
}

/** Options of what reads and writes all records. */
function paced(command: Command): Command {
  return command
    .option('--segments <number>', 'how many parts of a table are read at the same time; left out: 4')
    .option('--rate <units>', 'use at most so many read units a second, and as many write units')
    .option('--json', 'print what happens as JSON, an event a line');
}

const deployed = ['--from <commit>', 'the commit that is deployed, where the tables do not say it'] as const;

migrateVerb('plan', 'print what is stored otherwise, what prevents it, and the steps; writes nothing')
  .option(...deployed)
  .option('--json', 'print the plan as JSON')
  .addHelpText('after', examples('tableloom migrate plan', 'tableloom migrate plan --from v1.4.0 --json'));

paced(
  migrateVerb(
    'run',
    'add to the tables, let servers keep up what both versions store, bring records from before to it, verify them, and serve both versions; resumes what was ended',
  ).option(...deployed),
).addHelpText(
  'after',
  examples('tableloom migrate run --from v1.4.0', 'tableloom migrate run --rate 500 --json'),
);

migrateVerb('status', 'print how far a migration is, who runs it, and what comes next')
  .option('--json', 'print it as JSON')
  .addHelpText('after', examples('tableloom migrate status'));

paced(
  migrateVerb('complete', 'refuse servers of the former version, and delete what only they read').option(
    '--delete-indexes',
    'delete global indexes that no pattern reads any more',
  ),
).addHelpText('after', examples('tableloom migrate complete --delete-indexes'));

paced(
  migrateVerb(
    'rollback',
    'refuse servers of the new version, and delete what only they read; what was written since stays',
  ),
).addHelpText('after', examples('tableloom migrate rollback'));

program
  .command('init')
  .description('write a project that works, to start from')
  .option('--root <dir>', 'the folder of the project, made if it is not there', '.')
  .option(
    '--template <name>',
    'full: a project to deploy, with rules and tests; minimal: as little as serves',
    'full',
  )
  .option('--force', 'replace files that are there')
  .addHelpText(
    'after',
    examples('tableloom init', 'tableloom init --root services/plants --template minimal'),
  )
  .action(run(async (options: InitOptions) => (await import('./cli/commands/init.js')).initVerb(options)));

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed what is wrong with the call.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** From the second time on, Node 22 and later load the same modules in half the time. */
function cacheCompiledCode(): void {
  if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
    module.enableCompileCache();
}

function verb(name: string, summary: string, parent: Command = program): Command {
  return parent
    .command(name)
    .description(summary)
    .option('--root <dir>', 'the folder of the project', '.')
    .option('--config <file>', "GraphQL Codegen's configuration, below the root", 'codegen.ts')
    .option(
      '--verbose',
      'tell on stderr how long each stage took, in milliseconds; as JSON where the result is JSON',
    );
}

/** A verb that works on the tables of a DynamoDB. */
function endpointVerb(name: string, summary: string, parent?: Command): Command {
  return verb(name, summary, parent).option(
    '--endpoint <url>',
    'the DynamoDB; left out: DYNAMODB_ENDPOINT, or Amazon DynamoDB in AWS_REGION',
  );
}

function run<Given = Options>(action: (options: Given) => Promise<number>) {
  return async (options: Given) => {
    const { withFailures } = await import('./cli/verbs.js');
    process.exitCode = await withFailures(() => action(options));
  };
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
