/**
 * Fragments of generated code and how they are laid out. A fragment says where it may break; the printer breaks what
 * does not fit, outermost first, as Biome would. A name of another module is a use of it: what a file imports is what
 * was printed into it (`source-file.ts`).
 *
 * One file, above the usual length: how a form of code is laid out and the printer that reads it are one agreement.
 */

/** The widest line of generated code. */
export const width = 110;

/** Code without a choice of breaks, or with some. Text holds no line breaks. */
export type Doc = string | Fragment;

/** A name that a module exports. */
export interface ImportSymbol {
  readonly name: string;
  readonly from: string;
  readonly kind: 'value' | 'type';
}

type Node =
  | { readonly kind: 'concat'; readonly parts: readonly Doc[] }
  | { readonly kind: 'indent'; readonly of: Doc }
  /** A space or nothing where its group is on one line; `hard` breaks always. */
  | { readonly kind: 'line'; readonly flat: ' ' | ''; readonly hard: boolean }
  | { readonly kind: 'group'; readonly of: Doc; readonly broken: boolean }
  /** The first that fits; each is tried with its own groups broken where they say so. */
  | { readonly kind: 'choice'; readonly of: readonly [Doc, ...Doc[]] }
  | { readonly kind: 'if-broken'; readonly broken: Doc; readonly flat: Doc }
  | { readonly kind: 'use'; readonly symbol: ImportSymbol }
  /** A type or value of the language itself. */
  | { readonly kind: 'global'; readonly name: string }
  /** A parameter; a function takes those that its body names. */
  | { readonly kind: 'local'; readonly name: string };

/** What Biome looks at where it decides on the layout around a fragment. */
type Shape = 'object' | 'list' | 'arrow' | 'conditional' | 'binary' | 'block' | 'call';

export class Fragment {
  readonly node: Node;
  readonly shape: Shape | null;
  /** Whether it holds a break that is always one. */
  readonly forced: boolean;
  /** How many elements an object or list has; of a call, how many of its arguments are functions. */
  readonly size: number;
  /** How it is written where it is a call's last argument, and the lines of the call belong to it. */
  readonly hugged: Doc | null;

  constructor(
    node: Node,
    { shape = null, size = 0, hugged = null }: Partial<Pick<Fragment, 'shape' | 'size' | 'hugged'>> = {},
  ) {
    this.node = node;
    this.shape = shape;
    this.size = size;
    this.hugged = hugged;
    this.forced = isForced(node);
  }
}

function isForced(node: Node): boolean {
  switch (node.kind) {
    case 'concat':
      for (const part of node.parts) if (typeof part !== 'string' && part.forced) return true;
      return false;
    case 'indent':
      return hasForced(node.of);
    case 'line':
      return node.hard;
    case 'group':
      return node.broken || hasForced(node.of);
    case 'choice':
      return hasForced(node.of[0]);
    case 'if-broken':
      return hasForced(node.broken);
    default:
      return false;
  }
}

function hasForced(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.forced;
}

function concat(...parts: readonly Doc[]): Fragment {
  return new Fragment({ kind: 'concat', parts });
}

function indent(...parts: readonly Doc[]): Fragment {
  return new Fragment({ kind: 'indent', of: parts.length === 1 && parts[0] ? parts[0] : concat(...parts) });
}

function grouped(of: Doc, { broken = false }: { readonly broken?: boolean } = {}): Fragment {
  return new Fragment({ kind: 'group', of, broken: broken || (typeof of !== 'string' && of.forced) });
}

const line = new Fragment({ kind: 'line', flat: ' ', hard: false });
const softline = new Fragment({ kind: 'line', flat: '', hard: false });
const hardline = new Fragment({ kind: 'line', flat: '', hard: true });
const comma = new Fragment({ kind: 'if-broken', broken: ',', flat: '' });

export function joined(parts: readonly Doc[], separator: Doc): Doc {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return concat(...parts.flatMap((part, at) => (at === 0 ? [part] : [separator, part])));
}

/** `` code`${call}(${value})` ``: its parts one after another. */
export function code(texts: TemplateStringsArray, ...docs: readonly Doc[]): Doc {
  const parts = texts.flatMap((text, at): Doc[] => {
    const doc = docs[at];
    return [...(text === '' ? [] : [text]), ...(doc === undefined || doc === '' ? [] : [doc])];
  });
  const [only = ''] = parts;
  if (parts.length < 2) return only;
  return parts.every((part) => typeof part === 'string') ? parts.join('') : concat(...parts);
}

