// @ts-check

import { startLive } from './live.js';
import { TableMapView } from './map.js';

/** @typedef {import('../../src/review/map/table-map.ts').TableMap} TableMap */
/** @typedef {import('../../src/cli/dev/tables/live.ts').LiveOperation} LiveOperation */
/** @typedef {{ readonly map: TableMap, readonly operations?: readonly LiveOperation[] }} PageData */

/** @type {PageData} */
const given = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
const section = /** @type {HTMLElement} */ (document.getElementById('map'));
if (given.operations) startLive(section, given.map, given.operations);
else new TableMapView(section).draw(given.map);

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
