/** Several entities of item collections: parts of one, parents in the middle, other records between. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { costs } from '../fixtures/ok/item-collections/generated/costs.js';
import { createLoaders } from '../fixtures/ok/item-collections/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/item-collections/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/item-collections/generated/schema.js';
import { tables } from '../fixtures/ok/item-collections/generated/tables.js';
import {
  commitWrites,
  issueWrites,
  metricWrites,
  ownerWrites,
  paramWrites,
  repoWrites,
  runWrites,
  starWrites,
} from '../fixtures/ok/item-collections/generated/writes.js';
import { openProject, type Project, walk } from '../support/running.js';

interface Item {
  readonly __typename: string;
  readonly e?: string;
  readonly runId?: string;
  readonly key?: string;
  readonly login?: string;
  readonly owner?: string;
  readonly repo?: string;
  readonly name?: string;
  readonly number?: number;
  readonly user?: string;
  readonly stars?: number;
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
// Each begins like another, or holds what separates keys.
const runIds = ['r', 'r1', 'r10', 'r1#PARAM', 'r2', 'R#r1'];
const repos = ['a', 'a#b', 'b', 'empty'];

const runItems: Item[] = ['E', 'F'].flatMap((e) =>
  runIds.flatMap((runId) => [
    { __typename: 'Run', e, runId },
    ...['lr', 'seed', 'z#1'].map((key) => ({ __typename: 'Param', e, runId, key })),
    ...['loss', 'acc'].map((key) => ({ __typename: 'Metric', e, runId, key })),
  ]),
);
const repoItems: Item[] = repos.flatMap((repo, at) => [
  ...(repo === 'b' ? [] : [{ __typename: 'Repo', owner: 'o', name: repo, stars: at }]),
  ...(repo === 'empty' ? [] : upTo(12)).map((n) => ({
    __typename: 'Issue',
    owner: 'o',
    repo,
    number: n * 9,
  })),
  ...(repo === 'empty' ? [] : upTo(7)).map((n) => ({
    __typename: 'Star',
    owner: 'o',
    repo,
    user: `u${n}`,
    stars: n,
  })),
]);

let project: Project;
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

beforeAll(async () => {
  project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) }, (close) =>
    closing.push(close),
  );
  const writes = {
    Run: runWrites,
    Param: paramWrites,
    Metric: metricWrites,
    Repo: repoWrites,
    Issue: issueWrites,
    Star: starWrites,
  } as const;
  const db = project.database.session();
  const report = await db.putAll([
    ownerWrites.create({ login: 'o' }),
    ...[...runItems, ...repoItems].map(({ __typename, ...record }) =>
      writes[__typename as keyof typeof writes].create(record as never),
    ),
    ...upTo(300).map((n) => commitWrites.create({ owner: 'o', repo: 'a', sha: `c${n}` })),
  ]);
  expect(report.unwritten).toEqual([]);
});

const fields = `__typename
  ... on Run { e runId } ... on Param { e runId key } ... on Metric { e runId key }
  `;
const repoFields = `__typename ... on Owner { login } ... on Repo { owner name stars }
  ... on Issue { owner repo number } ... on Star { owner repo user stars }`;

function connection(
  field: string,
  given: string,
  cursor: 'after' | 'before',
  size: string,
  of: string,
): string {
  return `query ($${cursor}: String) { ${field}(${given}, ${size}, ${cursor}: $${cursor}) {
    edges { node { ${of} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
}

/** Every page, in pages of these sizes and from both ends. */
async function expectPages(field: string, given: string, of: string, right: readonly Item[]) {
  for (const size of [1, 4]) {
    const forwards = connection(field, given, 'after', `first: ${size}`, of);
    const backwards = connection(field, given, 'before', `last: ${size}`, of);
    expect(await walk<Item>(project, forwards, {}), forwards).toEqual(right);
    expect(await walk<Item>(project, backwards, {}, true), backwards).toEqual(right);
  }
}

