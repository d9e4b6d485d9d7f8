import type { CodegenConfig } from '@graphql-codegen/cli';
import { preset } from './src/generator/preset.js';

const config: CodegenConfig = {
  schema: 'schema/**/*.graphql',
  generates: { 'generated/': { preset } },
};

export default config;
