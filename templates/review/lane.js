// @ts-check
// A table's own key or an index on the map, with its item collections.

import { attributesTable, badge, button, element, several } from './elements.js';

/** @typedef {import('./map.js').TableMapView} TableMapView */
/** @typedef {import('../../src/review/map/table-map.ts').MapTable} MapTable */
/** @typedef {import('../../src/review/map/table-map.ts').MapSlot} MapSlot */
/** @typedef {import('../../src/review/map/table-map.ts').MapItem} MapItem */
/** @typedef {import('../../src/review/map/table-map.ts').MapEntry} MapEntry */
/** @typedef {import('../../src/review/map/table-map.ts').MapPlace} MapPlace */
/** @typedef {import('../../src/review/map/table-map.ts').MapCollection} MapCollection */

/**
 * What is drawn below a collection besides its sample: stored records.
 *
 * @typedef {(table: MapTable, slot: MapSlot, collection: MapCollection) => Node | null} Below
 */

/** Of what is not the same. */
export const states = ['new', 'changed', 'gone'];

/** More than so many are drawn when somebody wants to see them. */
const mostCollections = 30;

/** A table's own key, or an index: its item collections are drawn when it is opened. */
export class Lane {
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
