/** Budgets that changed, and the two trees of each as a difference. */

import type { Budget, Figures } from '../../../budget/figures.js';
import { budgetText } from '../../../budget/text.js';
import type { Pair, RequestReport } from '../../report.js';
import { asHtml, code } from './inline.js';
import { block } from './table.js';

/** A comment has no room for the trees of more. */
const mostTrees = 8;

export function requestsText({ operations, fields }: RequestReport): string {
  const all = [
    ...operations.map(({ path, name, ...pair }) => ({
      name: `${code(name ?? path)} (${code(path)})`,
      ...pair,
    })),
    ...fields
      .filter(sendsOtherwise)
      .map(({ field, ...pair }) => ({ name: `\`${field}\` by itself`, ...pair })),
  ];
  const changed = all.filter(({ before, after }) => before && after && textOf(before) !== textOf(after));
  const rows = changed.map(({ name, before, after }) => [
    name,
    rangeOf({ before, after }, 'requests'),
    rangeOf({ before, after }, 'steps'),
    rangeOf({ before, after }, 'readUnits'),
  ]);
  const intro = 'Budgets that changed, usual … most:';
  const trees = changed.slice(0, mostTrees).map(({ name, before, after }) => {
    const lines = difference(textOf(before), textOf(after));
    return `<details>\n<summary>${asHtml(name)}</summary>\n\n\`\`\`diff\n${lines.join('\n')}\n\`\`\`\n\n</details>`;
  });
  return [block(intro, ['', 'requests', 'steps', 'read units'], rows), ...trees]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Read units of a call are the business of its cost. */
function sendsOtherwise({ before, after }: Pair<Budget>): boolean {
  const sent = (budget: Budget | null) =>
    JSON.stringify([
      budget?.unknown,
      ...[budget?.usual, budget?.most].map((one) => [one?.requests, one?.steps]),
    ]);
  return sent(before) !== sent(after);
}

function textOf(budget: Budget | null): string {
  return budget === null ? '' : budgetText(budget).trimEnd();
}

function rangeOf({ before, after }: Pair<Budget>, figure: keyof Figures): string {
  const text = (budget: Budget | null) => {
    if (budget === null) return '';
    const [usual, most] = [budget.usual[figure], budget.most[figure]];
    return usual === most ? String(usual) : `${usual} … ${Number.isFinite(most) ? most : '∞'}`;
  };
  const [was, is] = [text(before), text(after)];
  return was === is ? is : `${was} → ${is}`;
}

/** Line by line; what is the same in both is shown once. */
function difference(before: string, after: string): string[] {
  const [was, is] = [before.split('\n'), after.split('\n')];
  // The longest common part of what follows each pair of lines.
  const common = was.map(() => is.map(() => 0));
  const at = (a: number, b: number) => common[a]?.[b] ?? 0;
  for (let a = was.length - 1; a >= 0; a--)
    for (let b = is.length - 1; b >= 0; b--) {
      const row = common[a];
      if (row) row[b] = was[a] === is[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
    }
  const lines: string[] = [];
  let [a, b] = [0, 0];
  while (a < was.length || b < is.length) {
    if (a < was.length && b < is.length && was[a] === is[b]) {
      lines.push(`  ${is[b]}`);
      a++;
      b++;
    } else if (a < was.length && (b >= is.length || at(a + 1, b) >= at(a, b + 1)))
      lines.push(`- ${was[a++]}`);
    else lines.push(`+ ${is[b++]}`);
  }
  return lines;
}
