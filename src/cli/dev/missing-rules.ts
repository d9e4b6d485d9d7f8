import type { Generated } from './generator.js';

/** What to report about rules that are declared and not written; null if all are there. */
export function missingRules({ rules, rulesFolder }: Generated, written: object): string | null {
  const missing = rules.filter((rule) => !(rule.name in written));
  if (missing.length === 0) return null;
  const lines = missing.map(
    ({ name, file }) => `${rulesFolder}/${file}.ts: the rule \`${name}\` is not written.`,
  );
  return [...lines, 'hint: `tableloom scaffold` writes stubs.'].join('\n');
}
