import { sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'chokidar';

/** Editors write a file in several steps, and several files at once; Git writes many. In milliseconds. */
const settle = 40;

export interface Watching {
  /** Resolves once every file is watched. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** How long after a change another one belongs to it, in milliseconds: for what is reported of the state between. */
const patience = 150;

/**
 * Calls `changed` with the paths of files that changed since `since`, and then after each change. One call ends before the
 * next begins.
 *
 * `isOutdated` tells whether there is a change after those it was called with.
 *
 * @param ignored whether a path, from the folder, does not count; of a folder, nothing below it does
 */
export function watchFiles(
  root: string,
  { since, ignored }: { readonly since: Date; readonly ignored: (path: string) => boolean },
  changed: (paths: ReadonlySet<string>, isOutdated: () => Promise<boolean>) => Promise<void>,
): Watching {
  const short = (path: string) =>
    path
      .slice(root.length + 1)
      .split(sep)
      .join('/');
  const watcher = watch(root, { alwaysStat: true, ignored: (path) => path !== root && ignored(short(path)) });
  let paths = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const isOutdated = async () => {
    await sleep(patience);
    return paths.size > 0;
  };
  const run = async () => {
    while (paths.size > 0) {
      const now = paths;
      paths = new Set();
      await changed(now, isOutdated);
    }
    running = undefined;
  };
  watcher.on('all', (event, path, stats) => {
    const isKnown = (event === 'add' && stats !== undefined && stats.mtime < since) || event.endsWith('Dir');
    if (isKnown) return;
    paths.add(short(path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A run under way may have taken them already.
      if (paths.size > 0) running ??= run();
    }, settle);
  });
  return {
    ready: new Promise((resolve) => {
      watcher.once('ready', resolve);
    }),
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await running;
    },
  };
}
