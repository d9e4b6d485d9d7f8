/** access-patterns.lock.json -> lock. The generator writes it, and reads it as strictly as hand-written files. */

import { Document, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import {
  emptyLock,
  type Lock,
  type LockedEntity,
  type LockedKey,
  type LockedPattern,
  type LockedSlot,
  type LockedTable,
  printLock,
} from '../lock.js';

/** No text: no lock yet. */
export function readLock(file: string, text: string | undefined): { lock: Lock; diagnostics: Diagnostic[] } {
  if (text === undefined) return { lock: emptyLock, diagnostics: [] };
  const printed = asPrinted(file, text);
  if (printed) return { lock: printed, diagnostics: [] };
  try {
    return { lock: new LockReader(file, text).read(), diagnostics: [] };
  } catch (error) {
    if (error instanceof Invalid) return { lock: emptyLock, diagnostics: [error.diagnostic] };
    throw error;
  }
}

/** The lock of a text that is, byte for byte, what `generate` writes: read without places, in a fifth of the time. */
function asPrinted(file: string, text: string): Lock | undefined {
  try {
    const lock = new LockReader(file, text).read(new Document(JSON.parse(text)));
    return printLock(lock) === text ? lock : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Invalid) return undefined;
    throw error;
  }
}

class Invalid extends Error {
  readonly diagnostic: Diagnostic;

  constructor(at: Span, message: string) {
    super(message);
    this.diagnostic = {
      code: 'lock-invalid',
      severity: 'error',
      message,
      at,
      hint: 'Restore the file from version control. It records where items are stored, and only `generate` writes it.',
    };
  }
}

interface Line {
  readonly name: string;
  readonly value: Node | null;
  readonly at: Span;
}

class LockReader {
  private readonly file: string;
  private readonly text: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  read(document: Document = parseDocument(this.text, { schema: 'json' })): Lock {
    const [syntaxError] = document.errors;
    if (syntaxError) {
      const [start, end] = syntaxError.pos;
      throw new Invalid(
        { file: this.file, start, end: Math.max(end, start + 1) },
        'The lock is not valid JSON.',
      );
    }
    const whole: Span = { file: this.file, start: 0, end: 1 };
    const entities = new Map<string, LockedEntity>();
    const tables = new Map<string, LockedTable>();
    const top = this.lines(document.contents, whole, 'The lock');
    for (const { name, value, at } of top) {
      if (name === 'version') {
        if (!isScalar(value) || value.value !== 1)
          throw new Invalid(at, 'The version of the lock must be `1`.');
      } else if (name === 'entities') {
        for (const one of this.lines(value, at, '`entities`')) entities.set(one.name, this.entity(one));
      } else if (name === 'tables') {
        for (const one of this.lines(value, at, '`tables`')) tables.set(one.name, this.table(one));
      } else throw new Invalid(at, `\`${name}\` is not a key of the lock.`);
    }
    if (!top.some(({ name }) => name === 'version')) throw new Invalid(whole, 'The lock lacks `version`.');
    return { entities, tables };
  }

  private entity(entity: Line): LockedEntity {
    const attributes = new Map<string, { encoding: string; isRetired: boolean }>();
    const guards = new Map<string, LockedKey>();
    const aggregates = new Map<string, LockedKey>();
    const counters = new Map<string, LockedKey>();
    const slots: LockedSlot[] = [];
    const retired: LockedEntity['retired'][number][] = [];
    const patterns = new Map<string, LockedPattern>();
    const moved = new Map<string, readonly string[]>();
    let movedKey: LockedEntity['key'];
    let key: LockedEntity['key'];
    for (const line of this.lines(entity.value, entity.at, `Entity \`${entity.name}\``)) {
      const [, gone, kind, rest] =
        /^(retired )?(attribute|guard|kept|sequence|number|counter|slot|table|key|pattern|moved key|moved pattern)(?: (.+))?$/.exec(
          line.name,
        ) ?? [];
      const isRetired = gone !== undefined;
      const value = isScalar(line.value) ? line.value.value : undefined;
      if (kind === 'attribute' && rest && typeof value === 'string') {
        attributes.set(rest, { encoding: value, isRetired });
      } else if (isRetired && isRetiredKey(kind) && rest && typeof value === 'string') {
        retired.push({ what: kind, key: { partition: rest, sort: value === '' ? null : value } });
      } else if (kind === 'guard' && rest) guards.set(rest, this.key(line));
      else if (!isRetired && (kind === 'kept' || kind === 'sequence') && rest)
        aggregates.set(line.name, this.key(line));
      else if (kind === 'counter' && rest) counters.set(rest, this.key(line));
      else if (kind === 'slot' && rest && /^\d+$/.test(rest)) {
        slots.push(this.slot(line, Number(rest), isRetired));
      } else if (kind === 'pattern' && !isRetired && rest) patterns.set(rest, this.pattern(line));
      else if (kind === 'moved pattern' && !isRetired && rest) moved.set(rest, this.strings(line));
      else if (kind === 'moved key' && !isRetired && rest) movedKey = { table: rest, key: this.key(line) };
      else if (kind === 'table' && !isRetired && rest) key = { table: rest, key: this.key(line) };
      else if (line.name !== 'table' || value !== null) {
        throw new Invalid(
          line.at,
          `\`${line.name}\` of entity \`${entity.name}\` is not a valid entry of the lock.`,
        );
      }
    }
    return {
      attributes,
      key,
      guards,
      aggregates,
      counters,
      slots,
      retired,
      patterns,
      moved: { key: movedKey, patterns: moved },
    };
  }

