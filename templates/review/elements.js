// @ts-check
// Makes elements. Whatever comes from the report is text: nothing is parsed as HTML.

/**
 * @param {string} name
 * @param {Record<string, string | number | boolean | null | undefined>} attributes false and null are left out
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined)
      made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * @param {string | Node} label
 * @param {(button: HTMLButtonElement) => void} press
 * @param {Record<string, string | boolean>} attributes
 */
export function button(label, press, attributes = {}) {
  const made = /** @type {HTMLButtonElement} */ (element('button', { type: 'button', ...attributes }, label));
  made.addEventListener('click', () => press(made));
  return made;
}

/** @param {string} text with `code` in it */
export function coded(text) {
  const parts = text
    .split(/`+([^`]*)`+/)
    .map((part, at) => (at % 2 === 1 ? element('code', {}, part) : part));
  return element('span', {}, ...parts);
}

/** @param {string} state */
export function badge(state) {
  return state === 'same' ? null : element('span', { class: `badge ${state}` }, state);
}

/**
 * @param {number} count
 * @param {string} word
 */
export function several(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function written(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Attributes of an item, one a row; two columns of values where it had others before.
 *
 * @param {string} title
 * @param {Readonly<Record<string, unknown>>} item
 * @param {Readonly<Record<string, unknown>> | undefined} before
 */
export function attributesTable(title, item, before) {
  const names = [...new Set([...Object.keys(item), ...Object.keys(before ?? {})])];
  const cell = (/** @type {Readonly<Record<string, unknown>>} */ of, /** @type {string} */ name) =>
    element('td', {}, name in of ? element('code', {}, written(of[name])) : null);
  const rows = names.map((name) => {
    const [was, is] = [before && name in before ? written(before[name]) : null, written(item[name])];
    const state =
      before === undefined || was === is ? 'same' : was === null ? 'new' : name in item ? 'changed' : 'gone';
    const head = element('th', { scope: 'row' }, element('code', {}, name), ' ', badge(state));
    return element('tr', { class: state }, head, before ? cell(before, name) : null, cell(item, name));
  });
  const columns = before ? ['Attribute', 'Before', 'After'] : ['Attribute', 'Value'];
  return element(
    'table',
    { class: 'sample' },
    element('caption', {}, title),
    element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows),
  );
}
