/** What fragments of generated code are made of. */

/** Code without a choice of breaks, or with some. Text holds no line breaks. */
export type Doc = string | Fragment;

/** A name that a module exports. */
export interface ImportSymbol {
  readonly name: string;
  readonly from: string;
  readonly kind: 'value' | 'type';
}

export type Node =
  | { readonly kind: 'concat'; readonly parts: readonly Doc[] }
  | { readonly kind: 'indent'; readonly of: Doc }
  | {
      readonly kind: 'brackets';
      readonly open: string;
      readonly elements: readonly Doc[];
      readonly close: string;
      readonly space: ' ' | '';
      readonly separator: ',' | ';';
      /** Whether the last of many lines ends in a separator too. */
      readonly isLastSeparated: boolean;
    }
  /** A space or nothing where its group is on one line; `hard` breaks always. */
  | { readonly kind: 'line'; readonly flat: ' ' | ''; readonly hard: boolean }
  | { readonly kind: 'group'; readonly of: Doc; readonly broken: boolean }
  /** The first that fits; each is tried with its own groups broken where they say so. */
  | { readonly kind: 'choice'; readonly of: readonly [Doc, ...Doc[]] }
  | { readonly kind: 'if-broken'; readonly broken: string; readonly flat: string }
  | { readonly kind: 'use'; readonly symbol: ImportSymbol }
  /** A type or value of the language itself. */
  | { readonly kind: 'global'; readonly name: string }
  /** A parameter; a function takes those that its body names. */
  | { readonly kind: 'local'; readonly name: string };

/** What Biome looks at where it decides on the layout around a fragment. */
export type Shape = 'object' | 'list' | 'arrow' | 'conditional' | 'binary' | 'block' | 'call';

/** What names are called in a file. */
export interface Names {
  readonly name: (symbol: ImportSymbol) => string;
  readonly global: (name: string) => string;
}

export class Fragment {
  readonly node: Node;
  readonly shape: Shape | null;
  /** How many elements an object or list has; of a call, how many of its arguments are functions. */
  readonly size: number;
  /** How it is written where it is a call's last argument, and the lines of the call belong to it. */
  readonly hugged: (() => Doc) | null;
  /** Whether it holds a break that is always one. */
  readonly forced: boolean;
  /** Whether it names a parameter. */
  readonly hasLocals: boolean;
  /** It on one line, with the names that it was last printed with: each fragment is measured once a file. */
  private flatText = '';
  private flatWith: Names | null = null;

  constructor(node: Node, shape: Shape | null = null, size = 0, hugged: (() => Doc) | null = null) {
    this.node = node;
    this.shape = shape;
    this.size = size;
    this.hugged = hugged;
    this.forced = isForced(node);
    this.hasLocals = namesLocals(node);
  }

  /** It on one line. Not for what is `forced`. */
  flat(names: Names): string {
    const { kind } = this.node;
    // What encloses others is not kept as well: each text once is enough.
    if (kind === 'concat' || kind === 'indent' || kind === 'brackets') return flatNode(this.node, names);
    if (this.flatWith !== names) {
      this.flatText = flatNode(this.node, names);
      this.flatWith = names;
    }
    return this.flatText;
  }
}

function isForced(node: Node): boolean {
  switch (node.kind) {
    case 'concat':
      return node.parts.some(isForcedDoc);
    case 'brackets':
      return node.elements.some(isForcedDoc);
    case 'indent':
      return typeof node.of !== 'string' && node.of.forced;
    case 'line':
      return node.hard;
    case 'group':
      return node.broken || (typeof node.of !== 'string' && node.of.forced);
    case 'choice':
      return typeof node.of[0] !== 'string' && node.of[0].forced;
    default:
      return false;
  }
}

function isForcedDoc(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.forced;
}

function namesLocals(node: Node): boolean {
  switch (node.kind) {
    case 'concat':
      return node.parts.some(namesLocalsDoc);
    case 'brackets':
      return node.elements.some(namesLocalsDoc);
    case 'indent':
    case 'group':
      return typeof node.of !== 'string' && node.of.hasLocals;
    case 'choice':
      return typeof node.of[0] !== 'string' && node.of[0].hasLocals;
    case 'local':
      return true;
    default:
      return false;
  }
}

function namesLocalsDoc(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.hasLocals;
}

function flatNode(node: Node, names: Names): string {
  switch (node.kind) {
    case 'concat': {
      let text = '';
      for (const part of node.parts) text += typeof part === 'string' ? part : part.flat(names);
      return text;
    }
    case 'brackets': {
      const { open, elements, close, space, separator } = node;
      let text = open + space;
      for (let at = 0; at < elements.length; at += 1)
        text += (at === 0 ? '' : `${separator} `) + flatDoc(elements[at] ?? '', names);
      return text + space + close;
    }
    case 'indent':
    case 'group':
      return flatDoc(node.of, names);
    case 'choice':
      return flatDoc(node.of[0], names);
    case 'line':
    case 'if-broken':
      return node.flat;
    case 'use':
      return names.name(node.symbol);
    case 'global':
      return names.global(node.name);
    case 'local':
      return node.name;
  }
}

export function flatDoc(doc: Doc, names: Names): string {
  return typeof doc === 'string' ? doc : doc.flat(names);
}

/** The parameters that a fragment names. */
export function localsIn(doc: Doc): ReadonlySet<string> {
  const names = new Set<string>();
  addLocals(doc, names);
  return names;
}

function addLocals(doc: Doc, names: Set<string>): void {
  if (typeof doc === 'string' || !doc.hasLocals) return;
  const { node } = doc;
  switch (node.kind) {
    case 'concat':
      for (const part of node.parts) addLocals(part, names);
      return;
    case 'brackets':
      for (const element of node.elements) addLocals(element, names);
      return;
    case 'indent':
    case 'group':
      addLocals(node.of, names);
      return;
    case 'choice':
      // All hold the same.
      addLocals(node.of[0], names);
      return;
    case 'local':
      names.add(node.name);
  }
}
