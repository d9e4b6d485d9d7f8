/** The rules folder and the freshly generated code as one TypeScript program; what is generated is in memory only. */

import { existsSync, readdirSync } from 'node:fs';
import { posix, relative, resolve } from 'node:path';
import { Node, Project, type SourceFile, SymbolFlags, ts } from 'ts-morph';
import type { Model } from '../model.js';
import type { Plan } from '../plan.js';

export interface RulesInput {
  readonly plan: Plan;
  readonly model: Model;
  /** Absolute; the other paths are below it and are what people are shown. */
  readonly root: string;
  /** The folder of rules: `src/rules`. */
  readonly rules: string;
  /** The output folder: `generated/`. */
  readonly output: string;
  /** What would be generated now: path -> text. */
  readonly generated: ReadonlyMap<string, string>;
}

export interface RulesProject {
  readonly project: Project;
  /** By the name that rules are filed under: `access` -> `src/rules/access.ts`. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly index: SourceFile | undefined;
  /** Path shown to people, of a name in the rules folder. */
  readonly pathOf: (file: string) => string;
  readonly shown: (file: SourceFile) => string;
  /** `../../generated/rules.js`, from the rules folder. */
  readonly contracts: string;
}

/** What a project without a tsconfig.json is held against. */
const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

export function openRules({ root, rules, output, generated }: RulesInput): RulesProject {
  const tsConfigFilePath = ts.findConfigFile(root, ts.sys.fileExists);
  const project = new Project({
    ...(tsConfigFilePath === undefined ? { compilerOptions: strict } : { tsConfigFilePath }),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
  });
  for (const [path, text] of generated) {
    if (path.endsWith('.ts')) project.createSourceFile(resolve(root, path), text, { overwrite: true });
  }
  const folder = resolve(root, rules);
  const all = new Map(
    namesIn(folder).map(
      (name) => [name, project.addSourceFileAtPath(resolve(folder, `${name}.ts`))] as const,
    ),
  );
  const index = all.get('index');
  all.delete('index');
  const back = posix.relative(slashes(rules), slashes(output));
  return {
    project,
    files: all,
    index,
    pathOf: (file) => posix.join(slashes(rules), `${file}.ts`),
    shown: (file) => slashes(relative(root, file.getFilePath())),
    contracts: `${back.startsWith('.') ? back : `./${back}`}/rules.js`,
  };
}

/** The exported name's symbol, if it is a value. */
export function exportOf(file: SourceFile, name: string) {
  const symbol = file.getExportSymbols().find((one) => one.getName() === name);
  const target = symbol?.getAliasedSymbol() ?? symbol;
  return target?.hasFlags(SymbolFlags.Value) ? target : undefined;
}

/** The statement that declares a name at the top of a file, exported or not. */
export function declarationOf(file: SourceFile, name: string) {
  return (
    file.getVariableDeclaration(name) ?? file.getFunction(name) ?? file.getClass(name) ?? file.getEnum(name)
  );
}

/** Where a name of the file stands: its declaration, or where it is exported again. */
export function nameNode(file: SourceFile, name: string): Node | undefined {
  const declaration = declarationOf(file, name);
  if (declaration)
    return (
      (Node.isVariableDeclaration(declaration) ? declaration.getNameNode() : declaration.getNameNode()) ??
      declaration
    );
  return file
    .getExportDeclarations()
    .flatMap((one) => one.getNamedExports())
    .find((one) => (one.getAliasNode() ?? one.getNameNode()).getText() === name);
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.ts$/.test(name) && !/\.(d|test|spec)\.ts$/.test(name))
    .sort()
    .map((name) => name.slice(0, -'.ts'.length));
}

export function slashes(path: string): string {
  return path.split('\\').join('/').replace(/\/$/, '');
}
