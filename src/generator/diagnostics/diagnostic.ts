/** What a check reports, and how it is shown. Offsets are kept until printing; lines are counted then. */

/** A range of a source text, as UTF-16 offsets, end exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface Note {
  readonly message: string;
  readonly at?: Span;
}

export interface Diagnostic {
  /** kebab-case; also the fixture's folder and the heading in docs/diagnostics.md. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One sentence that names the thing. */
  readonly message: string;
  readonly at: Span;
  readonly notes?: readonly Note[];
  /** What to do, in the imperative. */
  readonly hint?: string;
}

/** Source texts by path, for excerpts. */
export type Sources = ReadonlyMap<string, string>;

/** A user's mistake, or several: what generation throws. The message is the printed diagnostics. */
export class DiagnosticsError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], sources: Sources) {
    super(formatDiagnostics(diagnostics, sources));
    this.name = 'DiagnosticsError';
    this.diagnostics = diagnostics;
  }
}

/** Sorted by place, then code; the same finding once. */
export function tidy(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics]
    .sort(
      (a, b) =>
        compare(a.at.file, b.at.file) ||
        a.at.start - b.at.start ||
        compare(a.code, b.code) ||
        compare(a.message, b.message),
    )
    .filter((diagnostic) => {
      const identity = [diagnostic.code, diagnostic.at.file, diagnostic.at.start, diagnostic.message].join(
        '\0',
      );
      if (seen.has(identity)) return false;
      seen.add(identity);
      return true;
    });
}

/** All diagnostics as text, a blank line between two, and a closing count. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const tidied = tidy(diagnostics);
  const errors = tidied.filter((diagnostic) => diagnostic.severity === 'error').length;
  const counts = [count(errors, 'error'), count(tidied.length - errors, 'warning')]
    .filter(Boolean)
    .join(', ');
  return [...tidied.map((diagnostic) => formatDiagnostic(diagnostic, sources)), counts].join('\n\n');
}

/** `path:line:col: error[code]: message`, the excerpt with its caret, notes with their own places, one hint. */
export function formatDiagnostic(diagnostic: Diagnostic, sources: Sources): string {
  const { severity, code, message, at } = diagnostic;
  const lines = [`${place(at, sources)}: ${severity}[${code}]: ${message}`, ...excerpt(at, sources)];
  for (const note of diagnostic.notes ?? []) {
    lines.push(`  note: ${note.at ? `${place(note.at, sources)}: ` : ''}${note.message}`);
    if (note.at) lines.push(...excerpt(note.at, sources));
  }
  if (diagnostic.hint !== undefined) lines.push(`  hint: ${diagnostic.hint}`);
  return lines.join('\n');
}

/** The candidate a person most likely meant: the nearest by edit distance, within a third of the word. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean …?` as a hint, or what there is to choose from; undefined where there is nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (all.length === 0) return undefined;
  if (all.length === 1) return `There is only \`${all[0]}\`.`;
  const shown = all.slice(0, 12).map((name) => `\`${name}\``);
  return `Choose one of ${shown.join(', ')}${all.length > shown.length ? ', …' : ''}.`;
}

function place(span: Span, sources: Sources): string {
  const text = sources.get(span.file);
  if (text === undefined) return span.file;
  const { line, column } = position(text, span.start);
  return `${span.file}:${line}:${column}`;
}

function position(text: string, offset: number): { line: number; column: number; lineStart: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let index = before.indexOf('\n'); index !== -1; index = before.indexOf('\n', index + 1)) line += 1;
  return { line, column: offset - lineStart + 1, lineStart };
}

function excerpt(span: Span, sources: Sources): string[] {
  const text = sources.get(span.file);
  if (text === undefined) return [];
  const { line, column, lineStart } = position(text, span.start);
  const newline = text.indexOf('\n', lineStart);
  const source = text.slice(lineStart, newline === -1 ? text.length : newline).replace(/\r$/, '');
  const width = Math.max(1, Math.min(span.end, lineStart + source.length) - span.start);
  const gutter = `${line} | `;
  const lead = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return [`  ${gutter}${source}`, `  ${' '.repeat(gutter.length - 2)}| ${lead}${'^'.repeat(width)}`];
}

/** Edit distance, two neighbours in the wrong order counting as one mistake; given up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? limit) + 1 : limit;
      current.push(Math.min(substitution, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? limit;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function count(n: number, word: string): string {
  return n === 0 ? '' : `${n} ${word}${n === 1 ? '' : 's'}`;
}
