/** The reference application's records as they should be, in memory, by hand. */

import { isDeepStrictEqual } from 'node:util';
import type { Item } from 'tableloom/runtime';
import type {
  AuditLog,
  Config,
  Contractor,
  RefreshToken,
  User,
  UserVersion,
} from '../../../generated/entities.js';
import {
  auditLogCodec,
  configCodec,
  contractorCodec,
  refreshTokenCodec,
  userCodec,
  userVersionCodec,
} from '../../../generated/items.js';
import { codeOf, itemsOf, keyId, stored } from './storage.js';

/** Records by id. Refresh tokens that have expired are in it until they are swept, as in the table. */
export interface State {
  readonly users: Map<string, User>;
  /** By id and version. */
  readonly versions: Map<string, UserVersion>;
  readonly contractors: Map<string, Contractor>;
  readonly tokens: Map<string, RefreshToken>;
  readonly logs: Map<string, AuditLog>;
  readonly configs: Map<string, Config>;
}

export function empty(): State {
  return {
    users: new Map(),
    versions: new Map(),
    contractors: new Map(),
    tokens: new Map(),
    logs: new Map(),
    configs: new Map(),
  };
}

function copied(state: State): State {
  return {
    users: new Map(state.users),
    versions: new Map(state.versions),
    contractors: new Map(state.contractors),
    tokens: new Map(state.tokens),
    logs: new Map(state.logs),
    configs: new Map(state.configs),
  };
}

/** Every item the table should hold. */
export function allItems(state: State): Map<string, Item> {
  const items = [
    ...[...state.users.values()].flatMap((user) => itemsOf(userCodec, user)),
    ...[...state.versions.values()].map((version) => stored(userVersionCodec.item(version))),
    ...[...state.contractors.values()].flatMap((contractor) => itemsOf(contractorCodec, contractor)),
    ...[...state.tokens.values()].flatMap((token) => itemsOf(refreshTokenCodec, token)),
    ...[...state.logs.values()].flatMap((log) => itemsOf(auditLogCodec, log)),
    ...[...state.configs.values()].flatMap((config) => itemsOf(configCodec, config)),
  ];
  return new Map(items.map((item) => [keyId(item), item]));
}

/** What one write should do to the state, which it changes: the write's result, or the errors that speak against it. */
export interface Change {
  apply(state: State, now: Date): { readonly result: unknown } | { readonly errors: readonly string[] };
  /** Whether the record holds a unique value. */
  readonly isGuarded: boolean;
  /** The id of an audit log that is created alongside. */
  readonly logId: string | null;
}

/** What a transaction should give. */
export type Expected =
  | { readonly kind: 'done'; readonly state: State; readonly results: readonly unknown[] }
  /** Of several things wrong any may be told. */
  | { readonly kind: 'refused'; readonly errors: ReadonlySet<string> };

export function applied(state: State, changes: readonly Change[], now: Date): Expected {
  const next = copied(state);
  const errors = new Set<string>();
  const results: unknown[] = [];
  for (const change of changes) {
    const outcome = change.apply(next, now);
    if ('result' in outcome) results.push(outcome.result);
    else for (const code of outcome.errors) errors.add(code);
  }
  const emails = [...next.users.values()].map(({ email }) => email);
  if (new Set(emails).size < emails.length) errors.add('UNIQUE_VIOLATION');
  const logs = changes.flatMap(({ logId }) => logId ?? []);
  if (new Set(logs).size < logs.length) errors.add('WRITE_TWICE');
  if (errors.size === 0) return { kind: 'done', state: next, results };
  // A change that was refused above might have taken a value of another's, too.
  if (changes.some(({ isGuarded }) => isGuarded)) errors.add('UNIQUE_VIOLATION');
  return { kind: 'refused', errors };
}

/** Why the items of a record cannot be stored. */
export function itemErrors(items: () => readonly Item[]): string[] {
  try {
    return items().every(({ ...item }) => Object.entries(item).every(fits)) ? [] : ['KEY_INVALID'];
  } catch (error) {
    return [codeOf(error)];
  }
}

/** DynamoDB's limits: 1 to 2048 bytes for a partition key, 1 to 1024 for a sort key. */
function fits([name, value]: readonly [string, unknown]): boolean {
  const most = /^(GSI\d)?PK$/.test(name) ? 2048 : /^([GL]SI\d)?SK$/.test(name) ? 1024 : undefined;
  if (most === undefined) return true;
  const bytes = Buffer.byteLength(String(value));
  return bytes >= 1 && bytes <= most;
}

export function hasExpired({ expiresAt }: RefreshToken, now: Date): boolean {
  return Math.floor(Date.parse(expiresAt) / 1000) <= Math.floor(now.getTime() / 1000);
}

/** The ids of tokens DynamoDB may have removed by now. */
export function expired({ tokens }: State, now: Date): string[] {
  return [...tokens.values()].filter((token) => hasExpired(token, now)).map(({ id }) => id);
}

export { isDeepStrictEqual as same };
