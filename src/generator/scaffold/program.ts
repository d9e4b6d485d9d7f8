/**
 * A TypeScript program of files on disk and texts in memory. The compiler is the one that ts-morph brings; npm's own
 * `typescript` has no such interface any more.
 */

import { dirname } from 'node:path';
import { Project, type ProjectOptions, ts } from 'ts-morph';

/** Where generated code and rules import the runtime from. */
export const runtimePackage = 'tableloom/runtime';

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

export function createProgram({ roots, overlay, root, reach }: ProgramInput): ts.Program {
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
        if (resolvedModule && (name === runtimePackage || name.startsWith(`${runtimePackage}/`)))
          runtime = dirname(resolvedModule.resolvedFileName);
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
