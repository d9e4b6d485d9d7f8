/** The lines of a lock, one after the other -> the lock. */

import {
  compare,
  type Lock,
  type LockedAggregate,
  type LockedAttribute,
  type LockedEntity,
  type LockedEventType,
  type LockedKey,
  type LockedPattern,
  type LockedSlot,
  type LockedTable,
  type LockedValue,
  type Pending,
  type PendingCode,
  pendingCodes,
  slotName,
} from '../../lock.js';
import { Invalid, type Line, type Lines } from './lines.js';

/** What is collected of an entity. */
export class EntityFacts {
  readonly attributes = new Map<string, LockedAttribute>();
  readonly guards = new Map<string, LockedKey>();
  readonly aggregates = new Map<string, LockedAggregate>();
  readonly counters = new Map<string, LockedKey>();
  readonly slots = new Map<string, LockedSlot>();
  readonly retired: LockedEntity['retired'][number][] = [];
  readonly patterns = new Map<string, LockedPattern>();
  readonly events = new Map<string, LockedEventType>();
  key: LockedEntity['key'];
  ttl: string | null | undefined;

  constructor(ttl: null | undefined) {
    this.ttl = ttl;
  }

  /** Of what is both there and retired, which a merge may say, it is there: generation sees whether it is. */
  addAttribute(name: string, attribute: LockedAttribute): void {
    if (!attribute.isRetired || !this.attributes.has(name)) this.attributes.set(name, attribute);
  }

  addSlot(slot: LockedSlot): string {
    const name = slotName(slot);
    const id = `${slot.isRetired} ${name}`;
    // Where patterns of two branches include more in one entry, it has what both say.
    const other = this.slots.get(id)?.include;
    const include = other ? slot.include?.filter((field) => other.includes(field)) : slot.include;
    this.slots.set(id, include ? { ...slot, include } : slot);
    return name;
  }

  /** Those that all versions have; whether it was one. */
  addKey(kind: string | undefined, rest: string | undefined, line: Line, read: Lines): boolean {
    if (kind === 'guard' && rest) this.guards.set(rest, read.key(line));
    else if ((kind === 'kept' || kind === 'sequence') && rest)
      this.aggregates.set(`${kind} ${rest}`, read.aggregate(line));
    else if (kind === 'counter' && rest) this.counters.set(rest, read.key(line));
    else if (kind === 'table' && rest) this.key = { table: rest, key: read.key(line) };
    else return false;
    return true;
  }

  addRetired(kind: string | undefined, rest: string | undefined, value: unknown): boolean {
    const isKey = kind === 'key' || kind === 'guard' || kind === 'number' || kind === 'counter';
    if (!isKey || !rest || typeof value !== 'string') return false;
    this.retired.push({ what: kind, key: { partition: rest, sort: value === '' ? null : value } });
    return true;
  }

  done(): LockedEntity {
    const { attributes, guards, aggregates, counters, retired, patterns, events, key, ttl } = this;
    const slots = [...this.slots].sort(([a], [b]) => compare(a, b)).map(([, slot]) => slot);
    return { attributes, key, ttl, guards, aggregates, counters, slots, retired, patterns, events };
  }
}

/** `text!, normalized by trim lowercase, in keys fold` */
export function attributeOf(text: string, isRetired: boolean): LockedAttribute | undefined {
  const [, type = '', steps, formerly, encode] =
    /^([\w ]+!?)(?:, normalized by ([\w ]+))?(?:, formerly ([\w ]+))?(?:, in keys (.+))?$/.exec(text) ?? [];
  const value = storedValue(type);
  return (
    value && {
      ...value,
      encode: encode ?? null,
      normalize: steps?.split(' ') ?? [],
      formerly: formerly?.split(' ') ?? [],
      isRetired,
    }
  );
}

/** `list of enum Tag!` */
function storedValue(text: string): LockedValue | undefined {
  const [, shape = '', encoding, of, required] =
    /^((?:(?:list|set) of )*)(\w+)(?: (\w+))?(!)?$/.exec(text) ?? [];
  if (encoding === undefined) return undefined;
  // Of before: only a list of values of an enum was a document with a name.
  const isList = encoding === 'document' && of !== undefined;
  return {
    encoding: isList ? 'list of enum' : `${shape}${encoding}`,
    of: of ?? null,
    isRequired: required !== undefined,
  };
}

