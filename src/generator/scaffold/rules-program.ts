/**
 * The rules folder and the freshly generated code as one TypeScript program. What is generated is in memory only.
 * The compiler is the one that ts-morph brings; npm's own `typescript` has no such interface any more.
 */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, posix, resolve } from 'node:path';
import { Project, type ProjectOptions, ts } from 'ts-morph';
import type { Span } from '../diagnostics.js';
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

export interface RulesProgram {
  readonly program: ts.Program;
  /** Every file of the rules folder itself but its index, by the name that rules are filed under: `access`. */
  readonly files: ReadonlyMap<string, RulesFile>;
  readonly index: RulesFile | undefined;
  /** Gives each rule of the plan its contract's type, so that the compiler says what does not fit. */
  readonly contracts: ts.SourceFile;
  /** The contracts themselves. */
  readonly generatedRules: { readonly path: string; readonly source: ts.SourceFile };
  /** How the rules folder imports the contracts: `../../generated/rules.js`. */
  readonly contractsModule: string;
  /** Path shown to people, of a name in the rules folder. */
  readonly pathOf: (name: string) => string;
}

export interface RulesFile {
  /** As shown to people. */
  readonly path: string;
  readonly source: ts.SourceFile;
  /** The values it exports, also those it passes on. */
  readonly exports: ReadonlySet<string>;
}

/** Where generated code and rules import the runtime from. */
export const runtimePackage = 'tableloom/runtime';

/**
 * `own` reads the rules folder and the generated code alone: enough to tell what is there, and quick. `all` reads what
 * they import as well, so that types can be checked.
 */
export function openRules(input: RulesInput, reach: 'own' | 'all'): RulesProgram {
  const { plan, root } = input;
  const rules = trimmed(input.rules);
  const back = posix.relative(rules, trimmed(input.output));
  const contractsModule = `${back.startsWith('.') ? back : `./${back}`}/rules.js`;
  const names = namesIn(resolve(root, rules));
  const pathOf = (name: string) => posix.join(rules, `${name}.ts`);
  const absolute = (path: string) => posix.resolve(trimmed(root), path);

  const generatedRules = posix.join(trimmed(input.output), 'rules.ts');
  const contractsPath = absolute(pathOf('.tableloom-contracts'));
  const overlay = new Map([...input.generated].map(([path, text]) => [absolute(path), text]));
  overlay.set(contractsPath, contractsText(plan, contractsModule));
  const program = createProgram({ roots: names.map((name) => absolute(pathOf(name))), overlay, root, reach });

  const checker = program.getTypeChecker();
  const all = new Map(
    names.map((name): [string, RulesFile] => {
      const path = pathOf(name);
      const source = sourceOf(program, absolute(path));
      return [name, { path, source, exports: exportsOf(checker, source) }];
    }),
  );
  const index = all.get('index');
  all.delete('index');
  return {
    program,
    files: all,
    index,
    contracts: sourceOf(program, contractsPath),
    generatedRules: { path: generatedRules, source: sourceOf(program, absolute(generatedRules)) },
    contractsModule,
    pathOf,
  };
}

/** The first lines are a rule each, in the order of the plan: an error's line tells the rule. */
function contractsText({ rules }: Plan, module: string): string {
  const files = [...new Set(rules.map((rule) => rule.file))];
  const lines = [
    ...rules.map(
      ({ name, file }) => `export const ${name}: Rules['${name}'] = file${files.indexOf(file)}.${name};`,
    ),
    `import type { Rules } from '${module}';`,
    ...files.map((file, at) => `import * as file${at} from './${file}.js';`),
  ];
  return `${lines.join('\n')}\n`;
}

// --- the program ---

/** What a project without a tsconfig.json is held against. */
const strict: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
};

interface ProgramInput {
  readonly roots: readonly string[];
  readonly overlay: ReadonlyMap<string, string>;
  readonly root: string;
  readonly reach: 'own' | 'all';
}

/** Without TypeScript's own library and Node's types. */
const alone: ts.CompilerOptions = { ...strict, noLib: true, types: [] };

function createProgram({ roots, overlay, root, reach }: ProgramInput): ts.Program {
  const { options, fileNames } = reach === 'all' ? configuration(root) : { options: alone, fileNames: [] };
  const project = new Project({
    compilerOptions: { ...options, noEmit: true },
    skipFileDependencyResolution: true,
    resolutionHost: reach === 'all' ? withoutSdk : withoutPackages,
  });
  for (const [path, text] of overlay) {
    if (path.endsWith('.ts')) project.createSourceFile(path, text, { overwrite: true });
  }
  for (const path of [...roots, ...fileNames.filter(augments)]) {
    if (!overlay.has(path)) project.addSourceFileAtPath(path);
  }
  return project.getProgram().compilerObject;
}

