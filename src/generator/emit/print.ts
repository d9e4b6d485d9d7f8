/** Lays fragments out: what does not fit is broken, outermost first, as Biome would. */

import { type Doc, Fragment, flatDoc, type Names, type Node } from './fragment.js';

/** The widest line of generated code. */
export const width = 110;

/** Names as they are exported. */
const exported: Names = { name: ({ name }) => name, global: (name) => name };

/** Everything on one line, names as they are exported: for comparing and for what cannot break. */
export function flatText(doc: Doc): string {
  if (typeof doc === 'string') return doc;
  return doc.forced ? print(doc, exported, { columns: Number.POSITIVE_INFINITY }) : doc.flat(exported);
}

export interface PrintOptions {
  /** Columns the first line begins with, and the others at least. */
  readonly indentation?: number;
  readonly columns?: number;
}

interface Command {
  readonly indentation: number;
  readonly isFlat: boolean;
  readonly doc: Doc;
}

/** A fragment as text. */
export function print(
  doc: Doc,
  names: Names,
  { indentation = 0, columns = width }: PrintOptions = {},
): string {
  return new Layout(names, columns, indentation).print(doc);
}

class Layout {
  readonly #names: Names;
  readonly #columns: number;
  readonly #out: string[] = [];
  readonly #stack: Command[] = [];
  readonly #indentation: number;
  #column: number;

  constructor(names: Names, columns: number, indentation: number) {
    this.#names = names;
    this.#columns = columns;
    this.#indentation = indentation;
    this.#column = indentation;
  }

  print(whole: Doc): string {
    this.#push(whole, this.#indentation, false);
    for (let command = this.#stack.pop(); command !== undefined; command = this.#stack.pop())
      this.#write(command);
    return this.#out.join('');
  }

  #push(doc: Doc, indentation: number, isFlat: boolean): void {
    this.#stack.push({ indentation, isFlat, doc });
  }

  #text(text: string): void {
    this.#out.push(text);
    this.#column += columnsOf(text);
  }

  #newLine(indentation: number): void {
    const last = this.#out.length - 1;
    const before = this.#out[last];
    if (before?.endsWith(' ')) this.#out[last] = before.trimEnd();
    this.#out.push(`\n${' '.repeat(indentation)}`);
    this.#column = indentation;
  }

  #write({ indentation, isFlat, doc }: Command): void {
    if (typeof doc === 'string' || (isFlat && !doc.forced)) {
      this.#text(flatDoc(doc, this.#names));
      return;
    }
    const { node } = doc;
    switch (node.kind) {
      case 'concat':
        for (let part = node.parts.length - 1; part >= 0; part -= 1)
          this.#push(node.parts[part] ?? '', indentation, isFlat);
        return;
      case 'brackets':
        this.#stack.push(...bracketParts(node, indentation, isFlat).reverse());
        return;
      case 'indent':
        this.#push(node.of, indentation + 2, isFlat);
        return;
      case 'line':
        if (isFlat && !node.hard) this.#text(node.flat);
        else this.#newLine(indentation);
        return;
      case 'group':
        this.#push(node.of, indentation, !node.broken && (isFlat || this.#fits(node.of)));
        return;
      case 'choice':
        this.#choose(node.of, indentation, isFlat);
        return;
      case 'if-broken':
        this.#text(isFlat ? node.flat : node.broken);
        return;
      default:
        this.#text(doc.flat(this.#names));
    }
  }

  #choose([first, ...others]: readonly [Doc, ...Doc[]], indentation: number, isFlat: boolean): void {
    if (isFlat || this.#fits(first)) {
      this.#push(first, indentation, true);
      return;
    }
    const last = others.pop() ?? first;
    const chosen = others.find((one) => this.#fits(one));
    this.#push(chosen ?? last, indentation, chosen !== undefined);
  }

  /** Whether it fits on one line, with what follows it up to the next break; a break in itself ends the line too. */
  #fits(doc: Doc): boolean {
    let left = this.#columns - this.#column;
    let rest = this.#stack.length;
    const inner: Command[] = [{ indentation: 0, isFlat: true, doc }];
    while (left >= 0) {
      const command = inner.pop() ?? this.#stack[--rest];
      if (command === undefined) return true;
      const { isFlat, doc: next } = command;
      if (typeof next === 'string' || (isFlat && !next.forced)) {
        const text = flatDoc(next, this.#names);
        // No character takes less than half a column for each of its code units.
        left -= text.length > 2 * left ? text.length / 2 : columnsOf(text);
        continue;
      }
      const { node } = next;
      switch (node.kind) {
        case 'concat':
          for (let at = node.parts.length - 1; at >= 0; at -= 1)
            inner.push({ indentation: 0, isFlat, doc: node.parts[at] ?? '' });
          break;
        case 'brackets':
          if (isFlat) inner.push(...bracketParts(node, 0, isFlat).reverse());
          else return left >= columnsOf(node.open);
          break;
        case 'indent':
          inner.push({ indentation: 0, isFlat, doc: node.of });
          break;
        case 'line':
          return true;
        case 'group':
          inner.push({ indentation: 0, isFlat: isFlat && !node.broken, doc: node.of });
          break;
        case 'choice':
          inner.push({ indentation: 0, isFlat, doc: node.of[0] });
          break;
        case 'if-broken':
          left -= columnsOf(isFlat ? node.flat : node.broken);
          break;
        default:
          left -= columnsOf(next.flat(this.#names));
      }
    }
    return false;
  }
}

const space = new Fragment({ kind: 'line', flat: ' ', hard: false });
const nothing = new Fragment({ kind: 'line', flat: '', hard: false });

/** Brackets that are not on one line, or hold what never is. */
function bracketParts(
  { open, elements, close, space: within, separator, isLastSeparated }: Extract<Node, { kind: 'brackets' }>,
  indentation: number,
  isFlat: boolean,
): Command[] {
  const edge = within === ' ' ? space : nothing;
  const inside = elements.flatMap((doc, at): Command[] => [
    ...(at === 0 ? [] : [{ indentation, isFlat, doc: separator }]),
    { indentation: indentation + 2, isFlat, doc: at === 0 ? edge : space },
    { indentation: indentation + 2, isFlat, doc },
  ]);
  return [
    { indentation, isFlat, doc: open },
    ...inside,
    { indentation, isFlat, doc: isLastSeparated && !isFlat ? separator : '' },
    { indentation, isFlat, doc: edge },
    { indentation, isFlat, doc: close },
  ];
}

/** How many columns a text takes: East Asian characters take two. */
function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const one of text)
    columns += /[\u1100-\u115f\u2e80-\u303e\u3041-\uffe6]|\p{Extended_Pictographic}/u.test(one) ? 2 : 1;
  return columns;
}
