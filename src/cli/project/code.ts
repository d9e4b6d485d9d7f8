/** The code of a project: what is generated, its rules and its server, loaded from TypeScript. */

import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyCodec, Costs, Database, Session, TableDefinition } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';

/** What `generated/index.ts` exports, as far as commands use it. */
export interface GeneratedCode {
  readonly tables: readonly TableDefinition[];
  readonly codecs: readonly AnyCodec[];
  readonly typeDefs: string;
  readonly costs: Costs;
  readonly createResolvers: (rules: object) => object;
  readonly createLoaders: (session: Session) => object;
}

/** Every rule, by its name. */
export type RuleCode = Readonly<Record<string, unknown>>;

/** What `src/app.ts` exports. */
export interface ServerCode<App> {
  readonly buildApp: (options: { readonly database: Database }) => Promise<App>;
  /** Fills empty tables with samples for development. */
  readonly seed?: (database: Database) => Promise<unknown>;
  /** What development prints once the server listens. */
  readonly greeting?: string;
}

export interface Code<App> {
  readonly generated: GeneratedCode;
  readonly rules: RuleCode;
  /** Undefined where the project has none. */
  readonly server: ServerCode<App> | undefined;
}

/** Where the code of a project is, from its folder. */
export interface CodePaths {
  /** `generated/` */
  readonly output: string;
  /** `src/rules` */
  readonly rules: string;
  /** `src/app.ts`; empty: it is not loaded. */
  readonly server: string;
}

/** @param query of every module, such as `?version=2`: `reload-hooks.ts` passes it on to what they import */
export async function loadCode<App>({ output, rules, server }: CodePaths, query = ''): Promise<Code<App>> {
  await readTypeScript();
  const load = async (path: string) => {
    const file = resolve(path);
    return existsSync(file) ? ((await import(`${pathToFileURL(file).href}${query}`)) as unknown) : undefined;
  };
  const [generated, written, app] = await Promise.all([
    load(join(output, 'index.ts')),
    load(join(rules, 'index.ts')),
    server === '' ? undefined : load(server),
  ]);
  if (generated === undefined)
    throw new Mistake(`There is no ${join(output, 'index.ts')}.`, 'Run `tableloom generate`.');
  return {
    generated: generated as GeneratedCode,
    rules: (written ?? {}) as RuleCode,
    server: app as ServerCode<App> | undefined,
  };
}

/** The exports of a module of the project's; undefined where there is no such file. */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  await readTypeScript();
  const file = resolve(path);
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as Record<string, unknown>) : undefined;
}

let isReading: Promise<void> | undefined;

/** From now on TypeScript can be imported: by tsx, as the project has installed it. */
async function readTypeScript(): Promise<void> {
  // In the checkout we run by it ourselves.
  if (extname(import.meta.url) === '.ts') return;
  isReading ??= register();
  await isReading;
}

/** tsx is an optional peer: npm installs the project's one copy where this finds it. */
async function register(): Promise<void> {
  const tsx = await import('tsx/esm/api').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Mistake(
      'tsx is not installed: it loads the TypeScript of the project.',
      'Run `npm install --save-dev tsx`.',
    );
  });
  tsx.register();
}
