/**
 * How several entities of one index are read: which of them by one query. Members whose keys are side by side in one
 * partition are read together, as long as no records of others lie between; each of the others has a query of its own.
 */

import { isNeverEmpty } from '../../encodings.js';
import { isExact } from '../lookup/sort-key.js';
import type { QueryAccess } from '../types/access.js';
import type { TemplatePart } from '../types/storage.js';

/** An entity with the part of a partition that has its records; fields have the pattern's names. */
export interface Spanned {
  readonly entity: string;
  readonly access: QueryAccess;
}

/** What else is stored on the index. */
export interface Foreign {
  readonly partition: readonly TemplatePart[];
  readonly sort: readonly TemplatePart[];
}

export interface Span {
  /** In the order of their keys. */
  readonly members: readonly Spanned[];
  /** They are all of their partition. */
  readonly isWhole: boolean;
  /** Records of others may lie among them. */
  readonly isShared: boolean;
}

/** @param foreign everything on the index but the members */
export function spansOf(members: readonly Spanned[], foreign: readonly Foreign[]): Span[] {
  const partitions = new Map<string, Spanned[]>();
  for (const one of members) {
    const place = JSON.stringify([one.access.index, one.access.partition.parts]);
    partitions.set(place, [...(partitions.get(place) ?? []), one]);
  }
  return [...partitions.values()].flatMap((own) => partitionSpans(own, foreign));
}

function partitionSpans(own: readonly Spanned[], all: readonly Foreign[]): Span[] {
  const [first] = own;
  if (!first) return [];
  const foreign = all.filter(({ partition }) => mayMeet(first.access.partition.parts, partition));
  const runs: Spanned[][] = [];
  for (const member of own.toSorted((a, b) => compare(headOf(a), headOf(b)))) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const isNext =
      run !== undefined &&
      last !== undefined &&
      run.every((one) => isJoinable(one.access, member.access)) &&
      !foreign.some((other) => liesBetween(other, last.access, member.access));
    if (isNext) run.push(member);
    else runs.push([member]);
  }
  const isAlone = runs.length === 1 && foreign.length === 0;
  return runs.map((run) => ({
    members: run,
    isWhole: isAlone && run.every(({ access }) => isUnbound(access)),
    isShared: foreign.some((other) => liesAmong(other, run)),
  }));
}

/**
 * Whether what lies between the records of two members is theirs: their keys begin alike as far as values are bound,
 * or differ in words only.
 */
function isJoinable(a: QueryAccess, b: QueryAccess): boolean {
  const [one, other] = [tokensOf(a.head), tokensOf(b.head)];
  const common = commonLength(one, other);
  const rest = [...one.slice(common), ...other.slice(common)];
  if (rest.length === 0)
    return JSON.stringify([a.narrow, a.range?.encode]) === JSON.stringify([b.narrow, b.range?.encode]);
  const isBounded = [a, b].some(({ range, narrow }) => range !== null || narrow !== undefined);
  const isInWords = [one[common], other[common]].every((token) => token === undefined || isCharacter(token));
  // What the partition key holds is the same in all of its sort keys.
  const same = new Set(tokensOf(a.partition.parts));
  return !isBounded && isInWords && rest.every((token) => isCharacter(token) || same.has(token));
}

/** Whether the first of an ascending or descending read of a span is certain to be this member. */
export function isFirst({ members }: Span, entity: string, isDownwards: boolean): boolean {
  const own = members.find((one) => one.entity === entity);
  return own !== undefined && members.every((other) => other === own || isBefore(own, other, isDownwards));
}

function isBefore(own: Spanned, other: Spanned, isDownwards: boolean): boolean {
  const [one, two] = [headOf(own), headOf(other)];
  const common = commonLength(one, two);
  // What begins like the other is anywhere among its records, unless one is the key that the other continues.
  if (common === one.length) return !isDownwards && common < two.length && isExact(own.access);
  if (common === two.length && isExact(other.access)) return isDownwards;
  if (common === two.length) return !isDownwards && one[common] === '#' && continuesAbove(other.access);
  return compare(one, two) < 0 !== isDownwards;
}

