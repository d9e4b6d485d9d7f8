import { join } from 'node:path';
import { watch } from 'chokidar';
import { applicationFolders } from './application.js';

/** Editors write a file in several steps, and several files at once. In milliseconds. */
const settle = 40;

/**
 * Calls `changed` after each change of the inputs, and once when watching has begun, for what was missed before. One
 * call ends before the next begins.
 * @returns stops watching
 */
export function watchInputs(root: string, changed: () => Promise<void>): () => Promise<void> {
  const paths = ['schema', 'access-patterns.yaml', 'templates', ...applicationFolders];
  const watcher = watch(
    paths.map((path) => join(root, path)),
    { ignoreInitial: true },
  );
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStale = false;
  const run = async () => {
    do {
      isStale = false;
      await changed();
    } while (isStale);
    running = undefined;
  };
  const soon = () => {
    isStale = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running ??= run();
    }, settle);
  };
  watcher.on('all', soon);
  watcher.on('ready', soon);
  return async () => {
    clearTimeout(timer);
    await watcher.close();
    await running;
  };
}
