/** Tables and their indexes. */

import { isSeq, type Node } from 'yaml';
import type { Span } from '../../diagnostics/diagnostic.js';
import { keysOf } from '../../language/schema.js';
import type { EntityModel, IndexModel, MutationModel, TableModel, Word } from '../../model.js';
import {
  type Entries,
  type Entry,
  entriesOf,
  flagOf,
  optional,
  type Reading,
  readNamed,
  report,
  spanOf,
  wordOf,
  wordsIn,
  wordsOf,
} from './nodes.js';

export function readTable(reading: Reading, name: Word, node: Node | null): TableModel | undefined {
  const map = entriesOf(reading, node, keysOf.table);
  const physicalName = wordOf(reading, map.get('name'));
  const [partition, sort] = wordsOf(reading, map.get('key'));
  if (!partition || !physicalName) return undefined;
  const indexes = readNamed(reading, map.get('indexes'), (_, index, value) =>
    readIndex(reading, index, value, partition),
  );
  const ttl = wordOf(reading, map.get('ttl'));
  const cache = flagOf(reading, map.get('cache'));
  return {
    name,
    physicalName,
    partition,
    ...optional({ sort, ttl, cache }),
    indexes,
    isOpen: !map.has('indexes'),
  };
}

function readIndex(
  reading: Reading,
  name: Word,
  node: Node | null,
  tablePartition: Word,
): IndexModel | undefined {
  if (isSeq(node)) {
    const [partition, sort] = wordsOf(reading, { key: name, value: node });
    return partition && { name, kind: 'global', partition, ...optional({ sort }), project: { kind: 'all' } };
  }
  const map = entriesOf(reading, node, keysOf.index);
  const project = projectionOf(reading, map.get('project'));
  const raw = map.get('partition');
  if (raw) return multiAttributeIndex(reading, name, raw, map, project);
  const attributes = map.get('sort');
  if (attributes && isSeq(attributes.value)) {
    report(
      reading,
      'wrong-type',
      spanOf(reading, attributes.value) ?? attributes.key.at,
      'Expected a single value, not a list.',
      'Write `sort: SORT` for a local index, or add `partition` for a multi-attribute index.',
    );
    return undefined;
  }
  const local = wordOf(reading, attributes);
  const key = map.get('key');
  if (local && key) {
    report(
      reading,
      'wrong-value',
      key.key.at,
      `Index \`${name.text}\` has both \`key\` and \`sort\`.`,
      'Write `key` for a global index, `sort` for a local one.',
    );
  }
  if (local) return { name, kind: 'local', partition: tablePartition, sort: local, project };
  const [partition, sort] = wordsOf(reading, key);
  if (!partition && !key) {
    report(
      reading,
      'missing-key',
      name.at,
      `Index \`${name.text}\` has neither \`key\` nor \`sort\`.`,
      'Write `[PARTITION, SORT]` for a global index or `{ sort: SORT }` for a local one.',
    );
  }
  return partition && { name, kind: 'global', partition, ...optional({ sort }), project };
}

/** `{ partition: [city], sort: [category, rating] }`: attributes of records. */
function multiAttributeIndex(
  reading: Reading,
  name: Word,
  raw: Entry,
  map: Entries<keyof typeof keysOf.index>,
  project: IndexModel['project'],
): IndexModel | undefined {
  const key = map.get('key');
  if (key)
    report(
      reading,
      'wrong-value',
      key.key.at,
      `Index \`${name.text}\` has both \`key\` and \`partition\`.`,
      'Write `key` for a key built from templates, or `partition` and `sort` for a multi-attribute key.',
    );
  const [partition, sort] = [wordsOf(reading, raw), wordsOf(reading, map.get('sort'))];
  const [first] = partition;
  if (!first) return undefined;
  return {
    name,
    kind: 'multi-attribute',
    partition: first,
    ...optional({ sort: sort[0] }),
    multiAttribute: { partition, sort },
    project,
  };
}

function projectionOf(reading: Reading, entry: Entry | undefined): IndexModel['project'] {
  if (!entry) return { kind: 'all' };
  if (isSeq(entry.value)) return { kind: 'include', fields: wordsIn(reading, entry.value, entry.key.at) };
  return wordOf(reading, entry)?.text === 'KEYS_ONLY' ? { kind: 'keys' } : { kind: 'all' };
}

/** The table of a file that declares none. */
export function defaultTable(
  at: Span,
  entities: readonly EntityModel[],
  mutations: readonly Pick<MutationModel, 'idempotent'>[],
): TableModel {
  const word = (text: string): Word => ({ text, at });
  const expires =
    entities.some(({ ttl, keep, events }) => ttl || keep?.seconds || events) ||
    mutations.some(({ idempotent }) => idempotent);
  return {
    name: word('entities'),
    physicalName: word('entities'),
    partition: word('PK'),
    sort: word('SK'),
    ...(expires ? { ttl: word('ttl') } : {}),
    indexes: [],
    isOpen: true,
  };
}
