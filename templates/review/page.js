// @ts-check

import { startLive } from './live.js';
import { TableMapView } from './map.js';

/** @typedef {import('../../src/review/map/table-map.ts').TableMap} TableMap */
/** @typedef {{ readonly map: TableMap, readonly isLive?: true }} PageData */

/** @type {PageData} */
const given = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
const section = /** @type {HTMLElement} */ (document.getElementById('map'));
if (given.isLive) startLive(section, given.map);
else {
  const view = new TableMapView(section);
  view.draw(given.map);
  for (const link of document.querySelectorAll('a[data-pattern]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      view.clear();
      view.choose(/** @type {HTMLElement} */ (link).dataset.pattern ?? '');
    });
  }
}

const theme = /** @type {HTMLButtonElement} */ (document.getElementById('theme'));
const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
theme.hidden = false;
theme.setAttribute('aria-pressed', String(isDark));
theme.addEventListener('click', () => {
  const next = theme.getAttribute('aria-pressed') !== 'true';
  theme.setAttribute('aria-pressed', String(next));
  document.documentElement.dataset.theme = next ? 'dark' : 'light';
});

// What is folded is printed as well.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
