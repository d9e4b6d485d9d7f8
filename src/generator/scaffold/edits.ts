/** Insertions into a hand-written file, in the style its author has. */

import type { ts } from 'ts-morph';
import { importsOf, moduleOf, namedImports } from './syntax.js';

export interface Edit {
  readonly at: number;
  readonly insert: string;
}

/** The text with every insertion; those at one place in the order given. */
export function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const { at, insert } of [...edits].sort((a, b) => a.at - b.at)) {
    result += text.slice(done, at) + insert;
    done = at;
  }
  return result + text.slice(done);
}

export interface Wanted {
  readonly names: readonly string[];
  readonly from: string;
  readonly types: boolean;
}

/** What makes the file import the names: added to an import of that module where there is one, else a line of its own. */
export function importEdits(source: ts.SourceFile, { names, from, types }: Wanted): Edit[] {
  const same = importsOf(source).filter((one) => moduleOf(one) === from);
  const there = new Set(same.flatMap(namedImports).map((one) => one.name.text));
  const lacking = names.filter((name) => !there.has(name));
  if (lacking.length === 0) return [];
  const home = same.find((one) => namedImports(one).length > 0 && (types || !isTypeOnly(one)));
  if (home) {
    const shown = (name: string) => (types && !isTypeOnly(home) ? `type ${name}` : name);
    return lacking.map((name) => intoImport(source, namedImports(home), shown(name)));
  }
  const quote = quoteOf(source);
  const line = `import ${types ? 'type ' : ''}{ ${lacking.join(', ')} } from ${quote}${from}${quote};`;
  return [newImport(source, line, types)];
}

function isTypeOnly(declaration: ts.ImportDeclaration): boolean {
  return declaration.importClause?.isTypeOnly === true;
}

/** Into the list where it belongs in its order, after the end where it has none; separated as its neighbors are. */
function intoImport(source: ts.SourceFile, present: readonly ts.ImportSpecifier[], name: string): Edit {
  const order = (text: string) => text.replace(/^type /, '').toLowerCase();
  const places = present.map((one) => ({
    order: order(one.getText(source)),
    start: one.getStart(source),
    end: one.end,
  }));
  const isSorted = places.every((one, at) => at === 0 || (places[at - 1]?.order ?? '') <= one.order);
  const before = places.filter((one) => !isSorted || one.order < order(name)).at(-1);
  const separator = separatorOf(source, places);
  if (before) return { at: before.end, insert: `${separator}${name}` };
  return { at: places[0]?.start ?? 0, insert: `${name}${separator}` };
}

function separatorOf(
  { text }: ts.SourceFile,
  [first, second]: readonly { start: number; end: number }[],
): string {
  if (!first) return ', ';
  if (second) {
    const between = text.slice(first.end, second.start);
    if (/^,\s*$/.test(between)) return between;
  }
  return `,${/\r?\n[ \t]*$/.exec(text.slice(0, first.start))?.[0] ?? ' '}`;
}

/** Types after the imports that are there, values before them; below the comment a file may begin with. */
function newImport(source: ts.SourceFile, line: string, isLast: boolean): Edit {
  const newline = newlineOf(source);
  const imports = importsOf(source);
  const last = imports.at(-1);
  if (last && isLast) return { at: last.end, insert: `${newline}${line}` };
  if (imports[0]) return { at: imports[0].getStart(source), insert: `${line}${newline}` };
  // The comment right above the first statement is that statement's, one with a blank line below it the file's.
  const first = source.statements[0]?.getStart(source) ?? source.text.length;
  const blank = source.text.slice(0, first).lastIndexOf(`${newline}${newline}`);
  const at = blank === -1 ? 0 : blank + newline.length * 2;
  return { at, insert: `${line}${newline}${isLast ? newline : ''}` };
}

export interface Style {
  readonly quote: string;
  readonly indent: string;
}

export function styleOf(source: ts.SourceFile): Style {
  return { quote: quoteOf(source), indent: /^\t/m.test(source.text) ? '\t' : '  ' };
}

export function quoteOf(source: ts.SourceFile): string {
  return /^import\b[^'"]*(['"])/m.exec(source.text)?.[1] ?? "'";
}

export function newlineOf({ text }: ts.SourceFile): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}
