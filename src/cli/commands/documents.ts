/** `tableloom documents`: what a server needs that answers documents by their ids. */

import { relative, resolve } from 'node:path';
import { operationPaths, operationsFolder } from '../check/budgets.js';
import { documentsPath, documentsText, type TrustedDocument, trustedDocuments } from '../check/documents.js';
import { slashes, textOf, writeAll } from '../files.js';
import { loadProject, plansOf } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import { priced } from '../operations.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface DocumentsOptions extends Options {
  readonly out?: string;
  readonly json?: boolean;
}

export function documentsVerb(files: readonly string[], options: DocumentsOptions): Promise<number> {
  return staged(options, (stages) => documents(files, options, stages), options.json ? 'json' : 'text');
}

async function documents(
  files: readonly string[],
  { root, config, out = documentsPath, json = false }: DocumentsOptions,
  stages: Stages,
): Promise<number> {
  const absolute = files.map((file) => resolve(file));
  enter(root);
  const paths =
    absolute.length === 0 ? operationPaths() : absolute.map((path) => slashes(relative('.', path)));
  if (paths.length === 0)
    throw new Mistake(`${operationsFolder}/ contains no document.`, 'Name a file of GraphQL operations.');
  terminal.progress('Loading …');
  const [run] = await plansOf(await loadProject(config, stages));
  if (run === undefined) throw new Error('no run of the preset');
  const found = stages.measure('read documents', () => trustedDocuments(paths, priced(run).schema));
  const text = documentsText(found);
  const isNew = textOf(out) !== text;
  if (isNew) writeAll(new Map([[out, text]]));
  if (json) terminal.say(JSON.stringify(found, null, 2));
  else for (const line of linesOf(found, isNew ? `wrote ${out}` : `unchanged ${out}`)) terminal.say(line);
  return 0;
}

function linesOf(found: readonly TrustedDocument[], last: string): string[] {
  return [...found.map(({ id, name, path }) => `${id}  ${name ?? '(no name)'}  ${path}`), last];
}
