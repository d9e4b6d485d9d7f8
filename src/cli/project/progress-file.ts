/** Where a reindex notes how far it is, so that it can be resumed after it was ended in any way. */

import { rmSync } from 'node:fs';
import { textOf, writeAll } from '../files.js';
import { Mistake } from '../mistakes.js';

/** What a file says: a cursor is of use for the same tables only. */
interface Noted {
  readonly place: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly cursor: string;
}

export const usualFile = '.tableloom/reindex.json';

export class ProgressFile {
  readonly path: string;
  readonly #of: Omit<Noted, 'cursor'>;

  constructor(path: string, place: string, tables: Noted['tables']) {
    this.path = path;
    this.#of = { place, tables: { ...tables } };
  }

  /** The cursor of the run that was ended. */
  read(): string {
    const text = textOf(this.path);
    if (text === undefined)
      throw new Mistake(
        `There is no ${this.path}: no reindex was ended.`,
        'Leave `--resume` out to begin one.',
      );
    const { cursor, ...of } = parsed(text, this.path);
    if (JSON.stringify(of) !== JSON.stringify(this.#of))
      throw new Mistake(`${this.path} is of a reindex of other tables, at ${of.place}.`);
    return cursor;
  }

  write(cursor: string): void {
    const noted: Noted = { ...this.#of, cursor };
    writeAll(new Map([[this.path, `${JSON.stringify(noted)}\n`]]));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

function parsed(text: string, path: string): Noted {
  try {
    return JSON.parse(text) as Noted;
  } catch {
    throw new Mistake(`${path} is not what a reindex notes.`);
  }
}
