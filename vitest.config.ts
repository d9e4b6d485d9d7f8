import { defineConfig } from 'vitest/config';

/** Our own package resolves to its sources, here as in tsconfig.json. */
const conditions = ['tableloom-source'];

export default defineConfig({
  resolve: {
    conditions,
    // One copy of graphql-js: Mercurius requires index.js, where an import of ours would get index.mjs.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: './test/support/set-up.ts',
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    reporters: ['default', './test/support/summary.ts'],
    // The SDK's notice about its next versions' Node; see src/server/warnings.ts.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: process.env.TABLELOOM_RUNS === undefined ? 60_000 : 900_000,
    hookTimeout: 120_000,
  },
});
