/**
 * Regular expressions that JavaScript's engine, which tries one way after the other, cannot be kept busy with. It takes
 * exponential time where a text can be read in two ways by a part that repeats (Weideman et al., "Analyzing Matching
 * Time Behavior of Backtracking Regular Expression Matchers Using Ambiguity of NFA", 2016): where one state of the
 * expression's automaton leads back to itself by one text on two ways. That is looked for here; what stays is
 * polynomial, and the length of the text is bounded.
 */

export interface PatternFault {
  readonly message: string;
  readonly hint: string;
}

/** What speaks against a pattern; undefined where nothing does. */
export function patternFault(pattern: string): PatternFault | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    const [, why = 'it is malformed'] = /: ([^:]*)$/.exec((error as Error).message) ?? [];
    return {
      message: `\`${pattern}\` is not a regular expression: ${why.toLowerCase()}.`,
      hint: 'Use the syntax of JavaScript with the flag `u`. In double quotes, YAML reads `\\\\` as `\\`.',
    };
  }
  const parser = new Parser(pattern);
  const whole = parser.alternatives();
  if (parser.unsupported !== undefined)
    return {
      message: `\`${parser.unsupported}\` is not allowed in a \`pattern\`, because the time of a match could not be bounded.`,
      hint: 'Remove backreferences, assertions and lookaround (the pattern matches the whole text anyway), or name a rule.',
    };
  if (parser.atoms.length > mostAtoms)
    return {
      message: 'The pattern is too long to bound the time of a match.',
      hint: 'Use a rule instead.',
    };
  if (!isAmbiguous(whole, parser.atoms)) return undefined;
  return {
    message: `\`${pattern}\` can match some texts in so many ways that a match could take forever.`,
    hint: 'Avoid repetitions whose parts can match the same text, as in `(a+)+` or `(a|a)*`.',
  };
}

/** Pairs of places are looked at: this many are done in milliseconds. */
const mostAtoms = 300;

/** A part of a pattern, by places: atoms that can come first and last in it, and which may follow which. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isOptional: boolean;
  readonly follows: readonly (readonly [number, number])[];
}

const empty: Part = { first: [], last: [], isOptional: true, follows: [] };

function inSequence(a: Part, b: Part): Part {
  return {
    first: a.isOptional ? [...a.first, ...b.first] : a.first,
    last: b.isOptional ? [...a.last, ...b.last] : b.last,
    isOptional: a.isOptional && b.isOptional,
    follows: [...a.follows, ...b.follows, ...across(a.last, b.first)],
  };
}

function across(from: readonly number[], to: readonly number[]): [number, number][] {
  return from.flatMap((a) => to.map((b): [number, number] => [a, b]));
}

/** Repetitions of a known number are written out up to this many; above, they count as any number. */
const mostCopies = 16;

