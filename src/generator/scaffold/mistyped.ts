/** Rules whose types do not fit the contracts that would be generated now. */

import type { ts } from 'ts-morph';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import type { RulePlan } from '../plan/types/rules.js';
import { compiler } from './compiler.js';
import { explain } from './messages.js';
import type { RulesProgram } from './rules-program.js';
import { declarationOf, importsOf, placeOfExport, type RulesFile } from './syntax.js';

/** `rules` are all of the plan, in its order; those that are `missing` are reported separately. */
export function mistypedRules(
  rules: readonly RulePlan[],
  opened: RulesProgram,
  {
    missing,
    orphanTypes,
  }: { readonly missing: readonly RulePlan[]; readonly orphanTypes: ReadonlySet<string> },
): Diagnostic[] {
  const fault = contractsFault(opened);
  if (fault) return [fault];
  const found: Diagnostic[] = [];
  const told = new Set(missing);
  for (const [name, file] of opened.files) {
    const own = rules.filter((rule) => rule.file === name && !missing.includes(rule));
    if (own.length === 0) continue;
    const unchecked = uncheckedBecause(file, opened.program, orphanTypes);
    if (unchecked.length > 0) for (const rule of own) told.add(rule);
    found.push(...unchecked.map((one) => diagnosticOf(opened, file, undefined, one)));
    for (const { rule, one } of unchecked.length > 0 ? [] : ownFindings(file, own, opened.program)) {
      told.add(rule);
      found.push(diagnosticOf(opened, file, rule, one));
    }
  }
  return [...found, ...againstContracts(rules, opened, told)];
}

/** Contracts that do not compile check nothing: a runtime that is not installed, or a fault of ours. */
function contractsFault({ program, generatedRules: { path, source } }: RulesProgram): Diagnostic | undefined {
  const [fault] = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].filter(isError);
  if (!fault) return undefined;
  return {
    code: 'rule-mistyped',
    severity: 'error',
    message: `The contracts of the rules do not compile: ${explain(fault.messageText).cause}.`,
    at: { file: path, start: 0, end: 0 },
    hint: 'Install the project with `npm ci`. If it is installed, this is a bug of Tableloom.',
  };
}

/** What leaves a file's rules unchecked: it cannot be parsed, or an import fails and what it names is `any`. */
function uncheckedBecause(
  file: RulesFile,
  program: ts.Program,
  orphanTypes: ReadonlySet<string>,
): readonly ts.Diagnostic[] {
  const syntax = program.getSyntacticDiagnostics(file.source);
  if (syntax.length > 0) return syntax.slice(0, 1);
  const imports = importsOf(file.source);
  return program.getSemanticDiagnostics(file.source).filter((one) => {
    const { start = 0, length = 0 } = one;
    const isOrphan = orphanTypes.has(file.source.text.slice(start, start + length));
    return isError(one) && !isOrphan && imports.some((declaration) => covers(file, declaration, one));
  });
}

/** What the compiler finds in the rules of a file; the rest of it is `tsc`'s business. */
function ownFindings(file: RulesFile, own: readonly RulePlan[], program: ts.Program) {
  return program.getSemanticDiagnostics(file.source).flatMap((one) => {
    const rule = own.find(({ name }) => covers(file, declarationOf(file, name)?.statement, one));
    return rule && isError(one) ? [{ rule, one }] : [];
  });
}

/** Not `noUnusedLocals` and its kin. */
function isError({ category, code }: ts.Diagnostic): boolean {
  return category === compiler.DiagnosticCategory.Error && !unusedCodes.has(code);
}

const unusedCodes = new Set([6133, 6192, 6196, 6198, 6199]);

function covers({ source }: RulesFile, node: ts.Node | undefined, { start = 0 }: ts.Diagnostic): boolean {
  return node !== undefined && node.getStart(source) <= start && start < node.end;
}

/** What an annotation with another type, or none at all, would hide. */
function againstContracts(
  rules: readonly RulePlan[],
  opened: RulesProgram,
  told: ReadonlySet<RulePlan>,
): Diagnostic[] {
  return opened.program.getSemanticDiagnostics(opened.contracts).flatMap((one) => {
    const rule = rules[opened.contracts.getLineAndCharacterOfPosition(one.start ?? 0).line];
    const file = rule && opened.files.get(rule.file);
    if (!rule || !file || told.has(rule)) return [];
    return [{ ...diagnosticOf(opened, file, rule, one), at: placeOfExport(file, rule.name) }];
  });
}

function diagnosticOf(
  { generatedRules }: RulesProgram,
  file: RulesFile,
  rule: RulePlan | undefined,
  one: ts.Diagnostic,
): Diagnostic {
  const { cause, context, suggestion } = explain(one.messageText);
  const hint = suggestion ?? (rule && `The contract is \`${rule.typeName}\` in ${generatedRules.path}.`);
  return {
    code: 'rule-mistyped',
    severity: 'error',
    message: rule
      ? `The rule \`${rule.name}\` does not match its contract: ${cause}.`
      : `The rules of ${file.path} cannot be checked: ${cause}.`,
    at: placeOf(file, one),
    ...(context === undefined ? {} : { notes: [{ message: context }] }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function placeOf({ path }: RulesFile, { start = 0, length = 1 }: ts.Diagnostic): Span {
  return { file: path, start, end: start + Math.max(length, 1) };
}
