/** Holds the hand-written rules against the contracts that would be generated now. */

import { Node, type SourceFile, type ts } from 'ts-morph';
import { type Diagnostic, type Note, type Span, suggestion } from '../diagnostics.js';
import type { RulePlan } from '../plan.js';
import { explain } from './messages.js';
import { placeOfRule } from './places.js';
import {
  declarationOf,
  exportOf,
  nameNode,
  openRules,
  type RulesInput,
  type RulesProject,
} from './rules-project.js';

export interface Verified {
  readonly diagnostics: readonly Diagnostic[];
  /** The texts the diagnostics point into, besides the declarations. */
  readonly sources: ReadonlyMap<string, string>;
}

export function verifyRules(input: RulesInput): Verified {
  const opened = openRules(input);
  const missing = input.plan.rules.filter((rule) => !isThere(opened, rule));
  const there = input.plan.rules.filter((rule) => !missing.includes(rule));
  const orphans = orphansOf(opened, input.plan.rules, missing);
  return {
    diagnostics: [
      ...missing.map((rule) => missingDiagnostic(input, opened, rule)),
      ...unlisted(input, opened, there),
      ...orphans.map((orphan) => orphan.diagnostic),
      ...mistyped(opened, there, new Set(orphans.map((orphan) => orphan.type))),
    ],
    sources: new Map(
      [...opened.files.values(), ...(opened.index ? [opened.index] : [])].map((file) => [
        opened.shown(file),
        file.getFullText(),
      ]),
    ),
  };
}

// --- rule-missing ---

function isThere({ files }: RulesProject, { file, name }: RulePlan): boolean {
  const source = files.get(file);
  return source !== undefined && exportOf(source, name) !== undefined;
}

function missingDiagnostic(
  { model }: RulesInput,
  opened: RulesProject,
  { name, file, typeName }: RulePlan,
): Diagnostic {
  const path = opened.pathOf(file);
  const source = opened.files.get(file);
  const [elsewhere, other] = [...opened.files].find(([, one]) => exportOf(one, name)) ?? [];
  const local = source && declarationOf(source, name);
  const notes: Note[] = [];
  if (elsewhere !== undefined && other)
    notes.push({ message: `there is a \`${name}\` here`, at: place(opened, other, name) });
  if (source && local)
    notes.push({ message: `\`${name}\` is declared here but not exported`, at: place(opened, source, name) });
  const hint =
    elsewhere !== undefined
      ? `Move it to ${path}, or say \`in: ${elsewhere}\` under \`rules\`.`
      : local
        ? `Export it: \`export const ${name}: ${typeName} = …\`.`
        : 'Run `npm run scaffold`, which adds a typed stub.';
  return {
    code: 'rule-missing',
    severity: 'error',
    message: source
      ? `${path} exports no \`${name}\`.`
      : `The rule \`${name}\` is missing: there is no ${path}.`,
    at: placeOfRule(model, name),
    ...(notes.length > 0 ? { notes } : {}),
    hint,
  };
}

/** Rules that are written but that the folder's index does not pass on. */
function unlisted(
  { model }: RulesInput,
  { index, shown }: RulesProject,
  rules: readonly RulePlan[],
): Diagnostic[] {
  if (!index) return [];
  const listed = new Set(index.getExportSymbols().map((symbol) => symbol.getName()));
  const lost = new Map(rules.filter((rule) => !listed.has(rule.name)).map((rule) => [rule.file, rule]));
  return [...lost.values()].map(({ name, file }) => ({
    code: 'rule-missing',
    severity: 'error',
    message: `${shown(index)} does not pass on the rules of \`${file}\`.`,
    at: placeOfRule(model, name),
    hint: `Run \`npm run scaffold\`, which adds \`export * from './${file}.js';\`.`,
  }));
}

// --- rule-orphaned ---

interface Orphan {
  readonly diagnostic: Diagnostic;
  /** Its annotation. */
  readonly type: string;
}

function orphansOf(opened: RulesProject, rules: readonly RulePlan[], missing: readonly RulePlan[]): Orphan[] {
  return [...opened.files].flatMap(([file, source]) => {
    const contracts = contractNames(source, opened.contracts);
    return annotatedExports(source).flatMap(({ name, type, node }) => {
      if (!contracts.has(type) || rules.some((rule) => rule.name === name && rule.file === file)) return [];
      const namesake = rules.find((rule) => rule.name === name);
      // Already told with the rule that is missing elsewhere.
      if (namesake && missing.includes(namesake)) return [];
      const candidates = (missing.length > 0 ? missing : rules).map((rule) => rule.name);
      const hint = namesake
        ? `Remove it: the rule lives in ${opened.pathOf(namesake.file)}.`
        : (suggestion(name, candidates) ?? 'Remove it, or name it in access-patterns.yaml.');
      return [
        {
          type,
          diagnostic: {
            code: 'rule-orphaned',
            severity: 'error',
            message: namesake
              ? `The rule \`${name}\` is written twice.`
              : `Nothing in access-patterns.yaml asks for a rule \`${name}\`.`,
            at: spanOf(opened, source, node),
            hint: hint.startsWith('Choose') ? 'Remove it, or name it in access-patterns.yaml.' : hint,
          },
        },
      ];
    });
  });
}

