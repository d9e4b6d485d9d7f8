/** Values: where they come from, key templates, paths of fields, types, durations. */

import { isMap, isSeq, type Node } from 'yaml';
import type { CacheModel } from '../../cache-model.js';
import { keysOf } from '../../language/schema.js';
import type {
  Binding,
  FieldPath,
  Literal,
  LiteralSource,
  PatternModel,
  Source,
  TemplateModel,
  TypeRef,
  ValueBinding,
  Word,
} from '../../model.js';
import type { ValueModel } from '../../sources.js';
import {
  type Entry,
  entriesOf,
  fieldsOf,
  flagOf,
  literalAt,
  literalsOf,
  optional,
  type Reading,
  report,
  spanOf,
  wordOf,
} from './nodes.js';

const literalText = /^[^$]/;

export function sourceOf(reading: Reading, entry: Entry | undefined): Source | undefined {
  if (!entry) return undefined;
  const literal = literalAt(reading, entry.value, entry.key.at);
  return literal && sourceAt(reading, literal);
}

export function sourceAt(reading: Reading, { value, at }: Literal): Source | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' || literalText.test(value) || value === '' || reading.constants)
    return { kind: 'literal', value, at };
  const [head = '', ...path] = value.slice(1).split('.');
  // Alone they are arguments of these names.
  const isBelow = path.length > 0;
  if (isBelow && (head === 'parent' || head === 'through')) return { kind: head, path, at };
  if (head === 'each' && reading.each) return { kind: 'each', list: reading.each, path, at };
  if (isBelow && head === 'current' && reading.current) return { kind: 'current', path, at };
  if (reading.steps.has(head)) return { kind: 'step', step: head, path, at };
  return { kind: 'argument', path: [head, ...path], at };
}

/** A value, `null`, or a document or list made of values. */
export function writtenOf(reading: Reading, { key, value: node }: Entry): ValueModel | undefined {
  const at = spanOf(reading, node) ?? key.at;
  if (isSeq(node)) {
    const of = node.items.flatMap((item) => writtenOf(reading, { key, value: item as Node | null }) ?? []);
    return { kind: 'list', of, at };
  }
  if (isMap(node)) return { kind: 'document', fields: valuesOf(reading, { key, value: node }), at };
  return literalAt(reading, node, key.at)?.value === null
    ? { kind: 'null', at }
    : sourceOf(reading, { key, value: node });
}

/** Values by field. */
export function valuesOf(reading: Reading, entry: Entry | undefined): ValueBinding[] {
  return fieldsOf(reading, entry).flatMap((field) => {
    const value = writtenOf(reading, field);
    return value ? [{ field: field.key, value }] : [];
  });
}

export function bindingsOf(reading: Reading, entry: Entry | undefined): Binding[] {
  return fieldsOf(reading, entry).flatMap((field) => {
    const source = sourceOf(reading, field);
    return source ? [{ field: field.key, source }] : [];
  });
}

/** Equalities. `{ in: … }` is equality with any of several values. */
export function lookupsOf(reading: Reading, entry: Entry | undefined): Binding[] {
  return fieldsOf(reading, entry).flatMap((field): Binding[] => {
    if (!isMap(field.value)) {
      const source = sourceOf(reading, field);
      return source ? [{ field: field.key, source }] : [];
    }
    const list = entriesOf(reading, field.value, keysOf.lookup).get('in');
    if (list && isSeq(list.value)) {
      const each = constantsOf(reading, list.key, list.value.items);
      return each[0] ? [{ field: field.key, source: each[0], each }] : [];
    }
    const source = sourceOf(reading, list);
    return source ? [{ field: field.key, source, each: 'list' }] : [];
  });
}

function constantsOf(reading: Reading, key: Word, items: readonly unknown[]): LiteralSource[] {
  return items.flatMap((item) => {
    const source = sourceOf(reading, { key, value: item as Node | null });
    return source?.kind === 'literal' ? [source] : [];
  });
}

export function templatesOf(reading: Reading, entry: Entry | undefined): TemplateModel[] {
  return fieldsOf(reading, entry).flatMap((field) => {
    const template = wordOf(reading, field);
    return template ? [{ attribute: field.key, template }] : [];
  });
}

export function fieldPathOf(reading: Reading, entry: Entry | undefined): FieldPath | undefined {
  const word = wordOf(reading, entry);
  return word && pathIn(word);
}

export function pathIn(word: Word): FieldPath | undefined {
  const [type, field] = word.text.split('.');
  return type && field ? { type, field, at: word.at } : undefined;
}

export function typeOf(reading: Reading, word: Word): TypeRef | undefined {
  const parse = (text: string): TypeRef | undefined => {
    const nonNull = text.endsWith('!');
    const bare = nonNull ? text.slice(0, -1) : text;
    if (bare.startsWith('[') && bare.endsWith(']')) {
      const of = parse(bare.slice(1, -1).trim());
      return of && { kind: 'list', of, nonNull };
    }
    return /^[A-Za-z_]\w*$/.test(bare) ? { kind: 'named', name: bare, nonNull } : undefined;
  };
  const type = parse(word.text.trim());
  if (!type)
    report(
      reading,
      'wrong-value',
      word.at,
      `\`${word.text}\` is not a valid type.`,
      'Use SDL syntax, as in `String!` or `[String!]!`.',
    );
  return type;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `7d` in seconds. */
export function secondsOf(length: string): number {
  return Number.parseInt(length, 10) * (secondsIn[length.at(-1) ?? ''] ?? Number.NaN);
}

/** `5m`, or `{ for: 5m, stale: 1m }`. */
export function cacheOf(reading: Reading, entry: Entry | undefined): CacheModel | undefined {
  if (!entry) return undefined;
  const map = isMap(entry.value) ? entriesOf(reading, entry.value, keysOf.cache) : undefined;
  const age = wordOf(reading, map ? map.get('for') : entry);
  const stale = wordOf(reading, map?.get('stale'));
  const shared = flagOf(reading, map?.get('shared'));
  return (
    age && {
      at: entry.key.at,
      seconds: secondsOf(age.text),
      stale: stale ? secondsOf(stale.text) : 0,
      ...optional({ shared }),
    }
  );
}

/** Which records are in an index, or under a constraint: by field, the values it has there. */
export function whenOf(reading: Reading, entry: Entry | undefined): PatternModel['when'] {
  return fieldsOf(reading, entry).flatMap((field) => {
    const values = literalsOf(reading, field);
    return values.length > 0 ? [{ field: field.key, values: presenceOf(values) ?? values }] : [];
  });
}

/** `present`, or `absent`, which is null: the words by themselves. */
function presenceOf([only, ...more]: readonly Literal[]): PatternModel['when'][number]['values'] | undefined {
  if (!only || more.length > 0) return undefined;
  if (only.value === 'present') return 'present';
  return only.value === 'absent' ? [{ value: null, at: only.at }] : undefined;
}
