import type { CodegenConfig } from '@graphql-codegen/cli';
// A project of its own says 'tableloom/preset'; here it is the checkout's.
import { preset } from '../../src/generator/preset.js';

const config: CodegenConfig = {
  schema: 'schema/**/*.graphql',
  generates: { 'generated/': { preset } },
};

export default config;
