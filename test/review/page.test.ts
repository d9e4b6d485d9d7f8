/** The page of a review, in a browser. Needs Chromium, which `.ci/run` installs; skipped where there is none. */

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticProject } from '../../bench/synthetic.js';
import { pageFiles } from '../../src/cli/page-files.js';
import { tableMap } from '../../src/review/map/map.js';
import type { Detail } from '../../src/review/print/details/detail.js';
import { detailMarkup } from '../../src/review/print/html/details.js';
import { mapPage } from '../../src/review/print/html/map-page.js';
import { print } from '../../src/review/print/print.js';
import { review } from '../../src/review/review.js';
import { BrowserPage, chromium } from '../support/browser.js';
import { writeFolder } from '../support/files.js';
import { generateProject } from '../support/projects.js';
import { folderOfFile } from '../support/temporary.js';
import { revisionsOf } from './support/revisions.js';

const hostile = '</script><img src=x onerror=document.title=1><b>';

const schema = `
  type Query { card(id: ID!): Card  cards: [Card!]!  decks: [Deck!]! }
  type Mutation { add(input: NewCard!): Card! }
  input NewCard { id: ID!  title: String! }
  type Card { id: ID!  "${hostile}" title: String!  deckId: ID  by: String }
  type Deck { id: ID! }
`;

const patterns = `version: 1
tables:
  cards: { name: cards, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } }
entities:
  Card: { key: { PK: "CARD${hostile}#{id}", SK: METADATA } }
  Deck: {}
patterns:
  card: { one: Card, for: Query.card, where: { id: $id } }
  cards: { many: Card, for: Query.cards, sort: title }
  decks: { many: Deck, for: Query.decks }
mutations:
  add: { create: Card, for: Mutation.add, from: $input }
`;

const before = new Map([
  ['schema/schema.graphql', schema],
  ['access-patterns.yaml', patterns],
]);
const after = new Map([
  [
    'schema/schema.graphql',
    schema
      .replace('decks: [Deck!]!', 'cardsBy(by: String!): [Card!]!')
      .replace('type Deck { id: ID! }', '')
      .replace(hostile, `${hostile}, and more`),
  ],
  [
    'access-patterns.yaml',
    `${patterns
      .replace(/ {2}Deck: .*\n/, '')
      .replace(
        / {2}decks: .*\n/,
        '  cardsBy: { many: Card, for: Query.cardsBy, where: { by: $by }, sort: title }\n',
      )}
review:
  waivers:
    api-breaking Query.decks: { until: 2027-01-31, reason: "${hostile}" }
`,
  ],
]);

async function pageOf(today = '2026-11-29'): Promise<string> {
  return print(await review(await revisionsOf(before, after), { today }), 'html', pageFiles);
}

