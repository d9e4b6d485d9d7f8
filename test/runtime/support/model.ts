/** The members as they should be, and every item they should have. */

import { type Item, TableloomError } from 'tableloom/runtime';
import { fold, integer, text } from 'tableloom/runtime/generated';
import { type Member, members } from './domain.js';

/** Members by id, and the versions that were ever stored. */
export interface Model {
  readonly members: Map<string, Member>;
  readonly versions: Map<string, Item>;
}

export function emptyModel(): Model {
  return { members: new Map(), versions: new Map() };
}

/** Every item the table should hold, sorted as `TestDatabase.items` sorts them. */
export function itemsOf({ members: stored, versions }: Model): Item[] {
  const items = [...stored.values()].flatMap((member) => [
    members.item(member),
    ...(members.entries?.(member) ?? []),
    ...guardItems(member),
  ]);
  return [...items, ...versions.values()]
    .flatMap((item) => (item === undefined ? [] : [withoutUndefined(item)]))
    .sort((a, b) => (JSON.stringify([a.PK, a.SK]) < JSON.stringify([b.PK, b.SK]) ? -1 : 1));
}

function withoutUndefined(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

function guardItems(member: Member): Item[] {
  const owner = JSON.stringify([`MEMBER#${text(member.id)}`, 'METADATA']);
  const email = {
    PK: `UNIQUE#MEMBER#email#${fold(member.email)}`,
    SK: 'GUARD',
    _guards: 'Member',
    _field: 'email',
    _owner: owner,
  };
  if (member.team === null || member.handle === null) return [email];
  const PK = `UNIQUE#MEMBER#team+handle#${text(member.team)}#${text(member.handle)}`;
  return [email, { PK, SK: 'GUARD', _guards: 'Member', _field: 'team+handle', _owner: owner }];
}

/** What a write of members asks for. */
export type Op =
  | { readonly kind: 'create'; readonly member: Member }
  | {
      readonly kind: 'update' | 'upsert';
      readonly id: string;
      readonly values: Partial<Member>;
      readonly expect: number | null;
    }
  | { readonly kind: 'remove'; readonly id: string; readonly expect: number | null };

/** The model after some writes as one, or the code of an error one of them meets. */
export function applied(model: Model, ops: readonly Op[]): Model | { readonly errors: readonly string[] } {
  const next = new Map(model.members);
  const versions = new Map(model.versions);
  const errors: string[] = [];
  for (const op of ops) {
    const id = op.kind === 'create' ? op.member.id : op.id;
    const current = next.get(id);
    const after = one(current, op, lastVersion(versions, id) + 1);
    if (typeof after === 'string') errors.push(after);
    else if (after === null) next.delete(id);
    else if (after !== current) {
      next.set(id, after);
      const [version] = members.versions?.(after) ?? [];
      if (version) versions.set(`${id} ${integer(after.version)}`, version);
    }
  }
  const held = [...next.values()].flatMap((member) => guardItems(member).map(({ PK }) => PK));
  if (new Set(held).size < held.length) errors.push('UNIQUE_VIOLATION');
  return errors.length > 0 ? { errors } : { members: next, versions };
}

/** The last version that is kept of an id, also of a record that is gone: who is created again goes on from it. */
function lastVersion(versions: ReadonlyMap<string, Item>, id: string): number {
  const own = [...versions.values()].filter((item) => item.id === id);
  return Math.max(0, ...own.map((item) => Number(item.version)));
}

/** @param first the version a new record has */
function one(current: Member | undefined, op: Op, first: number): Member | null | string {
  if (op.kind === 'create')
    return current === undefined ? { ...op.member, version: first } : 'ALREADY_EXISTS';
  if (current === undefined) {
    if (op.kind !== 'upsert') return 'NOT_FOUND';
    return op.expect === null ? { ...fresh(op.id), ...op.values, version: first } : 'VERSION_CONFLICT';
  }
  if (op.expect !== null && op.expect !== current.version) return 'VERSION_CONFLICT';
  if (op.kind === 'remove') return null;
  const after = { ...current, ...op.values };
  return JSON.stringify(after) === JSON.stringify(current)
    ? current
    : { ...after, version: current.version + 1 };
}

/** What an upsert creates, but for the values it is given. */
export function fresh(id: string): Member {
  return {
    id,
    email: `${id}@example.com`,
    name: id,
    team: null,
    handle: null,
    status: 'ACTIVE',
    score: 0,
    version: 1,
  };
}

/** The code of an error; what is none of ours is thrown on. */
export function codeOf(error: unknown): string {
  if (error instanceof TableloomError) return error.code;
  throw error;
}
