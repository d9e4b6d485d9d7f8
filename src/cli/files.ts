/** Files as the command line sees them: paths below the current folder, with forward slashes. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, posix } from 'node:path';
import { Mistake } from './mistakes.js';

export function slashes(path: string): string {
  return path.split('\\').join('/');
}

export function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Every file below a folder, sorted; hidden ones are not looked at. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = posix.join(slashes(folder), entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

/** All of them or, where one cannot be written, none: each is written to a temporary file first. */
export function writeAll(files: ReadonlyMap<string, string>): void {
  const written: { from: string; to: string }[] = [];
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(path), { recursive: true });
      const from = `${path}.${process.pid}.tmp`;
      written.push({ from, to: path });
      writeFileSync(from, text);
      if (existsSync(path) && statSync(path).isDirectory()) throw new Mistake(`${path} is a folder.`);
    }
    for (const { from, to } of written) renameSync(from, to);
  } catch (error) {
    for (const { from } of written) rmSync(from, { force: true });
    const { code, path, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Mistake(`${path ?? 'A file'} cannot be written: ${message}`);
  }
}
