/** What `tableloom dev` notices. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { watchFiles } from '../../src/cli/dev/watch.js';
import { until } from '../support/until.js';

test('every change is noticed, whatever is under way when it comes', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tableloom-watch-'));
  const seen = new Set<string>();
  let atOnce = 0;
  let most = 0;
  const watching = watchFiles(root, { since: new Date(0), ignored: () => false }, async (paths) => {
    most = Math.max(most, ++atOnce);
    for (const path of paths) seen.add(path);
    await sleep(20);
    atOnce -= 1;
  });
  onTestFinished(async () => {
    await watching.close();
    rmSync(root, { recursive: true });
  });
  await watching.ready;
  for (let at = 0; at < 60; at++) {
    writeFileSync(join(root, `file-${at}`), '');
    // Pauses around the time after which a change counts as settled.
    await sleep((at * 7) % 90);
  }
  await until(
    () => seen.has('file-59'),
    () => `${seen.size} files were seen`,
  );
  expect({ seen: seen.size, most }).toEqual({ seen: 60, most: 1 });
});
