/** The Markdown that sections print besides their findings, as HTML: sentences, tables, lists, code and what is folded. */

import { html, type Markup, sentence } from './markup.js';

export function blocks(markdown: string): Markup {
  const lines = markdown.split('\n');
  const made: Markup[] = [];
  // The sentence before a table is its caption.
  let intro: string[] = [];
  const paragraph = () => {
    if (intro.length > 0) made.push(html`<p>${sentence(intro.join(' '))}</p>\n`);
    intro = [];
  };
  const taken = (belongs: (line: string) => boolean): string[] => {
    const end = lines.findIndex((line) => !belongs(line));
    return lines.splice(0, end === -1 ? lines.length : end);
  };
  while (lines.length > 0) {
    const [line = ''] = lines;
    if (line.startsWith('|')) {
      made.push(
        table(
          intro.join(' '),
          taken((one) => one.startsWith('|')),
        ),
      );
      intro = [];
    } else if (line.startsWith('```')) {
      paragraph();
      lines.shift();
      made.push(html`<div class="wide"><pre>${taken((one) => one !== '```').map(codeLine)}</pre></div>\n`);
      lines.shift();
    } else if (line.startsWith('- ')) {
      paragraph();
      const items = taken((one) => one.startsWith('- '));
      made.push(html`<ul>${items.map((item) => html`<li>${sentence(item.slice(2))}</li>`)}</ul>\n`);
    } else {
      lines.shift();
      const summary = /^(?:<details( open)?>)?<summary>(.*)<\/summary>$/.exec(line)?.[2];
      if (summary !== undefined || /^<\/?details/.test(line)) {
        paragraph();
        if (/^<details/.test(line)) made.push(html`<details>`);
        if (summary !== undefined) made.push(html`<summary>${sentence(plain(summary))}</summary>\n`);
        if (line === '</details>') made.push(html`</details>\n`);
      } else if (line === '') {
        // Kept for a table that follows.
        if (!lines[0]?.startsWith('|')) paragraph();
      } else intro.push(line);
    }
  }
  paragraph();
  return html`${made}`;
}

/** Of a difference, what is new and what is gone. */
function codeLine(line: string): Markup {
  if (line.startsWith('+')) return html`<ins>${line}</ins>\n`;
  return line.startsWith('-') ? html`<del>${line}</del>\n` : html`${line}\n`;
}

/** What summaries have in the place of `code` and **strong**. */
function plain(text: string): string {
  return text.replaceAll(/<\/?code>/g, '`').replaceAll(/<\/?b>/g, '**');
}

/** The roles are those that its parts lose where there is no room for columns. */
function table(caption: string, [heads = '', , ...rows]: readonly string[]): Markup {
  const titled = cellsOf(heads);
  const cell = (text: string, at: number) =>
    at === 0
      ? html`<th scope="row" role="rowheader">${sentence(text)}</th>`
      : html`<td role="cell" data-title="${titled[at] ?? ''}">${sentence(text)}</td>`;
  return html`<div class="wide"><table class="figures" role="table">
<caption>${sentence(caption)}</caption>
<thead><tr>${titled.map((text) => html`<th scope="col">${sentence(text)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr role="row">${cellsOf(row).map(cell)}</tr>\n`)}</tbody>
</table></div>
`;
}

/** `| a | b \\| c |` */
function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