/** A name that is imported, as a value. */
export function valueFrom(from: string, name: string): Fragment {
  return new Fragment({ kind: 'use', symbol: { name, from, kind: 'value' } });
}

/** A name that is imported, as a type. */
export function typeFrom(from: string, name: string): Fragment {
  return new Fragment({ kind: 'use', symbol: { name, from, kind: 'type' } });
}

/** A type or value that the language has: `Date`, `Pick`, `String`. */
export function globalOf(name: string): Fragment {
  return new Fragment({ kind: 'global', name });
}

/** A parameter: see `localsIn`. */
export function local(name: string): Fragment {
  return new Fragment({ kind: 'local', name });
}

/** Brackets with elements between them: on one line, or one a line. */
function bracketed(open: string, elements: readonly Doc[], close: string, space: Fragment, last: Doc): Doc {
  if (elements.length === 0) return `${open}${close}`;
  return concat(open, indent(space, joined(elements, commaLine)), last, space, close);
}

const commaLine = concat(',', line);

/** `[a, b]`. Several objects or lists of several elements are one a line each. */
export function list(elements: readonly Doc[]): Doc {
  const [first] = elements;
  const shape = shapeOf(first);
  const isTable =
    elements.length > 1 &&
    (shape === 'object' || shape === 'list') &&
    elements.every((one) => shapeOf(one) === shape && sizeOf(one) > 1);
  const node = grouped(bracketed('[', elements, ']', softline, comma), { broken: isTable });
  return new Fragment(node.node, { shape: 'list', size: elements.length });
}

/** `{ a: 1, b }`, of what `property` and `spread` make. */
export function object(properties: readonly Doc[]): Doc {
  const node = grouped(bracketed('{', properties, '}', line, comma));
  return new Fragment(node.node, { shape: 'object', size: properties.length });
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
  const separator = concat(';', line);
  const last = new Fragment({ kind: 'if-broken', broken: ';', flat: '' });
  const node = grouped(concat('{', indent(line, joined(members, separator)), last, line, '}'));
  return new Fragment(node.node, { shape: 'object', size: members.length });
}

/** `callee(a, b)`. What the last argument holds may break while the others stay on the callee's line. */
export function call(callee: Doc, given: readonly Doc[]): Doc {
  const { node } = concat(callee, givenList(given));
  return new Fragment(node, { shape: 'call', size: given.filter((one) => shapeOf(one) === 'arrow').length });
}

function givenList(given: readonly Doc[]): Doc {
  const [last, ...before] = [...given].reverse();
  if (last === undefined) return '()';
  const others = before.reverse();
  const bracket = bracketed('(', given, ')', softline, comma);
  const broken = grouped(bracket, { broken: true });
  if (isComposition(given) || others.some((one) => typeof one !== 'string' && one.forced)) return broken;
  if (!isHuggable(last, others)) return grouped(bracket);
  const hugged = (typeof last !== 'string' && last.hugged) || last;
  const head = others.flatMap((one) => [one, ', ']);
  const flat = concat('(', ...head, hugged, ')');
  const expanded = concat('(', ...head, grouped(hugged, { broken: true }), ')');
  const isForced = typeof last !== 'string' && last.forced;
  const of: readonly [Doc, ...Doc[]] = isForced ? [expanded, broken] : [flat, expanded, broken];
  return new Fragment({ kind: 'choice', of });
}

/** Several functions, or what is made of one: each argument has its line. */
function isComposition(given: readonly Doc[]): boolean {
  if (given.length < 2) return false;
  const functions = given.filter((one) => shapeOf(one) === 'arrow').length;
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
  return new Fragment(node, { shape: shapeOf(type) === 'object' ? 'object' : null });
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
  const brackets = isHugged ? concat('(', only, ')') : bracketed('(', parameters, ')', softline, comma);
  const head = grouped(concat(before, brackets, after));
  // Of the last argument the parameters stay on one line.
  const flatHead = concat(before, '(', joined(parameters, ', '), ')', after);
  const shape = shapeOf(body);
  const isTemplate = typeof body === 'string' && body.startsWith('`');
  if (shape === 'object' || shape === 'list' || shape === 'block' || isTemplate) {
    const tail = shape === 'object' ? [' (', body, ')'] : [' ', body];
    return new Fragment(concat(head, ...tail).node, { shape: 'arrow', hugged: concat(flatHead, ...tail) });
  }
  // Biome reckons with the space behind `=>` before what it may put in brackets.
  const isConditional = shape === 'conditional';
  const [space, first] = isConditional ? [' ', softline] : ['', line];
  const value = isConditional ? concat(opening, body, closing) : body;
  const plain = grouped(concat(head, space, grouped(indent(first, value))));
  const hugged = grouped(concat(flatHead, space, grouped(concat(indent(first, value), comma, softline))));
  return new Fragment(plain.node, { shape: 'arrow', hugged });
}

