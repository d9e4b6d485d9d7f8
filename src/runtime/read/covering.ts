/** Queries as generated code declares them, and what their indexes hold of records. */
import { type KeyTemplates, keyParser } from '../keys/key-parser.js';
import type { EntityReader, IndexQuery, IndexRef, Item, Key } from '../types.js';
import { picked } from '../values.js';
import { heldFields } from '../whole.js';

type Held<R extends object> = Extract<IndexQuery<R>['covering'], { readonly kind: 'some' }>;

/** What an index holds of records that it does not hold whole. */
export interface HeldParts<R extends object, F extends keyof R & string, U extends keyof R & string> {
  readonly fields: readonly F[];
  /** Fields that only the keys of its items tell. */
  readonly keys?: KeyTemplates<Pick<R, U>>;
  /** GraphQL fields that take nothing else of their parent, and are no attributes. */
  readonly relations?: readonly string[];
  /** Attributes that no GraphQL field shows. */
  readonly hidden?: readonly (F | U)[];
  /** The record's primary key, of its fields; left out, the items carry it as it is. */
  readonly key?: (record: Pick<R, F>) => Key;
}

/** An index whose items hold some fields of their records; others take a batch get. */
export function held<R extends object, F extends keyof R & string, U extends keyof R & string = never>(
  entity: EntityReader<R>,
  { fields, keys, relations = [], hidden = [], key }: HeldParts<R, F, U>,
): Held<R> {
  const parsed = keys && keyParser<Pick<R, U>>(keys);
  const names = [...fields, ...namesIn(keys ?? {})] as (F | U)[];
  const { partition, sort } = entity.table;
  const keyOf = (item: Item): Key =>
    key
      ? key(picked(entity.read(item), fields))
      : (picked(item, sort === undefined ? [partition] : [partition, sort]) as Key);
  return {
    kind: 'some',
    covers: [...names.filter((name) => !hidden.includes(name)), ...relations],
    keyOf,
    read: (item) =>
      Object.assign(
        heldFields(entity, item, ['__typename' as F, ...fields], keyOf),
        parsed?.(item),
      ) as Partial<R>,
  };
}

function namesIn(templates: Readonly<Record<string, readonly unknown[]>>): string[] {
  return Object.values(templates).flatMap((parts) =>
    parts.flatMap((part) => (Array.isArray(part) ? [String(part[0])] : [])),
  );
}

type QueryParts<R extends object, E extends object> = Omit<
  IndexQuery<R, E>,
  'pattern' | 'entity' | 'index' | 'partitions' | 'descending' | 'covering' | 'page'
> &
  Partial<Pick<IndexQuery<R, E>, 'partitions' | 'descending' | 'covering' | 'page'>> & {
    /** The only partition that is read. */
    readonly partition?: string | number;
  };

/** A query: ascending, of whole records, in pages of 20 and at most 100, where it does not say otherwise. */
export function query<R extends object, E extends object = object>(
  pattern: string,
  entity: EntityReader<R>,
  index: IndexRef,
  { partition = '', sort, ...parts }: QueryParts<R, E>,
): IndexQuery<R, E> {
  // A key is never empty: no record has it.
  const isNever = sort?.kind === 'equals' && sort.value === '';
  return {
    ...(sort && { sort: isNever ? { kind: 'empty' } : sort }),
    pattern,
    entity,
    index,
    partitions: { kind: 'one', key: partition },
    descending: false,
    covering: { kind: 'all' },
    page: { default: 20, max: 100 },
    ...parts,
  };
}
