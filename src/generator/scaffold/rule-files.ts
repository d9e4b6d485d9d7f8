/** The files of a rules folder. */

import { existsSync, readdirSync } from 'node:fs';
import type { Plan } from '../plan/types/plan.js';

/** Their names without `.ts`, `index` among them, sorted. */
export function ruleFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[^.].*\.ts$/.test(name) && !/\.(d|test|spec)\.ts$/.test(name))
    .sort()
    .map((name) => name.slice(0, -'.ts'.length));
}

/** Whether there is anything to check or to add: rules that are declared, or files that may have some. */
export function hasRules({ plan, rules }: { readonly plan: Plan; readonly rules: string }): boolean {
  return plan.rules.length > 0 || ruleFilesIn(rules).length > 0;
}
