/** Holds the hand-written rules against the contracts that would be generated now. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { missingDiagnostic, missingRules, notPassedOn } from './missing.js';
import { mistypedRules } from './mistyped.js';
import { orphansOf } from './orphans.js';
import { openRules, type RulesInput, type RulesProgram } from './rules-program.js';

export interface Verified {
  readonly diagnostics: readonly Diagnostic[];
  /** The rule files the diagnostics point into. */
  readonly sources: ReadonlyMap<string, string>;
}

export function verifyRules(input: RulesInput): Verified {
  const opened = openRules(input, 'all');
  const { rules } = input.plan;
  const missing = missingRules(input, opened);
  const orphans = orphansOf(rules, opened, missing);
  const orphanTypes = new Set(orphans.map((orphan) => orphan.type));
  return {
    diagnostics: [
      ...missing.map((rule) => missingDiagnostic(input, opened, rule)),
      ...notPassedOn(input, opened),
      ...orphans.map((orphan) => orphan.diagnostic),
      ...mistypedRules(rules, opened, { missing, orphanTypes }),
    ],
    sources: sourcesOf(opened),
  };
}

export function sourcesOf({ files, index }: RulesProgram): Map<string, string> {
  const all = [...files.values(), ...(index ? [index] : [])];
  return new Map(all.map(({ path, source }) => [path, source.text]));
}
