/** Details as HTML. */

import type { Detail } from '../details/detail.js';
import { html, type Markup, sentence } from './markup.js';

export function detailMarkup(detail: Detail): Markup {
  switch (detail.kind) {
    case 'sentence':
      return html`<p>${sentence(detail.text)}</p>\n`;
    case 'table':
      return table(detail);
    case 'difference':
      return html`<details><summary>${sentence(detail.title)}</summary>
<div class="wide"><pre>${detail.lines.map(codeLine)}</pre></div>
</details>
`;
  }
}

/** Of a difference, what is new and what is gone. */
function codeLine(line: string): Markup {
  if (line.startsWith('+')) return html`<ins>${line}</ins>\n`;
  return line.startsWith('-') ? html`<del>${line}</del>\n` : html`${line}\n`;
}

/** The roles are those that its parts lose where there is no room for columns. */
function table({ caption, heads, rows }: Extract<Detail, { readonly kind: 'table' }>): Markup {
  const cell = (text: string, at: number) =>
    at === 0
      ? html`<th scope="row" role="rowheader">${sentence(text)}</th>`
      : html`<td role="cell" data-title="${heads[at] ?? ''}">${sentence(text)}</td>`;
  return html`<div class="wide"><table class="figures" role="table">
<caption>${sentence(caption)}</caption>
<thead><tr>${heads.map((text) => html`<th scope="col">${sentence(text)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr role="row">${row.map(cell)}</tr>\n`)}</tbody>
</table></div>
`;
}
