/** The server of a project that has none of its own: generated code and rules, with the plugin's defaults. */

import type { FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import type { PluginOptions } from 'tableloom/server';
import { Mistake } from '../mistakes.js';
import type { Code } from '../project/code.js';

export async function buildProjectApp(
  { generated, rules }: Code<FastifyInstance>,
  database: Database,
  complain: (text: string) => void,
): Promise<FastifyInstance> {
  const { fastify, serverOptions, tableloom } = await packages();
  const logStream = {
    write(line: string) {
      const text = logged(line);
      // What holds for every version is said once.
      if (!told.has(text)) complain(text);
      told.add(text);
    },
  };
  const app = fastify(serverOptions({ logLevel: 'warn', logStream }));
  const options: PluginOptions = { ...generated, database, resolvers: generated.createResolvers(rules) };
  // The project has no `buildApp`, so that its `AppContext` asks for nothing.
  await app.register(tableloom as (app: FastifyInstance, options: PluginOptions) => Promise<void>, options);
  return app;
}

const told = new Set<string>();

/** A line of the log, as a person reads it. */
function logged(line: string): string {
  const { msg, err } = JSON.parse(line) as {
    readonly msg?: string;
    readonly err?: { readonly stack?: string };
  };
  return [msg, err?.stack].filter((text) => text !== undefined).join('\n');
}

async function packages() {
  try {
    const [{ fastify }, server] = await Promise.all([import('fastify'), import('tableloom/server')]);
    return { fastify, ...server };
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Mistake(
      'fastify and mercurius are not installed: they serve the project.',
      'Run `npm install fastify mercurius graphql`.',
    );
  }
}
