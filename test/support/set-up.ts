/** What vitest runs once, before all tests and after them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFixtures } from './fixtures.js';

export default async function setUp(): Promise<() => void> {
  // What test/package/project.ts keeps.
  const installed = mkdtempSync(join(tmpdir(), 'tableloom-installed-'));
  process.env.TABLELOOM_INSTALLED = installed;
  await generateFixtures();
  return () => rmSync(installed, { recursive: true, force: true });
}
