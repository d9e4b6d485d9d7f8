/**
 * What stored records need after a change: that of before which nobody has dealt with yet, and what this layout adds. A
 * change that is taken back before it is dealt with needs nothing any more.
 */

import {
  compare,
  keyName,
  type LockedAttribute,
  type LockedEntity,
  type LockedPattern,
  type LockedTable,
  type LockedValue,
  type Pending,
  slotName,
} from '../../lock.js';
import { lockedName } from '../aggregates.js';
import { guardName, isSameGuard } from '../guards.js';
import type { Change } from './change.js';
import { areDisjoint } from './kept.js';
import { type Found, left, needed, type Open, unique, wasOf } from './open.js';
import { isSameKey, keyOf, writtenBefore, writtenKey, writtenNow } from './slots.js';
import { isOfSum, sumChanged } from './sums.js';
import {
  type Conditions,
  conditionsOf,
  conditionsOfKey,
  isByDefault,
  isOfNone,
  isReadByDefault,
} from './values.js';

export function pendingOf(change: Change): Pending[] {
  const { name, before, after } = change;
  // Nothing is stored of an entity that is new; of one that had been gone, nothing is found.
  if (!before.key || !after.key) return [];
  const found = [
    ...identity(change),
    ...patterns(change),
    ...backfills(change),
    ...[...after.attributes].flatMap(([field, one]) => (one.isRetired ? [] : attribute(change, field, one))),
    ...(change.layout.model.historyOf ? [] : renamed(change)),
    ...lanes(change),
  ];
  return found.map((one) => ({ ...one, owner: name }));
}

/** Indexes that tables lack which were made before. */
export function pendingIndexes(
  table: string,
  before: LockedTable | undefined,
  after: LockedTable,
  pending: readonly Pending[],
): Pending[] {
  if (!before) return [];
  return [...after.indexes].flatMap(([index, { attributes, project, isRetired }]): Pending[] => {
    if (isRetired) return [];
    const known = before.indexes.get(index);
    // An index that projects more than it has to serves as it is.
    const covers = known?.project === undefined || project?.every((one) => known.project?.includes(one));
    const now = indexText({ attributes, project });
    const was = known && !known.isRetired ? indexText(covers ? { ...known, project } : known) : undefined;
    const name = `${table}.${index}`;
    const open = pending.find((one) => one.code === 'index-new' && one.name === name);
    if (!open && was === now) return [];
    const all = [...(open?.was ?? []), ...(was === undefined || was === now ? [] : [was])];
    // It was there, and is again as it was.
    if (open && open.was.length > 0 && open.was.every((one) => one === now)) return [];
    return [
      { code: 'index-new', owner: `table ${table}`, name, was: unique(all).filter((one) => one !== now) },
    ];
  });
}

/** `GSI1PK, GSI1SK with name, email` */
export function indexText({
  attributes,
  project,
}: {
  readonly attributes: readonly string[];
  readonly project?: readonly string[] | undefined;
}): string {
  const projected = project && ` with ${project.length === 0 ? 'its keys alone' : project.join(', ')}`;
  return `${attributes.join(', ')}${projected ?? ''}`;
}

/** Lanes in which events are stored, and which are not read any more. */
function lanes(change: Change): Found[] {
  const { name, before, after } = change;
  return [...after.events].flatMap(([type, { lanes: now }]): Found[] => {
    const path = `${name}.${type}`;
    const open = (wasOf(change, 'event-lanes', path) ?? []).map(Number);
    const most = Math.max(before.events.get(type)?.lanes ?? 1, ...open);
    return most > now ? [{ code: 'event-lanes', name: path, was: [String(most)] }] : [];
  });
}

function identity(change: Change): Found[] {
  const { name, before, after, layout } = change;
  if (!before.key || !after.key) return [];
  const isSameTable = before.key.table === after.key.table;
  const text = (key: NonNullable<LockedEntity['key']>, written: (text: string) => string) =>
    `${keyName(writtenKey(key.key, written))}${isSameTable ? '' : ` of table ${key.table}`}`;
  const was = text(before.key, writtenBefore(before, layout));
  return left(change, 'identity-changed', name, [was], text(after.key, writtenNow(layout)));
}

