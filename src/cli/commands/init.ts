/** `tableloom init`: a small project that works, to start from. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';
import { formatDiagnostics } from '../../generator/diagnostics/print.js';
import { filesBelow, slashes, textOf, writeAll } from '../files.js';
import {
  completed,
  type Manifest,
  manifestOf,
  moduleTypeOf,
  type Template,
  templates,
} from '../init/manifest.js';
import { Mistake } from '../mistakes.js';
import { ourManifest, packageRoot } from '../package.js';
import { enter, terminal } from '../verbs.js';

export interface InitOptions {
  readonly root: string;
  readonly force?: boolean;
  /** `full` can be deployed; `minimal` is as little as serves. */
  readonly template?: string;
}

/** What a project may have already, and keeps. */
const kept = ['.gitattributes', '.gitignore', 'tsconfig.json'];

export async function initVerb({ root, force = false, template: name }: InitOptions): Promise<number> {
  const template = templateOf(name);
  expectFolder(root);
  expectFolder(join(root, 'schema'));
  mkdirSync(root, { recursive: true });
  const from = relative(resolve(root), process.cwd());
  enter(root);
  const starter = starterFiles(template);
  const before = textOf('package.json');
  const manifest = before === undefined ? {} : parsed(before);

  const findings = force ? [] : [...inTheWay([...starter.keys()]), ...notModule(manifest, before)];
  if (findings.length > 0) {
    terminal.findings(formatDiagnostics(findings, new Map([['package.json', before ?? '']])));
    return 1;
  }

  const files = new Map([...starter].filter(([path]) => !kept.includes(path) || !existsSync(path)));
  const after = completed(manifest, ourManifest(), { template, isForced: force });
  const text = `${JSON.stringify(after, null, indentOf(before))}\n`;
  if (text !== before) files.set('package.json', text);
  writeAll(files);

  for (const path of files.keys()) terminal.say(`wrote ${path}`);
  const folder = from === '' ? '.' : slashes(relative(resolve(from), '.'));
  terminal.say(`\n${nextCommands(folder, template, after)}`);
  return 0;
}

function templateOf(name: string = templates[0]): Template {
  const found = templates.find((one) => one === name);
  if (found) return found;
  throw new Mistake(`There is no template \`${name}\`.`, `Use one of ${templates.join(', ')}.`);
}

function nextCommands(folder: string, template: Template, { scripts }: Manifest): string {
  const serving =
    template === 'full'
      ? { script: 'dev', command: 'tableloom dev', call: 'npm run dev' }
      : { script: 'start', command: 'tsx server.ts', call: 'npm start' };
  const commands = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    'npm install',
    'npx graphql-codegen',
    scripts?.[serving.script] === serving.command ? serving.call : `npx ${serving.command}`,
  ];
  return ['Next:', ...commands.map((command) => `  ${command}`)].join('\n');
}

/** Path in the project -> text. npm leaves a file named .gitignore out of a package, so that such files have other names there. */
function starterFiles(template: Template): Map<string, string> {
  const files = ['base', template].flatMap((part) => {
    const folder = join(packageRoot(), 'templates/init', part);
    return filesBelow(folder).map((path) => {
      const name = posix.relative(slashes(folder), path);
      const text = readFileSync(join(folder, name), 'utf8');
      return [name.replace(/^(?=(git|docker)ignore$|gitattributes$)/, '.'), text] as const;
    });
  });
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parsed(text: string): Manifest {
  try {
    return manifestOf(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Mistake(`package.json cannot be read: ${reason}`, 'Correct it first.');
  }
}

/** @throws Mistake where the path, or else the nearest path above it that exists, is a file */
function expectFolder(path: string): void {
  if (!existsSync(path)) {
    if (dirname(path) !== path) expectFolder(dirname(path));
    return;
  }
  if (statSync(path).isDirectory()) return;
  throw new Mistake(`${slashes(path)} is not a folder.`, 'Choose another folder with `--root`.');
}

/** A schema of any name would be read together with ours. */
function inTheWay(paths: readonly string[]): Diagnostic[] {
  const schemas = existsSync('schema') ? readdirSync('schema').map((name) => `schema/${name}`) : [];
  const found = new Set([
    ...paths.filter((path) => !kept.includes(path) && existsSync(path)),
    ...schemas.filter((path) => path.endsWith('.graphql')),
  ]);
  return [...found].map((path) => ({
    code: 'file-exists',
    severity: 'error',
    message: 'This file already exists, so nothing is written.',
    at: { file: path, start: 0, end: 0 },
    hint: 'Choose another folder with `--root`, or replace existing files with `--force`.',
  }));
}

function notModule(manifest: Manifest, text: string | undefined): Diagnostic[] {
  if (text === undefined || manifest.type === undefined || manifest.type === 'module') return [];
  const { start, end } = moduleTypeOf(text);
  return [
    {
      code: 'not-a-module',
      severity: 'error',
      message: `The package has the type ${JSON.stringify(manifest.type)}, but generated code consists of ES modules.`,
      at: { file: 'package.json', start, end },
      hint: 'Write `"type": "module"`, or use `--force`.',
    },
  ];
}

function indentOf(text: string | undefined): string {
  return /^\{\r?\n([ \t]+)"/.exec(text ?? '')?.[1] ?? '  ';
}
