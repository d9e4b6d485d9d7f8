/**
 * Regular expressions as data: what texts a hole of a key template can hold.
 *
 * Characters come in two kinds of classes: a list, or a wide class given by a predicate. Every wide class holds
 * `a`, so that two wide classes always share a character and a search stays exact without an alphabet.
 */

export type Characters = string | { readonly has: (character: string) => boolean };

export type Expression =
  | { readonly kind: 'one'; readonly of: Characters }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'either'; readonly items: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly of: Characters };

export function word(text: string): Expression {
  return sequence(...Array.from(text, (character) => one(character)));
}

export function one(of: Characters): Expression {
  return { kind: 'one', of };
}

export function sequence(...items: Expression[]): Expression {
  return { kind: 'sequence', items };
}

export function either(...items: Expression[]): Expression {
  return { kind: 'either', items };
}

/** Any number of characters, none included. */
export function repeat(of: Characters): Expression {
  return { kind: 'repeat', of };
}

/** `count` digits. */
export function digits(count: number): Expression {
  return sequence(...Array.from({ length: count }, () => one('0123456789')));
}

/** Numbers written with as many digits as both ends have, from `low` to `high`. */
export function between(low: string, high: string): Expression {
  if (low > high) return either();
  if (/^0*$/.test(low) && /^9*$/.test(high)) return digits(low.length);
  const [first = '', last = ''] = [low[0], high[0]];
  const rest = low.length - 1;
  if (first === last) return sequence(one(first), between(low.slice(1), high.slice(1)));
  const inner = Array.from({ length: Number(last) - Number(first) - 1 }, (_, at) =>
    String(Number(first) + at + 1),
  ).join('');
  return either(
    sequence(one(first), between(low.slice(1), '9'.repeat(rest))),
    ...(inner === '' ? [] : [sequence(one(inner), digits(rest))]),
    sequence(one(last), between('0'.repeat(rest), high.slice(1))),
  );
}
