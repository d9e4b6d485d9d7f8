/** A published design: entities pin their index keys, and collections are read by one Query. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/index-keys/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/index-keys/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/index-keys/generated/schema.js';
import { tables } from '../fixtures/ok/index-keys/generated/tables.js';
import {
  accountWrites,
  issueWrites,
  pullRequestWrites,
  repoWrites,
} from '../fixtures/ok/index-keys/generated/writes.js';
import { openProject } from '../support/running.js';

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const fields = `__typename ... on Repo { owner name } ... on Issue { owner repo number }
  ... on PullRequest { owner repo number }`;

test('a repository in the middle of its collections comes first, then the newest, in one Query', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const db = project.database.session();
  const repos = ['r', 'r1', 'r#1', 'unpushed'];
  await db.putAll([
    accountWrites.create({ name: 'o' }),
    ...repos.map((name, at) =>
      repoWrites.create({
        owner: 'o',
        name,
        pushedAt: name === 'unpushed' ? null : new Date(Date.UTC(2024, 0, 9 - at)),
      }),
    ),
    ...repos.flatMap((repo) =>
      upTo(12).flatMap((number) => [
        issueWrites.create({ owner: 'o', repo, number }),
        pullRequestWrites.create({ owner: 'o', repo, number: number * 3 }),
      ]),
    ),
  ]);
  for (const repo of repos) {
    const parent = { __typename: 'Repo', owner: 'o', name: repo };
    const numbered = (__typename: string, by: number) =>
      upTo(12).map((n) => ({ __typename, owner: 'o', repo, number: n * by }));
    for (const [field, children] of [
      ['repoWithIssues', numbered('Issue', 1)],
      ['repoWithPullRequests', numbered('PullRequest', 3)],
    ] as const) {
      const { data, requests } = await project.ask(
        `query ($repo: ID!) { ${field}(owner: "o", repo: $repo) { ${fields} } }`,
        { repo },
      );
      expect(data?.[field], `${field} ${repo}`).toEqual([parent, ...children.toReversed()]);
      expect(requests).toEqual(['Query']);
    }
  }
  const { data, requests } = await project.ask(
    '{ accountWithRepos(name: "o") { __typename ... on Account { name } ... on Repo { name } } }',
  );
  expect(data?.accountWithRepos).toEqual([
    { __typename: 'Account', name: 'o' },
    ...['r#1', 'r1', 'r'].map((name) => ({ __typename: 'Repo', name })),
  ]);
  expect(requests).toEqual(['Query']);
});
