// @ts-check
// The table map: tables, their keys and indexes, item collections, and what is read of them.

import { attributesTable, badge, button, coded, element, several } from './elements.js';

/** @typedef {import('../../src/review/map/table-map.ts').TableMap} TableMap */
/** @typedef {import('../../src/review/map/table-map.ts').MapTable} MapTable */
/** @typedef {import('../../src/review/map/table-map.ts').MapSlot} MapSlot */
/** @typedef {import('../../src/review/map/table-map.ts').MapItem} MapItem */
/** @typedef {import('../../src/review/map/table-map.ts').MapEntry} MapEntry */
/** @typedef {import('../../src/review/map/table-map.ts').MapPlace} MapPlace */
/** @typedef {import('../../src/review/map/table-map.ts').MapPattern} MapPattern */
/** @typedef {import('../../src/review/map/table-map.ts').MapCollection} MapCollection */

/**
 * What is drawn below a collection besides its sample: stored records.
 *
 * @typedef {(table: MapTable, slot: MapSlot, collection: MapCollection) => Node | null} Below
 */

/** Of what is not the same. */
const states = ['new', 'changed', 'gone'];

/** More than so many are drawn when somebody wants to see them. */
const mostCollections = 30;

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

/** A table's own key, or an index: its item collections are drawn when it is opened. */
class Lane {
  /**
   * @param {TableMapView} view
   * @param {MapTable} table
   * @param {MapSlot} slot
   */
  constructor(view, table, slot) {
    this.view = view;
    this.table = table;
    this.slot = slot;
    this.name = slot.index === null ? table.name : `${table.name}.${slot.index}`;
    this.isBuilt = false;
    /** What it was opened for, if not by somebody: it closes with that.
     * @type {'mark' | 'filter' | null} */
    this.openedFor = null;
    this.most = mostCollections;
    /** @type {readonly MapCollection[]} */
    this.shown = slot.collections;
    this.items = new Map(table.items.map((item) => [item.id, item]));
    /** By partition of the sample.
     * @type {Map<string, HTMLElement>} */
    this.drawn = new Map();
    this.body = element('div', { class: 'collections' });
    this.count = element('span', { class: 'count' });
    const keys = [...slot.partition, ...slot.sort].map((name) => element('code', {}, name));
    const kind = { table: 'key of the table', global: 'global index', local: 'local index' }[slot.kind];
    const projects = slot.projects === 'all' ? '' : `, projects ${slot.projects}`;
    this.root = /** @type {HTMLDetailsElement} */ (
      element(
        'details',
        { class: 'lane' },
        element(
          'summary',
          {},
          element('h4', {}, slot.index ?? 'Key', ' ', badge(slot.state)),
          element('span', { class: 'keys' }, ...keys),
          element('span', { class: 'facts' }, `${kind}${projects}`),
          this.count,
        ),
        this.body,
      )
    );
    this.root.addEventListener('toggle', () => {
      if (this.root.open) this.build();
    });
  }

  open() {
    this.root.open = true;
    this.build();
  }

  /** @param {'mark' | 'filter'} reason */
  openFor(reason) {
    if (!this.root.open) this.openedFor = reason;
    this.open();
  }

  close() {
    this.root.open = false;
    this.openedFor = null;
  }

  build() {
    if (this.isBuilt) return;
    this.isBuilt = true;
    this.drawn.clear();
    const some = this.shown.slice(0, this.most);
    this.body.replaceChildren(...some.map((one) => this.draw(one)));
    const left = this.shown.length - some.length;
    if (left > 0) this.body.append(button(`Show ${left} more`, () => this.drawAll(), { class: 'more' }));
  }

  drawAll() {
    this.most = Number.POSITIVE_INFINITY;
    this.isBuilt = false;
    this.build();
  }

  /**
   * @param {ReadonlySet<string>} readBy places that patterns read which the filter names
   * @returns how many collections it shows
   */
  filter(readBy) {
    const { view, slot } = this;
    const isShown = (/** @type {MapCollection} */ one) => {
      const own = one.entries.flatMap(({ item }) => {
        const found = this.items.get(item);
        return found ? [found.entity ?? '', found.title] : [];
      });
      const within = one.entries.map(({ state }) => state);
      return (
        view.isMatch(one.state, [...own, ...one.templates, one.partition, slot.index ?? '']) ||
        within.includes(/** @type {MapCollection['state']} */ (view.query)) ||
        readBy.has(placeKey({ table: this.table.name, index: slot.index, partition: one.partition }))
      );
    };
    this.shown = slot.collections.filter(isShown);
    this.count.textContent = several(this.shown.length, 'collection');
    this.root.hidden = view.query !== '' && this.shown.length === 0;
    this.isBuilt = false;
    if (view.query === '' && this.openedFor === 'filter') this.close();
    if (view.query !== '' && this.shown.length <= mostCollections) this.openFor('filter');
    if (this.root.open) this.build();
    return this.shown.length;
  }

