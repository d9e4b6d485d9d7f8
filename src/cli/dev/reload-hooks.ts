/**
 * Module hooks that load a project anew without loading its packages again: whatever a module of the project imports by
 * a relative path gets the version its importer was requested with (`?version=3`). Packages are the same for all versions.
 */

import type { ResolveHook } from 'node:module';
import type { MessagePort } from 'node:worker_threads';

/** Takes the URL of each module that is loaded so. */
let port: MessagePort | undefined;

export function initialize(data: { readonly port: MessagePort }): void {
  port = data.port;
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const [version] = /\?version=\d+$/.exec(context.parentURL ?? '') ?? [];
  const isOwn = /^\.{1,2}\//.test(specifier) && !resolved.url.includes('/node_modules/');
  const isFirst = /\?version=\d+$/.test(resolved.url);
  if (isFirst || (version !== undefined && isOwn)) port?.postMessage(resolved.url);
  if (isFirst || version === undefined || !isOwn) return resolved;
  return { ...resolved, url: `${resolved.url}${version}` };
};