/** Patterns that read what stored records are not under. */
function patterns(change: Change): Found[] {
  const { before, after, layout, slots, pending } = change;
  // In another table, records are lost as a whole: that is reported once.
  const isSameTable = before.key?.table === after.key?.table;
  const filled = filledBefore(change);
  const isFilled = (reads: string) => reads === 'key' || reads.startsWith('index ') || filled.has(reads);
  // Where two branches took one place, records of one of them are not under what the lock has of the other.
  const isMerged = hasCollision(before);
  const written = { before: writtenBefore(before, layout), now: writtenNow(layout) };
  return [...after.patterns].flatMap(([name, { field, reads }]): Found[] => {
    const former = formerOf(before.patterns, after.patterns, name, field);
    const own = pending.filter((one) => one.name === (former?.name ?? name) && !isOfSum(one));
    const conditions = conditionsOf(change, reads);
    if (isOfNone(change, conditions)) return [];
    const open = own.find(({ code }) => code === 'backfill-needed')?.was;
    const isLacking =
      isByDefault(change, conditions) || (open?.[0] === 'default' && isReadByDefault(change, conditions));
    if (open || (!former && isSameTable)) {
      const isComplete = isFilled(reads) || reads.startsWith('guard ');
      return isComplete && !isLacking
        ? []
        : [{ code: 'backfill-needed', name, was: open ?? [isComplete ? 'default' : 'pattern'] }];
    }
    if (!former) return [];
    const [was, now] = [slots.renamed.get(former.reads) ?? former.reads, writtenReads(reads, written.now)];
    // Its index has other key attributes: the key is the same text, where records do not have it.
    if (was === reads && isSameTable && isLeftBehind(change, reads))
      return [{ code: 'backfill-needed', name, was: ['pattern'] }];
    const isLeft = was !== reads && isSameTable && (isMerged || !isFilled(reads));
    const earlier = own.find(({ code }) => code === 'key-moved')?.was ?? [];
    const all = unique([...earlier, ...(isLeft ? [writtenReads(former.reads, written.before)] : [])]);
    const moved = all.filter((one) => one !== now);
    if (moved.length > 0) return [{ code: 'key-moved', name, was: moved }];
    return isLacking ? [{ code: 'backfill-needed', name, was: ['default'] }] : [];
  });
}

function isLeftBehind({ before, slots }: Change, reads: string): boolean {
  const isLive = before.slots.some((slot) => !slot.isRetired && slotName(slot) === reads);
  return isLive && !slots.renamed.has(reads);
}

/** No one layout has two keys of a record in one index. */
function hasCollision({ slots }: LockedEntity): boolean {
  const own = slots.filter(({ entry, isRetired }) => entry === null && !isRetired);
  return own.some((a, at) => own.slice(at + 1).some((b) => a.index === b.index && !areDisjoint(a, b)));
}

/** Its keys with their encodings. */
function writtenReads(reads: string, written: (text: string) => string): string {
  return written(reads.replace(/^(?:number|guard) /, ''));
}

/** What stored records are under, of what the lock has, as it is called now. */
function filledBefore({ before, pending, slots }: Change): Set<string> {
  const filled = new Set([
    ...slots.renamed.values(),
    ...[...before.guards.values()].map(({ partition }) => `guard ${partition}`),
    ...[...before.aggregates.values()].map(({ partition }) => `number ${partition}`),
  ]);
  for (const one of pending) {
    const { code, name } = one;
    const reads = before.patterns.get(name)?.reads;
    if (reads !== undefined && !isOfSum(one) && (code === 'key-moved' || code === 'backfill-needed'))
      filled.delete(slots.renamed.get(reads) ?? reads);
  }
  return filled;
}

/** The pattern of before: by its name, or by the field that it answered. */
function formerOf(
  known: LockedEntity['patterns'],
  now: LockedEntity['patterns'],
  name: string,
  field: string | null,
): (LockedPattern & { readonly name: string }) | undefined {
  const [former, pattern] =
    [...known].find(([one]) => one === name) ??
    [...known].find(([one, other]) => field !== null && other.field === field && !now.has(one)) ??
    [];
  return former !== undefined && pattern ? { ...pattern, name: former } : undefined;
}

