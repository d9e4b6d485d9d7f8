/** What a check reports. Places are offsets; lines are counted when a diagnostic is printed. */

import type { Code } from './codes.js';

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
  /** Also the fixture's folder and the heading in docs/diagnostics.md. */
  readonly code: Code;
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
