/** The shape of a check: one row of a list, one code. */

import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Note, Span } from '../diagnostics/diagnostic.js';
import type { Model } from '../model.js';
import { memberPatterns } from '../resolve/members.js';

/** What a check finds; the row adds its code. */
export interface Finding {
  readonly at: Span;
  /** One sentence that names the thing. */
  readonly message: string;
  readonly notes?: readonly Note[];
  /** What to do, in the imperative. */
  readonly hint?: string | undefined;
}

/** What its code means is said in `diagnostics/codes/`. */
export interface Check<Subject> {
  readonly code: Code;
  /** A warning does not stop generation; the default is an error. */
  readonly severity?: 'warning';
  /** It is of patterns of one entity: those of several are checked member by member. */
  readonly eachMember?: true;
  readonly check: (subject: Subject) => Iterable<Finding>;
}

export function run<Subject extends { readonly model: Model }>(
  checks: readonly Check<Subject>[],
  subject: Subject,
): Diagnostic[] {
  const { model } = subject;
  const patterns = model.patterns.flatMap((pattern) => memberPatterns(model, pattern));
  const byMember = { ...subject, model: { ...model, patterns } };
  return checks.flatMap(({ code, check, severity, eachMember }) =>
    Array.from(check(eachMember ? byMember : subject), ({ hint, ...finding }): Diagnostic => {
      const diagnostic: Diagnostic = { code, severity: severity ?? 'error', ...finding };
      return hint === undefined ? diagnostic : { ...diagnostic, hint };
    }),
  );
}

/** `a`, `b` and `c`, each as code. */
export function listed(names: Iterable<string>): string {
  const all = Array.from(names, (name) => `\`${name}\``);
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
