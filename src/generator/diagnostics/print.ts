/** Diagnostics as text: sorted, with excerpts, notes and hints. */

import type { Diagnostic, Sources, Span } from './diagnostic.js';

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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function count(n: number, word: string): string {
  return n === 0 ? '' : `${n} ${word}${n === 1 ? '' : 's'}`;
}
