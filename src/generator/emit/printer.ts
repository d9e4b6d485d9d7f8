/**
 * The forms that generated code is made of. A form says where it may break, and `print.ts` decides. A name of another
 * module is a use of it: what a file imports is what was printed into it (`source-file.ts`).
 */

import { type Doc, Fragment, type ImportSymbol, type Shape } from './fragment.js';
import { flatText, width } from './print.js';

function concat(...parts: readonly Doc[]): Fragment {
  return new Fragment({ kind: 'concat', parts });
}

function indent(...parts: readonly Doc[]): Fragment {
  const [only] = parts;
  return new Fragment({ kind: 'indent', of: only && parts.length === 1 ? only : concat(...parts) });
}

interface Grouped {
  readonly broken?: boolean;
  readonly shape?: Shape;
  readonly size?: number;
}

function grouped(of: Doc, { broken = false, shape, size }: Grouped = {}): Fragment {
  return new Fragment({ kind: 'group', of, broken: broken || isForced(of) }, shape, size);
}

function isForced(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.forced;
}

const line = new Fragment({ kind: 'line', flat: ' ', hard: false });
const softline = new Fragment({ kind: 'line', flat: '', hard: false });
const hardline = new Fragment({ kind: 'line', flat: '', hard: true });
const comma = new Fragment({ kind: 'if-broken', broken: ',', flat: '' });

export function joined(docs: readonly Doc[], separator: Doc): Doc {
  const [only] = docs;
  if (only !== undefined && docs.length === 1) return only;
  const parts: Doc[] = [];
  for (const doc of docs) {
    if (parts.length > 0) parts.push(separator);
    parts.push(doc);
  }
  return new Fragment({ kind: 'concat', parts });
}

/** `` code`${call}(${value})` ``: its parts one after another. */
export function code(texts: TemplateStringsArray, ...docs: readonly Doc[]): Doc {
  const parts: Doc[] = [];
  let text = '';
  for (let at = 0; at < texts.length; at += 1) {
    text += texts[at];
    const doc = docs[at] ?? '';
    if (typeof doc === 'string') {
      text += doc;
      continue;
    }
    if (text !== '') parts.push(text);
    parts.push(doc);
    text = '';
  }
  const [first] = parts;
  if (first === undefined) return text;
  if (text !== '') parts.push(text);
  return parts.length === 1 ? first : new Fragment({ kind: 'concat', parts });
}

/** A name that is imported, as a value. */
export function valueFrom(from: string, name: string): Fragment {
  return imported({ name, from, kind: 'value' });
}

/** A name that is imported, as a type. */
export function typeFrom(from: string, name: string): Fragment {
  return imported({ name, from, kind: 'type' });
}

/** One fragment for each name: what a file imports is looked up by it. */
function imported(symbol: ImportSymbol): Fragment {
  const modules = known[symbol.kind];
  const names = modules.get(symbol.from) ?? new Map<string, Fragment>();
  const fragment = names.get(symbol.name) ?? new Fragment({ kind: 'use', symbol });
  modules.set(symbol.from, names);
  names.set(symbol.name, fragment);
  return fragment;
}

/** By module and name. */
type Imported = Map<string, Map<string, Fragment>>;

const known: Readonly<Record<ImportSymbol['kind'], Imported>> = { value: new Map(), type: new Map() };

/** A type or value that the language has: `Date`, `Pick`, `String`. */
export function globalOf(name: string): Fragment {
  return new Fragment({ kind: 'global', name });
}

/** A parameter: see `localsIn`. */
export function local(name: string): Fragment {
  return new Fragment({ kind: 'local', name });
}

/** Brackets with elements between them: on one line, or one a line. */
function bracketed(
  open: string,
  elements: readonly Doc[],
  close: string,
  { space = '', separator = ',', isLastSeparated = true }: Brackets = {},
): Doc {
  if (elements.length === 0) return `${open}${close}`;
  return new Fragment({ kind: 'brackets', open, elements, close, space, separator, isLastSeparated });
}

interface Brackets {
  /** Within the brackets, where all is on one line. */
  readonly space?: ' ' | '';
  readonly separator?: ',' | ';';
  /** Whether the last of many lines ends in a separator too. */
  readonly isLastSeparated?: boolean;
}

/** `[a, b]`. Several objects or lists of several elements are one a line each. */
export function list(elements: readonly Doc[]): Doc {
  const [first] = elements;
  const shape = shapeOf(first);
  const isTable =
    elements.length > 1 &&
    (shape === 'object' || shape === 'list') &&
    elements.every((one) => shapeOf(one) === shape && sizeOf(one) > 1);
  const brackets = bracketed('[', elements, ']');
  return grouped(brackets, { broken: isTable, shape: 'list', size: elements.length });
}

/** `{ a: 1, b }`, of what `property` and `spread` make. */
export function object(properties: readonly Doc[]): Doc {
  return grouped(bracketed('{', properties, '}', { space: ' ' }), {
    shape: 'object',
    size: properties.length,
  });
}

