/** Details as Markdown. */

import type { Detail } from '../details/detail.js';
import { asHtml, cell, inline } from './inline.js';

export function detailText(detail: Detail): string {
  switch (detail.kind) {
    case 'sentence':
      return inline(detail.text);
    case 'table':
      return `${inline(detail.caption)}\n\n${table(detail.heads, detail.rows)}`;
    case 'difference':
      return `<details>\n<summary>${asHtml(detail.title)}</summary>\n\n\`\`\`diff\n${detail.lines.join('\n')}\n\`\`\`\n\n</details>`;
  }
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}
