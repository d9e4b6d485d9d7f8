/** TypeScript's messages, for people: the first sentence and the one that says what is wrong at the bottom of it all. */

import type { ts } from 'ts-morph';

export interface Explained {
  /** What does not fit, in one sentence without its full stop. */
  readonly cause: string;
  /** What TypeScript says first, where that is another sentence. */
  readonly context: string | undefined;
}

/** A type printed longer than this hides what matters. */
const longest = 120;

export function explain(text: string | ts.DiagnosticMessageChain): Explained {
  if (typeof text === 'string') return { cause: plain(text), context: undefined };
  let last = text;
  for (let next = last.next?.[0]; next; next = last.next?.[0]) last = next;
  const cause = plain(last.messageText);
  const context = plain(text.messageText);
  return { cause, context: context === cause ? undefined : context };
}

function plain(text: string): string {
  const short = text
    .replace(/import\("[^"]*"\)\./g, '')
    .replace(
      /(^|[\s(])'(.+?)'(?=[\s.,;:?)]|$)/g,
      (_all, before: string, type: string) => `${before}\`${clipped(type)}\``,
    )
    .replace(/\.$/, '');
  return short.charAt(0).toLowerCase() + short.slice(1);
}

function clipped(type: string): string {
  return type.length <= longest ? type : `${type.slice(0, longest)}…`;
}
