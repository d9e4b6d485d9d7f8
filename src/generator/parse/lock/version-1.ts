/**
 * A lock of version 1: sections of entities and tables, with numbered slots. It knew nothing of drafts, so that what it has
 * may be deployed: it is sealed. It did not say whether attributes are required, or which values enums have.
 */

import {
  keyName,
  type Lock,
  type LockedEntity,
  type LockedSlot,
  type LockedTable,
  type Pending,
  type PendingCode,
  slotName,
} from '../../lock.js';
import { attributeOf, EntityFacts } from './facts.js';
import { Invalid, type Line, type Lines } from './lines.js';

export function readVersion1(top: readonly Line[], read: Lines): Lock {
  const entities = new Map<string, LockedEntity>();
  const tables = new Map<string, LockedTable>();
  const pending: Pending[] = [];
  for (const { name, value, at } of top) {
    if (name === 'version') continue;
    if (name === 'entities') {
      for (const one of read.lines(value, at, '`entities`')) {
        const { entity, moved } = entityOf(one, read);
        entities.set(one.name, entity);
        pending.push(...moved);
      }
    } else if (name === 'tables') {
      for (const one of read.lines(value, at, '`tables`')) tables.set(one.name, tableOf(one, read));
    } else throw new Invalid(at, `\`${name}\` is not a key of the lock.`);
  }
  return { isSealed: true, entities, enums: new Map(), types: new Map(), tables, pending };
}

function entityOf(line: Line, read: Lines): { readonly entity: LockedEntity; readonly moved: Pending[] } {
  const owner = `entity \`${line.name}\``;
  const entity = new EntityFacts(undefined);
  const numbered = new Map<string, LockedSlot>();
  const moved: { readonly code: PendingCode; readonly name: string; readonly was: readonly string[] }[] = [];
  const patterns: { readonly name: string; readonly field: string | null; readonly reads: string }[] = [];
  for (const one of read.lines(line.value, line.at, `Entity \`${line.name}\``)) {
    const [, gone, kind, rest] =
      /^(retired )?(attribute|guard|kept|sequence|number|counter|slot|table|key|pattern|moved key|moved pattern)(?: (.+))?$/.exec(
        one.name,
      ) ?? [];
    const isRetired = gone !== undefined;
    const value = read.scalar(one);
    const attribute = typeof value === 'string' ? attributeOf(value, isRetired) : undefined;
    if (kind === 'attribute' && rest && attribute)
      entity.addAttribute(rest, { ...attribute, isRequired: undefined, normalize: undefined });
    else if (kind === 'slot' && rest && /^\d+$/.test(rest)) {
      const slot = read.slot(one, read.lines(one.value, one.at, `\`${one.name}\``), isRetired);
      numbered.set(`slot ${rest}`, slot);
      entity.addSlot(slot);
    } else if (isRetired) {
      if (!entity.addRetired(kind, rest, value)) throw read.wrong(one, owner);
    } else if (kind === 'pattern' && rest) patterns.push({ name: rest, ...patternOf(one, read) });
    else if (kind === 'moved pattern' && rest)
      moved.push({ code: 'key-moved', name: rest, was: read.strings(one) });
    else if (kind === 'moved key' && rest)
      moved.push({ code: 'identity-changed', name: line.name, was: [keyName(read.key(one))] });
    else if (!entity.addKey(kind, rest, one, read) && !(one.name === 'table' && value === null))
      throw read.wrong(one, owner);
  }
  const named = (reads: string) => {
    const slot = numbered.get(reads);
    return slot ? slotName(slot) : reads;
  };
  for (const { name, field, reads } of patterns) entity.patterns.set(name, { field, reads: named(reads) });
  return {
    entity: entity.done(),
    moved: moved.map((one) => ({ ...one, owner: line.name, was: one.was.map(named) })),
  };
}

function patternOf(line: Line, read: Lines): { readonly field: string | null; readonly reads: string } {
  const parts = read.lines(line.value, line.at, `\`${line.name}\``).map((part) => {
    const value = read.scalar(part);
    return [part.name, typeof value === 'string' ? value : undefined] as const;
  });
  const { for: field, reads, ...others } = Object.fromEntries(parts);
  if (reads === undefined || Object.keys(others).length > 0) throw read.wrong(line);
  return { field: field ?? null, reads };
}

function tableOf(table: Line, read: Lines): LockedTable {
  const indexes = new Map<string, { attributes: readonly string[]; isRetired: boolean }>();
  let key: readonly string[] = [];
  for (const line of read.lines(table.value, table.at, `Table \`${table.name}\``)) {
    const [, gone, name] = /^(retired )?index (.+)$/.exec(line.name) ?? [];
    if (name) indexes.set(name, { attributes: read.strings(line), isRetired: gone !== undefined });
    else if (line.name === 'table') key = read.strings(line);
    else throw read.wrong(line, `table \`${table.name}\``);
  }
  return { key, indexes };
}