export function readFacts(lines: readonly Line[], read: Lines): Lock {
  const entities = new Map<string, EntityFacts>();
  const enums = new Map<string, string[]>();
  const types = new Map<string, Map<string, LockedValue>>();
  const tables = new Map<string, { key: readonly string[]; indexes: Map<string, LockedIndex> }>();
  const pending: Pending[] = [];
  let isSealed = false;
  for (const line of withoutDoubles(lines, read)) {
    if (line.name === 'version') continue;
    if (line.name === 'sealed') {
      // Of two branches, one may have sealed it.
      isSealed ||= read.scalar(line) === true;
      continue;
    }
    const [, owner = '', fact = ''] = /^((?:enum |table |type )[^:]+|\w+): (.+)$/.exec(line.name) ?? [];
    const [, kind, name] = /^(?:(enum|table|type) )?(.+)$/.exec(owner) ?? [];
    const one = pendingOf(owner, fact, line, read);
    if (one) pending.push(one);
    else if (!name) throw read.wrong(line);
    else if (kind === 'enum') enums.set(name, [...(enums.get(name) ?? []), fact]);
    else if (kind === 'type') {
      const value = read.scalar(line);
      const field = typeof value === 'string' ? storedValue(value) : undefined;
      if (!field) throw read.wrong(line);
      types.set(name, (types.get(name) ?? new Map()).set(fact, field));
    } else if (kind === 'table') {
      const table = tables.get(name) ?? { key: [], indexes: new Map() };
      tables.set(name, table);
      const [, retired, index] = /^(retired )?index (.+)$/.exec(fact) ?? [];
      const isRetired = retired !== undefined;
      if (fact === 'key') table.key = read.strings(line);
      else if (!index) throw read.wrong(line);
      else if (!isRetired || !table.indexes.has(index))
        table.indexes.set(index, { ...read.index(line), isRetired });
    } else {
      const entity = entities.get(name) ?? new EntityFacts(null);
      entities.set(name, entity);
      addFact(entity, fact, line, read);
    }
  }
  return {
    isSealed,
    entities: new Map([...entities].map(([name, entity]) => [name, entity.done()])),
    enums,
    types,
    tables,
    pending,
  };
}

type LockedIndex = LockedTable['indexes'] extends ReadonlyMap<string, infer Index> ? Index : never;

function addFact(entity: EntityFacts, fact: string, line: Line, read: Lines): void {
  const [, retired, kind, rest] = /^(retired )?(\w+)(?: (.+))?$/.exec(fact) ?? [];
  const isRetired = retired !== undefined;
  const value = read.scalar(line);
  if (kind === 'attribute' && rest && typeof value === 'string') {
    const attribute = attributeOf(value, isRetired);
    if (!attribute) throw read.wrong(line);
    entity.addAttribute(rest, attribute);
  } else if (kind === 'slot' && rest) {
    entity.addSlot(read.slot(line, read.lines(line.value, line.at, `\`${line.name}\``), isRetired));
  } else if (isRetired) {
    if (!entity.addRetired(kind, rest, value)) throw read.wrong(line);
  } else if (kind === 'pattern' && rest) entity.patterns.set(rest, patternOf(entity, line, read));
  else if (kind === 'event' && rest) entity.events.set(rest, eventOf(line, read));
  else if (kind === 'ttl' && typeof value === 'string') entity.ttl = value;
  else if (!entity.addKey(kind, rest, line, read)) throw read.wrong(line);
}

/** `User in 4 lanes: email name` */
function eventOf(line: Line, read: Lines): LockedEventType {
  const [, of, lanes = '1', fields] =
    /^(\w+)(?: in (\d+) lanes)?(?:: ([\w ]+))?$/.exec(String(read.scalar(line))) ?? [];
  if (of === undefined) throw read.wrong(line);
  return { of, lanes: Number(lanes), fields: fields?.split(' ') ?? [] };
}

/** A pattern's line says the key that it reads. */
function patternOf(entity: EntityFacts, line: Line, read: Lines): LockedPattern {
  const parts = read.lines(line.value, line.at, `\`${line.name}\``);
  const of = (name: string) => {
    const part = parts.find((one) => one.name === name);
    const value = part && read.scalar(part);
    if (part && typeof value !== 'string') throw read.wrong(line);
    return typeof value === 'string' ? value : undefined;
  };
  const field = of('for') ?? null;
  const reads = of('reads');
  const others = parts.filter(({ name }) => name !== 'for' && name !== 'reads');
  if (reads === undefined) return { field, reads: entity.addSlot(read.slot(line, others, false)) };
  if (others.length > 0) throw read.wrong(line);
  return { field, reads };
}

function pendingOf(owner: string, fact: string, line: Line, read: Lines): Pending | undefined {
  const [, word, name] = /^pending (\S+) (.+)$/.exec(fact) ?? [];
  if (!name) return undefined;
  const code: PendingCode | undefined = pendingCodes.find((one) => one === word);
  if (!code) throw read.wrong(line);
  return { code, owner, name, was: read.strings(line) };
}

/** Lines that two branches added alike are one; where they differ, somebody has to say which holds. */
function withoutDoubles(lines: readonly Line[], read: Lines): Line[] {
  const seen = new Map<string, string>();
  return lines.filter((line) => {
    const text = JSON.stringify(line.value);
    const other = seen.get(line.name);
    if (other !== undefined && other !== text && line.name !== 'sealed')
      throw new Invalid(
        line.at === read.whole ? read.whole : line.at,
        `The lock has two lines for \`${line.name}\`, as a merge may leave.`,
        'Delete the one whose records are not stored anywhere, or were stored last.',
      );
    seen.set(line.name, text);
    return other === undefined || line.name === 'sealed';
  });
}
