/** Why the schema could not be loaded, with places: Codegen tells the first mistake only, and not where it is. */

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { DiagnosticsError } from '../../generator/diagnostics/print.js';
import { sdlMistakes } from '../../generator/parse/sdl-errors.js';
import { slashes } from '../files.js';
import { Mistake } from '../mistakes.js';
import type { Config } from './host.js';

const failure = /^Failed to load schema from /;

/** The error to tell instead of Codegen's own; the same error where it is about something else. */
export async function explained(error: unknown, { schema }: Config): Promise<unknown> {
  if (!(error instanceof Error) || !failure.test(error.message)) return error;
  const pointers = [schema].flat().filter((one) => typeof one === 'string');
  const sources = new Map((await filesOf(pointers)).map((path) => [path, readFileSync(path, 'utf8')]));
  if (sources.size === 0)
    return new Mistake(`\`schema: ${pointers.join(', ')}\` of the configuration matches no file.`);
  const diagnostics = sdlMistakes([...sources].map(([path, text]) => ({ path, text })));
  if (diagnostics.length > 0) return new DiagnosticsError(diagnostics, sources);
  // What follows is a stack trace and advice about other kinds of schemas.
  const [, text = ''] =
    /^[^\n]*\n([\s\S]*?)(\n {4}at |\n\nGraphQL Code Generator|$)/.exec(error.message) ?? [];
  return new Mistake(`The schema cannot be loaded: ${text}`);
}

async function filesOf(pointers: readonly string[]): Promise<string[]> {
  // Files alone; ts-morph is here already for the rules, and reads globs as Codegen does.
  const { Project } = await import('ts-morph');
  const files = new Project({ skipAddingFilesFromTsConfig: true }).getFileSystem().globSync(pointers);
  return files.map((path) => slashes(relative(process.cwd(), path))).sort();
}
