/** Tables of kinds and keys, written as text. */

/** Row -> column -> word. */
export type Grid = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The first line names the columns, the first word of each other line its row. */
export function gridOf(text: string): Grid {
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.map(([row = '', ...words]) => {
      if (words.length !== head.length) throw new Error(`${row} has ${words.length} of ${head.length} words`);
      return [row, new Map(head.map((column, at) => [column, words[at] ?? '']))] as const;
    }),
  );
}

export function columnOf(grid: Grid, column: string): [row: string, word: string][] {
  return [...grid].map(([row, words]) => [row, words.get(column) ?? '']);
}

export function known<T>(all: Readonly<Record<string, T>>, name: string): T {
  const one = all[name];
  if (one === undefined) throw new Error(`nothing is called ${name}`);
  return one;
}
