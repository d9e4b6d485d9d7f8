/** Where a command on tables notes how far it is, so that it can be resumed after it was ended in any way. */

import { rmSync } from 'node:fs';
import { textOf, writeAll } from '../files.js';
import { Mistake } from '../mistakes.js';
import { asMistake } from './endpoint.js';

/** What a file says: a cursor is of use for the same tables only. */
interface Noted {
  readonly place: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly cursor: string;
}

/** How often progress is noted, in milliseconds. */
const interval = 1000;

type Command = 'reindex' | 'verify';

export class ProgressFile {
  readonly path: string;
  /** What `--resume` has to be. */
  readonly option: string;
  readonly #command: Command;
  readonly #of: Omit<Noted, 'cursor'>;
  #noted = 0;
  #last: string | undefined;

  /** @param resume as it was passed: a file, or `auto` */
  constructor(command: Command, resume: string | undefined, { place, tables }: Omit<Noted, 'cursor'>) {
    const usual = `.tableloom/${command}.json`;
    this.path = resume === undefined || resume === 'auto' ? usual : resume;
    this.option = this.path === usual ? 'auto' : this.path;
    this.#command = command;
    this.#of = { place, tables: { ...tables } };
  }

  /** The cursor of the run that was ended. */
  read(): string {
    const text = textOf(this.path);
    if (text === undefined)
      throw new Mistake(
        `There is no ${this.path}: no ${this.#command} was ended.`,
        'Leave `--resume` out to begin one.',
      );
    const { cursor, ...of } = this.#parsed(text);
    if (JSON.stringify(of) !== JSON.stringify(this.#of))
      throw new Mistake(`${this.path} is of a ${this.#command} of other tables, at ${of.place}.`);
    return cursor;
  }

  /** Notes it now and then: call it as often as there is progress. */
  progress(cursor: string): void {
    this.#last = cursor;
    const now = performance.now();
    if (now - this.#noted < interval) return;
    this.#noted = now;
    this.#write(cursor);
  }

  /** The error that has ended a run, with how to resume that where it had begun. */
  failed(error: unknown): unknown {
    const known = asMistake(error);
    if (this.#last === undefined || !(known instanceof Mistake)) return error;
    this.#write(this.#last);
    return new Mistake(known.message, `Then resume with the same command and \`--resume ${this.option}\`.`);
  }

  /** Notes where a run ended; null: it is complete, and nothing is left to resume. */
  end(cursor: string | null): void {
    if (cursor === null) rmSync(this.path, { force: true });
    else this.#write(cursor);
  }

  #write(cursor: string): void {
    const noted: Noted = { ...this.#of, cursor };
    writeAll(new Map([[this.path, `${JSON.stringify(noted)}\n`]]));
  }

  #parsed(text: string): Noted {
    try {
      return JSON.parse(text) as Noted;
    } catch {
      throw new Mistake(`${this.path} is not what a ${this.#command} notes.`);
    }
  }
}