const quote = JSON.stringify;

test('equality in the sort key is the key itself or what is below it, of no other record', async () => {
  for (const runId of [...runIds, 'nobody', 'r1#']) {
    const own = runItems.filter((one) => one.e === 'E' && one.runId === runId);
    const run = own.filter(({ __typename }) => __typename === 'Run');
    const params = own.filter(({ __typename }) => __typename === 'Param');
    const metrics = own.filter(({ __typename }) => __typename === 'Metric').toReversed();
    const given = `e: "E", runId: ${quote(runId)}`;
    await expectPages('runDetails', given, fields, [...run, ...params]);
    await expectPages('runItems', given, fields, [...run, ...metrics, ...params]);
    for (const n of [0, 1, 3, 20]) {
      const data = await project.data(`{ runWithParams(${given}, n: ${n}) { ${fields} } }`);
      expect(data.runWithParams).toEqual([...run, ...params].slice(0, n));
    }
  }
});

const ofRepo = (repo: string, ...kinds: string[]) =>
  kinds.flatMap((kind) =>
    repoItems.filter((one) => one.__typename === kind && (one.repo ?? one.name) === repo),
  );

test('a parent in the middle of its collection comes first, read upwards or downwards', async () => {
  for (const repo of [...repos, 'none']) {
    const given = `owner: "o", repo: ${quote(repo)}`;
    const [parent, issues, stars] = ['Repo', 'Issue', 'Star'].map((kind) => ofRepo(repo, kind)) as Item[][];
    if (!parent || !issues || !stars) throw new Error('three kinds');
    await expectPages('repoWithIssues', given, repoFields, [...parent, ...issues.toReversed()]);
    await expectPages('repoWithStars', given, repoFields, [...parent, ...stars]);
    await expectPages('repoWithStars', `${given}, stars: 4`, repoFields, [...parent, ...stars.slice(4)]);
    const all = [...issues, ...parent, ...stars];
    await expectPages('repoItems', given, repoFields, all);
    await expectPages('repoItems', `${given}, order: DESC`, repoFields, all.toReversed());
    const owner = [{ __typename: 'Owner', login: 'o' }];
    await expectPages('repoOfOwner', given, repoFields, [...owner, ...parent, ...issues, ...stars]);
  }
});

test('each takes the requests that are stated, however many records lie between', async () => {
  const schema = buildSchema(typeDefs);
  const of = (field: string, given: string, more: string) =>
    `{ ${field}(${given}) { edges { node { __typename } cursor } ${more} } }`;
  const repo = 'owner: "o", repo: "a"';
  for (const [document, requests, steps] of [
    [of('repoWithIssues', `${repo}, first: 5`, 'pageInfo { hasNextPage }'), 1, 1],
    [of('repoWithStars', `${repo}, first: 3`, 'pageInfo { hasNextPage }'), 2, 1],
    [of('repoWithStars', `${repo}, first: 1`, ''), 1, 1],
    [of('repoItems', `${repo}, first: 5`, ''), 2, 1],
    [of('repoOfOwner', `${repo}, first: 6`, ''), 4, 1],
    [of('repoOfOwner', `${repo}, last: 3`, ''), 2, 1],
    [of('runDetails', 'e: "E", runId: "r1", first: 3', ''), 2, 1],
    [of('runItems', 'e: "E", runId: "r1", first: 3', ''), 1, 1],
  ] as const) {
    const { usual, most } = budgetOf(costs, schema, parse(document)) ?? {};
    const answer = await project.ask(document);
    expect({ document, sent: answer.requests.length, steps: answer.steps }).toEqual({
      document,
      sent: requests,
      steps,
    });
    expect([usual?.requests, usual?.steps], document).toEqual([requests, steps]);
    expect(requests).toBeLessThanOrEqual(most?.requests ?? 0);
  }
});
