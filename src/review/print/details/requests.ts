/** Budgets that changed, and the two trees of each as a difference. */

import type { Budget, Figures } from '../../../budget/figures.js';
import { budgetText } from '../../../budget/text.js';
import type { Pair, RequestReport } from '../../report.js';
import { code } from '../markdown/inline.js';
import { type Detail, tableOf } from './detail.js';
import { differenceOf } from './difference.js';

/** A comment has no room for the trees of more. */
const mostTrees = 8;

export function requestDetails({ operations, fields }: RequestReport): Detail[] {
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
  const trees = changed.slice(0, mostTrees).map(({ name, before, after }): Detail => {
    return { kind: 'difference', title: name, lines: differenceOf(textOf(before), textOf(after)) };
  });
  return [...tableOf(intro, ['', 'requests', 'steps', 'read units'], rows), ...trees];
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
