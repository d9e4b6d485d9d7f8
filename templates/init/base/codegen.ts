import type { CodegenConfig } from '@graphql-codegen/cli';
import { preset } from 'tableloom/preset';

const config: CodegenConfig = {
  schema: 'schema/**/*.graphql',
  generates: { 'generated/': { preset } },
};

export default config;
