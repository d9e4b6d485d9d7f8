/** Adds what the rules folder lacks: stubs that compile and refuse at run time. Nothing that is there is changed. */

import type { ts } from 'ts-morph';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { RulePlan } from '../plan/types/rules.js';
import { compiler } from './compiler.js';
import { applied, type Edit, importEdits, newlineOf, quoteOf, type Style, styleOf } from './edits.js';
import { explain } from './messages.js';
import { isInTheWay, missingDiagnostic, missingRules } from './missing.js';
import { runtimePackage } from './program.js';
import { openRules, type RulesInput, type RulesProgram } from './rules-program.js';
import { moduleOf, type RulesFile } from './syntax.js';
import { sourcesOf } from './verify.js';

export interface Scaffolded {
  /** Path -> new text of every file to write; empty where there is nothing to do. */
  readonly files: ReadonlyMap<string, string>;
  /** Path -> the rules it gains. */
  readonly added: ReadonlyMap<string, readonly string[]>;
  /** What prevents it. Then there are no files. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

export function scaffoldRules(input: RulesInput): Scaffolded {
  const opened = openRules(input, 'own');
  const missing = missingRules(input, opened);
  const diagnostics = [
    ...[...opened.files.values()].flatMap((file) => unreadable(opened, file)),
    ...missing
      .filter((rule) => isInTheWay(opened, rule))
      .map((rule) => missingDiagnostic(input, opened, rule)),
  ];
  const sources = sourcesOf(opened);
  if (diagnostics.length > 0) return { files: new Map(), added: new Map(), diagnostics, sources };

  const byFile = new Map(missing.map(({ file }) => [file, missing.filter((rule) => rule.file === file)]));
  const files = new Map(
    [...byFile].map(([name, rules]) => [opened.pathOf(name), withStubs(opened, name, rules)]),
  );
  const index = withPassedOn(opened, [...new Set(input.plan.rules.map((rule) => rule.file))]);
  if (index !== undefined) files.set(opened.pathOf('index'), index);
  const added = new Map(
    [...byFile].map(([name, rules]) => [opened.pathOf(name), rules.map((rule) => rule.name)]),
  );
  return { files, added, diagnostics, sources };
}

function unreadable({ program }: RulesProgram, { path, source }: RulesFile): Diagnostic[] {
  return program
    .getSyntacticDiagnostics(source)
    .slice(0, 1)
    .map(({ start = 0, length = 1, messageText }) => ({
      code: 'rule-mistyped',
      severity: 'error',
      message: `${path} cannot be read: ${explain(messageText).cause}.`,
      at: { file: path, start, end: start + Math.max(length, 1) },
      hint: 'Correct the file first.',
    }));
}

// --- stubs ---

function withStubs(
  { files, contractsModule }: RulesProgram,
  name: string,
  rules: readonly RulePlan[],
): string {
  const types = rules.map((rule) => rule.typeName).sort();
  const file = files.get(name);
  if (!file) {
    const head = [
      `import { ruleMissing } from '${runtimePackage}';`,
      typeImport(types, contractsModule),
    ].join('\n');
    return `${[head, ...rules.map((rule) => stub(rule, { quote: "'", indent: '  ' }))].join('\n\n')}\n`;
  }
  const { source } = file;
  const imported = applied(source.text, [
    ...importEdits(source, { names: ['ruleMissing'], from: runtimePackage, types: false }),
    ...importEdits(source, { names: types, from: contractsModule, types: true }),
  ]);
  const newline = newlineOf(source);
  const end = imported.endsWith('\n') ? '' : '\n';
  const tail = rules.map((rule) => `\n${stub(rule, styleOf(source))}\n`).join('');
  return imported + `${end}${tail}`.split('\n').join(newline);
}

function stub({ name, typeName }: RulePlan, { quote, indent }: Style): string {
  return `export const ${name}: ${typeName} = () => {\n${indent}throw ruleMissing(${quote}${name}${quote});\n};`;
}

function typeImport(types: readonly string[], from: string): string {
  const line = `import type { ${types.join(', ')} } from '${from}';`;
  return line.length <= 110
    ? line
    : `import type {\n${types.map((type) => `  ${type},`).join('\n')}\n} from '${from}';`;
}

// --- index ---

/** `index.ts` with a line for each file that it lacks; undefined where it lacks none. */
function withPassedOn({ index }: RulesProgram, names: readonly string[]): string | undefined {
  const present = index ? index.source.statements.filter(compiler.isExportDeclaration) : [];
  const there = new Set(present.map(moduleOf));
  const lacking = names.filter((name) => !there.has(`./${name}.js`)).sort();
  if (lacking.length === 0) return undefined;
  const quote = index ? quoteOf(index.source) : "'";
  const lines = lacking.map((name) => `export * from ${quote}./${name}.js${quote};`);
  if (!index) return `${lines.join('\n')}\n`;
  return applied(
    index.source.text,
    lines.map((line) => lineEdit(index.source, present, line)),
  );
}

/** In its alphabetical place where the lines that are there have theirs, else at the end. */
function lineEdit(source: ts.SourceFile, present: readonly ts.ExportDeclaration[], line: string): Edit {
  const newline = newlineOf(source);
  const texts = present.map((one) => one.getText(source));
  const isSorted = texts.every((text, at) => at === 0 || (texts[at - 1] ?? '') <= text);
  const before = present.filter((one) => !isSorted || one.getText(source) < line).at(-1);
  if (before) return { at: before.end, insert: `${newline}${line}` };
  if (present[0]) return { at: present[0].getStart(source), insert: `${line}${newline}` };
  const isOpen = source.text !== '' && !source.text.endsWith('\n');
  return { at: source.text.length, insert: `${isOpen ? newline : ''}${line}${newline}` };
}
