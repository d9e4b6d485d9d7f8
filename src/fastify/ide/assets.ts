import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** One file the IDE's page may ask for. */
export type Asset = {
  /** Where it is on disk, absolute. */
  readonly file: string;
  readonly contentType: string;
};

/**
 * Lists the servable files below `root` by their slash-separated path relative to it.
 *
 * A request is answered by looking its path up here, never by joining it to a directory, so no spelling of `..`
 * reaches another file. Files of a type not listed above are left out: HTML pages, which would need a policy of
 * their own, and source maps and notes, which the page does not load.
 */
export async function listAssets(root: string): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const contentType = contentTypes[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    assets.set(relative(root, file).split(sep).join('/'), { file, contentType });
  }
  return assets;
}
