/** GraphQL Codegen's own command line, quietly and in this process: it understands every configuration. */

import { resolve } from 'node:path';
import type { CodegenContext } from '@graphql-codegen/cli';
import type { Config, Host, PluginContext } from './host.js';
import { codegenPackage } from './packages.js';

export function completeHost(path: string, config: Config): Host {
  const contextWith = (pluginContext: PluginContext): CodegenContext => {
    const context = new (codegenPackage().CodegenContext)({ filepath: path, config });
    context.updateConfig({ silent: true });
    Object.assign(context.getPluginContext(), pluginContext);
    return context;
  };
  return {
    generate: (pluginContext, { measure }) =>
      measure('GraphQL Codegen', async () => {
        const { result, error } = await codegenPackage().executeCodegen(contextWith(pluginContext));
        if (error) throw error;
        return result;
      }),
    write: (pluginContext, { measure }) =>
      measure('GraphQL Codegen', () => codegenPackage().generate(contextWith(pluginContext), true)),
  };
}

/** Undefined where the file is empty. */
export async function completeConfig(path: string): Promise<Config | undefined> {
  const loaded = await codegenPackage().loadCodegenConfig({ configFilePath: resolve(path) });
  return !loaded || loaded.isEmpty ? undefined : loaded.config;
}
