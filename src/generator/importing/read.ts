/** import.yaml -> what it says, every word with its place. */

import { isMap, isSeq, type Node } from 'yaml';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { importFile, importKeys } from '../language/mappings/import.js';
import {
  type Entry,
  entriesOf,
  fieldsOf,
  isTrue,
  type Reading,
  readNamed,
  report,
  spanOf,
  wordOf,
  wordsOf,
} from '../parse/yaml/nodes.js';
import { openYaml } from '../parse/yaml.js';
import type { Word } from '../sources.js';
import type {
  ConstantAt,
  FallbackModel,
  FieldModel,
  ImportConstant,
  ImportModel,
  MissingModel,
  RejectModel,
  SourceModel,
  UniqueModel,
} from './model.js';

export function readImport(
  file: string,
  source: string,
): { readonly model: ImportModel; readonly diagnostics: Diagnostic[] } {
  const { document, reading, diagnostics } = openYaml(file, source, importFile, file);
  if (!reading) return { model: { transforms: undefined, sources: [] }, diagnostics };
  const top = entriesOf(reading, document.contents, importKeys.file);
  return {
    model: {
      transforms: wordOf(reading, top.get('transforms')),
      sources: readNamed(reading, top.get('sources'), readSource),
    },
    diagnostics,
  };
}

function readSource(reading: Reading, name: Word, node: Node | null): SourceModel {
  const map = entriesOf(reading, node, importKeys.source);
  return {
    name,
    table: wordOf(reading, map.get('table')),
    key: wordsOf(reading, map.get('key')),
    entity: wordOf(reading, map.get('entity')),
    secret: wordsOf(reading, map.get('secret')),
    oneWay: isTrue(reading, map.get('oneWay')),
    fields: readNamed(reading, map.get('fields'), readField),
    unique: readNamed(reading, map.get('unique'), readUnique),
    reject: readNamed(reading, map.get('reject'), readReject),
  };
}

function readField(reading: Reading, name: Word, node: Node | null): FieldModel {
  if (!isMap(node)) {
    const from = wordsOf(reading, { key: name, value: node });
    return { ...emptyField, name, from };
  }
  const map = entriesOf(reading, node, importKeys.field);
  const mapped = map.get('map');
  return {
    name,
    from: wordsOf(reading, map.get('from')),
    transform: wordsOf(reading, map.get('transform')),
    map:
      mapped &&
      fieldsOf(reading, mapped).map((entry) => ({ from: entry.key, to: constantAt(reading, entry) })),
    otherwise: optionalConstant(reading, map.get('otherwise')),
    value: optionalConstant(reading, map.get('value')),
    fallback: readFallback(reading, map.get('default')),
    references: wordOf(reading, map.get('references')),
    missing: readMissing(reading, map.get('missing')),
    oneWay: isTrue(reading, map.get('oneWay')),
    unit: wordOf(reading, map.get('unit')),
  };
}

const emptyField = {
  transform: [],
  map: undefined,
  otherwise: undefined,
  value: undefined,
  fallback: undefined,
  references: undefined,
  missing: undefined,
  oneWay: false,
  unit: undefined,
};

function readFallback(reading: Reading, entry: Entry | undefined): FallbackModel | undefined {
  if (entry === undefined) return undefined;
  if (!isMap(entry.value)) return { kind: 'value', constant: constantAt(reading, entry) };
  const [only, ...more] = fieldsOf(reading, entry);
  const word = wordOf(reading, only);
  if (only?.key.text === 'field' && word && more.length === 0) return { kind: 'field', field: word };
  if (only?.key.text === 'time' && word?.text === 'import' && more.length === 0)
    return { kind: 'time', at: word.at };
  const hint = 'Write a constant, `{ field: other }` or `{ time: import }`.';
  report(reading, 'wrong-value', entry.key.at, 'This is not a default.', hint);
  return undefined;
}

function readMissing(reading: Reading, entry: Entry | undefined): MissingModel | undefined {
  if (entry === undefined) return undefined;
  if (!isMap(entry.value)) {
    const word = wordOf(reading, entry)?.text;
    return word === 'keep' || word === 'clear' ? { kind: word } : { kind: 'reject' };
  }
  const [only, ...more] = fieldsOf(reading, entry);
  if (only?.key.text === 'value' && more.length === 0)
    return { kind: 'value', constant: constantAt(reading, only) };
  const hint = 'Write `reject`, `keep`, `clear` or `{ value: … }`.';
  report(reading, 'wrong-value', entry.key.at, 'This does not say what happens.', hint);
  return undefined;
}

function readUnique(reading: Reading, field: Word, node: Node | null): UniqueModel {
  const map = entriesOf(reading, node, importKeys.unique);
  const others = wordOf(reading, map.get('others'))?.text === 'reject' ? 'reject' : 'merge';
  return { field, newest: wordOf(reading, map.get('newest')), others };
}

function readReject(reading: Reading, name: Word, node: Node | null): RejectModel {
  const map = entriesOf(reading, node, importKeys.reject);
  const list = map.get('in');
  const values = list && isSeq(list.value) ? list.value.items : [];
  return {
    name,
    field: wordOf(reading, map.get('field')),
    isPast: wordOf(reading, map.get('when'))?.text === 'past',
    values: list ? values.map((value) => constantAt(reading, { key: list.key, value: value as Node })) : [],
  };
}

function optionalConstant(reading: Reading, entry: Entry | undefined): ConstantAt | undefined {
  return entry && constantAt(reading, entry);
}

function constantAt(reading: Reading, { key, value }: Entry): ConstantAt {
  const plain = value === null ? null : (value.toJSON() as ImportConstant);
  return { value: plain, at: spanOf(reading, value) ?? key.at };
}
