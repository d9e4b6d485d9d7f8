/** Folders for tests. They are in the checkout, so that `tableloom/runtime` and the compiler's settings are found. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const home = process.cwd();

/** Absolute; gone after the tests of the file, or of the group that calls it. */
export function folderOfFile(): string {
  const folder = newFolder();
  afterAll(() => removeFolder(folder));
  return folder;
}

/** Absolute; gone after the test. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => {
    process.chdir(home);
    removeFolder(folder);
  });
  return folder;
}

/** Absolute; whoever makes it removes it. */
export function newFolder(): string {
  mkdirSync(join(home, '.cache'), { recursive: true });
  return mkdtempSync(join(home, '.cache/test-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