/** Glushkov's construction, while reading. The pattern is known to be well-formed. */
class Parser {
  /** Each place's atom: a character, an escape or a class, as it is written. */
  readonly atoms: string[] = [];
  unsupported: string | undefined;
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): Part {
    let whole = this.#sequence();
    while (this.#take('|')) {
      const other = this.#sequence();
      whole = {
        first: [...whole.first, ...other.first],
        last: [...whole.last, ...other.last],
        isOptional: whole.isOptional || other.isOptional,
        follows: [...whole.follows, ...other.follows],
      };
    }
    return whole;
  }

  #sequence(): Part {
    let whole = empty;
    while (this.#at < this.#text.length && !/^[|)]/.test(this.#rest())) {
      whole = inSequence(whole, this.#repeated());
      if (this.atoms.length > mostAtoms) return whole;
    }
    return whole;
  }

  /** An atom or group with what says how often. */
  #repeated(): Part {
    const start = this.#at;
    const part = this.#one();
    const end = this.#at;
    const [said = '', low, comma, high] = /^(?:[*+?]|\{(\d+)(,)?(\d+)?\})\??/.exec(this.#rest()) ?? [];
    if (said === '') return part;
    this.#at += said.length;
    if (said.startsWith('?')) return { ...part, isOptional: true };
    const after = this.#at;
    if (low !== undefined && comma === undefined && Number(low) <= mostCopies) {
      // `{3}`: the part three times over.
      let whole = Number(low) === 0 ? empty : part;
      for (let copy = 1; copy < Number(low); copy++) {
        this.#at = start;
        whole = inSequence(whole, this.#one());
        if (this.#at !== end || this.atoms.length > mostAtoms) break;
      }
      this.#at = after;
      return whole;
    }
    const isOptional = part.isOptional || said.startsWith('*') || Number(low ?? 1) === 0;
    if (high !== undefined && Number(high) <= 1) return { ...part, isOptional };
    return { ...part, isOptional, follows: [...part.follows, ...across(part.last, part.first)] };
  }

  #one(): Part {
    const group = /^\((?:\?(?::|<[A-Za-z_$][\w$]*>))?/.exec(this.#rest())?.[0];
    if (group !== undefined) {
      if (/^\(\?(?:[=!]|<[=!]|[a-z-]+:)/.test(this.#rest())) this.unsupported ??= this.#rest().slice(0, 3);
      this.#at += group.length;
      const inner = this.alternatives();
      this.#take(')');
      return inner;
    }
    const atom =
      /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]*\}|k<[^>]*>|c[A-Za-z]|\d+|[\s\S])|[\s\S])/u.exec(
        this.#rest(),
      )?.[0] ?? this.#rest();
    this.#at += atom.length;
    if (/^(?:[\^$]|\\[bBk1-9])/.test(atom)) this.unsupported ??= atom;
    this.atoms.push(atom);
    const place = this.atoms.length - 1;
    return { first: [place], last: [place], isOptional: false, follows: [] };
  }

  #take(text: string): boolean {
    if (!this.#rest().startsWith(text)) return false;
    this.#at += text.length;
    return true;
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }
}

/** Whether some place leads back to itself by one text on two ways. */
function isAmbiguous({ follows }: Part, atoms: readonly string[]): boolean {
  // A repetition of a repetition: each of the two may be the one that goes on.
  if (new Set(follows.map(String)).size < follows.length) return true;
  const next = atoms.map((_, place) => follows.flatMap(([from, to]) => (from === place ? [to] : [])));
  const meets = meetings(atoms);
  const pairsAfter = ([a, b]: Pair): Pair[] =>
    (next[a] ?? []).flatMap((x) => (next[b] ?? []).flatMap((y): Pair[] => (meets(x, y) ? [[x, y]] : [])));
  for (const place of atoms.keys()) {
    const reached = closure([[place, place]], pairsAfter);
    // From both ways apart, back together at the place.
    const apart = [...reached.values()].filter(([a, b]) => a !== b);
    if (apart.length > 0 && closure(apart, pairsAfter).has(`${place},${place}`)) return true;
  }
  return false;
}

type Pair = readonly [number, number];

function closure(start: readonly Pair[], after: (pair: Pair) => readonly Pair[]): Map<string, Pair> {
  const found = new Map<string, Pair>();
  const open = start.flatMap(after);
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const id = pair.join(',');
    if (found.has(id)) continue;
    found.set(id, pair);
    open.push(...after(pair));
  }
  return found;
}

/** Whether two atoms take a character in common: tried with those of every kind, and with those that are written. */
function meetings(atoms: readonly string[]): (a: number, b: number) => boolean {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const others = [...'\u0085\u00a0¡ªµßéİıſΣДאあ中가ａ０　𝒜😀\u2028\ufeff'];
  const written = atoms.flatMap((atom) => neighbors(atom));
  const samples = [...new Set([...ascii, ...others, ...written])];
  const byText = new Map<string, ReadonlySet<string>>();
  const takes = (atom: string) => {
    const known = byText.get(atom);
    if (known) return known;
    const expression = new RegExp(`^(?:${atom})$`, 'u');
    const taken = new Set(samples.filter((sample) => expression.test(sample)));
    byText.set(atom, taken);
    return taken;
  };
  return (a, b) => {
    const [x, y] = [takes(atoms[a] ?? ''), takes(atoms[b] ?? '')];
    for (const sample of x) if (y.has(sample)) return true;
    return false;
  };
}

/** The characters an atom names, and those before and behind them. */
function neighbors(atom: string): string[] {
  const codes = [
    ...atom.replace(/\\u\{?([\da-fA-F]+)\}?|\\x([\da-fA-F]{2})/g, (_, u, x) =>
      String.fromCodePoint(Math.min(Number.parseInt(String(u ?? x), 16), 0x10fffe)),
    ),
  ].map((character) => character.codePointAt(0) ?? 0);
  return codes.flatMap((code) =>
    [code - 1, code, code + 1].filter((one) => one >= 0).map((one) => String.fromCodePoint(one)),
  );
}