/** `name: value`, or `name` where the value is called so. */
export function property(name: string, value: Doc): Doc {
  const key = propertyName(name);
  if (value === key) return key;
  return assigned(`${key}:`, value);
}

/** What follows `=` or `:` goes to the next line only where it could not break by itself. */
export function assigned(target: Doc, value: Doc): Doc {
  const shape = shapeOf(value);
  const isWhole = typeof value === 'string' && !value.startsWith('`');
  const follows = isWhole || shape === 'conditional' || shape === 'binary';
  return follows ? grouped(concat(target, indent(line, value))) : concat(target, ' ', value);
}

export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

/** `{ readonly a: string; readonly b?: number }`: members without their semicolons. */
export function objectType(members: readonly Doc[]): Doc {
  if (members.length === 0) return 'object';
  const within = bracketed('{', members, '}', { space: ' ', separator: ';' });
  return grouped(within, { shape: 'object', size: members.length });
}

/** `callee(a, b)`. What the last argument holds may break while the others stay on the callee's line. */
export function call(callee: Doc, given: readonly Doc[]): Doc {
  const functions = given.filter((one) => shapeOf(one) === 'arrow').length;
  return new Fragment({ kind: 'concat', parts: [callee, givenList(given, functions)] }, 'call', functions);
}

function givenList(given: readonly Doc[], functions: number): Doc {
  const last = given.at(-1);
  if (last === undefined) return '()';
  const others = given.slice(0, -1);
  const bracket = bracketed('(', given, ')');
  if (isComposition(given, functions) || others.some(isForced)) return grouped(bracket, { broken: true });
  if (!isHuggable(last, others)) return grouped(bracket);
  const broken = grouped(bracket, { broken: true });
  const hugged = (typeof last !== 'string' && last.hugged?.()) || last;
  const head = others.flatMap((one) => [one, ', ']);
  const expanded = concat('(', ...head, grouped(hugged, { broken: true }), ')');
  const of: readonly [Doc, ...Doc[]] = isForced(last)
    ? [expanded, broken]
    : [concat('(', ...head, hugged, ')'), expanded, broken];
  return new Fragment({ kind: 'choice', of });
}

/** Several functions, or what is made of one: each argument has its line. */
function isComposition(given: readonly Doc[], functions: number): boolean {
  if (given.length < 2) return false;
  return functions > 1 || given.some((one) => shapeOf(one) === 'call' && sizeOf(one) > 0);
}

function isHuggable(last: Doc, others: readonly Doc[]): boolean {
  const shape = shapeOf(last);
  if (shape !== 'object' && shape !== 'list' && shape !== 'arrow') return false;
  if (shape !== 'arrow' && sizeOf(last) === 0) return false;
  const before = others.at(-1);
  // Two of a kind are written alike.
  return shapeOf(before) !== shape;
}

/** `by: { … }`: a parameter with its type. */
export function typedParameter(name: string, type: Doc): Doc {
  const { node } = concat(`${name}: `, type);
  return new Fragment(node, shapeOf(type) === 'object' ? 'object' : null);
}

export interface ArrowOptions {
  readonly isAsync?: boolean;
  /** The type of what it gives. */
  readonly returns?: Doc;
}

/** `(a, b) => body`, the body an expression or a `block`. */
export function arrow(
  parameters: readonly Doc[],
  body: Doc,
  { isAsync = false, returns }: ArrowOptions = {},
): Doc {
  const before = isAsync ? 'async ' : '';
  const after = returns === undefined ? ' =>' : code`: ${returns} =>`;
  // Where the types do not fit behind them, the parameters break first.
  const [only = ''] = parameters;
  const isHugged = parameters.length === 1 && shapeOf(only) === 'object';
  const brackets = isHugged
    ? concat('(', returns ? ungrouped(only) : only, ')')
    : bracketed('(', parameters, ')');
  const head = grouped(concat(before, brackets, after));
  // Of the last argument the parameters stay on one line.
  const flatHead = () => concat(before, '(', joined(parameters, ', '), ')', after);
  const shape = shapeOf(body);
  const isTemplate = typeof body === 'string' && body.startsWith('`');
  if (shape === 'object' || shape === 'list' || shape === 'block' || isTemplate) {
    const tail = shape === 'object' ? [' (', body, ')'] : [' ', body];
    return new Fragment({ kind: 'concat', parts: [head, ...tail] }, 'arrow', 0, () =>
      concat(flatHead(), ...tail),
    );
  }
  // Biome reckons with the space behind `=>` before what it may put in brackets.
  const isConditional = shape === 'conditional';
  const [space, first] = isConditional ? [' ', softline] : ['', line];
  const value = isConditional ? concat(opening, body, closing) : body;
  const { node } = grouped(concat(head, space, grouped(indent(first, value))));
  return new Fragment(node, 'arrow', 0, () =>
    grouped(concat(flatHead(), space, grouped(concat(indent(first, value), comma, softline)))),
  );
}