  private pattern(line: Line): LockedPattern {
    const parts = this.lines(line.value, line.at, `\`${line.name}\``).map(({ name, value }) => {
      const text = isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
      return [name, text] as const;
    });
    const { for: field, reads, ...others } = Object.fromEntries(parts);
    if (reads === undefined || Object.keys(others).length > 0)
      throw new Invalid(line.at, `\`${line.name}\` is not a valid entry of the lock.`);
    return { field: field ?? null, reads };
  }

  private slot(line: Line, number: number, isRetired: boolean): LockedSlot {
    const parts = new Map(
      this.lines(line.value, line.at, `\`${line.name}\``).map((part) => [part.name, part]),
    );
    const entry = parts.get('entry');
    const index = parts.get('index');
    const key = parts.get('key') ?? entry;
    const shards = parts.get('shards');
    const when = parts.get('when');
    const wrong = new Invalid(line.at, `\`${line.name}\` is not a valid entry of the lock.`);
    const known = ['entry', 'index', 'key', 'shards', 'present', 'when'];
    if (!key || (index === undefined) !== !parts.has('key')) throw wrong;
    if ([...parts.keys()].some((name) => !known.includes(name))) throw wrong;
    const count = shards && isScalar(shards.value) ? shards.value.value : null;
    if (shards && typeof count !== 'number') throw wrong;
    const name = index && isScalar(index.value) ? index.value.value : null;
    if (index && typeof name !== 'string') throw wrong;
    const present = parts.get('present');
    return {
      number,
      entry: entry ? this.key(entry) : null,
      index: typeof name === 'string' ? name : null,
      key: this.key(key),
      shards: typeof count === 'number' ? count : null,
      present: present ? this.strings(present) : [],
      when: when
        ? this.lines(when.value, when.at, '`when`').map((one) => ({
            field: one.name,
            values: this.values(one),
          }))
        : [],
      isRetired,
    };
  }

  private table(table: Line): LockedTable {
    const indexes = new Map<string, { attributes: readonly string[]; isRetired: boolean }>();
    let key: readonly string[] = [];
    for (const line of this.lines(table.value, table.at, `Table \`${table.name}\``)) {
      const [, gone, name] = /^(retired )?index (.+)$/.exec(line.name) ?? [];
      if (name) indexes.set(name, { attributes: this.strings(line), isRetired: gone !== undefined });
      else if (line.name === 'table') key = this.strings(line);
      else
        throw new Invalid(
          line.at,
          `\`${line.name}\` of table \`${table.name}\` is not a valid entry of the lock.`,
        );
    }
    return { key, indexes };
  }

  private key(line: Line): LockedKey {
    const [partition, sort, ...more] = this.strings(line);
    if (partition === undefined || more.length > 0) {
      throw new Invalid(line.at, `\`${line.name}\` is not a pair of key templates.`);
    }
    return { partition, sort: sort ?? null };
  }

  private strings(line: Line): string[] {
    const values = this.values(line);
    const texts = values.filter((value) => typeof value === 'string');
    if (texts.length < values.length) throw new Invalid(line.at, `\`${line.name}\` must be a list of texts.`);
    return texts;
  }

  private values(line: Line): (string | number | boolean)[] {
    const items = isSeq(line.value) ? line.value.items : [undefined];
    return items.map((item) => {
      const value = isScalar(item) ? item.value : undefined;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
      throw new Invalid(line.at, `\`${line.name}\` must be a list.`);
    });
  }

  private lines(node: Node | null, at: Span, what: string): Line[] {
    if (!isMap(node)) throw new Invalid(this.span(node) ?? at, `${what} must be a mapping.`);
    return node.items.map((pair) => {
      const place = this.span(pair.key as Node) ?? at;
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') {
        throw new Invalid(place, `${what} has a key that is not text.`);
      }
      return { name: pair.key.value, value: (pair.value ?? null) as Node | null, at: place };
    });
  }

  private span(node: Node | null): Span | undefined {
    const range = node?.range;
    return range ? { file: this.file, start: range[0], end: Math.max(range[1], range[0] + 1) } : undefined;
  }
}

function isRetiredKey(kind: string | undefined): kind is LockedEntity['retired'][number]['what'] {
  return kind === 'key' || kind === 'guard' || kind === 'number' || kind === 'counter';
}
