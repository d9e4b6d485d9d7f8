import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../src/generator/plan/types.js';

/** What to tell about rules that are declared and not written; null if all are there. */
export async function missingRules(root: string, rules: object): Promise<string | null> {
  const plan = JSON.parse(await readFile(join(root, 'generated/plan.json'), 'utf8')) as Plan;
  const missing = plan.rules.filter((rule) => !(rule.name in rules));
  if (missing.length === 0) return null;
  const lines = missing.map(({ name, file }) => `src/rules/${file}.ts: the rule \`${name}\` is not written.`);
  return [...lines, 'hint: `npm run scaffold` writes stubs.'].join('\n');
}
