/**
 * Sentences of a report inside Markdown. What people wrote (descriptions, reasons, names) is text, wherever it is shown: it opens no
 * heading, tag, table cell, link or mention.
 */

/** A description may be of any length. */
const longest = 1000;

/** `code` stays code; line breaks become blanks; what is longer than a comment has room for ends in `…`. */
export function inline(sentence: string): string {
  return markdownOf(shortened(sentence)).replace(/^(?=[#>+=*~-]|\d+[.)])/, '\\');
}

/** The same in a cell of a table, of any length, where a bar is escaped in code as well. */
export function cell(sentence: string): string {
  return markdownOf(sentence).replaceAll(/\\?\|/g, '\\|');
}

/** The same where HTML is expected, as in a summary. */
export function asHtml(sentence: string): string {
  const entities = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('@', '&#64;');
  return partsOf(sentence)
    .map(({ text, isCode }) => (isCode ? `<code>${entities(text)}</code>` : entities(text)))
    .join('');
}

/** A name, whatever it holds, as code. */
export function code(name: string): string {
  return `\`${shortened(name).replaceAll('`', "'")}\``;
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function markdownOf(sentence: string): string {
  return partsOf(sentence)
    .map(({ text, isCode }) => (isCode ? `\`${text}\`` : escaped(text)))
    .join('');
}

interface Part {
  readonly text: string;
  readonly isCode: boolean;
}

/** A backtick without another one is text. */
function partsOf(sentence: string): Part[] {
  const parts = sentence.replaceAll(/\s+/g, ' ').split('`');
  const isOpen = parts.length % 2 === 0;
  return parts.flatMap((text, at): Part[] => {
    const isLast = at === parts.length - 1;
    if (isOpen && isLast) return [{ text: `'${text}`, isCode: false }];
    return text === '' ? [] : [{ text, isCode: at % 2 === 1 }];
  });
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[[\]|\\]/g, '\\$&')
    .replaceAll(/@(?=\w)/g, '&#64;');
}
