/**
 * test/fixtures/ok/<idea>/generated/ is all that is generated from a fixture, for tests that run or compile it. It is
 * not committed: `expected/` keeps the files that the idea is about.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { filesBelow, foldersIn, textOf, writeFolder } from './files.js';

export const fixtures = 'test/fixtures/ok';
const stamp = '.cache/fixtures.txt';

/** Generates every fixture, unless inputs, generator and outputs are those of the last time. */
export async function generateFixtures(): Promise<void> {
  if (textOf(stamp) === fingerprint()) return;
  // Where nothing has changed, nobody waits for GraphQL Codegen.
  const { generateProject } = await import('./projects.js');
  for (const idea of foldersIn(fixtures)) {
    const folder = `${fixtures}/${idea}`;
    // What is left of a fixture that has another name now.
    if (!existsSync(`${folder}/access-patterns.yaml`)) {
      rmSync(folder, { recursive: true });
      continue;
    }
    const { files } = await generateProject(folder);
    writeFolder(`${folder}/generated`, outputBelow(files, 'generated/'));
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

/** The files of an output folder, by their paths below it. */
export function outputBelow(files: ReadonlyMap<string, string>, output: string): Map<string, string> {
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(output))
      .map(([path, text]) => [path.slice(output.length), text]),
  );
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const folders = ['src/generator', 'src/budget', 'templates', fixtures];
  const paths = folders.flatMap((folder) => filesBelow(folder).map((path) => `${folder}/${path}`));
  for (const path of ['package-lock.json', ...paths]) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}
