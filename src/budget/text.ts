/** A budget as text, for people and for comparison: the figures first, then the tree. */

import type { Budget, BudgetField, Figures } from './figures.js';
import { plural } from './plural.js';

interface Row {
  readonly cells: readonly string[];
  readonly why: string;
}

const heads = ['', 'times', 'step', 'requests', 'read units'];

/** Ends in a newline. */
export function budgetText(budget: Budget): string {
  const { usual, most, warm, unknown } = budget;
  const lines = [
    `${titleOf(budget)}: ${figuresText(usual)}${budget.operation === 'subscription' ? ' per event' : ''}`,
  ];
  if (figuresText(usual) !== figuresText(most)) lines.push(`at most ${figuresText(most)}`);
  if (warm) lines.push(`from the cache ${figuresText(warm)}`);
  if (unknown.length > 0) lines.push(`plus undeclared requests of ${unknown.join(', ')}`);
  const rows = budget.fields.flatMap((field) => rowsOf(field, '', ''));
  if (rows.length > 0) lines.push('', ...table([{ cells: heads, why: '' }, ...rows]));
  return `${lines.join('\n')}\n`;
}

/** `query Users`; an operation without a name is its kind. */
export function titleOf({ operation, name }: Pick<Budget, 'operation' | 'name'>): string {
  return name === null ? operation : `${operation} ${name}`;
}

export function figuresText({ requests, steps, readUnits }: Figures): string {
  return `${plural(requests, 'request')}, ${plural(steps, 'step')}, ${plural(readUnits, 'read unit')}`;
}

/** `2`, or `2 … 48` where it may be more. */
export function rangeText({ usual, most }: { readonly usual: number; readonly most: number }): string {
  return usual === most ? String(usual) : `${usual} … ${most}`;
}

function rowsOf(field: BudgetField, before: string, mark: '' | '├ ' | '└ '): Row[] {
  const { times, step, requests, readUnits, why, fields } = field;
  const title = `${before}${mark}${nameOf(field)}`;
  const below = mark === '' ? '' : `${before}${mark === '└ ' ? '  ' : '│ '}`;
  return [
    { cells: [title, `×${times}`, String(step), rangeText(requests), rangeText(readUnits)], why },
    ...fields.flatMap((inner, at) => rowsOf(inner, below, at === fields.length - 1 ? '└ ' : '├ ')),
  ];
}

/** With its alias, where it has one. */
function nameOf({ name, kind, path }: BudgetField): string {
  if (path === '') return kind === 'rule' ? `rule ${name}` : name;
  const alias = path.slice(path.lastIndexOf('.') + 1);
  return name.endsWith(`.${alias}`) ? name : `${name} as ${alias}`;
}

function table(rows: readonly Row[]): string[] {
  const widths = heads.map((_, at) => Math.max(...rows.map(({ cells }) => (cells[at] ?? '').length)));
  return rows.map(({ cells, why }) => {
    const padded = cells.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    return `  ${padded.join('  ')}  ${why}`.trimEnd();
  });
}
