/** docs/review/: a page for each rule of reviews, from its row and the change in test/review/ that shows it. */

import { differenceOf } from '../../src/review/print/details/difference.js';
import { titleOf } from '../../src/review/print/verdicts.js';
import { type RuleId, type RuleRow, rules, type SectionName, sections } from '../../src/review/rules.js';
import { filesBelow, textOf } from '../../test/support/files.js';

/** Path below docs/review/ -> text. */
export function reviewPages(): Map<string, string> {
  const all = Object.entries(rules) as [RuleId, RuleRow][];
  return new Map([
    ['README.md', index(all)],
    ...all.map(([id, row]) => [`${id}.md`, page(id, row)] as const),
  ]);
}

function index(all: readonly (readonly [RuleId, RuleRow])[]): string {
  const table = (section: SectionName) => [
    `## ${titleOf(section)}`,
    [
      '| rule | severity | reports |',
      '|---|---|---|',
      ...all
        .filter(([, row]) => row.section === section)
        .map(
          ([id, { severity, title, ...row }]) =>
            `| [${id}](${id}.md) | ${[severity, ...classOf(row)].join(', ')} | ${title} |`,
        ),
    ].join('\n'),
  ];
  const about =
    'What [`tableloom review`](../review.md) reports, by section. `severity` and `waivers` of `review` in access-patterns.yaml name rules by these ids. `npm run reference` writes these pages from the rules and the changes in `test/review/`.';
  return `${['# Rules of reviews', about, ...sections.flatMap((one) => (all.some(([, { section }]) => section === one) ? table(one) : []))].join('\n\n')}\n`;
}

function classOf(row: Pick<RuleRow, 'class'>): string[] {
  return row.class === undefined ? [] : [row.class];
}

function page(id: RuleId, row: RuleRow): string {
  const folder = `test/review/${id}`;
  const changes = filesBelow(`${folder}/after`).flatMap((path) => {
    const lines = difference(
      textOf(`${folder}/before/${path}`) ?? '',
      textOf(`${folder}/after/${path}`) ?? '',
    );
    return lines.length === 0 ? [] : [`\`${path}\`:`, ['```diff', ...lines, '```'].join('\n')];
  });
  const reported = reportedFor(id);
  return `${[
    `# \`${id}\``,
    row.title,
    `${titleOf(row.section)}, ${[row.severity, ...classOf(row)].join(', ')}. [All rules](README.md)`,
    '## What it means',
    row.meaning,
    '## What to do',
    row.remedy,
    '## Example',
    ...changes,
    ...(reported === undefined ? [] : ['The report says:', reported]),
  ].join('\n\n')}\n`;
}

/** What the report of its change says of it, as a quotation. */
function reportedFor(id: RuleId): string | undefined {
  const [, ...findings] = (textOf(`test/review/${id}/expected.md`) ?? '').split(
    /^(?=- \*\*(?:error|warning|note)\*\*)/m,
  );
  const own = findings.find((one) => one.split('\n')[0]?.includes(`\`${id}\``));
  const text = own
    ?.split('\n</details>')[0]
    ?.split(/^(?=\S)(?!-)/m)[0]
    ?.trimEnd();
  return text?.replaceAll(/^(?=.)/gm, '> ').replaceAll(/^$/gm, '>');
}

/** The lines that differ, with a few around them. */
function difference(before: string, after: string): string[] {
  const lines = differenceOf(before.trimEnd(), after.trimEnd());
  const isNear = (index: number) =>
    lines.slice(Math.max(0, index - 2), index + 3).some((line) => !line.startsWith('  '));
  return lines.filter((_line, index) => isNear(index));
}
