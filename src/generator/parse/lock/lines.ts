/** A lock as lines: names with their values and places. */

import { Document, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { LockedAggregate, LockedKey, LockedSlot } from '../../lock.js';

export class Invalid extends Error {
  readonly diagnostic: Diagnostic;

  constructor(at: Span, message: string, hint?: string) {
    super(message);
    this.diagnostic = {
      code: 'lock-invalid',
      severity: 'error',
      message,
      at,
      hint:
        hint ??
        'Restore the file from version control. It records where items are stored, and only `generate` writes it.',
    };
  }
}

export interface Line {
  readonly name: string;
  readonly value: Node | null;
  readonly at: Span;
}

/** Reads the lines of one file. Whatever is not as it should be throws `Invalid`, with its place. */
export class Lines {
  readonly whole: Span;
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
    this.whole = { file, start: 0, end: 1 };
  }

  /** Of a text, with places; of a value, which is read in a fifth of the time, without. */
  top(text: string | { readonly value: unknown }): Line[] {
    const options = { schema: 'json', uniqueKeys: false } as const;
    const document =
      typeof text === 'string' ? parseDocument(text, options) : new Document(text.value, options);
    const [syntaxError] = document.errors;
    if (syntaxError) {
      const [start, end] = syntaxError.pos;
      throw new Invalid(
        { file: this.file, start, end: Math.max(end, start + 1) },
        'The lock is not valid JSON.',
      );
    }
    return this.lines(document.contents, this.whole, 'The lock');
  }

  lines(node: Node | null, at: Span, what: string): Line[] {
    if (!isMap(node)) throw new Invalid(this.span(node) ?? at, `${what} must be a mapping.`);
    return node.items.map((pair) => {
      const place = this.span(pair.key as Node) ?? at;
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') {
        throw new Invalid(place, `${what} has a key that is not text.`);
      }
      return { name: pair.key.value, value: (pair.value ?? null) as Node | null, at: place };
    });
  }

  scalar(line: Line): unknown {
    return isScalar(line.value) ? line.value.value : undefined;
  }

  key(line: Line): LockedKey {
    const [partition, sort, ...more] = this.strings(line);
    if (partition === undefined || more.length > 0) {
      throw new Invalid(line.at, `\`${line.name}\` is not a pair of key templates.`);
    }
    return { partition, sort: sort ?? null };
  }

  /** @param parts those of the line's value */
  slot(line: Line, parts: readonly Line[], isRetired: boolean): LockedSlot {
    const of = new Map(parts.map((part) => [part.name, part]));
    const entry = of.get('entry');
    const index = of.get('index');
    const key = of.get('key') ?? entry;
    const include = of.get('include');
    const known = ['entry', 'index', 'key', 'shards', 'present', 'when', 'include'];
    const name = index && this.scalar(index);
    const isRight =
      (index === undefined) === !of.has('key') &&
      [...of.keys()].every((part) => known.includes(part)) &&
      (!index || typeof name === 'string');
    if (!key || !isRight) throw this.wrong(line);
    return {
      entry: entry ? this.key(entry) : null,
      index: typeof name === 'string' ? name : null,
      key: this.key(key),
      ...this.conditions(line, of),
      ...(include ? { include: this.strings(include) } : {}),
      isRetired,
    };
  }

  /** The key of an aggregate, and what it is of. */
  aggregate(line: Line): LockedAggregate {
    if (!isMap(line.value)) return this.key(line);
    const of = new Map(this.lines(line.value, line.at, `\`${line.name}\``).map((part) => [part.name, part]));
    const [key, summed] = [of.get('key'), of.get('of')];
    const known = ['key', 'of', 'shards', 'present', 'when'];
    const field = summed && this.scalar(summed);
    const isRight = [...of.keys()].every((part) => known.includes(part));
    if (!key || !isRight || (summed && typeof field !== 'string')) throw this.wrong(line);
    return {
      ...this.key(key),
      of: { field: typeof field === 'string' ? field : null, ...this.conditions(line, of) },
    };
  }

  conditions(line: Line, of: ReadonlyMap<string, Line>): Pick<LockedSlot, 'shards' | 'present' | 'when'> {
    const [shards, present, when] = [of.get('shards'), of.get('present'), of.get('when')];
    const count = shards && this.scalar(shards);
    if (shards && typeof count !== 'number') throw this.wrong(line);
    return {
      shards: typeof count === 'number' ? count : null,
      present: present ? this.strings(present) : [],
      when: when
        ? this.lines(when.value, when.at, '`when`').map((one) => ({
            field: one.name,
            values: this.values(one),
          }))
        : [],
    };
  }

  /** The key attributes of an index, and what it projects where that is not all. */
  index(line: Line): { readonly attributes: string[]; readonly project?: string[] } {
    if (!isMap(line.value)) return { attributes: this.strings(line) };
    const parts = this.lines(line.value, line.at, `\`${line.name}\``);
    const [key, project] = ['key', 'project'].map((name) => parts.find((part) => part.name === name));
    if (!key || !project || parts.length > 2) throw this.wrong(line);
    return { attributes: this.strings(key), project: this.strings(project) };
  }

  strings(line: Line): string[] {
    const values = this.values(line);
    const texts = values.filter((value) => typeof value === 'string');
    if (texts.length < values.length) throw new Invalid(line.at, `\`${line.name}\` must be a list of texts.`);
    return texts;
  }

  wrong({ name, at }: Line, owner?: string): Invalid {
    const of = owner === undefined ? '' : ` of ${owner}`;
    return new Invalid(at, `\`${name}\`${of} is not a valid entry of the lock.`);
  }

  private values(line: Line): (string | number | boolean | null)[] {
    const items = isSeq(line.value) ? line.value.items : [undefined];
    return items.map((item) => {
      const value = isScalar(item) ? item.value : undefined;
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (isPlain || value === null) return value;
      throw new Invalid(line.at, `\`${line.name}\` must be a list.`);
    });
  }

  private span(node: Node | null): Span | undefined {
    const range = node?.range;
    return range ? { file: this.file, start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
  }
}