/** An object type that breaks with what is around it. */
function ungrouped(doc: Doc): Doc {
  if (typeof doc === 'string') return doc;
  if (doc.node.kind === 'concat') return concat(...doc.node.parts.map(ungrouped));
  return doc.node.kind === 'group' && doc.shape === 'object' ? doc.node.of : doc;
}

const opening = new Fragment({ kind: 'if-broken', broken: '', flat: '(' });
const closing = new Fragment({ kind: 'if-broken', broken: '', flat: ')' });

/** Statements in braces, one a line. */
export function block(statements: readonly Doc[]): Doc {
  const { node } = concat('{', indent(hardline, joined(statements, hardline)), hardline, '}');
  return new Fragment(node, 'block');
}

/** `if (condition) statement`. */
export function when(condition: Doc, statement: Doc): Doc {
  const head = grouped(concat('if (', indent(softline, condition), softline, ')'));
  return grouped(concat(head, indent(line, statement)));
}

/** `test ? yes : no`. */
export function conditional(test: Doc, yes: Doc, no: Doc): Doc {
  const within = concat(test, indent(line, '? ', indent(yes), line, ': ', indent(no)));
  return grouped(within, { shape: 'conditional' });
}

/** `a && b`: all on one line, or one a line. */
export function operation(operands: readonly Doc[], operator: string): Doc {
  const [only] = operands;
  if (only !== undefined && operands.length === 1) return only;
  return grouped(joined(operands, concat(` ${operator}`, line)), { shape: 'binary' });
}

/** `A & { … }`: an object type keeps its brace on the line of the other. */
export function intersection(members: readonly Doc[]): Doc {
  return members.some((one) => shapeOf(one) === 'object') ? joined(members, ' & ') : operation(members, '&');
}

/** `Name<A, B>`. */
export function generic(name: Doc, given: readonly Doc[]): Doc {
  const [only] = given;
  if (only !== undefined && given.length === 1 && shapeOf(only) !== 'binary') return code`${name}<${only}>`;
  return concat(name, grouped(bracketed('<', given, '>', { isLastSeparated: false })));
}

/** `A | B`, each once: on one line, or a member a line with a bar before each. `isType`: the right side of a type. */
export function union(members: readonly Doc[], { isType = false }: { readonly isType?: boolean } = {}): Doc {
  const [only = 'never', ...others] = uniqueDocs(members);
  if (others.length === 0) return only;
  const bar = new Fragment({ kind: 'if-broken', broken: '| ', flat: '' });
  const rows = concat(bar, joined([only, ...others], concat(line, '| ')));
  return grouped(isType ? indent(softline, rows) : rows, { shape: 'binary' });
}

function uniqueDocs(docs: readonly Doc[]): readonly Doc[] {
  const seen = new Set<string>();
  return docs.filter((doc) => {
    const text = flatText(doc);
    return !seen.has(text) && seen.add(text);
  });
}

/** A union of texts: `'a' | 'b'`; `never` of none. */
export function literalUnion(texts: readonly string[]): Doc {
  return union(texts.map(quote));
}

/** A text as Biome writes it: in single quotes, or in double ones where that saves escapes. */
export function quote(text: string): string {
  const singles = text.split("'").length;
  const mark = singles > text.split('"').length ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\u2028\u2029]/g, (one) => escapes[one] ?? one);
  return `${mark}${escaped.replaceAll(mark, `\\${mark}`)}${mark}`;
}

/** A list of texts: `['a', 'b']`. */
export function texts(values: readonly string[]): Doc {
  return list(values.map(quote));
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

export function literal(value: string | number | boolean | null): string {
  if (typeof value === 'string') return quote(value);
  return String(value).replace('e+', 'e');
}

/** JSON as an expression. */
export function json(value: unknown): Doc {
  if (Array.isArray(value)) return list(value.map(json));
  if (typeof value === 'object' && value !== null)
    return object(Object.entries(value).map(([name, inner]) => property(name, json(inner))));
  return literal(value as string | number | boolean | null);
}

/** `/** text *​/`, wrapped at the width: the lines of it, for an indentation of so many columns. */
export function comment(text: string, indentation = 0): string {
  const safe = text.replaceAll('*/', '*\u200b/');
  const single = `/** ${safe} */`;
  if (indentation + single.length <= width) return single;
  const pad = ' '.repeat(indentation);
  const rows: string[] = [];
  for (const word of safe.split(' ')) {
    const row = rows.at(-1);
    if (row === undefined || indentation + row.length + 1 + word.length > width) rows.push(` * ${word}`);
    else rows[rows.length - 1] = `${row} ${word}`;
  }
  return ['/**', ...rows.map((row) => pad + row), `${pad} */`].join('\n');
}

function shapeOf(doc: Doc | undefined): Shape | null {
  if (doc === undefined || typeof doc === 'string') return null;
  return doc.shape;
}

function sizeOf(doc: Doc): number {
  return typeof doc === 'string' ? 0 : doc.size;
}
