import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { isLong } from './test/support/runs.js';

/** Our own package resolves to its sources, here as in tsconfig.json. */
const conditions = ['tableloom-source'];

/** A test file is in the first of these that it matches. */
const projects = {
  /** The application: requests, processes, development. */
  server: ['test/server/**/*.test.ts'],
  /** What is installed: the command line and the package, as processes of their own. */
  package: ['test/package/**/*.test.ts', 'test/cli/**/*.test.ts'],
  /** Random cases, most of them against an oracle. */
  property: ['**/*.property.test.ts', 'examples/**/*.test.ts'],
  /** Everything else, and what one works with. */
  unit: ['test/**/*.test.ts'],
};

/** Files of the other projects again, on DynamoDB Local: `npm run test:engines` starts it. What it takes long for is left to the long run. */
const engines = [
  'test/embedded/{transactions,query,expressions,expression-limits,legacy,concurrency}.test.ts',
  'test/language/*.test.ts',
  'test/pages/*.test.ts',
  'test/fuzz/*.test.ts',
  'test/budget/*.test.ts',
  'test/cli/reindex.test.ts',
  'test/fastify/live/streams-waker.test.ts',
  'test/runtime/reindex.test.ts',
  'test/runtime/migrate/twenty.test.ts',
  'test/writes/{model,races,reindex}.property.test.ts',
  'test/writes/{failures,conditions,aggregates,popular-records}.test.ts',
  ...(isLong
    ? [
        'test/server/*.test.ts',
        'test/server/chaos/*.test.ts',
        'test/server/live/processes.test.ts',
        'examples/{battle-royale,delivery,event-history,platform}/**/*.test.ts',
      ]
    : ['test/server/{sessions,paging,look-ahead,erase}.test.ts', 'examples/event-history/events.test.ts']),
];

/** Of those, what has an engine of its own wherever it runs. */
const ownEngine = ['test/server/{dev,start,tables,warnings}.test.ts'];

/** These alter tables, and get an engine of their own: where many tables are made at once, DynamoDB Local may never finish an index. */
const altering = ['test/cli/deploy.test.ts'];

const resolution = {
  resolve: {
    conditions,
    // One copy of graphql-js: Mercurius requires index.js, where an import of ours would get index.mjs.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  ssr: { resolve: { conditions } },
};

function project(name: string, include: string[], exclude: string[] = []): TestProjectInlineConfiguration {
  return {
    ...resolution,
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', ...exclude],
      setupFiles: './test/support/fast-check.ts',
      // The SDK's notice about its next versions' Node; see src/server/warnings.ts.
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      // Guards against hanging, far above what a test takes on a busy machine.
      testTimeout: isLong ? 900_000 : 300_000,
      hookTimeout: 300_000,
      // Files share their modules. Those that replace what is global put it back.
      isolate: false,
    },
  };
}

const { server, package: shipped, property, unit } = projects;

export default defineConfig({
  ...resolution,
  test: {
    globalSetup: './test/support/set-up.ts',
    // Many of the tests wait.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    reporters: ['default', './test/support/summary.ts'],
    projects:
      process.env.TABLELOOM_ENGINE === undefined
        ? [
            project('unit', unit, [...property, ...server, ...shipped]),
            project('property', property),
            project('server', server),
            project('package', shipped),
          ]
        : [project('engines', engines, ownEngine), project('altering', altering)],
  },
});
