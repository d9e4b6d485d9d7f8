import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  db as dynalite,
  type LevelDatabase,
  type LevelOperation,
  type LevelRange,
  type LevelSnapshot,
} from '../dynalite.js';
import type { Item } from '../items/attributes.js';
import { damagedFile } from './integrity.js';
import type { Table } from './table.js';
import { RequestTokens } from './tokens.js';

/** A file of the database is not as it was written. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

/** Whether opening failed because another process has the folder open. */
export function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'LEVEL_LOCKED') || isLocked(error.cause);
}

interface Pending {
  readonly value: unknown;
  readonly group: number;
}

/**
 * The level database, written in atomic groups.
 *
 * An operation reads with `read`, decides, and hands over all its changes in one call of `write`, without
 * waiting in between: JavaScript runs that in one piece, so writes are serialized. `read` sees what has been
 * handed over; everyone else sees a change when its group has been committed as one level batch, which
 * survives the end of the process wholly or not at all. Changes that arrive while a batch is on its way wait
 * together for the next one.
 */
export class Store {
  readonly tables = new Map<string, Table>();
  readonly tokens = new RequestTokens();
  readonly #level: LevelDatabase;
  readonly #pending = new Map<string, Pending>();
  #queue: LevelOperation[] = [];
  /** Number of the group that collects changes now. */
  #group = 1;
  /** Whether a commit of the queue is due after the running one. */
  #scheduled = false;
  #commits: Promise<void> = Promise.resolve();

  private constructor(level: LevelDatabase) {
    this.#level = level;
  }

  /** Opens the database in a folder, or in memory. Rejects with level's error, or a DamagedFileError. */
  static async open(path?: string): Promise<Store> {
    const { db } = dynalite.create(path === undefined ? {} : { path });
    if (path !== undefined && existsSync(join(path, 'CURRENT'))) {
      // Opened like this, level finds out whether another process has it open, and changes nothing.
      await db.open({ errorIfExists: true }).catch((error: unknown) => {
        if (isLocked(error)) throw error;
      });
      const damaged = await damagedFile(path);
      if (damaged !== undefined) throw new DamagedFileError(`${damaged} is not as it was written`);
    }
    await db.open();
    return new Store(db);
  }

  /** The value at `key` after all changes handed over so far. */
  read(key: string): unknown {
    const pending = this.#pending.get(key);
    return pending === undefined ? this.committed(key) : pending.value;
  }

  readItem(key: string): Item | undefined {
    return this.read(key) as Item | undefined;
  }

  /** The value at `key` that is committed, now or in a snapshot. */
  committed(key: string, snapshot?: LevelSnapshot): unknown {
    const options = { valueEncoding: 'utf8' } as const;
    const text = this.#level.getSync(key, snapshot === undefined ? options : { ...options, snapshot });
    return text === undefined ? undefined : JSON.parse(text);
  }

  committedItem(key: string, snapshot?: LevelSnapshot): Item | undefined {
    return this.committed(key, snapshot) as Item | undefined;
  }

  /** Hands over changes that are committed together. Await `settled` before answering. */
  write(operations: readonly LevelOperation[]): void {
    for (const operation of operations) {
      const value = operation.type === 'put' ? operation.value : undefined;
      this.#pending.set(operation.key, { value, group: this.#group });
      this.#queue.push(operation);
    }
  }

  /**
   * Resolves when everything handed over before is committed. Rejects, from the first failed batch on for
   * ever, if the database cannot be written: what came later was decided on what has been lost.
   */
  settled(): Promise<void> {
    if (this.#queue.length > 0 && !this.#scheduled) {
      this.#scheduled = true;
      this.#commits = this.#commits.then(() => this.#commitQueue());
    }
    return this.#commits;
  }

  async #commitQueue(): Promise<void> {
    const operations = this.#queue;
    const group = this.#group++;
    this.#queue = [];
    this.#scheduled = false;
    await this.#level.batch(operations);
    for (const { key } of operations) {
      const pending = this.#pending.get(key);
      if (pending !== undefined && pending.group <= group) this.#pending.delete(key);
    }
  }

  /** A view of what is committed now, for reads that belong together. To be closed. */
  snapshot(): LevelSnapshot {
    return this.#level.snapshot();
  }

  /** Entries in key order, with their JSON text. */
  async *entries(range: LevelRange, snapshot?: LevelSnapshot, chunk = 64): AsyncGenerator<[string, string]> {
    const options = { ...range, valueEncoding: 'utf8' } as const;
    const iterator = this.#level.iterator(snapshot === undefined ? options : { ...options, snapshot });
    try {
      for (;;) {
        const entries = await iterator.nextv(chunk);
        if (entries.length === 0) return;
        yield* entries;
      }
    } finally {
      await iterator.close();
    }
  }

  /** Removes a range that no table refers to any more. */
  async clear(range: LevelRange): Promise<void> {
    await this.#level.clear(range);
  }

  /** Commits what was handed over and closes the database. */
  async close(): Promise<void> {
    try {
      await this.settled();
    } finally {
      await this.#level.close();
    }
  }
}