/** Whether the sort key continues with a value that is never empty: any text in a key is above `#`. */
function continuesAbove({ head, sort }: QueryAccess): boolean {
  const next = sort?.parts[head.length];
  return next?.kind === 'hole' && isNeverEmpty(next.encode);
}

/** Whether records of others may lie in a span, between its members or in the part of one. */
function liesAmong(other: Foreign, run: readonly Spanned[]): boolean {
  const [low, high] = [run[0], run.at(-1)];
  if (!low || !high) return false;
  const common = commonLength(headOf(low), headOf(high));
  const at = placeIn(other, headOf(low).slice(0, common));
  if (at === 'apart') return false;
  if (at === 'anywhere') return true;
  const [from, to] = [low, high].map((one) => headOf(one).slice(common).join(''));
  const isBelow = from !== undefined && at.text < from && !from.startsWith(at.text);
  const isIn = to !== undefined && at.text.startsWith(to) && !(isExact(high.access) && at.text !== to);
  const isAbove = to !== undefined && at.text > to && !isIn;
  return !isBelow && !isAbove;
}

/** Whether others may be stored among the records of some members. */
export function mayLieIn(other: Foreign, members: readonly Spanned[]): boolean {
  const partition = members[0]?.access.partition.parts ?? [];
  return mayMeet(partition, other.partition) && liesAmong(other, members);
}

/** Whether records of others may lie behind those of one member and before those of the next. */
function liesBetween(other: Foreign, low: QueryAccess, high: QueryAccess): boolean {
  const [one, next] = [tokensOf(low.head), tokensOf(high.head)];
  const common = commonLength(one, next);
  const at = placeIn(other, one.slice(0, common));
  if (at === 'apart') return false;
  if (at === 'anywhere') return true;
  const [from, to] = [one, next].map((tokens) => tokens.slice(common).join(''));
  if (from === undefined || to === undefined || at.text >= to) return false;
  const isBelow = at.text < from && !from.startsWith(at.text);
  const isIn = at.text.startsWith(from) && !isExact(low);
  return !isBelow && !isIn;
}

/** Where the sort keys of others continue behind a common beginning, as far as their words say. */
function placeIn({ sort }: Foreign, beginning: readonly string[]): { text: string } | 'apart' | 'anywhere' {
  const tokens = tokensOf(sort);
  for (const [at, token] of beginning.entries()) {
    const own = tokens[at];
    if (own === undefined) return 'apart';
    if (isCharacter(own) !== isCharacter(token)) return 'anywhere';
    if (isCharacter(own) && own !== token) return 'apart';
  }
  const rest = tokens.slice(beginning.length);
  const end = rest.findIndex((token) => !isCharacter(token));
  return { text: rest.slice(0, end === -1 ? rest.length : end).join('') };
}

/** Whether two partition keys may be equal, as far as their words say. */
function mayMeet(a: readonly TemplatePart[], b: readonly TemplatePart[]): boolean {
  const [one, other] = [tokensOf(a), tokensOf(b)];
  for (const [at, token] of one.entries()) {
    const own = other[at];
    if (own === undefined) return false;
    if (!isCharacter(own) || !isCharacter(token)) {
      if (isCharacter(own) !== isCharacter(token)) return true;
    } else if (own !== token) return false;
  }
  return one.length === other.length;
}

/** Whether a query has every record of its partition. */
function isUnbound({ head, range, narrow, sort }: QueryAccess): boolean {
  const isAll = head.every(({ kind }) => kind === 'literal') && range === null && narrow === undefined;
  return sort === null || isAll;
}

function headOf({ access }: Spanned): string[] {
  return tokensOf(access.head);
}

/** A character each of words, and each hole. */
function tokensOf(parts: readonly TemplatePart[]): string[] {
  return parts.flatMap((part) => (part.kind === 'literal' ? [...part.text] : [JSON.stringify(part)]));
}

function isCharacter(token: string): boolean {
  return [...token].length === 1;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((token, at) => token !== b[at]);
  return end === -1 ? a.length : end;
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = commonLength(a, b);
  const [own = '', other = ''] = [a[at], b[at]];
  return own < other ? -1 : own > other ? 1 : 0;
}
