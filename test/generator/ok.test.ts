/**
 * test/fixtures/ok/<idea>/ is a whole small project; expected/ is what is generated from it, to the byte. `UPDATE=1`
 * rewrites it. use.ts is right and wrong use of it, which test/fixtures.test.ts compiles.
 */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectFolder, foldersIn, generateProject } from '../support/projects.js';

const root = 'test/fixtures/ok';

describe('what is generated', () => {
  for (const idea of foldersIn(root)) {
    test(idea, async () => {
      const folder = `${root}/${idea}`;
      const { files, run } = await generateProject(folder, { output: 'expected/' });
      expectFolder(
        `${folder}/expected`,
        new Map([...files].map(([path, text]) => [path.replace('expected/', ''), text])),
      );
      expect(run.warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify(run.plan))).toEqual(run.plan);
      expect(existsSync(`${folder}/use.ts`)).toBe(true);
    });
  }
});
