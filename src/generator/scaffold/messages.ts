/** TypeScript's messages, for people: the first sentence and the one that says what is wrong at the bottom of it all. */

import type { ts } from 'ts-morph';

export interface Explained {
  /** What does not fit, in one sentence without its full stop. */
  readonly cause: string;
  /** What TypeScript says first, where that is another sentence. */
  readonly context: string | undefined;
  /** `Did you mean …?` */
  readonly suggestion: string | undefined;
}

/** A type printed longer than this hides what matters. */
const longest = 120;

export function explain(text: string | ts.DiagnosticMessageChain): Explained {
  const [first, last] = typeof text === 'string' ? [text, text] : [text.messageText, deepest(text)];
  const [sentence = last, suggestion] = last.split(/ (?=Did you mean )/);
  const cause = plain(sentence);
  const context = plain(first);
  return {
    cause,
    context: first === last ? undefined : context,
    suggestion: suggestion === undefined ? undefined : quoted(suggestion),
  };
}

function deepest({ messageText, next }: ts.DiagnosticMessageChain): string {
  return next?.[0] ? deepest(next[0]) : messageText;
}

function plain(text: string): string {
  const short = quoted(text.replace(/import\("[^"]*"\)\./g, '')).replace(/\.$/, '');
  return short.charAt(0).toLowerCase() + short.slice(1);
}

/** TypeScript quotes names and types with apostrophes. */
function quoted(text: string): string {
  return text.replace(
    /(^|[\s(])'(.+?)'(?=[\s.,;:?)]|$)/g,
    (_all, before: string, type: string) => `${before}\`${clipped(type)}\``,
  );
}

function clipped(type: string): string {
  return type.length <= longest ? type : `${type.slice(0, longest)}…`;
}
