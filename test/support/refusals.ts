/** What the generator says to an example that is declared otherwise. */

import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, Source } from 'graphql';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { checked } from '../generator/support.js';

/** The diagnostics of the example in `folder` with one pattern or entity of it declared so; '' where it is taken. */
export function refusalOf(folder: string, name: string, declaration: string): string {
  const file = 'access-patterns.yaml';
  const before = readFileSync(`${folder}/${file}`, 'utf8');
  const entry = new RegExp(`^  ${name}:.*\n(?: {4}.*\n)*`, 'm');
  if (!entry.test(before)) throw new Error(`${folder} declares no ${name}`);
  const yaml = before.replace(entry, () => `  ${name}: ${declaration}\n`);
  const sdl = readdirSync(`${folder}/schema`)
    .map((path) => readFileSync(`${folder}/schema/${path}`, 'utf8'))
    .join('\n');
  const { diagnostics } = checked(yaml, buildSchema(new Source(sdl, 'schema.graphql')));
  const texts = new Map([
    [file, yaml],
    ['schema.graphql', sdl],
  ]);
  return diagnostics.length === 0 ? '' : formatDiagnostics(diagnostics, texts);
}
