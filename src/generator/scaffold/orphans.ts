/** Rules in the rules folder that nothing in access-patterns.yaml asks for. */

import type { ts } from 'ts-morph';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { nearest } from '../diagnostics/suggest.js';
import type { RulePlan } from '../plan/types/rules.js';
import { compiler } from './compiler.js';
import type { RulesProgram } from './rules-program.js';
import { importsOf, moduleOf, namedImports, type RulesFile, spanOf } from './syntax.js';

export interface Orphan {
  readonly diagnostic: Diagnostic;
  /** The contract it is annotated with, which may not exist. */
  readonly type: string;
}

/**
 * An exported constant annotated with one of the generated contracts is a rule; anything else is the author's own.
 * A name that is `missing` from another file is reported there.
 */
export function orphansOf(
  rules: readonly RulePlan[],
  opened: RulesProgram,
  missing: readonly RulePlan[],
): Orphan[] {
  return [...opened.files].flatMap(([file, rulesFile]) =>
    annotatedExports(rulesFile, contractNames(rulesFile, opened.contractsModule)).flatMap(
      ({ name, type }) => {
        const namesakes = rules.filter((rule) => rule.name === name.text);
        if (namesakes.some((rule) => rule.file === file || missing.includes(rule))) return [];
        return [{ type, diagnostic: orphanDiagnostic(opened, rulesFile, name, namesakes[0], missing) }];
      },
    ),
  );
}

function orphanDiagnostic(
  { pathOf }: RulesProgram,
  file: RulesFile,
  name: ts.Identifier,
  namesake: RulePlan | undefined,
  missing: readonly RulePlan[],
): Diagnostic {
  const finding = { code: 'rule-orphaned', severity: 'error', at: spanOf(file, name) } as const;
  if (namesake) {
    return {
      ...finding,
      message: `The rule \`${name.text}\` is exported twice.`,
      hint: `Remove it here. It belongs in ${pathOf(namesake.file)}.`,
    };
  }
  const near = nearest(
    name.text,
    missing.map((rule) => rule.name),
  );
  return {
    ...finding,
    message: `access-patterns.yaml does not name a rule \`${name.text}\`.`,
    hint: near === undefined ? 'Remove it, or name it in access-patterns.yaml.' : `Did you mean \`${near}\`?`,
  };
}

/** The contracts a file imports, by their name in it. Whether they exist is not asked. */
function contractNames({ source }: RulesFile, module: string): Set<string> {
  return new Set(
    importsOf(source)
      .filter((one) => moduleOf(one) === module)
      .flatMap(namedImports)
      .filter((one) => (one.propertyName ?? one.name).text.endsWith('Rule'))
      .map((one) => one.name.text),
  );
}

function annotatedExports({ source }: RulesFile, contracts: ReadonlySet<string>) {
  return source.statements
    .filter(compiler.isVariableStatement)
    .filter((one) => one.modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.ExportKeyword))
    .flatMap((one) => [...one.declarationList.declarations])
    .flatMap(({ name, type }) => {
      const isRule =
        type &&
        compiler.isTypeReferenceNode(type) &&
        compiler.isIdentifier(type.typeName) &&
        contracts.has(type.typeName.text);
      return isRule && compiler.isIdentifier(name) ? [{ name, type: type.typeName.text }] : [];
    });
}