test('is one file: what it runs and how it looks is allowed by its own hash, and nothing else is', async () => {
  const html = await pageOf();
  const [policy = ''] = /default-src[^"]*/.exec(html) ?? [];
  expect(policy.replaceAll(/sha256-[\w+/=]{44}/g, 'sha256-…')).toBe(
    'default-src &#39;none&#39;; script-src &#39;sha256-…&#39;; style-src &#39;sha256-…&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;',
  );
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toMatch(/(?:src|href)="(?!#|data:,)/);
});

test('what sections show becomes tables and what is folded, and nothing else', () => {
  const details: readonly Detail[] = [
    {
      kind: 'table',
      caption: 'Units of one call:',
      heads: ['', 'read units'],
      rows: [['`a|b`', '1 → **2**']],
    },
    { kind: 'difference', title: '`Users` by itself', lines: ['- 1 < 2', '', `+ ${hostile}`] },
    { kind: 'sentence', text: `\`Users\` ${hostile}` },
  ];
  const written = details.map((detail) => detailMarkup(detail).text).join('');
  const text = written.replaceAll(/ (?:role|scope|class|data-title)="[^"]*"/g, '');
  const inert = '&#60;/script&#62;&#60;img src=x onerror=document.title=1&#62;&#60;b&#62;';
  expect(text).toBe(`<div><table>
<caption>Units of one call:</caption>
<thead><tr><th></th><th>read units</th></tr></thead>
<tbody>
<tr><th><code>a|b</code></th><td>1 → <strong>2</strong></td></tr>
</tbody>
</table></div>
<details><summary><code>Users</code> by itself</summary>
<div><pre><del>- 1 &#60; 2</del>

<ins>+ ${inert}</ins>
</pre></div>
</details>
<p><code>Users</code> ${inert}</p>
`);
});

describe.skipIf(chromium === undefined)('in a browser', () => {
  const folder = folderOfFile();
  let page: BrowserPage;
  const wide = { width: 1280, height: 900 };
  const narrow = { width: 380, height: 800 };

  beforeAll(async () => {
    writeFileSync(`${folder}/page.html`, await pageOf());
    page = await BrowserPage.open();
  });
  afterAll(() => page?.close());

  async function open(view: Parameters<BrowserPage['look']>[0] = wide): Promise<void> {
    await page.look(view);
    await page.go(`file://${folder}/page.html`);
  }

  const click = (name: string) =>
    page.evaluate(
      `[...document.querySelectorAll('button')].find((one) => one.textContent === ${JSON.stringify(name)}).click()`,
    );
  /** The items that are marked, each with its collection. */
  const marked = () =>
    page.evaluate<string[]>(`[...document.querySelectorAll('tr.read')].map((row) =>
      row.closest('.collection').querySelector('caption code').textContent + ': ' + row.dataset.item)`);
  const shown = (selector: string) =>
    page.evaluate<string[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter((one) => one.checkVisibility()).map((one) => one.textContent)`);
  const focused = () => page.evaluate<string>('document.activeElement.textContent');

  test('shows the verdicts first, then findings, then the map', async () => {
    await open();
    const headings = await shown('h1, h2');
    expect(headings[0]).toMatch(/^Schema review: changes requested/);
    expect(headings.slice(1, 3)).toEqual(['API', 'Storage']);
    expect(headings.at(-1)).toBe('Table map');
    // Nothing moves while it loads.
    const shifts = `new Promise((resolve) => {
      let all = 0;
      const observer = new PerformanceObserver((list) => { all += list.getEntries().length; });
      observer.observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(all)));
    })`;
    expect(await page.evaluate(shifts)).toBe(0);
    const isOnFirstScreen =
      "document.querySelector('.verdicts').getBoundingClientRect().bottom < innerHeight";
    expect(await page.evaluate(isOnFirstScreen)).toBe(true);
    await open(narrow);
    expect(await page.evaluate(isOnFirstScreen)).toBe(true);
  });

  test('what somebody wrote is text: descriptions, keys and reasons', async () => {
    await open();
    expect(await page.evaluate('document.querySelectorAll("img, b").length')).toBe(0);
    expect(await page.evaluate('document.title')).toMatch(/^Schema review/);
    const text = await page.evaluate<string>('document.body.textContent');
    expect(text).toContain(`CARD${hostile}#{id}`);
    expect(text).toContain(`Accepted until 2027-01-31: ${hostile}`);
    expect(page.complaints).toEqual([]);
    expect(page.requests.filter((url) => !/^data:|page\.html$/.test(url))).toEqual([]);
  });

  test('a click on a pattern marks what it reads, and shows it', async () => {
    await open();
    await click('cardsBy');
    expect(await marked()).toEqual(['CARD_BY_BY#{by}: Card']);
    expect(await shown('.reading strong, .reading code')).toContain('cards.GSI2 CARD_BY_BY#{by}');
    const isInView = `(() => { const { top, bottom } = document.querySelector('tr.read').getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight; })()`;
    await page.until(isInView);
    await click('cardsBy');
    expect(await marked()).toEqual([]);
  });

  test('a finding leads to its pattern on the map', async () => {
    await open();
    await page.evaluate(`document.querySelector('#storage a[data-pattern="cardsBy"]').click()`);
    expect(await marked()).toEqual(['CARD_BY_BY#{by}: Card']);
  });

  test('everything is reached by the keyboard', async () => {
    await open();
    await page.press('Tab');
    expect(await focused()).toBe('Skip to the verdicts');
    await page.evaluate("document.querySelector('#filter').focus()");
    await page.press('Tab', 'Tab', 'Tab', 'Tab', 'Tab');
    expect(await focused()).toBe('card');
    await page.press('Tab', 'Enter');
    expect(await focused()).toBe('cards');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-pressed")')).toBe('true');
    expect(await marked()).toEqual(['CARD: Card']);
    await page.press('Escape');
    expect(await marked()).toEqual([]);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-pressed")')).toBe('false');
  });

  test('the attributes of an item are shown on demand, before and after, with who reads it', async () => {
    await open();
    expect(await shown('tr.details')).toEqual([]);
    await page.evaluate(`document.querySelector('tr[data-item="Card"] button').click()`);
    expect(await shown('tr.details tr.new th')).toEqual(['GSI2PK new', 'GSI2SK new']);
    expect(await shown('tr.details .places button')).toEqual(['card', 'cards', 'cardsBy']);
  });

  test('the filter takes an entity, a pattern, a key or a state', async () => {
    await open();
    const filter = async (text: string) => {
      await page.evaluate(
        `(() => { const box = document.querySelector('#filter'); box.value = ''; box.focus(); })()`,
      );
      await page.press(text);
      return [await shown('.patterns button'), await shown('.collection caption > code')];
    };
    expect(await filter('deck')).toEqual([['decks'], ['DECK#{id}', 'DECK']]);
    expect(await filter('gone')).toEqual([['decks'], ['DECK#{id}', 'DECK']]);
    expect(await filter('cardsBy')).toEqual([['cardsBy'], ['CARD_BY_BY#{by}']]);
    expect(await filter('GSI2')).toEqual([[], ['CARD_BY_BY#{by}']]);
    expect(await shown('.found')).toEqual(['0 patterns, 1 item collection']);
  });

  test('is dark where the system is, and where somebody wants it', async () => {
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await open({ ...wide, isDark: true });
    expect(await background()).toBe('rgb(20, 23, 26)');
    await click('Dark');
    expect(await background()).toBe('rgb(255, 255, 255)');
    await open(wide);
    expect(await background()).toBe('rgb(255, 255, 255)');
  });

  test('fits a telephone', async () => {
    await open(narrow);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    for (const name of ['cardsBy', 'Card']) await click(name);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('is printed whole', async () => {
    await open(narrow);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.evaluate("document.querySelectorAll('details:not([open])').length")).toBe(0);
    expect(await shown('.patterns button')).toContain('cardsBy');
  });

  test('a map of 100 entities and 400 patterns draws what is looked at', async () => {
    const { sdl, patterns: declarations } = syntheticProject(100);
    writeFolder(
      `${folder}/large`,
      new Map([
        ['schema/schema.graphql', sdl],
        ['access-patterns.yaml', declarations],
      ]),
    );
    const { run } = await generateProject(relative(process.cwd(), `${folder}/large`));
    writeFileSync(`${folder}/large.html`, mapPage({ map: tableMap(null, run.plan) }, pageFiles()));
    await page.look(wide);
    await page.go(`file://${folder}/large.html`);
    expect(await shown('.collection')).toEqual([]);
    await page.evaluate("document.querySelector('.lane summary').click()");
    expect(await shown('.collection')).toHaveLength(30);
    expect(await shown('.more')).toEqual(['Show 170 more']);
    await click('record077ByStatus');
    expect(await marked()).toEqual(['RECORD077_BY_STATUS#{status}: Record077']);
    await page.press('Escape');
    expect(await shown('.collection')).toHaveLength(30);
    await page.evaluate("document.querySelector('#filter').focus()");
    await page.press('record042');
    expect(await shown('.patterns button')).toContain('record042ByCode');
    expect(
      (await shown('.collection caption > code')).filter((text) => !/record04[123]/i.test(text)),
    ).toEqual([]);
  });
});
