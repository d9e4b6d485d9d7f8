import type { DeclaredRule } from './generator.js';

/** What to report about rules that are declared and not written; null if all are there. */
export function missingRules(declared: readonly DeclaredRule[], rules: object): string | null {
  const missing = declared.filter((rule) => !(rule.name in rules));
  if (missing.length === 0) return null;
  const lines = missing.map(({ name, file }) => `src/rules/${file}.ts: the rule \`${name}\` is not written.`);
  return [...lines, 'hint: `npm run scaffold` writes stubs.'].join('\n');
}
