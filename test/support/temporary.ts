/** A folder for one test. It lies in the checkout, so that `tableloom/runtime` and the compiler's settings are found. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const home = process.cwd();

/** Absolute; gone after the test. */
export function temporaryFolder(): string {
  mkdirSync(join(home, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(home, '.cache/test-'));
  onTestFinished(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
