/** What 500 users do, each about once a second. */
import type { Offer } from './model.js';

export interface People {
  /** Of users who are signed in. */
  readonly tokens: readonly string[];
  readonly userIds: readonly string[];
}

/** Keys of the configuration that mutations write: one for each of so many users. */
const keys = 500;

const single = `query User($id: ID!) {
  user(id: $id) { id name email role status lastLogin }
}`;

const nested = `query Users {
  users(first: 20) {
    nodes { id name auditLogs(first: 3) { nodes { id action timestamp } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const mutation = `mutation Set($input: SetConfigInput!) {
  setConfig(input: $input) { key value category updatedAt version }
}`;

/** Ten operations of which seven read a record, two a nested list, and one writes a record and its audit log in one transaction. */
export function mixOf({ userIds }: Pick<People, 'userIds'>): readonly Offer[] {
  const values = Array.from({ length: keys * 4 }, (_, at) => ({
    // Each time another value: what changes nothing would write nothing.
    input: { key: `theme.${at % keys}`, category: 'themes', value: { step: at } },
  }));
  return [
    { name: 'single read', weight: 7, bodies: userIds.map((id) => body(single, { id })) },
    { name: 'nested list', weight: 2, bodies: [body(nested, {})] },
    { name: 'mutation', weight: 1, bodies: values.map((variables) => body(mutation, variables)) },
  ];
}

function body(query: string, variables: object): string {
  return JSON.stringify({ query, variables });
}