/** What writes keep up besides keys, and have not done for the records that were there. */
function backfills(change: Change): Found[] {
  const { name, before, after, layout } = change;
  const kept = (what: string, path: string, isNew: boolean, conditions: Conditions): Found[] => {
    if (isOfNone(change, conditions)) return [];
    return needed(change, 'backfill-needed', path, isNew || isByDefault(change, conditions), what);
  };
  const guards = layout.guards.flatMap((guard) => {
    const own = guardName(guard);
    const [, known] = [...before.guards].find(([one]) => isSameGuard(one, own)) ?? [];
    const isNew = !isSameKey(keyOf(guard), known);
    return kept('unique', `${name}.${own.replace(/ for .*$/, '')}`, isNew, conditionsOfKey(guard));
  });
  const counters = layout.references.flatMap(({ name: own, present, counter }) => {
    const isNew = counter !== null && !isSameKey(keyOf(counter), before.counters.get(own));
    return counter ? kept('reference', `${name}.${own}`, isNew, { fields: present, when: [] }) : [];
  });
  const read = new Set([...after.patterns.values()].map(({ reads }) => reads));
  const totals = layout.aggregates.flatMap((one) => {
    if (one.kind === 'sequence' || read.has(`number ${one.partition.text}`)) return [];
    const isNew = !isSameKey(keyOf(one), before.aggregates.get(lockedName(one)));
    return kept('total', one.name, isNew, conditionsOfKey(one));
  });
  const sums = layout.aggregates.flatMap((one) => {
    const reads = `number ${one.partition.text}`;
    const names = [...after.patterns].flatMap(([pattern, other]) => (other.reads === reads ? [pattern] : []));
    return (names.length > 0 ? names : [one.name]).flatMap((pattern) => sumChanged(change, pattern, one));
  });
  const readers = [...after.patterns].sort(([a], [b]) => compare(a, b));
  const included = readers.flatMap(([pattern, { reads }]) => {
    const isFirst = readers.find(([, other]) => other.reads === reads)?.[0] === pattern;
    const fields = change.slots.grown.get(reads) ?? [];
    const isNew = isFirst && fields.some((field) => !isOfNone(change, { fields: [field], when: [] }));
    return needed(change, 'backfill-needed', `${pattern}.include`, isNew, 'include');
  });
  const isNewExpiry = before.ttl !== undefined && before.ttl !== after.ttl;
  return [
    ...guards,
    ...counters,
    ...totals,
    ...sums,
    ...included,
    ...(after.ttl
      ? kept('expiry', `${name}.${after.ttl}`, isNewExpiry, { fields: [after.ttl], when: [] })
      : []),
  ];
}

function attribute(change: Change, field: string, now: LockedAttribute): Found[] {
  const { name, before, layout } = change;
  const path = `${name}.${field}`;
  const known = before.attributes.get(field);
  const was = known && !known.isRetired ? known : undefined;
  const isOfOriginal = layout.model.historyOf !== undefined;
  const isFilled = layout.keyFields.includes(field) || layout.attributes.get(field)?.generated === 'revision';
  const lacks = was ? was.isRequired === false : true;
  return [
    ...(isOfOriginal ? [] : retyped(change, path, was, now, isInKeys(change.after, field))),
    ...(now.isRequired && !isFilled ? needed(change, 'attribute-required', path, lacks, 'nothing') : []),
    ...(was ? goneValues(change, path, was, now) : []),
    ...(was ? normalized(change, path, field, was, now) : []),
  ];
}

/** Enums are stored as text; any other encoding is its own. */
export function storedAs({ encoding }: Pick<LockedValue, 'encoding'>): string {
  return encoding.replace(/\benum$/, 'text');
}

/** @param isInKeys a number of another type is another text in a key */
export function retyped(
  open: Open,
  name: string,
  was: LockedValue | undefined,
  now: LockedValue,
  isInKeys: boolean,
): Found[] {
  // Any text may have been stored where there are only some values now.
  if (was && holdsEnum(now) && !holdsEnum(was) && storedBefore(was, now) === storedAs(now))
    return left(open, 'attribute-retyped', name, [was.encoding], now.encoding);
  const isSame = was !== undefined && isWidened(was.encoding, now.encoding, isInKeys);
  return left(open, 'attribute-retyped', name, was && !isSame ? [storedBefore(was, now)] : [], storedAs(now));
}

const numbers = ['integer', 'safeInteger', 'decimal'];

