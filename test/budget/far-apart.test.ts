/** What the page and the budget say of a parent and children with ten thousand other items between them is what is sent. */

import { buildSchema, parse } from 'graphql';
import { budgetOf, type Write } from 'tableloom/runtime';
import type { Costs } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { openProject } from '../support/running.js';
import { written } from '../support/written.js';

const sdl = `
type Query {
  stars(owner: ID!, repo: ID!, first: Int, after: String, last: Int, before: String): StarredConnection!
  starsDown(owner: ID!, repo: ID!, first: Int, after: String, last: Int, before: String): StarredConnection!
  issues(owner: ID!, repo: ID!, first: Int, after: String, last: Int, before: String): TrackedConnection!
  everything(owner: ID!, repo: ID!, first: Int, after: String, last: Int, before: String): ItemConnection!
}
union Starred = Repo | Star
union Tracked = Repo | Issue
union Item = Repo | Issue | Star
type Repo { owner: ID! name: ID! about: String! }
type Issue { owner: ID! repo: ID! number: Int! }
type Star { owner: ID! repo: ID! user: ID! about: String! }
${['Starred', 'Tracked', 'Item']
  .map(
    (name) =>
      `type ${name}Connection { edges: [${name}Edge!]! pageInfo: PageInfo! }  type ${name}Edge { node: ${name}! cursor: String! }`,
  )
  .join('\n')}
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

const pattern = (target: string, field: string, members: string, more = '') =>
  `{ mixed: ${target}, for: Query.${field}, where: { owner: $owner, repo: $repo }, members: { Repo: { name: repo }, ${members} }, parent: Repo${more} }`;

/** @param keys of the repository, the issues and the stars */
const yaml = ([repo, issue, star]: readonly string[]) => `version: 1
entities:
  Repo: { ${repo} }
  Issue: { ${issue} }
  Star: { ${star} }
patterns:
  everything: ${pattern('Item', 'everything', 'Issue: {}, Star: {}')}
  stars: ${pattern('Starred', 'stars', 'Star: {}')}
  starsDown: ${pattern('Starred', 'starsDown', 'Star: {}', ', order: DESC')}
  issues: ${pattern('Tracked', 'issues', 'Issue: {}')}
`;

const count = 10_000;
/** With it, a record has the kilobyte that the page reckons with. */
const about = 'x'.repeat(900);
const fields = { Repo: 'name about', Issue: 'number', Star: 'user about' } as const;

test.each([
  [
    'a parent before the issues',
    [
      'key: { PK: "REPO#{owner}#{name}", SK: "#" }',
      'key: { PK: "REPO#{owner}#{repo}", SK: "ISSUE#{number}" }, identity: [owner, repo, number]',
      'key: { PK: "REPO#{owner}#{repo}", SK: "STAR#{user}" }',
    ],
  ],
  [
    'keys of the planner',
    ['identity: [owner, name]', 'identity: [owner, repo, number]', 'identity: [owner, repo, user]'],
  ],
] as const)('%s', async (_name, keys) => {
  const { generated, module } = await written(yaml(keys), sdl);
  const { costs } = (await module('costs')) as { costs: Costs };
  const writes = (await module('writes')) as Readonly<
    Record<string, { readonly create: (record: object) => Write<object> }>
  >;
  const project = await openProject(generated, undefined, { capacity: true });
  const of = { owner: 'o', repo: 'r' };
  const create = (name: string, record: object) => {
    const made = writes[`${name}Writes`]?.create(record);
    if (!made) throw new Error(`no writes of ${name}`);
    return made;
  };
  await project.database
    .session()
    .putAll([
      create('repo', { owner: 'o', name: 'r', about }),
      ...Array.from({ length: count }, (_, number) => create('issue', { ...of, number })),
      ...Array.from({ length: 20 }, (_, at) =>
        create('star', { ...of, user: `u${String(at).padStart(2, '0')}`, about }),
      ),
    ]);
  const schema = buildSchema(generated.typeDefs);
  for (const [field, first, members] of [
    ['stars', 'u00', ['Repo', 'Star']],
    ['starsDown', 'u19', ['Repo', 'Star']],
    ['issues', 0, ['Repo', 'Issue']],
    ['everything', 0, ['Repo', 'Issue', 'Star']],
  ] as const) {
    const nodes = members.map((name) => `... on ${name} { ${fields[name]} }`).join(' ');
    const call = `page: ${field}(owner: "o", repo: "r", first: 10)`;
    const document = `{ ${call} { edges { node { __typename ${nodes} } } pageInfo { hasNextPage } } }`;
    const { data, errors, requests, readUnits } = await project.ask(document);
    expect(errors, field).toBeUndefined();
    const { edges } = (data as { page: { edges: { node: Record<string, unknown> }[] } }).page;
    const [parent, child] = edges.map(({ node }) => node);
    expect(edges, field).toHaveLength(10);
    expect(parent, field).toMatchObject({ __typename: 'Repo', name: 'r' });
    expect([child?.user, child?.number], field).toContain(first);
    const budget = budgetOf(costs, schema, parse(document));
    expect([budget?.usual.requests, budget?.most.requests], field).toEqual([
      requests.length,
      requests.length,
    ]);
    const most = budget?.most.readUnits ?? 0;
    expect(readUnits, field).toBeLessThanOrEqual(most);
    // Nor is it far below: stars have a kilobyte each.
    if (members[1] === 'Star') expect(readUnits, field).toBeGreaterThan(most / 2);
  }
});
