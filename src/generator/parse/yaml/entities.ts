/** Entities. */

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { keysOf } from '../../language/schema.js';
import type { EntityModel, ReferenceModel, UniqueModel, ValidationModel, Word } from '../../model.js';
import {
  countOf,
  type Entry,
  entriesOf,
  fieldsOf,
  flagOf,
  isTrue,
  literalAt,
  optional,
  type Reading,
  readNamed,
  wordAt,
  wordOf,
  wordsIn,
  wordsOf,
} from './nodes.js';
import { cacheOf, secondsOf, templatesOf, typeOf, valuesOf, whenOf } from './values.js';

export function readEntity(reading: Reading, name: Word, node: Node | null): EntityModel | undefined {
  const map = entriesOf(reading, node, keysOf.entity);
  const immutable = map.get('immutable');
  const immutableAll = immutable && isScalar(immutable.value) && immutable.value.value === true;
  return {
    name,
    key: templatesOf(reading, map.get('key')),
    keys: fieldsOf(reading, map.get('keys')).map((entry) => ({
      index: entry.key,
      key: templatesOf(reading, entry),
    })),
    stored: fieldsOf(reading, map.get('stored')).flatMap((entry) => {
      const word = wordOf(reading, entry);
      const type = word && typeOf(reading, word);
      return type ? [{ name: entry.key, type }] : [];
    }),
    secret: wordsOf(reading, map.get('secret')),
    generate: fieldsOf(reading, map.get('generate')).flatMap((entry) => generatedOf(reading, entry)),
    default: valuesOf({ ...reading, constants: true }, map.get('default')),
    readDefault: wordsOf(reading, map.get('readDefault')),
    renamed: fieldsOf(reading, map.get('renamed')).flatMap((entry) => {
      const to = wordOf(reading, entry);
      return to ? [{ from: entry.key, to }] : [];
    }),
    normalize: fieldsOf(reading, map.get('normalize')).flatMap((entry) => {
      const steps = wordsOf(reading, entry);
      return steps.length > 0 ? [{ field: entry.key, steps }] : [];
    }),
    encode: fieldsOf(reading, map.get('encode')).flatMap((entry) => {
      const how = wordOf(reading, entry);
      return how ? [{ field: entry.key, how }] : [];
    }),
    compute: fieldsOf(reading, map.get('compute')).flatMap((entry) => {
      const rule = wordOf(reading, entry);
      return rule ? [{ field: entry.key, rule }] : [];
    }),
    unique: uniquesOf(reading, map.get('unique')),
    immutable: immutableAll ? true : wordsOf(reading, immutable),
    singleton: isTrue(reading, map.get('singleton')),
    sets: wordsOf(reading, map.get('sets')),
    references: readNamed(reading, map.get('references'), readReference),
    movable: wordsOf(reading, map.get('movable')),
    transitions: fieldsOf(reading, map.get('transitions')).map((entry) => ({
      field: entry.key,
      moves: fieldsOf(reading, entry).map((from) => ({ from: from.key, to: wordsOf(reading, from) })),
    })),
    validate: fieldsOf(reading, map.get('validate')).flatMap((entry) => {
      const validation = validationOf(reading, entry);
      return validation ? [{ field: entry.key, validation }] : [];
    }),
    ...optional({
      table: wordOf(reading, map.get('table')),
      identity: map.has('identity') ? wordsOf(reading, map.get('identity')) : undefined,
      ttl: wordOf(reading, map.get('ttl')),
      historyOf: wordOf(reading, map.get('historyOf')),
      keep: retentionOf(reading, map.get('keep')),
      cache: cacheOf(reading, map.get('cache')),
      events: eventsOf(reading, map.get('events')),
    }),
  };
}

/** `{ max: 254, pattern: "…" }`, or the name of a rule. */
function validationOf(reading: Reading, entry: Entry): ValidationModel | undefined {
  if (!isMap(entry.value)) {
    const rule = wordOf(reading, entry);
    return rule && { kind: 'rule', rule };
  }
  const map = entriesOf(reading, entry.value, keysOf.bounds);
  const bound = (one: Entry | undefined) => {
    const literal = one && literalAt(reading, one.value, one.key.at);
    return typeof literal?.value === 'number' ? { value: literal.value, at: literal.at } : undefined;
  };
  return {
    kind: 'bounds',
    at: entry.key.at,
    ...optional({
      min: bound(map.get('min')),
      max: bound(map.get('max')),
      pattern: wordOf(reading, map.get('pattern')),
      message: wordOf(reading, map.get('message')),
    }),
  };
}

/** `now`, or `{ sequence: projectId, name: ticketNumber }`. */
function generatedOf(reading: Reading, entry: Entry): EntityModel['generate'] {
  const how = wordOf(reading, entry);
  if (how) return [{ field: entry.key, how }];
  const map = entriesOf(reading, entry.value, keysOf.generated);
  const sequence = map.get('sequence');
  if (!sequence) return [];
  const shared = optional({ shared: wordOf(reading, map.get('name')) });
  return [{ field: entry.key, how: sequence.key, within: wordsOf(reading, sequence), ...shared }];
}

function readReference(reading: Reading, name: Word, node: Node | null): ReferenceModel | undefined {
  if (!isMap(node)) {
    const to = wordAt(reading, node, name.at);
    return to && { name, to };
  }
  const map = entriesOf(reading, node, keysOf.reference);
  const to = wordOf(reading, map.get('to'));
  const fields = map.has('fields')
    ? fieldsOf(reading, map.get('fields')).flatMap((entry) => {
        const field = wordOf(reading, entry);
        return field ? [{ key: entry.key, field }] : [];
      })
    : undefined;
  return to && { name, to, ...optional({ fields, onDelete: wordOf(reading, map.get('onDelete')) }) };
}

/** With the types of the file, which are read apart. */
function eventsOf(reading: Reading, entry: Entry | undefined): EntityModel['events'] {
  const flag = flagOf(reading, entry);
  return flag && { ...flag, types: [] };
}

function retentionOf(reading: Reading, entry: Entry | undefined): EntityModel['keep'] {
  const number = countOf(reading, entry);
  if (number) return { at: number.at, versions: number.count };
  const length = wordOf(reading, entry);
  return length && { at: length.at, seconds: secondsOf(length.text) };
}

function uniquesOf(reading: Reading, entry: Entry | undefined): UniqueModel[] {
  if (!entry) return [];
  const items = isSeq(entry.value) ? entry.value.items : [entry.value];
  return items.flatMap((item): UniqueModel[] => {
    const node = item as Node | null;
    if (isSeq(node)) return [{ fields: wordsIn(reading, node, entry.key.at), when: [] }];
    if (isMap(node)) {
      const map = entriesOf(reading, node, keysOf.constraint);
      const parts = { name: wordOf(reading, map.get('name')), message: wordOf(reading, map.get('message')) };
      const when = whenOf(reading, map.get('when'));
      return [{ fields: wordsOf(reading, map.get('fields')), when, ...optional(parts) }];
    }
    const word = wordAt(reading, node, entry.key.at);
    return word ? [{ fields: [word], when: [] }] : [];
  });
}
