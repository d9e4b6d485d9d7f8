/**
 * Module hooks that load the application anew without loading anything else again: whatever a module of the
 * application imports of the application gets the version its importer was asked for (`?version=3`). Packages, the
 * runtime and the engine are the same for all versions.
 */

import type { ResolveHook } from 'node:module';

/** URLs of the folders that belong to the application. */
let folders: readonly string[] = [];

export function initialize(data: { readonly folders: readonly string[] }): void {
  folders = data.folders;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const [version] = /\?version=\d+$/.exec(context.parentURL ?? '') ?? [];
  const { url } = resolved;
  if (version === undefined || url.includes('?') || !folders.some((folder) => url.startsWith(folder)))
    return resolved;
  return { ...resolved, url: `${url}${version}` };
};
