/** The operations that are measured, with the arguments of each call. */

import type { Sample } from '../../src/server/seed/sample.js';

export interface Operation {
  readonly name: OperationName;
  readonly title: string;
  readonly query: string;
  /** As many calls as there are different ones. */
  readonly variables: readonly Record<string, unknown>[];
}

export const operationNames = ['page', 'record', 'nested', 'mutation'] as const;
export type OperationName = (typeof operationNames)[number];

export const titles: Readonly<Record<OperationName, string>> = {
  page: 'A page of 20 users by status',
  record: 'A user by id with 10 audit logs and 10 contractors',
  nested: '20 users with 3 audit logs each',
  mutation: 'A mutation: read, change, write with its audit log in one transaction',
};

export function operationsOf({ users, configs }: Sample): readonly Operation[] {
  return [
    {
      name: 'page',
      title: titles.page,
      query: `query ($status: UserStatus!, $first: Int!) {
        usersByStatus(status: $status, first: $first) {
          nodes { id name email role }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      // A page that ends where the list does would tell the servers apart: ElectroDB's cursor says more follows.
      variables: [{ status: 'ACTIVE', first: 20 }],
    },
    {
      name: 'record',
      title: titles.record,
      query: `query ($id: ID!) {
        user(id: $id) {
          id name email status lastLogin
          auditLogs(first: 10) { nodes { id action timestamp } }
          contractors(first: 10) { nodes { id name company status expiresAt } }
        }
      }`,
      variables: users.slice(0, 40).map(({ id }) => ({ id })),
    },
    {
      name: 'nested',
      title: titles.nested,
      // All users lie in four shards, which every server has to merge.
      query: `query ($first: Int!) {
        users(first: $first) {
          nodes { id name auditLogs(first: 3) { nodes { action timestamp } } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      variables: [{ first: 20 }],
    },
    {
      name: 'mutation',
      title: titles.mutation,
      query: `mutation ($input: SetConfigInput!) {
        setConfig(input: $input) { key value category updatedAt }
      }`,
      variables: configs
        .filter(({ isSecret }) => !isSecret)
        .slice(0, 10)
        // Twice each, with another value: what changes nothing would write nothing.
        .flatMap(({ key }) => [0, 1].map((value) => ({ input: { key, value: { step: value } } })))
        .sort((a, b) => a.input.value.step - b.input.value.step),
    },
  ];
}
