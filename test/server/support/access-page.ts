/** generated/access.md as data. */

import { readFileSync } from 'node:fs';

export interface Row {
  /** By role, and `nobody`: `yes`, `–`, `own (id)`. */
  readonly cells: Readonly<Record<string, string>>;
  /** What else the page says of the field. */
  readonly further: string;
}

/** By type and field. */
export type AccessPage = ReadonlyMap<string, ReadonlyMap<string, Row>>;

export function accessPage(): AccessPage {
  const page = new Map<string, Map<string, Row>>();
  let section = '';
  let columns: readonly string[] = [];
  for (const line of readFileSync('generated/access.md', 'utf8').split('\n')) {
    section = /^## (.*)$/.exec(line)?.[1] ?? section;
    if (!line.startsWith('|') || line.startsWith('| ---')) continue;
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    const [head = ''] = cells;
    if (head === 'fields' || head === 'type') {
      columns = cells;
      continue;
    }
    const isPlain = columns[0] === 'type';
    const fields = page.get(isPlain ? head : section) ?? new Map<string, Row>();
    page.set(isPlain ? head : section, fields);
    const roles = columns.slice(isPlain ? 2 : 1, -1);
    const given = cells.slice(isPlain ? 2 : 1);
    const row = {
      cells: Object.fromEntries(roles.map((role, at) => [role, given[at] ?? ''])),
      further: isPlain ? 'no `@allow`' : (given.at(-1) ?? ''),
    };
    for (const [, name = ''] of (isPlain ? (cells[1] ?? '') : head).matchAll(/`(\w+)`/g))
      fields.set(name, row);
  }
  return page;
}