  /**
   * @param {MapPlace} place
   * @returns {HTMLElement | undefined}
   */
  mark({ partition, items }) {
    if (!this.slot.collections.some((one) => one.partition === partition)) return undefined;
    this.root.hidden = false;
    /** @type {HTMLElement} */ (this.root.parentElement).hidden = false;
    this.openFor('mark');
    if (!this.drawn.has(partition)) {
      // The filter, or their number, hides it.
      if (!this.shown.some((one) => one.partition === partition)) this.shown = this.slot.collections;
      this.drawAll();
    }
    const drawn = this.drawn.get(partition);
    drawn?.classList.add('read');
    for (const row of drawn?.querySelectorAll('tr[data-item]') ?? []) {
      if (items.includes(/** @type {HTMLElement} */ (row).dataset.item ?? '')) row.classList.add('read');
    }
    return drawn;
  }

  /** @param {string} partition of the sample */
  templateOf(partition) {
    return this.slot.collections.find((one) => one.partition === partition)?.templates[0] ?? partition;
  }

  clear() {
    for (const one of this.body.querySelectorAll('.read')) one.classList.remove('read');
    if (this.openedFor === 'mark') this.close();
  }

  /** @param {MapCollection} collection */
  draw(collection) {
    const { partition, templates, shards, state, entries } = collection;
    const [template = partition] = templates;
    const spread = shards === 1 ? '' : `, 1 of ${shards} shards`;
    const sample =
      template === partition && shards === 1
        ? null
        : element('span', { class: 'of' }, `${partition}${spread}`);
    const head = element(
      'thead',
      { class: 'hidden' },
      element('tr', {}, element('th', { scope: 'col' }, 'Sort key'), element('th', { scope: 'col' }, 'Item')),
    );
    const table = element(
      'table',
      {},
      element('caption', {}, element('code', {}, template), ' ', badge(state), sample),
      head,
      element('tbody', {}, ...entries.map((entry) => this.row(entry))),
    );
    const drawn = element(
      'div',
      { class: `collection ${state}`, tabindex: '-1' },
      table,
      this.view.below(this.table, this.slot, collection),
    );
    this.drawn.set(partition, drawn);
    return drawn;
  }

  /** @param {MapEntry} entry */
  row({ item: id, sort, state }) {
    const item = this.items.get(id);
    const press = button(
      item?.title ?? id,
      () => {
        const isOpen = press.getAttribute('aria-expanded') === 'true';
        press.setAttribute('aria-expanded', String(!isOpen));
        if (isOpen) row.nextElementSibling?.remove();
        else if (item) row.after(this.details(item));
      },
      { 'aria-expanded': 'false', class: item?.role ?? 'main' },
    );
    const key = sort === null ? [] : [element('code', {}, sort.template)];
    const sample =
      sort === null || sort.template === sort.value ? null : element('span', { class: 'of' }, sort.value);
    const row = element(
      'tr',
      { class: state, 'data-item': id },
      element('td', { class: 'sort' }, ...key, sample),
      element('td', {}, press, ' ', badge(state)),
    );
    return row;
  }

  /** @param {MapItem} item */
  details(item) {
    const readers = this.view.readers.get(`${this.table.name} ${item.id}`) ?? [];
    const names = readers.map((name) => button(name, () => this.view.choose(name)));
    return element(
      'tr',
      { class: 'details' },
      element(
        'td',
        { colspan: '2' },
        attributesTable(`Attributes of ${item.title}`, item.attributes, item.before),
        names.length > 0 ? element('p', { class: 'places' }, 'Read by ', ...names) : null,
      ),
    );
  }
}

/** @param {Pick<MapPlace, 'table' | 'index' | 'partition'>} place */
export function placeKey({ table, index, partition }) {
  return JSON.stringify([table, index, partition]);
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
