/** Declarations and exports in a file of rules. */

import type { ts } from 'ts-morph';
import type { Span } from '../diagnostics/diagnostic.js';
import { compiler } from './compiler.js';

export interface RulesFile {
  /** As shown to people. */
  readonly path: string;
  readonly source: ts.SourceFile;
  /** The values it exports, also those it passes on. */
  readonly exports: ReadonlySet<string>;
}

/** The statement at the top of a file that declares a name, exported or not, and the name in it. */
export function declarationOf(
  { source }: RulesFile,
  name: string,
): { statement: ts.Statement; name: ts.Node } | undefined {
  for (const statement of source.statements) {
    const declared = compiler.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((one) => one.name)
      : compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement)
        ? [statement.name]
        : [];
    const found = declared.find(
      (one) => one !== undefined && compiler.isIdentifier(one) && one.text === name,
    );
    if (found) return { statement, name: found };
  }
  return undefined;
}

/** Where a file names what it exports: the declaration, or where it is passed on; else the file's beginning. */
export function placeOfExport(file: RulesFile, name: string): Span {
  const declared = declarationOf(file, name)?.name;
  const passedOn = file.source.statements
    .flatMap((one) =>
      compiler.isExportDeclaration(one) && one.exportClause && compiler.isNamedExports(one.exportClause)
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
  return source.statements.filter(compiler.isImportDeclaration);
}

export function moduleOf({
  moduleSpecifier,
}: ts.ImportDeclaration | ts.ExportDeclaration): string | undefined {
  return moduleSpecifier && compiler.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
}

/** The names in braces of an import. */
export function namedImports(declaration: ts.ImportDeclaration): readonly ts.ImportSpecifier[] {
  const bindings = declaration.importClause?.namedBindings;
  return bindings && compiler.isNamedImports(bindings) ? bindings.elements : [];
}
