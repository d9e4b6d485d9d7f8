/**
 * Module hooks that load a project anew without loading its packages again: whatever a module of the project imports by
 * a relative path gets the version its importer was requested with (`?version=3`). Packages are the same for all versions.
 */

import type { ResolveHook } from 'node:module';

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const [version] = /\?version=\d+$/.exec(context.parentURL ?? '') ?? [];
  const isOwn = /^\.{1,2}\//.test(specifier) && !resolved.url.includes('/node_modules/');
  if (version === undefined || !isOwn || resolved.url.includes('?')) return resolved;
  return { ...resolved, url: `${resolved.url}${version}` };
};