/** A number is read as one of a type that has all numbers of its own; a moment is stored as text, and is the same text in a key. */
export function isWidened(was: string, now: string, isInKeys = false): boolean {
  const [before, after] = [was, now].map((encoding) => /^(.*?)(\w+)$/.exec(encoding) ?? []);
  if (before?.[1] !== after?.[1]) return false;
  if (before?.[2] === 'time' && after?.[2] === 'text') return true;
  const [from, to] = [before, after].map((one) => numbers.indexOf(one?.[2] ?? ''));
  return !isInKeys && from !== undefined && to !== undefined && from >= 0 && from < to;
}

/** A lock of before knew no more of a list, a set, an object and JSON than that it is one of them. */
export function storedBefore(was: Pick<LockedValue, 'encoding'>, now: LockedValue): string {
  const isUnknown = was.encoding === 'document' && /\bof\b|^object$|^json$/.test(now.encoding);
  return storedAs(isUnknown ? now : was);
}

function goneValues(change: Change, path: string, was: LockedAttribute, now: LockedAttribute): Found[] {
  const { before, after } = change.enums;
  const all = [...(wasOf(change, 'enum-value-gone', path) ?? []), ...valuesOf(was, before)];
  const gone = holdsEnum(now) ? goneFrom(all, valuesOf(now, after)) : [];
  return gone.length > 0 ? [{ code: 'enum-value-gone', name: path, was: gone }] : [];
}

export function holdsEnum({ encoding }: LockedValue): boolean {
  return /\benum$/.test(encoding);
}

export function valuesOf(
  value: LockedValue,
  enums: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return holdsEnum(value) ? (enums.get(value.of ?? '') ?? []) : [];
}

export function goneFrom(before: readonly string[], now: readonly string[]): string[] {
  return unique(before).filter((value) => !now.includes(value));
}

/** What is not normalized. */
export const asWritten = 'as written';

/**
 * A value in a key is another once it is normalized otherwise: queries ask for the new one. Where a step is gone, records are
 * found by no other spelling any more, and a unique value is free in each of them.
 */
function normalized(
  change: Change,
  path: string,
  field: string,
  was: LockedAttribute,
  now: LockedAttribute,
): Found[] {
  if (was.normalize === undefined || !isInKeys(change.after, field)) return [];
  const text = ({ normalize = [] }: LockedAttribute) => [...normalize].sort().join(' ') || asWritten;
  const isTakenBack = wasOf(change, 'key-moved', path)?.includes(asWritten) && text(now) === asWritten;
  return isTakenBack ? [] : left(change, 'key-moved', path, [text(was)], text(now));
}

function isInKeys({ key, slots, guards, aggregates }: LockedEntity, field: string): boolean {
  const keys = [
    ...(key ? [key.key] : []),
    ...slots.flatMap((slot) => (slot.isRetired ? [] : [slot.key, ...(slot.entry ? [slot.entry] : [])])),
    ...guards.values(),
    ...aggregates.values(),
  ];
  const hole = new RegExp(`\\{(?:[a-z]\\w*\\()?${field}[,)}]`);
  return keys.some((one) => hole.test(one.partition) || hole.test(one.sort ?? ''));
}

/** One attribute gone and one new of the same type: likely the same under another name. A revision keeps its name. */
function renamed(change: Change): Found[] {
  const { name, before, after } = change;
  const live = (attributes: LockedEntity['attributes']) =>
    [...attributes].filter(([field, one]) => !one.isRetired && !isRevision(field));
  const alike = (a: LockedAttribute, b: LockedAttribute) =>
    storedBefore(a, b) === storedAs(b) && (a.of === b.of || holdsEnum(a));
  const isRevision = (field: string) =>
    field === '_revision' || change.layout.attributes.get(field)?.generated === 'revision';
  const isLive = (field: string) => after.attributes.get(field)?.isRetired === false;
  const gone = live(before.attributes).filter(([field]) => !isLive(field));
  const came = live(after.attributes).filter(([field]) => before.attributes.get(field)?.isRetired !== false);
  const open = change.pending.filter(
    ({ code, name: path, was }) =>
      code === 'attribute-renamed' && isLive(path.slice(name.length + 1)) && !was.some(isLive),
  );
  return [
    ...open,
    ...came.flatMap(([field, now]): Found[] => {
      const [former, ...others] = gone.filter(([, was]) => alike(was, now));
      const rivals = came.filter(([, one]) => alike(one, now));
      if (!former || others.length > 0 || rivals.length > 1) return [];
      return [{ code: 'attribute-renamed', name: `${name}.${field}`, was: [former[0]] }];
    }),
  ];
}
