/** Nodes of the YAML document -> words, constants and mappings, each with its place. */

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Code } from '../../diagnostics/codes.js';
import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Literal, Source, Word } from '../../model.js';

/** One reading of a document. */
export interface Reading {
  readonly file: string;
  /** What the readers report is added. */
  readonly diagnostics: Diagnostic[];
  /** Offsets of mistakes that validation has reported. Their consequences are not reported. */
  readonly refused: ReadonlySet<number>;
  /** Names of the earlier steps of a transaction, whose values may be used. */
  readonly steps: ReadonlySet<string>;
  /** `$current` is the record as it is. */
  readonly current?: true;
  /** What `$each` is an element of. */
  readonly each?: Source;
  /** Text that begins with `$` is text. */
  readonly constants?: true;
}

export interface Entry {
  readonly key: Word;
  readonly value: Node | null;
}

/** Validation has refused every other key. */
export type Entries<K extends string> = ReadonlyMap<K, Entry>;

/** The items of a mapping `name: definition`, in the order written. */
export function readNamed<T>(
  reading: Reading,
  entry: Entry | undefined,
  read: (reading: Reading, name: Word, node: Node | null) => T | undefined,
): T[] {
  return fieldsOf(reading, entry).flatMap((field) => {
    const value = read(reading, field.key, field.value);
    return value === undefined ? [] : [value];
  });
}

/** A mapping with any keys. */
export function fieldsOf(reading: Reading, entry: Entry | undefined): Entry[] {
  if (!entry) return [];
  return pairsOf(reading, entry.value);
}

/** A mapping with known keys. */
export function entriesOf<K extends string>(
  reading: Reading,
  node: Node | null,
  keys: Readonly<Record<K, unknown>>,
): Entries<K> {
  return new Map(
    pairsOf(reading, node).flatMap((entry) =>
      isKeyOf(entry.key.text, keys) ? [[entry.key.text, entry]] : [],
    ),
  );
}

function pairsOf(reading: Reading, node: Node | null): Entry[] {
  if (!isMap(node)) return [];
  const seen = new Map<string, Span>();
  return node.items.flatMap((pair) => {
    const at = isScalar(pair.key) ? spanOf(reading, pair.key) : undefined;
    if (!isScalar(pair.key) || !at) return [];
    const key: Word = { text: String(pair.key.value), at };
    const earlier = seen.get(key.text);
    if (earlier) {
      reading.diagnostics.push({
        code: 'duplicate-key',
        severity: 'error',
        message: `The key \`${key.text}\` is defined twice.`,
        at: key.at,
        notes: [{ message: 'first defined here', at: earlier }],
        hint: 'Rename or remove one of them.',
      });
      return [];
    }
    seen.set(key.text, key.at);
    return [{ key, value: (pair.value ?? null) as Node | null }];
  });
}

export function wordOf(reading: Reading, entry: Entry | undefined): Word | undefined {
  return entry && wordAt(reading, entry.value, entry.key.at);
}

/** One word or a list of words. */
export function wordsOf(reading: Reading, entry: Entry | undefined): Word[] {
  if (!entry) return [];
  if (isSeq(entry.value)) return wordsIn(reading, entry.value, entry.key.at);
  const word = wordOf(reading, entry);
  return word ? [word] : [];
}

export function wordsIn(reading: Reading, node: { items: unknown[] }, at: Span): Word[] {
  return node.items.flatMap((item) => {
    const word = wordAt(reading, item as Node, at);
    return word ? [word] : [];
  });
}

export function wordAt(reading: Reading, node: Node | null, at: Span): Word | undefined {
  const literal = literalAt(reading, node, at);
  return typeof literal?.value === 'string' ? { text: literal.value, at: literal.at } : undefined;
}

/** One constant or a list of them. */
export function literalsOf(reading: Reading, entry: Entry): Literal[] {
  const nodes = isSeq(entry.value) ? entry.value.items : [entry.value];
  return nodes.flatMap((node) => literalAt(reading, node as Node | null, entry.key.at) ?? []);
}

export function literalAt(reading: Reading, node: Node | null, at: Span): Literal | undefined {
  if (isScalar(node)) {
    const { value } = node;
    const span = spanOf(reading, node) ?? at;
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      return { value, at: span };
    }
  }
  return node === null ? { value: null, at } : undefined;
}

/** The place of a key that is `true`. */
export function flagOf(reading: Reading, entry: Entry | undefined): { at: Span } | undefined {
  return entry && isTrue(reading, entry) ? { at: entry.key.at } : undefined;
}

export function isTrue(reading: Reading, entry: Entry | undefined): boolean {
  const literal = entry && literalAt(reading, entry.value, entry.key.at);
  return literal?.value === true;
}

export function countOf(reading: Reading, entry: Entry | undefined): { count: number; at: Span } | undefined {
  const literal = entry && literalAt(reading, entry.value, entry.key.at);
  return typeof literal?.value === 'number' ? { count: literal.value, at: literal.at } : undefined;
}

export function spanOf(reading: Reading, node: Node | null): Span | undefined {
  const range = node?.range;
  return range ? { file: reading.file, start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
}

export function report(reading: Reading, code: Code, at: Span, message: string, hint?: string): void {
  if (reading.refused.has(at.start)) return;
  reading.diagnostics.push({ code, severity: 'error', message, at, ...optional({ hint }) });
}

function isKeyOf<K extends string>(key: string, keys: Readonly<Record<K, unknown>>): key is K {
  return Object.hasOwn(keys, key);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The properties that have a value. Others are absent, not undefined. */
export function optional<T extends object>(properties: T): Present<T> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
