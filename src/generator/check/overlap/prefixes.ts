/** Keys by the text they begin with: only where one's text begins the other's can two keys be equal. */

import type { Piece } from './overlap.js';

export class Beginnings<Item> {
  private readonly all: Item[] = [];
  /** Positions by the whole of the text. */
  private readonly whole = new Map<string, number[]>();
  /** Positions by each beginning of the text. */
  private readonly begun = new Map<string, number[]>();

  add(pieces: readonly Piece[], item: Item): void {
    const at = this.all.push(item) - 1;
    const text = leadingText(pieces);
    put(this.whole, text, at);
    for (let length = 1; length <= text.length; length++) put(this.begun, text.slice(0, length), at);
  }

  /** In the order they were added. */
  alike(pieces: readonly Piece[]): Item[] {
    const text = leadingText(pieces);
    if (text === '') return [...this.all];
    const found = new Set(this.begun.get(text));
    for (let length = 0; length < text.length; length++) {
      for (const at of this.whole.get(text.slice(0, length)) ?? []) found.add(at);
    }
    return [...found].sort((a, b) => a - b).flatMap((at) => this.all[at] ?? []);
  }
}

function leadingText([first]: readonly Piece[]): string {
  return first?.kind === 'literal' ? first.text : '';
}

function put(map: Map<string, number[]>, text: string, at: number): void {
  const known = map.get(text);
  if (known) known.push(at);
  else map.set(text, [at]);
}
