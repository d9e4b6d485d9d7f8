// @ts-check
// The table map: tables, their keys and indexes, item collections, and what is read of them.

import { badge, button, coded, element, several } from './elements.js';
import { Lane, placeKey, states } from './lane.js';

/** @typedef {import('./lane.js').Below} Below */
/** @typedef {import('../../src/review/map/table-map.ts').TableMap} TableMap */
/** @typedef {import('../../src/review/map/table-map.ts').MapPlace} MapPlace */
/** @typedef {import('../../src/review/map/table-map.ts').MapPattern} MapPattern */

/** More than so many in all: keys and indexes are closed until somebody opens them. */
const mostOpen = 40;

export class TableMapView {
  /**
   * @param {HTMLElement} root
   * @param {Below} below
   */
  constructor(root, below = () => null) {
    this.below = below;
    this.query = '';
    /** @type {TableMap | undefined} */
    this.map = undefined;
    /** Called when nothing is marked any more.
     * @type {(() => void) | undefined} */
    this.onClear = undefined;
    /** @type {Lane[]} */
    this.lanes = [];
    /** @type {{ pattern: MapPattern, item: HTMLElement, button: HTMLButtonElement }[]} */
    this.patterns = [];
    /** The names of the patterns that read an item, by `table item`.
     * @type {Map<string, string[]>} */
    this.readers = new Map();
    /** @type {string | null} */
    this.chosen = null;
    this.search = /** @type {HTMLInputElement} */ (
      element('input', { type: 'search', id: 'filter', autocomplete: 'off', spellcheck: 'false' })
    );
    this.search.addEventListener('input', () => this.filter(this.search.value));
    this.found = element('p', { class: 'found', role: 'status' });
    this.states = element('div', { class: 'states', role: 'group', 'aria-label': 'Only what is' });
    this.list = element('ol', { class: 'patterns' });
    this.count = element('span', { class: 'count' });
    this.tables = element('div', { class: 'tables' });
    this.reading = element('div', { class: 'reading', role: 'status', 'aria-label': 'What is read' });
    const patterns = element(
      'details',
      { class: 'side', open: matchMedia('(min-width: 60rem)').matches },
      element('summary', {}, element('h3', {}, 'Patterns'), ' ', this.count),
      this.list,
    );
    root.append(
      element(
        'div',
        { class: 'tools' },
        element('label', { for: 'filter' }, 'Filter by entity, pattern, key or state'),
        this.search,
        this.states,
        this.found,
      ),
      element('div', { class: 'map' }, patterns, this.tables),
      this.reading,
    );
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.clear();
    });
  }

  /** @param {TableMap} map */
  draw(map) {
    const { chosen } = this;
    this.clear();
    this.map = map;
    this.readers = readersOf(map);
    this.patterns = map.patterns.map((pattern) => {
      const press = button(pattern.name, () => this.choose(pattern.name), { 'aria-pressed': 'false' });
      const reads = element('p', {}, coded(pattern.reads));
      const before = pattern.before && element('p', { class: 'gone' }, 'before: ', coded(pattern.before));
      const field = pattern.field && element('span', { class: 'field' }, pattern.field);
      const item = element('li', {}, press, ' ', badge(pattern.state), field || null, reads, before || null);
      return { pattern, item, button: press };
    });
    this.list.replaceChildren(...this.patterns.map(({ item }) => item));
    const total = map.tables
      .flatMap(({ slots }) => slots)
      .reduce((sum, { collections }) => sum + collections.length, 0);
    this.lanes = [];
    this.tables.replaceChildren(
      ...map.tables.map((table) => {
        const lanes = table.slots.map((slot) => new Lane(this, table, slot));
        for (const lane of lanes) if (total <= mostOpen) lane.open();
        this.lanes.push(...lanes);
        return element(
          'section',
          { class: 'table', 'aria-label': `Table ${table.name}` },
          element('h3', {}, table.name, ' ', badge(table.state)),
          element('p', { class: 'facts' }, element('code', {}, table.physicalName)),
          ...lanes.map(({ root }) => root),
        );
      }),
    );
    this.drawStates(map);
    this.filter(this.query);
    if (chosen !== null && map.patterns.some(({ name }) => name === chosen)) this.choose(chosen, false);
  }

  /** @param {TableMap} map */
  drawStates(map) {
    const present = states.filter((state) =>
      [...map.tables.flatMap(({ items }) => items), ...map.patterns].some((one) => one.state === state),
    );
    this.states.replaceChildren(
      ...present.map((state) =>
        button(
          state,
          () => {
            this.search.value = this.query === state ? '' : state;
            this.filter(this.search.value);
          },
          { class: state, 'aria-pressed': 'false' },
        ),
      ),
    );
  }

  /** @param {string} text */
  filter(text) {
    this.query = text.trim().toLowerCase();
    for (const press of this.states.children)
      press.setAttribute('aria-pressed', String(press.textContent === this.query));
    const named = this.patterns.filter(({ pattern }) =>
      this.isMatch(pattern.state, [pattern.name, pattern.field ?? '']),
    );
    const readBy = new Set(
      this.query === '' ? [] : named.flatMap(({ pattern }) => pattern.places.map(placeKey)),
    );
    let collections = 0;
    for (const lane of this.lanes) collections += lane.filter(readBy);
    const entities = this.query === '' ? [] : this.entitiesNamed();
    let patterns = 0;
    for (const one of this.patterns) {
      const isShown = named.includes(one) || this.readsAny(one.pattern, entities);
      one.item.hidden = !isShown;
      if (isShown) patterns += 1;
    }
    this.count.textContent = `${patterns}`;
    this.found.textContent =
      this.query === '' ? '' : `${several(patterns, 'pattern')}, ${several(collections, 'item collection')}`;
    for (const section of this.tables.children) {
      const own = this.lanes.filter(({ root }) => section.contains(root));
      /** @type {HTMLElement} */ (section).hidden = own.every(({ root }) => root.hidden);
    }
  }

  /**
   * @param {string} state
   * @param {readonly string[]} texts
   */
  isMatch(state, texts) {
    const { query } = this;
    // A state is that, and not a part of names.
    if (states.includes(query)) return state === query;
    return texts.some((text) => text.toLowerCase().includes(query));
  }

  /** Items of entities that the filter names. */
  entitiesNamed() {
    return (this.map?.tables ?? []).flatMap((table) =>
      table.items
        .filter(({ entity }) => entity?.toLowerCase().includes(this.query))
        .map(({ id }) => `${table.name} ${id}`),
    );
  }

  /**
   * @param {MapPattern} pattern
   * @param {readonly string[]} items
   */
  readsAny({ places }, items) {
    return places.some((place) => place.items.some((item) => items.includes(`${place.table} ${item}`)));
  }

  /**
   * Marks what a pattern reads. Once more, and nothing is marked.
   *
   * @param {string} name
   */
  choose(name, isScrolled = true) {
    const isAgain = this.chosen === name;
    this.clear();
    const found = this.patterns.find(({ pattern }) => pattern.name === name);
    if (!found || (isAgain && isScrolled)) return;
    this.chosen = name;
    found.button.setAttribute('aria-pressed', 'true');
    if (isScrolled) found.button.scrollIntoView({ block: 'nearest' });
    const { reads, places } = found.pattern;
    this.mark(name, [coded(reads)], places, isScrolled);
  }

  /**
   * @param {string} title
   * @param {readonly (Node | string)[]} about
   * @param {readonly MapPlace[]} places
   */
  mark(title, about, places, isScrolled = true) {
    const shown = places.flatMap((place) => {
      const lane = this.lanes.find(
        ({ table, slot }) => table.name === place.table && slot.index === place.index,
      );
      const part = lane?.mark(place);
      return lane && part ? [{ lane, part, place }] : [];
    });
    const go = shown.map(({ lane, part, place }) =>
      button(element('code', {}, `${lane.name} ${lane.templateOf(place.partition)}`), () => {
        part.scrollIntoView({ block: 'center' });
        part.focus({ preventScroll: true });
      }),
    );
    this.reading.replaceChildren(
      element('p', {}, element('strong', {}, title), ' ', ...about),
      element(
        'div',
        { class: 'places' },
        ...go,
        button('Clear', () => this.clear(), { class: 'clear' }),
      ),
    );
    if (isScrolled) shown[0]?.part.scrollIntoView({ block: 'center' });
  }

  clear() {
    this.chosen = null;
    this.onClear?.();
    for (const press of this.list.querySelectorAll('[aria-pressed="true"]'))
      press.setAttribute('aria-pressed', 'false');
    for (const lane of this.lanes) lane.clear();
    this.reading.replaceChildren();
  }
}

/** @param {TableMap} map */
function readersOf({ patterns }) {
  /** @type {Map<string, string[]>} */
  const readers = new Map();
  for (const { name, places } of patterns) {
    for (const { table, items } of places) {
      for (const item of items) {
        const key = `${table} ${item}`;
        const known = readers.get(key) ?? [];
        if (!known.includes(name)) readers.set(key, [...known, name]);
      }
    }
  }
  return readers;
}
