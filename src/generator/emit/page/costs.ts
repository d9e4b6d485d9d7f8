/** What a pattern or mutation costs, from its budget. */

import type { Figures } from '../../../budget/figures.js';
import type { SingleBudget } from '../../costs/pattern-budgets.js';

/** `1 … 11 requests, 5.5 … 55 read units, a page of 20`; empty where nothing is read. */
export function readCost(budget: SingleBudget | undefined): string {
  if (!budget) return '';
  const { usual, most, rows } = budget;
  if (most.requests === 0) return '';
  return [figures(usual, most), ...(rows ? [`a ${rows.of} of ${rows.count}`] : [])].join(', ');
}

/** Of one bound: `1 request, 3 read units`. */
export function exactCost(budget: Figures): string {
  return figures(budget, budget);
}

function figures(usual: Figures, most: Figures): string {
  return [
    amount(usual.requests, most.requests, 'request'),
    ...(most.readUnits === 0 ? [] : [amount(usual.readUnits, most.readUnits, 'read unit')]),
  ].join(', ');
}

function amount(usual: number, most: number, noun: string): string {
  const [low, high] = [round(usual), round(most)];
  const plural = high === '1' ? noun : `${noun}s`;
  return low === high ? `${low} ${plural}` : `${low} … ${high} ${plural}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
