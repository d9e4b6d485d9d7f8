/** examples/<name>/ is a whole project; its generated/ is what is generated from it, to the byte. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesBelow, foldersIn, generateProject } from '../support/projects.js';

describe('what an example has generated', () => {
  for (const name of foldersIn('examples')) {
    test(name, async () => {
      const folder = `examples/${name}`;
      const { files, run } = await generateProject(folder);
      expect(run.warnings).toEqual([]);
      const there = filesBelow(`${folder}/generated`).map((path) => `generated/${path}`);
      expect(there).toEqual([...files.keys()].sort());
      for (const [path, text] of files)
        expect(readFileSync(`${folder}/${path}`, 'utf8'), `${folder}/${path}`).toBe(text);
    });
  }
});
