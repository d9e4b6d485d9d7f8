/**
 * A TypeScript program of files on disk and texts in memory. The compiler is the one that ts-morph brings; npm's own
 * `typescript` has no such interface any more.
 */

import { dirname, posix } from 'node:path';
import type { ts } from 'ts-morph';
import { compiler, Project } from './compiler.js';

/** Where generated code and rules import the runtime from. */
export const runtimePackage = 'tableloom/runtime';

/** What a project without a tsconfig.json is held against. */
const strict: ts.CompilerOptions = {
  target: compiler.ScriptTarget.ES2022,
  module: compiler.ModuleKind.NodeNext,
  moduleResolution: compiler.ModuleResolutionKind.NodeNext,
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

export function createProgram({ roots, overlay, root, reach }: ProgramInput): ts.Program {
  const { options: given, fileNames } =
    reach === 'all' ? configuration(root) : { options: alone, fileNames: [] };
  const options = { ...given, noEmit: true };
  const rootNames = [
    ...new Set([...roots, ...fileNames.filter((path) => !overlay.has(path) && augments(path))]),
  ];
  return compiler.createProgram({ rootNames, options, host: hostOf(options, overlay, reach) });
}

/** Files of the overlay before those on disk. Comments are parsed where they have types, which is in JavaScript. */
function hostOf(options: ts.CompilerOptions, overlay: ProgramInput['overlay'], reach: ProgramInput['reach']) {
  const disk = compiler.createCompilerHost(options);
  const parsed = parsedWith(reach, options);
  const folders = new Set([...overlay.keys()].map((path) => posix.dirname(path)));
  const host: ts.CompilerHost = {
    ...disk,
    jsDocParsingMode: compiler.JSDocParsingMode.ParseForTypeInfo,
    getDefaultLibLocation: () => libraryFolder,
    getDefaultLibFileName: (asked) => `${libraryFolder}/${compiler.getDefaultLibFileName(asked)}`,
    fileExists: (path) => overlay.has(path) || disk.fileExists(path),
    directoryExists: (path) => folders.has(path) || compiler.sys.directoryExists(path),
    readFile: (path) => overlay.get(path) ?? disk.readFile(path),
    getSourceFile: (path, settings) => {
      if (path.startsWith(`${libraryFolder}/`)) {
        parsed.library ??= libraryProgram(options);
        return parsed.library.getSourceFile(path);
      }
      const text = host.readFile(path);
      if (text === undefined) return undefined;
      const known = parsed.files.get(path);
      if (known?.text === text) return known;
      const source = compiler.createSourceFile(path, text, settings);
      parsed.files.set(path, source);
      return source;
    },
    resolveModuleNameLiterals:
      reach === 'all' ? withoutSdk(options, () => host) : withoutPackages(() => host),
  };
  return host;
}

/** Where ts-morph has the files of TypeScript's own library, in memory. */
const libraryFolder = '/node_modules/typescript/lib';

interface Parsed {
  readonly options: string;
  readonly files: Map<string, ts.SourceFile>;
  library: ts.Program | undefined;
}

/** Programs one after another, of the same options, share what they have parsed, as in a `ts.DocumentRegistry`. */
const last = new Map<ProgramInput['reach'], Parsed>();

function parsedWith(
  reach: ProgramInput['reach'],
  { configFilePath: _path, ...given }: ts.CompilerOptions,
): Parsed {
  const options = JSON.stringify(given);
  const known = last.get(reach);
  if (known?.options === options) return known;
  const fresh: Parsed = { options, files: new Map(), library: undefined };
  last.set(reach, fresh);
  return fresh;
}

function libraryProgram({ target, lib }: ts.CompilerOptions): ts.Program {
  const compilerOptions = { ...(target !== undefined && { target }), ...(lib && { lib }) };
  const project = new Project({ useInMemoryFileSystem: true, compilerOptions });
  project.createSourceFile('/empty.ts');
  return project.getProgram().compilerObject;
}

/** Of the nearest tsconfig.json. */
function configuration(root: string): { options: ts.CompilerOptions; fileNames: readonly string[] } {
  const path = compiler.findConfigFile(root, compiler.sys.fileExists);
  if (path === undefined) return { options: strict, fileNames: [] };
  const { config } = compiler.readConfigFile(path, compiler.sys.readFile);
  return compiler.parseJsonConfigFileContent(config, compiler.sys, dirname(path));
}

/** Only the rules and what they import are read, and what adds to the types of either from elsewhere. */
function augments(path: string): boolean {
  return augmentation.test(compiler.sys.readFile(path) ?? '');
}

const augmentation = new RegExp(`declare (global|module ['"]${runtimePackage}['"])`);

type Resolve = NonNullable<ts.CompilerHost['resolveModuleNameLiterals']>;

/**
 * Resolves as TypeScript does, but not the runtime's own imports of the AWS SDK: no contract depends on them, and
 * reading their 500 files would take longer than everything else together.
 */
function withoutSdk(options: ts.CompilerOptions, host: () => ts.CompilerHost): Resolve {
  const cache = compiler.createModuleResolutionCache('/', (path) => path, options);
  let runtime: string | undefined;
  return (literals, from, redirected, settings, source) =>
    literals.map((literal) => {
      const { text: name } = literal;
      if (runtime !== undefined && from.startsWith(runtime) && /^@(aws-sdk|smithy)\//.test(name))
        return { resolvedModule: undefined };
      const mode = compiler.getModeForUsageLocation(source, literal, settings);
      const result = compiler.resolveModuleName(name, from, settings, host(), cache, redirected, mode);
      if (result.resolvedModule && (name === runtimePackage || name.startsWith(`${runtimePackage}/`)))
        runtime = dirname(result.resolvedModule.resolvedFileName);
      return result;
    });
}

function withoutPackages(host: () => ts.CompilerHost): Resolve {
  return (literals, from, redirected, settings) =>
    literals.map(({ text: name }) =>
      name.startsWith('.')
        ? compiler.resolveModuleName(name, from, settings, host(), undefined, redirected)
        : { resolvedModule: undefined },
    );
}