/** The types imported from the generated contracts, by their name in the file. Whether they exist is not asked. */
function contractNames(source: SourceFile, contracts: string): Set<string> {
  return new Set(
    source
      .getImportDeclarations()
      .filter((one) => one.getModuleSpecifierValue() === contracts)
      .flatMap((one) => one.getNamedImports())
      .filter((one) => one.getName().endsWith('Rule'))
      .map((one) => (one.getAliasNode() ?? one.getNameNode()).getText()),
  );
}

function annotatedExports(source: SourceFile) {
  return source
    .getVariableDeclarations()
    .filter((one) => one.getVariableStatement()?.isExported())
    .flatMap((one) => {
      const type = one.getTypeNode();
      return type && Node.isTypeReference(type)
        ? [{ name: one.getName(), type: type.getTypeName().getText(), node: one.getNameNode() }]
        : [];
    });
}

// --- rule-mistyped ---

function mistyped(
  opened: RulesProject,
  rules: readonly RulePlan[],
  orphanTypes: ReadonlySet<string>,
): Diagnostic[] {
  const program = opened.project.getProgram().compilerObject;
  const found: Diagnostic[] = [];
  const faulty = new Set<RulePlan>();
  for (const file of new Set(rules.map((rule) => rule.file))) {
    const source = opened.files.get(file);
    if (!source) continue;
    const node = source.compilerNode;
    const syntax = program.getSyntacticDiagnostics(node);
    const own = rules.filter((rule) => rule.file === file);
    for (const one of syntax.length > 0 ? syntax : program.getSemanticDiagnostics(node)) {
      const rule = own.find(({ name }) => contains(source, name, one.start ?? 0));
      if (rule) faulty.add(rule);
      // What does not concern a rule is the compiler's business, except what leaves the rules unchecked.
      if (rule || syntax.length > 0 || leavesUnchecked(source, one, orphanTypes))
        found.push(mistypedDiagnostic(opened, source, rule, one));
    }
  }
  return [
    ...found,
    ...againstContracts(
      opened,
      rules.filter((rule) => !faulty.has(rule)),
    ),
  ];
}

/** An import that fails: what it names is then `any`, and anything is assignable. */
function leavesUnchecked(
  source: SourceFile,
  { start = 0, length = 0 }: ts.Diagnostic,
  orphanTypes: ReadonlySet<string>,
): boolean {
  const text = source.getFullText().slice(start, start + length);
  return (
    !orphanTypes.has(text) &&
    source.getImportDeclarations().some((one) => one.getStart() <= start && start < one.getEnd())
  );
}

function contains(source: SourceFile, name: string, offset: number): boolean {
  const declaration = declarationOf(source, name);
  const statement = Node.isVariableDeclaration(declaration)
    ? declaration.getVariableStatement()
    : declaration;
  return statement !== undefined && statement.getStart() <= offset && offset < statement.getEnd();
}

/** A file that gives each rule its contract's type says what an annotation of another type, or none, would hide. */
function againstContracts(opened: RulesProject, rules: readonly RulePlan[]): Diagnostic[] {
  const [first] = opened.files.values();
  if (!first || rules.length === 0) return [];
  const names = [...new Set(rules.map((rule) => rule.file))];
  const lines = [
    `import type { Rules } from '${opened.contracts}';`,
    ...names.map((name, at) => `import * as file${at} from './${name}.js';`),
    ...rules.map(
      ({ name, file }) => `export const ${name}: Rules['${name}'] = file${names.indexOf(file)}.${name};`,
    ),
  ];
  const path = `${first.getDirectoryPath()}/.tableloom-contracts.ts`;
  const check = opened.project.createSourceFile(path, `${lines.join('\n')}\n`, { overwrite: true });
  const program = opened.project.getProgram().compilerObject;
  const found = program.getSemanticDiagnostics(check.compilerNode).flatMap((one) => {
    const rule = rules[check.getLineAndColumnAtPos(one.start ?? 0).line - 2 - names.length];
    const source = rule && opened.files.get(rule.file);
    if (!rule || !source) return [];
    return [{ ...mistypedDiagnostic(opened, source, rule, one), at: place(opened, source, rule.name) }];
  });
  opened.project.removeSourceFile(check);
  return found;
}

function mistypedDiagnostic(
  opened: RulesProject,
  source: SourceFile,
  rule: RulePlan | undefined,
  one: ts.Diagnostic,
): Diagnostic {
  const { cause, context } = explain(one.messageText);
  const start = one.start ?? 0;
  const file = opened.shown(source);
  return {
    code: 'rule-mistyped',
    severity: 'error',
    message: rule
      ? `The rule \`${rule.name}\` does not fit its contract: ${cause}.`
      : `The rules of ${file} cannot be checked: ${cause}.`,
    at: { file, start, end: start + Math.max(one.length ?? 1, 1) },
    ...(context === undefined ? {} : { notes: [{ message: context }] }),
    ...(rule
      ? {
          hint: `Its type is \`${rule.typeName}\` of ${opened.contracts.replace(/^(\.\.?\/)+/, '').replace(/\.js$/, '.ts')}.`,
        }
      : {}),
  };
}

// --- places ---

function place(opened: RulesProject, source: SourceFile, name: string): Span {
  const node = nameNode(source, name);
  return node ? spanOf(opened, source, node) : { file: opened.shown(source), start: 0, end: 1 };
}

function spanOf(opened: RulesProject, source: SourceFile, node: Node): Span {
  return { file: opened.shown(source), start: node.getStart(), end: node.getEnd() };
}
