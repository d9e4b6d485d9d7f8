/** Erases a record with what other records tell of it: versions, logs, whatever queries find by its key. */
import { TableloomError } from '../errors.js';
import type { EntityCodec, IndexQuery } from '../types.js';
import { changeActions } from './changes.js';
import { nextRevision, stored, target } from './stored.js';
import type { WriteOutcome } from './transactions.js';
import type { DeleteOptions, Write } from './write.js';
import { remove } from './writes.js';

/** Records that contain something of an erased one. */
export interface Trace {
  /** For each of them that still does, the write that removes it. */
  writes(reader: Each): AsyncGenerator<Write<unknown>>;
}

/** What was erased. */
export interface Erased<R> {
  /** The record's last state; null where it was deleted before. */
  readonly record: R | null;
  /** How many other records were deleted or changed. Zero: the queries find nothing more. */
  readonly traces: number;
}

/** Reads all records of a query. */
export interface Each {
  each<R extends object>(query: IndexQuery<R>): AsyncGenerator<R>;
}

/** Deletes the records of a query: versions, for instance. */
export function removing<R extends object>(
  codec: EntityCodec<R>,
  query: IndexQuery<R>,
  { publish }: Pick<DeleteOptions<R>, 'publish'> = {},
): Trace {
  return {
    async *writes(reader) {
      for await (const record of reader.each(query))
        yield remove(codec, codec.key(record), { ifMissing: 'ignore', publish });
    },
  };
}

/** Sets fields of the records of a query, which may belong to an append-only entity, as `null` or a text that tells nothing. */
export function clearing<R extends object>(
  codec: EntityCodec<R>,
  query: IndexQuery<R>,
  values: Partial<R>,
): Trace {
  const fields = Object.keys(values) as (keyof R)[];
  return {
    async *writes(reader) {
      for await (const record of reader.each(query))
        if (fields.some((field) => record[field] !== values[field])) yield cleared(codec, record, values);
    },
  };
}

function cleared<R extends object>(codec: EntityCodec<R>, { ...record }: R, values: Partial<R>): Write<null> {
  const key = codec.key(record);
  return {
    kind: 'update',
    entity: codec.name,
    targets: [target(codec, key)],
    plan: (found, env) => {
      const before = stored(codec, found.get(codec.table, key));
      if (before === null) return { result: null, actions: [], items: [] };
      const after = nextRevision(codec, before.item, { ...before.record, ...values }, found);
      const { actions, item } = changeActions(
        { codec, before, after, now: env.now },
        env.sharing(codec.name),
      );
      return { result: null, actions, items: [{ table: codec.table, key, item }] };
    },
  };
}

/** How many are written at the same time. */
const atOnce = 10;

/** Carries out what traces want, each record by itself: as single writes, which cost half as much as in a transaction. */
export async function eraseTraces(
  traces: readonly Trace[],
  reader: Each,
  write: (one: Write<unknown>) => Promise<Pick<WriteOutcome, 'actions'>>,
): Promise<number> {
  let count = 0;
  const send = async (some: readonly Write<unknown>[]) => {
    const outcomes = await Promise.all(some.map(write));
    count += outcomes.filter(({ actions }) => actions.length > 0).length;
  };
  for (const trace of traces) {
    const some: Write<unknown>[] = [];
    for await (const one of trace.writes(reader)) {
      some.push(one);
      if (some.length === atOnce) await send(some.splice(0));
    }
    await send(some);
  }
  return count;
}

/** The result of a deletion; null where there was no such record. */
export async function orMissing<R>({ entity }: Write<R>, result: Promise<R>): Promise<R | null> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof TableloomError) || error.code !== 'NOT_FOUND') throw error;
    // Of another entity: a write alongside failed, and nothing was deleted.
    const { entity: missing } = error.extensions;
    if (missing !== entity) throw error;
    return null;
  }
}