const opening = new Fragment({ kind: 'if-broken', broken: '', flat: '(' });
const closing = new Fragment({ kind: 'if-broken', broken: '', flat: ')' });

/** Statements in braces, one a line. */
export function block(statements: readonly Doc[]): Doc {
  const node = concat('{', indent(hardline, joined(statements, hardline)), hardline, '}');
  return new Fragment(node.node, { shape: 'block' });
}

/** `if (condition) statement`. */
export function when(condition: Doc, statement: Doc): Doc {
  const head = grouped(concat('if (', indent(softline, condition), softline, ')'));
  return grouped(concat(head, indent(line, statement)));
}

/** `test ? yes : no`. */
export function conditional(test: Doc, yes: Doc, no: Doc): Doc {
  const node = grouped(concat(test, indent(line, '? ', indent(yes), line, ': ', indent(no))));
  return new Fragment(node.node, { shape: 'conditional' });
}

/** `a && b`: all on one line, or one a line. */
export function operation(operands: readonly Doc[], operator: string): Doc {
  const [only] = operands;
  if (only !== undefined && operands.length === 1) return only;
  const node = grouped(joined(operands, concat(` ${operator}`, line)));
  return new Fragment(node.node, { shape: 'binary' });
}

/** `A & { … }`: an object type keeps its brace on the line of the other. */
export function intersection(members: readonly Doc[]): Doc {
  return members.some((one) => shapeOf(one) === 'object') ? joined(members, ' & ') : operation(members, '&');
}

/** `Name<A, B>`. */
export function generic(name: Doc, given: readonly Doc[]): Doc {
  const [only] = given;
  if (only !== undefined && given.length === 1 && shapeOf(only) !== 'binary') return code`${name}<${only}>`;
  return concat(name, grouped(bracketed('<', given, '>', softline, '')));
}

/** `A | B`, each once: on one line, or a member a line with a bar before each. `isType`: the right side of a type. */
export function union(members: readonly Doc[], { isType = false }: { readonly isType?: boolean } = {}): Doc {
  const [only = 'never', ...others] = uniqueDocs(members);
  if (others.length === 0) return only;
  const bar = new Fragment({ kind: 'if-broken', broken: '| ', flat: '' });
  const rows = concat(bar, joined([only, ...others], concat(line, '| ')));
  const node = isType ? grouped(indent(softline, rows)) : grouped(rows);
  return new Fragment(node.node, { shape: 'binary' });
}

