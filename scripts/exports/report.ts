/** What a user of the package can import: each door of `exports` with its names, kinds and signatures. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ExportedDeclarations, Node, Project, type SourceFile, ts } from 'ts-morph';

/** File name below api/ -> its text. Made from the declarations that the build would write; takes some seconds. */
export function exportReports(): Map<string, string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tableloom-exports-')));
  try {
    emitDeclarations(folder);
    const project = new Project({ compilerOptions: { skipLibCheck: true, noLib: true } });
    project.addSourceFilesAtPaths(`${folder}/**/*.d.ts`);
    const entries = doors().map(({ door, types }) => {
      const entry = project.getSourceFileOrThrow(types.replace('./dist', folder));
      return { door, entry };
    });
    const known = new Set<Node>(
      entries.flatMap(({ entry }) => [...entry.getExportedDeclarations().values()].flat()),
    );
    return new Map(
      entries.map(({ door, entry }) => [
        `${door.replace('./', '').replaceAll('/', '-')}.txt`,
        reportOf(door, entry, known),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emitDeclarations(folder: string): void {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const options = ['--emitDeclarationOnly', '--removeComments', '--outDir', folder];
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', ...options], { stdio: 'pipe' });
}

/** The doors of package.json that have types, in its order. */
function doors(): { readonly door: string; readonly types: string }[] {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, string | { readonly types?: string }>;
  };
  return Object.entries(manifest.exports).flatMap(([door, target]) =>
    typeof target === 'object' && target.types !== undefined ? [{ door, types: target.types }] : [],
  );
}

/** What the header of a report says where its signatures have names that nobody can import. */
export const nameless = 'that no door exports';

/** @param known what any door exports */
function reportOf(door: string, entry: SourceFile, known: ReadonlySet<Node>): string {
  const exported = [...entry.getExportedDeclarations()].sort(([a], [b]) => (a < b ? -1 : 1));
  const hidden = new Set<string>();
  const texts = exported.map(([name, declarations]) =>
    declarations
      .map((declaration) => {
        for (const inner of hiddenNames(declaration, known)) hidden.add(inner);
        return textOf(name, declaration);
      })
      .join('\n'),
  );
  const head = [
    `tableloom${door.slice(1)} exports ${exported.length} names. Written by \`npm run exports\`.`,
    ...(hidden.size === 0
      ? []
      : [`Their signatures use ${hidden.size} names ${nameless}: ${[...hidden].sort().join(', ')}.`]),
  ];
  return `${[head.join('\n'), ...texts].join('\n\n')}\n`;
}

/** The declaration as a caller sees it: without `export` and `declare`, and without what is private. */
function textOf(name: string, declaration: ExportedDeclarations): string {
  const visible = Node.isVariableDeclaration(declaration)
    ? declaration.getVariableStatementOrThrow()
    : declaration;
  const own = Node.hasName(declaration) ? declaration.getName() : name;
  const text = visible
    .getText()
    .split('\n')
    .filter((line) => !/^ {4}(#private;|private )/.test(line))
    .join('\n')
    .replace(/^export /, '')
    .replace(/^(default |declare )+/, '');
  return own === name ? text : `${name}: ${text}`;
}

/** Names of ours that a declaration mentions and that no door exports. */
function hiddenNames(declaration: Node, known: ReadonlySet<Node>): string[] {
  return declaration
    .getDescendantsOfKind(ts.SyntaxKind.Identifier)
    .filter((identifier) => !isPrivate(identifier))
    .flatMap((identifier) => {
      const symbol = identifier.getSymbol();
      const target = symbol?.getAliasedSymbol() ?? symbol;
      const isHidden =
        target?.getDeclarations().some((other) => isTopLevel(other) && !known.has(other)) ?? false;
      return isHidden && target !== undefined ? [target.getName()] : [];
    });
}

/** A type, class, function or constant of one of our files. */
function isTopLevel(node: Node): boolean {
  if (Node.isVariableDeclaration(node)) return true;
  return Node.isSourceFile(node.getParent() ?? node) && !Node.isSourceFile(node);
}

function isPrivate(node: Node): boolean {
  return node
    .getAncestors()
    .some((other) => Node.isModifierable(other) && other.hasModifier(ts.SyntaxKind.PrivateKeyword));
}
