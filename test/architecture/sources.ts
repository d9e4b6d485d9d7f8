/** Our own source files and what they import, as the tests in this folder see them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ts } from 'ts-morph';

/** The files behind the doors of our own package. */
const doors: Readonly<Record<string, string>> = readDoors();

/** Paths of the TypeScript files below a folder, sorted. */
export function typescriptBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.split('\\').join('/')))
    .filter((path) => path.endsWith('.ts'))
    .sort();
}

/** What a file imports or exports from, types included: paths of our own files, names of packages. */
export function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
  return importedFiles.map(({ fileName }) => resolved(file, fileName));
}

function resolved(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return doors[specifier] ?? specifier;
  const path = posix.join(posix.dirname(file), specifier);
  const source = path.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : path;
}

function readDoors(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly 'tableloom-source': string }>>;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([door, to]) =>
      typeof to === 'string'
        ? []
        : [[posix.join('tableloom', door), posix.normalize(to['tableloom-source'])]],
    ),
  );
}
