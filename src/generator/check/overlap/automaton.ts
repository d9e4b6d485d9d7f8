/** Automata of key templates: which texts a template can give, and a text that two of them share. */

import type { Characters, Expression } from '../../encodings/expression.js';

/** An automaton over the pieces of a text. State 0 is the start. */
export interface Automaton {
  /** By state, those of earlier alternatives first. */
  readonly steps: readonly (readonly Step[])[];
  readonly accepts: readonly boolean[];
}

interface Step {
  readonly of: Characters;
  readonly to: number;
  /** Which piece of the text the character belongs to. */
  readonly piece: number;
}

/** The texts made of the pieces in order. */
export function automaton(pieces: readonly Expression[]): Automaton {
  const free: number[][] = [[]];
  const steps: Step[][] = [[]];
  const state = () => {
    steps.push([]);
    return free.push([]) - 1;
  };
  const build = (expression: Expression, from: number, piece: number): number => {
    switch (expression.kind) {
      case 'one': {
        const to = state();
        steps[from]?.push({ of: expression.of, to, piece });
        return to;
      }
      case 'sequence':
        return expression.items.reduce((at, item) => build(item, at, piece), from);
      case 'either': {
        const to = state();
        for (const item of expression.items) {
          const begin = state();
          free[from]?.push(begin);
          free[build(item, begin, piece)]?.push(to);
        }
        return to;
      }
      case 'repeat': {
        const loop = state();
        const to = state();
        free[from]?.push(loop);
        steps[loop]?.push({ of: expression.of, to: loop, piece });
        free[loop]?.push(to);
        return to;
      }
    }
  };
  const accept = pieces.reduce((at, piece, index) => build(piece, at, index), 0);
  const closures = free.map((_, from) => closure(free, from));
  return {
    steps: closures.map((states) => states.flatMap((one) => steps[one] ?? [])),
    accepts: closures.map((states) => states.includes(accept)),
  };
}

/** The states reached without a character. */
function closure(free: readonly (readonly number[])[], from: number): number[] {
  const states = new Set<number>();
  const visit = (state: number) => {
    if (states.has(state)) return;
    states.add(state);
    for (const to of free[state] ?? []) visit(to);
  };
  visit(from);
  return [...states];
}

/** One text of both, cut into each side's pieces. */
export interface Shared {
  readonly text: string;
  readonly a: readonly string[];
  readonly b: readonly string[];
}

interface Visit {
  readonly a: number;
  readonly b: number;
  readonly before: Visit | undefined;
  readonly character: string;
  readonly pieceA: number;
  readonly pieceB: number;
}

/**
 * A shortest text that both automata accept, and of those the one of the earliest alternatives; undefined where
 * there is none. Walks the product, breadth first.
 */
export function shared(a: Automaton, b: Automaton): Shared | undefined {
  const width = b.steps.length;
  const seen = new Set<number>([0]);
  const queue: Visit[] = [{ a: 0, b: 0, before: undefined, character: '', pieceA: -1, pieceB: -1 }];
  for (let at = 0; at < queue.length; at++) {
    const here = queue[at] as Visit;
    if (a.accepts[here.a] && b.accepts[here.b]) return witness(here);
    for (const left of a.steps[here.a] ?? []) {
      for (const right of b.steps[here.b] ?? []) {
        const identity = left.to * width + right.to;
        if (seen.has(identity)) continue;
        const character = common(left.of, right.of);
        if (character === undefined) continue;
        seen.add(identity);
        queue.push({
          a: left.to,
          b: right.to,
          before: here,
          character,
          pieceA: left.piece,
          pieceB: right.piece,
        });
      }
    }
  }
  return undefined;
}

function common(a: Characters, b: Characters): string | undefined {
  if (typeof a === 'string') {
    for (const character of a)
      if (typeof b === 'string' ? b.includes(character) : b.has(character)) return character;
    return undefined;
  }
  return typeof b === 'string' ? common(b, a) : 'a';
}

function witness(end: Visit): Shared {
  let text = '';
  const a: string[] = [];
  const b: string[] = [];
  for (let visit = end; visit.before; visit = visit.before) {
    text = visit.character + text;
    a[visit.pieceA] = visit.character + (a[visit.pieceA] ?? '');
    b[visit.pieceB] = visit.character + (b[visit.pieceB] ?? '');
  }
  return { text, a, b };
}
