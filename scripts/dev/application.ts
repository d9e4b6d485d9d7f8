import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What development needs of one version of the application. */
export interface Application {
  readonly app: typeof import('../../src/server/app.js');
  readonly auth: typeof import('../../src/server/auth/auth.js');
  readonly rules: object;
  readonly seed: typeof import('../../src/server/seed/seed.js');
  readonly tables: typeof import('../../generated/tables.js');
}

/** The folders whose code a new version loads again. */
export const applicationFolders = ['generated', 'src/rules', 'src/server'] as const;

/** Loads the application as its files are now. Each version stays in memory: that is the price of not restarting. */
export function applicationLoader(root: string): () => Promise<Application> {
  const folder = pathToFileURL(`${root}/`).href;
  register(new URL('./reload-hooks.ts', import.meta.url), {
    data: { folders: applicationFolders.map((name) => `${folder}${name}/`) },
  });
  let version = 0;
  return async () => {
    version += 1;
    const load = (path: string) => import(`${folder}${path}?version=${version}`);
    const [app, auth, rules, seed, tables] = await Promise.all([
      load('src/server/app.ts'),
      load('src/server/auth/auth.ts'),
      load('src/rules/index.ts'),
      load('src/server/seed/seed.ts'),
      load('generated/tables.ts'),
    ]);
    return { app, auth, rules, seed, tables };
  };
}
