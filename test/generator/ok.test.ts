/**
 * test/fixtures/ok/<idea>/ is a whole small project; expected/ holds those of its generated files that the idea is
 * about, to the byte, and plan.json where it is about the plan. `UPDATE=1` rewrites the files that are there: to keep
 * one more, make an empty one. use.ts is right and wrong use of what is generated, which test/fixtures.test.ts compiles.
 */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesBelow, foldersIn } from '../support/files.js';
import { fixtures, outputBelow } from '../support/fixtures.js';
import { expectFolder, generateProject } from '../support/projects.js';

describe('what is generated', () => {
  for (const idea of foldersIn(fixtures)) {
    test(idea, async () => {
      const folder = `${fixtures}/${idea}`;
      const { files, run } = await generateProject(folder);
      const all = outputBelow(files, 'generated/');
      all.set('access-patterns.lock.json', files.get('access-patterns.lock.json') ?? '');
      all.set('plan.json', `${JSON.stringify(run.plan, null, 2)}\n`);
      const kept = filesBelow(`${folder}/expected`);
      expect(kept).not.toEqual([]);
      expectFolder(`${folder}/expected`, new Map([...all].filter(([path]) => kept.includes(path))));
      expect(run.warnings).toEqual([]);
      expect(JSON.parse(JSON.stringify(run.plan))).toEqual(run.plan);
      expect(existsSync(`${folder}/use.ts`)).toBe(true);
    });
  }
});
