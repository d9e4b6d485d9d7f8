/** A small application, its codecs written as the generator writes them. */

import type { EntityCodec, Item, Key, TableDefinition } from 'tableloom/runtime';
import {
  decimal,
  enumValue,
  epochSeconds,
  fold,
  type IndexRef,
  integer,
  month,
  shardOf,
  type TableRef,
  text,
  time,
} from 'tableloom/runtime/generated';

export const table: TableRef = { name: 'main', partition: 'PK', sort: 'SK' };
export const own: IndexRef = { table, partition: 'PK', sort: 'SK' };
export const gsi1: IndexRef = { table, name: 'GSI1', partition: 'GSI1PK', sort: 'GSI1SK' };
export const gsi2: IndexRef = { table, name: 'GSI2', partition: 'GSI2PK', sort: 'GSI2SK' };
export const lsi1: IndexRef = { table, name: 'LSI1', partition: 'PK', sort: 'LSI1SK' };

export const definition: TableDefinition = {
  table: 'main',
  name: '${PREFIX}-main',
  key: { partition: 'PK', sort: 'SK' },
  indexes: [
    { name: 'GSI1', kind: 'global', partition: 'GSI1PK', sort: 'GSI1SK', project: { kind: 'all' } },
    {
      name: 'GSI2',
      kind: 'global',
      partition: 'GSI2PK',
      sort: 'GSI2SK',
      project: { kind: 'include', attributes: ['id', 'name', 'color'] },
    },
    { name: 'LSI1', kind: 'local', partition: 'PK', sort: 'LSI1SK', project: { kind: 'all' } },
  ],
  ttl: 'ttl',
};

export interface Member {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly team: string | null;
  readonly handle: string | null;
  readonly status: string;
  readonly score: number;
  readonly version: number;
}

export const memberKey = ({ id }: Pick<Member, 'id'>): Key => ({ PK: `MEMBER#${text(id)}`, SK: 'METADATA' });

const memberAttributes = (member: Member): Item => ({
  id: member.id,
  email: member.email,
  name: member.name,
  team: member.team ?? undefined,
  handle: member.handle ?? undefined,
  status: member.status,
  score: member.score,
  version: member.version,
});

/** Two entries, two unique constraints of which one is compound and optional, versions. */
export const members: EntityCodec<Member> = {
  name: 'Member',
  table,
  key: memberKey,
  item: (member) => ({
    ...memberKey(member),
    ...memberAttributes(member),
    GSI1PK: `MEMBER#${shardOf(member.id, 3)}`,
    GSI1SK: `${text(member.name)}#${text(member.id)}`,
    GSI2PK: `STATUS#${enumValue(member.status)}`,
    GSI2SK: `ID#${text(member.id)}`,
  }),
  read: (item) => ({
    id: item.id as string,
    email: item.email as string,
    name: item.name as string,
    team: (item.team ?? null) as string | null,
    handle: (item.handle ?? null) as string | null,
    status: item.status as string,
    score: item.score as number,
    version: item.version as number,
  }),
  entries: (member) => [
    member.team === null
      ? undefined
      : {
          PK: `MEMBER#${text(member.id)}`,
          SK: 'ENTRY#TEAM',
          GSI2PK: `TEAM#${text(member.team)}`,
          GSI2SK: `${decimal(member.score)}#${text(member.id)}`,
          id: member.id,
          name: member.name,
        },
    // Its key moves with the status, and two members never share it.
    { PK: `STATUS#${enumValue(member.status)}`, SK: `MEMBER#${text(member.id)}`, score: member.score },
  ],
  versions: (member) => [
    {
      ...memberAttributes(member),
      PK: `MEMBER#${text(member.id)}`,
      SK: `VERSION#${integer(member.version)}`,
      LSI1SK: `VERSION#${integer(member.version)}`,
    },
  ],
  guards: (member) => [
    { field: 'email', key: { PK: `UNIQUE#MEMBER#email#${fold(member.email)}`, SK: 'GUARD' } },
    {
      field: 'team+handle',
      key:
        member.team === null || member.handle === null
          ? undefined
          : { PK: `UNIQUE#MEMBER#team+handle#${text(member.team)}#${text(member.handle)}`, SK: 'GUARD' },
    },
  ],
  revision: 'version',
  keyFields: (key) => ({ id: text.decode(String(key.PK).slice('MEMBER#'.length)) }),
};

export const member = (values: Partial<Member> & Pick<Member, 'id'>): Member => ({
  email: `${values.id}@example.com`,
  name: `Name of ${values.id}`,
  team: null,
  handle: null,
  status: 'ACTIVE',
  score: 0,
  version: 1,
  ...values,
});

/** Append-only, found by month. */
export interface Visit {
  readonly id: string;
  readonly memberId: string;
  readonly at: string;
  readonly note: string;
}

export const visitKey = (visit: Pick<Visit, 'memberId' | 'at' | 'id'>): Key => ({
  PK: `MEMBER#${text(visit.memberId)}`,
  SK: `VISIT#${time(visit.at)}#${text(visit.id)}`,
});

export const visits: EntityCodec<Visit> = {
  name: 'Visit',
  table,
  key: visitKey,
  item: (visit) => ({
    ...visitKey(visit),
    GSI1PK: `VISIT#${month(visit.at)}#${shardOf(visit.id, 2)}`,
    GSI1SK: `${time(visit.at)}#${text(visit.id)}`,
    id: visit.id,
    memberId: visit.memberId,
    at: visit.at,
    note: visit.note,
  }),
  read: (item) => ({
    id: item.id as string,
    memberId: item.memberId as string,
    at: item.at as string,
    note: item.note as string,
  }),
};

/** Expires, and holds a unique value while it lives. */
export interface Token {
  readonly id: string;
  readonly hash: string;
  readonly expiresAt: string;
  readonly version: number;
}

export const tokenKey = ({ id }: Pick<Token, 'id'>): Key => ({ PK: `TOKEN#${text(id)}`, SK: 'METADATA' });

export const tokens: EntityCodec<Token> = {
  name: 'Token',
  table,
  key: tokenKey,
  item: (token) => ({
    ...tokenKey(token),
    GSI1PK: 'TOKENS',
    GSI1SK: `${time(token.expiresAt)}#${text(token.id)}`,
    id: token.id,
    hash: token.hash,
    expiresAt: token.expiresAt,
    version: token.version,
    ttl: epochSeconds(token.expiresAt),
  }),
  read: (item) => ({
    id: item.id as string,
    hash: item.hash as string,
    expiresAt: item.expiresAt as string,
    version: item.version as number,
  }),
  guards: (token) => [{ field: 'hash', key: { PK: `UNIQUE#TOKEN#hash#${text(token.hash)}`, SK: 'GUARD' } }],
  revision: 'version',
  ttl: 'ttl',
};