/** Of the nearest tsconfig.json. */
function configuration(root: string): { options: ts.CompilerOptions; fileNames: readonly string[] } {
  const path = ts.findConfigFile(root, ts.sys.fileExists);
  if (path === undefined) return { options: strict, fileNames: [] };
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
}

/** Only the rules and what they import are read, and what adds to the types of either from elsewhere. */
function augments(path: string): boolean {
  return new RegExp(`declare (global|module ['"]${runtimePackage}['"])`).test(ts.sys.readFile(path) ?? '');
}

/**
 * Resolves as TypeScript does, but not the runtime's own imports of the AWS SDK: no contract depends on them, and
 * reading their 500 files would take longer than everything else together.
 */
const withoutSdk: NonNullable<ProjectOptions['resolutionHost']> = (host, getOptions) => {
  const cache = ts.createModuleResolutionCache('/', (path) => path, getOptions());
  let runtime: string | undefined;
  return {
    resolveModuleNames: (names, from, _reused, redirected, options, source) =>
      names.map((name, at) => {
        if (runtime !== undefined && from.startsWith(runtime) && /^@(aws-sdk|smithy)\//.test(name))
          return undefined;
        const mode = source && ts.getModeForResolutionAtIndex(source, at, options);
        const { resolvedModule } = ts.resolveModuleName(name, from, options, host, cache, redirected, mode);
        if (name === runtimePackage && resolvedModule) runtime = dirname(resolvedModule.resolvedFileName);
        return resolvedModule;
      }),
  };
};

const withoutPackages: typeof withoutSdk = (host, getOptions) => ({
  resolveModuleNames: (names, from) =>
    names.map((name) =>
      name.startsWith('.') ? ts.resolveModuleName(name, from, getOptions(), host).resolvedModule : undefined,
    ),
});

// --- files ---

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.ts$/.test(name) && !/\.(d|test|spec)\.ts$/.test(name))
    .sort()
    .map((name) => name.slice(0, -'.ts'.length));
}

function exportsOf(checker: ts.TypeChecker, source: ts.SourceFile): Set<string> {
  const module = checker.getSymbolAtLocation(source);
  const symbols = module ? checker.getExportsOfModule(module) : [];
  const isValue = (symbol: ts.Symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  return new Set(symbols.filter(isValue).map((symbol) => symbol.name));
}

function sourceOf(program: ts.Program, path: string): ts.SourceFile {
  const source = program.getSourceFile(path);
  if (!source) throw new Error(`${path} is not in the program`);
  return source;
}

function trimmed(path: string): string {
  return path.split('\\').join('/').replace(/\/$/, '');
}

// --- places ---

/** The statement at the top of a file that declares a name, exported or not, and the name in it. */
export function declarationOf(
  { source }: RulesFile,
  name: string,
): { statement: ts.Statement; name: ts.Node } | undefined {
  for (const statement of source.statements) {
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((one) => one.name)
      : ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
        ? [statement.name]
        : [];
    const found = declared.find((one) => one !== undefined && ts.isIdentifier(one) && one.text === name);
    if (found) return { statement, name: found };
  }
  return undefined;
}

/** Where a file names what it exports: the declaration, or where it is passed on; else the file's beginning. */
export function placeOfExport(file: RulesFile, name: string): Span {
  const declared = declarationOf(file, name)?.name;
  const passedOn = file.source.statements
    .flatMap((one) =>
      ts.isExportDeclaration(one) && one.exportClause && ts.isNamedExports(one.exportClause)
        ? [...one.exportClause.elements]
        : [],
    )
    .find((one) => one.name.text === name);
  const node = declared ?? passedOn?.name;
  return node ? spanOf(file, node) : { file: file.path, start: 0, end: 1 };
}

export function spanOf({ path, source }: RulesFile, node: ts.Node): Span {
  return { file: path, start: node.getStart(source), end: node.end };
}

export function importsOf(source: ts.SourceFile): ts.ImportDeclaration[] {
  return source.statements.filter(ts.isImportDeclaration);
}

export function moduleOf({
  moduleSpecifier,
}: ts.ImportDeclaration | ts.ExportDeclaration): string | undefined {
  return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
}

/** The names in braces of an import. */
export function namedImports(declaration: ts.ImportDeclaration): readonly ts.ImportSpecifier[] {
  const bindings = declaration.importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
}
