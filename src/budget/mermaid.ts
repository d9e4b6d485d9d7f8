/** A budget as a Mermaid flowchart: what waits for what. */

import type { Budget, BudgetField } from './figures.js';
import { figuresText, rangeText, titleOf } from './text.js';

/** Ends in a newline. */
export function budgetMermaid(budget: Budget): string {
  const lines = ['flowchart LR', `  operation["${label([titleOf(budget), figuresText(budget.usual)])}"]`];
  let count = 0;
  const add = (field: BudgetField, parent: string): void => {
    const id = `f${++count}`;
    const { name, by, times, step, requests } = field;
    const sent =
      requests.usual === 1 && requests.most === 1 ? '1 request' : `${rangeText(requests)} requests`;
    const title = name === by ? name : `${name} (${by})`;
    lines.push(`  ${id}["${label([title, `step ${step}, ${sent}`, field.why])}"]`);
    lines.push(times === 1 ? `  ${parent} --> ${id}` : `  ${parent} -->|×${times}| ${id}`);
    for (const inner of field.fields) add(inner, id);
  };
  for (const field of budget.fields) add(field, 'operation');
  return `${lines.join('\n')}\n`;
}

/** Mermaid reads quotes and Markdown in labels. */
function label(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '')
    .map((line) => line.replace(/["`#]/g, (character) => `#${character.charCodeAt(0)};`))
    .join('<br/>');
}