function uniqueDocs(docs: readonly Doc[]): readonly Doc[] {
  const seen = new Set<string>();
  return docs.filter((doc) => {
    const text = typeof doc === 'string' ? doc : flatText(doc);
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

/** Everything on one line, names as they are exported: for comparing and for what cannot break. */
export function flatText(doc: Doc): string {
  return print(doc, { name: ({ name }) => name, global: (name) => name, columns: Number.POSITIVE_INFINITY });
}

/** Every name of another module or of the language in a fragment, once per occurrence. */
export function eachUse(doc: Doc, use: (used: ImportSymbol | string) => void): void {
  eachLeaf(doc, (node) => {
    if (node.kind === 'use') use(node.symbol);
    else if (node.kind === 'global') use(node.name);
  });
}

/** The parameters that a fragment names. */
export function localsIn(doc: Doc): ReadonlySet<string> {
  const names = new Set<string>();
  eachLeaf(doc, (node) => {
    if (node.kind === 'local') names.add(node.name);
  });
  return names;
}

function eachLeaf(doc: Doc, visit: (node: Node) => void): void {
  if (typeof doc === 'string') return;
  const { node } = doc;
  switch (node.kind) {
    case 'concat':
      for (const part of node.parts) eachLeaf(part, visit);
      return;
    case 'indent':
    case 'group':
      eachLeaf(node.of, visit);
      return;
    case 'choice':
      // All hold the same.
      eachLeaf(node.of[0], visit);
      return;
    default:
      visit(node);
  }
}

export interface PrintOptions {
  /** What an imported name is called in this file. */
  readonly name: (symbol: ImportSymbol) => string;
  readonly global: (name: string) => string;
  /** Columns a line begins with. */
  readonly indentation?: number;
  readonly columns?: number;
}

interface Command {
  readonly indentation: number;
  readonly isFlat: boolean;
  readonly doc: Doc;
}

/** A fragment as text. */
export function print(doc: Doc, { name, global, indentation = 0, columns = width }: PrintOptions): string {
  const out: string[] = [];
  const stack: Command[] = [{ indentation, isFlat: false, doc }];
  let column = indentation;
  const write = (text: string) => {
    out.push(text);
    column += columnsOf(text);
  };
  // Parallel stacks, without an object for each step: this is what printing does most.
  const docs: Doc[] = [];
  const flats: boolean[] = [];
  const fits = (next: Command): boolean => {
    let left = columns - column;
    let rest = stack.length;
    docs.length = 0;
    flats.length = 0;
    docs.push(next.doc);
    flats.push(next.isFlat);
    while (left >= 0) {
      let doc = docs.pop();
      let isFlat = flats.pop() ?? false;
      if (doc === undefined) {
        const command = stack[--rest];
        if (command === undefined) return true;
        ({ doc, isFlat } = command);
      }
      if (typeof doc === 'string') {
        left -= columnsOf(doc);
        continue;
      }
      const { node } = doc;
      switch (node.kind) {
        case 'concat':
          for (let at = node.parts.length - 1; at >= 0; at -= 1) {
            docs.push(node.parts[at] as Doc);
            flats.push(isFlat);
          }
          break;
        case 'indent':
          docs.push(node.of);
          flats.push(isFlat);
          break;
        case 'line':
          if (node.hard || !isFlat) return true;
          left -= node.flat.length;
          break;
        case 'group':
          docs.push(node.of);
          flats.push(!node.broken && isFlat);
          break;
        case 'choice':
          docs.push(node.of[0]);
          flats.push(isFlat);
          break;
        case 'if-broken':
          docs.push(isFlat ? node.flat : node.broken);
          flats.push(isFlat);
          break;
        case 'use':
          left -= name(node.symbol).length;
          break;
        case 'global':
          left -= global(node.name).length;
          break;
        case 'local':
          left -= node.name.length;
          break;
      }
    }
    return false;
  };
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    if (typeof command.doc === 'string') {
      write(command.doc);
      continue;
    }
    const { indentation: at, isFlat } = command;
    const { node } = command.doc;
    switch (node.kind) {
      case 'concat':
        for (let part = node.parts.length - 1; part >= 0; part -= 1)
          stack.push({ indentation: at, isFlat, doc: node.parts[part] as Doc });
        break;
      case 'indent':
        stack.push({ indentation: at + 2, isFlat, doc: node.of });
        break;
      case 'line':
        if (isFlat && !node.hard) write(node.flat);
        else {
          const last = out.length - 1;
          if (out[last]?.endsWith(' ')) out[last] = out[last].trimEnd();
          out.push(`\n${' '.repeat(at)}`);
          column = at;
        }
        break;
      case 'group': {
        const flat = { indentation: at, isFlat: true, doc: node.of };
        const isWhole = !node.broken && (isFlat || fits(flat));
        stack.push(isWhole ? flat : { ...flat, isFlat: false });
        break;
      }
      case 'choice': {
        const [first, ...others] = node.of;
        const flat = { indentation: at, isFlat: true, doc: first };
        const chosen =
          isFlat || fits(flat)
            ? flat
            : others
                .map((one, index) => ({ indentation: at, isFlat: index < others.length - 1, doc: one }))
                .find((one) => !one.isFlat || fits(one));
        stack.push(chosen ?? { ...flat, isFlat: false });
        break;
      }
      case 'if-broken':
        stack.push({ indentation: at, isFlat, doc: isFlat ? node.flat : node.broken });
        break;
      case 'use':
        write(name(node.symbol));
        break;
      case 'global':
        write(global(node.name));
        break;
      case 'local':
        write(node.name);
        break;
    }
  }
  return out.join('');
}

/** How many columns a text takes: East Asian characters take two. */
function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const one of text)
    columns += /[\u1100-\u115f\u2e80-\u303e\u3041-\uffe6]|\p{Extended_Pictographic}/u.test(one) ? 2 : 1;
  return columns;
}
