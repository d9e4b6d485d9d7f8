/** Four changes of the reference application, as pull requests make them. */

import { readFileSync } from 'node:fs';
import { filesBelow } from '../../support/files.js';
import type { Texts } from './revisions.js';

export interface PullRequest {
  readonly name: string;
  readonly title: string;
  readonly edits: readonly (readonly [path: string, from: string, to: string])[];
}

export const pullRequests: readonly PullRequest[] = [
  {
    name: 'department',
    title: 'Users have a department, and are listed by it',
    edits: [
      [
        'schema/user.graphql',
        '  "When the user last signed in with a password',
        '  "The department the user works in, if any."\n  department: String\n  "When the user last signed in with a password',
      ],
      [
        'schema/user.graphql',
        'extend type Query {',
        `extend type Query {
  "The users of a department, by name. For staff."
  usersByDepartment(department: String!, first: Int, after: String, last: Int, before: String): UserConnection!`,
      ],
      [
        'access-patterns.yaml',
        '  creatorOfUser:',
        `  usersByDepartment:
    many: User
    for: Query.usersByDepartment
    where: { department: $department }
    sort: name

  creatorOfUser:`,
      ],
    ],
  },
  {
    name: 'users-by-status',
    title: 'Users of a status come by their creation, the oldest first',
    edits: [
      [
        'access-patterns.yaml',
        `    where: { status: $status }
    sort: name
    cache: 2m
    index: GSI2
    key: { GSI2PK: "USER_STATUS#{status}", GSI2SK: "{name}#{id}" }
    entry:
      key: { PK: "USER#{id}", SK: ENTRY#STATUS }
      include: [name, email, role, status]`,
        `    where: { status: $status }
    sort: createdAt
    cache: 2m
    index: GSI2
    key: { GSI2PK: "USER_STATUS#{status}", GSI2SK: "{createdAt}#{id}" }
    entry:
      key: { PK: "USER#{id}", SK: ENTRY#STATUS }
      include: [name, email, role, status, createdAt]`,
      ],
    ],
  },
  {
    name: 'reason',
    title: 'Contractors no longer have a reason',
    edits: [
      ['schema/contractor.graphql', '  "Why the contractor was invited."\n  reason: String\n', ''],
      ['schema/contractor.graphql', '  "Why the contractor is invited."\n  reason: String\n', ''],
    ],
  },
  {
    name: 'shards',
    title: 'The list of users is spread over eight shards',
    edits: [['access-patterns.yaml', '    index: GSI1\n    shards: 4\n', '    index: GSI1\n    shards: 8\n']],
  },
];

/** The inputs of the reference application. */
export function application(): Map<string, string> {
  const paths = ['schema', 'operations'].flatMap((folder) =>
    filesBelow(folder).map((path) => `${folder}/${path}`),
  );
  return new Map(
    [...paths.filter((path) => path.endsWith('.graphql')), 'access-patterns.yaml'].map((path) => [
      path,
      readFileSync(path, 'utf8'),
    ]),
  );
}

export function changed(before: Texts, { edits, name }: PullRequest): Texts {
  const after = new Map(before);
  for (const [path, from, to] of edits) {
    const text = after.get(path) ?? '';
    if (!text.includes(from)) throw new Error(`${name}: ${path} does not have ${from}`);
    after.set(
      path,
      text.replace(from, () => to),
    );
  }
  return after;
}
