/** Key attributes are known by the slots of the plan, never by their names: under other names everything costs the same. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateProject } from '../support/projects.js';
import { temporaryFolder } from '../support/temporary.js';

/** `GSI1PK` <-> `GSI1XP`: as long, since the bytes of a name are paid for as well. */
const rename = (text: string) => text.replace(/\b((?:[GL]SI\d+)?)([PS])K\b/g, '$1X$2');
const renameBack = (text: string) => text.replace(/\b((?:[GL]SI\d+)?)X([PS])\b/g, '$1$2K');

test.each(['.', 'examples/platform', 'test/fixtures/ok/every-connection', 'test/fixtures/ok/references'])(
  '%s costs the same when its key attributes are renamed',
  async (project) => {
    const usual = await generated(project, (text) => text);
    const renamed = await generated(project, rename);
    expect(renamed.costs).toBe(usual.costs);
    expect(renamed.page).not.toBe(usual.page);
    expect(renameBack(renamed.page)).toBe(usual.page);
  },
);

/** The costs and the page of a project whose declaration was changed. */
async function generated(project: string, change: (text: string) => string) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'schema'));
  for (const name of readdirSync(join(project, 'schema')))
    writeFileSync(join(folder, 'schema', name), readFileSync(join(project, 'schema', name)));
  for (const name of ['access-patterns.yaml', 'access-patterns.lock.json']) {
    const path = join(project, name);
    if (existsSync(path)) writeFileSync(join(folder, name), change(readFileSync(path, 'utf8')));
  }
  const { files } = await generateProject(folder.slice(process.cwd().length + 1));
  const text = (name: string) => files.get(`generated/${name}`) ?? '';
  return { costs: text('costs.ts'), page: text('access-patterns.md') };
}
