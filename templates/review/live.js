// @ts-check
// In `tableloom dev`: what is stored, and the requests of the last operations.

import { attributesTable, button, element, several } from './elements.js';
import { placeKey } from './lane.js';
import { TableMapView } from './map.js';

/** @typedef {import('../../src/review/map/table-map.ts').TableMap} TableMap */
/** @typedef {import('./lane.js').Below} Below */
/** @typedef {import('../../src/cli/dev/tables/live.ts').LiveOperation} LiveOperation */
/** @typedef {import('../../src/cli/dev/tables/live.ts').LiveRequest} LiveRequest */
/** @typedef {import('../../src/cli/dev/tables/live.ts').LiveItems} LiveItems */
/** @typedef {import('../../src/cli/dev/tables/live.ts').LiveItem} LiveItem */

const keptOperations = 20;

/**
 * @param {HTMLElement} section
 * @param {TableMap} map
 */
export function startLive(section, map) {
  const list = element('ol', { class: 'operations' });
  const none = element('p', { class: 'facts' }, 'None since the server started. Send one, and it is here.');
  section.append(
    element(
      'section',
      { class: 'table', 'aria-label': 'Last operations' },
      element('h3', {}, 'Last operations'),
      none,
      list,
    ),
  );
  const view = new TableMapView(section, storedRecords);
  view.onClear = () => {
    for (const press of list.querySelectorAll('[aria-pressed="true"]'))
      press.setAttribute('aria-pressed', 'false');
    for (const requests of list.querySelectorAll('ul')) requests.remove();
  };
  view.draw(map);

  const add = (/** @type {LiveOperation} */ operation) => {
    none.hidden = true;
    list.prepend(operationItem(view, operation));
    while (list.children.length > keptOperations) list.lastElementChild?.remove();
  };

  const events = new EventSource('/tables/events');
  // The server begins with what it has kept.
  events.addEventListener('open', () => list.replaceChildren());
  events.addEventListener('operation', ({ data }) => add(JSON.parse(data)));
  events.addEventListener('plan', async () => {
    const response = await fetch('/tables/map');
    if (response.ok) view.draw(await response.json());
  });
}

/**
 * @param {TableMapView} view
 * @param {LiveOperation} operation
 */
function operationItem(view, { title, budget, requests, readUnits, writeUnits }) {
  const used = [
    several(requests.length, 'request'),
    ...(readUnits > 0 ? [several(readUnits, 'read unit')] : []),
    ...(writeUnits > 0 ? [several(writeUnits, 'write unit')] : []),
  ].join(', ');
  const planned = plannedText(budget);
  const press = button(
    title,
    () => {
      const isPressed = press.getAttribute('aria-pressed') === 'true';
      view.clear();
      if (isPressed) return;
      press.setAttribute('aria-pressed', 'true');
      item.append(element('ul', {}, ...requests.map(requestItem)));
      const places = new Map(requests.flatMap((one) => one.places).map((place) => [placeKey(place), place]));
      view.mark(
        title,
        [`${used}; ${planned}`],
        [...places.values()].map((place) => ({ ...place, items: [] })),
        // The list of its requests stays in view.
        false,
      );
    },
    { 'aria-pressed': 'false' },
  );
  const isOver = budget?.unknown.length === 0 && requests.length > (budget.most ?? Number.POSITIVE_INFINITY);
  const item = element(
    'li',
    {},
    press,
    ' ',
    element('span', { class: isOver ? 'facts error' : 'facts' }, `${used}; ${planned}`),
  );
  return item;
}

/** @param {LiveOperation['budget']} budget */
function plannedText(budget) {
  if (budget === null) return 'the plan has no budget for it';
  const { usual, most, unknown } = budget;
  if (most === null) return `planned: usually ${usual}, and no limit`;
  const planned = usual === most ? `planned: ${usual}` : `planned: usually ${usual}, at most ${most}`;
  return unknown.length === 0 ? planned : `${planned}, without those of ${unknown.join(', ')}`;
}

/** @param {LiveRequest} request */
function requestItem({ operation, places }) {
  const texts = places.map(({ table, index, condition }) => [
    `${index === null ? table : `${table}.${index}`}: `,
    element('code', {}, condition),
  ]);
  const [only = []] = texts.length === 1 ? texts : [];
  const list = element('ul', {}, ...texts.map((text) => element('li', {}, ...text)));
  return element('li', {}, element('strong', {}, operation), ' ', ...(texts.length > 1 ? [list] : only));
}

/** @type {Below} */
function storedRecords(table, slot, { partition }) {
  const rows = element('tbody');
  const found = element('p', { class: 'facts', role: 'status' });
  /** @type {string | null} */
  let cursor = null;
  const more = button('Stored records', async () => {
    more.disabled = true;
    const query = new URLSearchParams({
      table: table.name,
      partition,
      ...(slot.index !== null && { index: slot.index }),
      ...(cursor !== null && { cursor }),
    });
    try {
      const response = await fetch(`/tables/items?${query}`);
      if (!response.ok) throw new Error(await response.text());
      /** @type {LiveItems} */
      const page = await response.json();
      rows.append(...page.items.map(storedRow));
      cursor = page.cursor;
      grid.hidden = rows.children.length === 0;
      const so = rows.querySelectorAll('tr[data-stored]').length;
      found.textContent =
        cursor === null ? (so === 0 ? 'Nothing is stored.' : `All ${so}.`) : `${so} so far.`;
      more.textContent = cursor === null ? 'Read again' : 'Next';
    } catch (error) {
      found.textContent = String(error);
    }
    more.disabled = false;
  });
  more.addEventListener(
    'click',
    () => {
      if (cursor === null) rows.replaceChildren();
    },
    { capture: true },
  );
  const grid = element('table', { hidden: true }, element('caption', {}, 'Stored records'), rows);
  return element('div', { class: 'stored' }, grid, more, found);
}

/** @param {LiveItem} item */
function storedRow({ partition, sort, attributes }) {
  const title = String(attributes._type ?? attributes._guards ?? attributes._counts ?? 'item');
  const press = button(
    title,
    () => {
      const isOpen = press.getAttribute('aria-expanded') === 'true';
      press.setAttribute('aria-expanded', String(!isOpen));
      if (isOpen) row.nextElementSibling?.remove();
      else
        row.after(
          element(
            'tr',
            { class: 'details' },
            element('td', { colspan: '2' }, attributesTable(`Attributes of ${title}`, attributes, undefined)),
          ),
        );
    },
    { 'aria-expanded': 'false' },
  );
  const row = element(
    'tr',
    { 'data-stored': true },
    element(
      'td',
      { class: 'sort' },
      element('code', {}, partition),
      sort === null ? null : element('code', {}, sort),
    ),
    element('td', {}, press),
  );
  return row;
}
