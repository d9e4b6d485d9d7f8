/** One sequence for the records of several entities. */

import { beforeAll, beforeEach, expect, test } from 'vitest';
import { issueNumberSequence, pullNumberSequence } from '../fixtures/ok/shared-sequence/generated/keys.js';
import { createLoaders } from '../fixtures/ok/shared-sequence/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/shared-sequence/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/shared-sequence/generated/schema.js';
import { tables } from '../fixtures/ok/shared-sequence/generated/tables.js';
import { issueWrites, pullWrites } from '../fixtures/ok/shared-sequence/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
beforeAll(async () => {
  served = await serve({ typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders });
});

let n = 0;
let repo = '';
beforeEach(() => {
  n += 1;
  repo = `r${n}`;
});

const openIssue = async () =>
  (await served.ask(`mutation { it: openIssue(repo: "${repo}", title: "Leak") { number } }`)).it;
const openPull = async () => (await served.ask(`mutation { it: openPull(repo: "${repo}") { number } }`)).it;

test('records of both entities are numbered together, those of another entity by themselves', async () => {
  expect([await openIssue(), await openPull(), await openIssue()]).toEqual([
    { number: 1 },
    { number: 2 },
    { number: 3 },
  ]);
  expect(await served.ask(`mutation { publish(repo: "${repo}") { number } }`)).toEqual({
    publish: { number: 1 },
  });
});

test('two records of one transaction take consecutive numbers, and a later step knows the first', async () => {
  await openPull();
  const proposed = `propose(repo: "${repo}", title: "Leak") { issue { number } pull { number solves } }`;
  expect((await served.ask(`mutation { ${proposed} }`)).propose).toEqual({
    issue: { number: 2 },
    pull: { number: 3, solves: 2 },
  });
});

test('of many that create records of both at once, no two get one number, and none is left out', async () => {
  const numbers = await Promise.all(
    Array.from({ length: 24 }, (_, at) => (at % 2 ? openIssue() : openPull())),
  );
  const taken = numbers.map((one) => (one as { number: number }).number).sort((a, b) => a - b);
  expect(taken).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
});

test('a load numbers on, and a sequence moves to the greatest number that either entity has', async () => {
  const db = served.database.session();
  await db.putAll([
    issueWrites.create({ repo, title: 'Leak' }),
    pullWrites.create({ repoId: repo }),
    issueWrites.create({ repo, title: 'Mould' }),
  ]);
  expect(await openPull()).toEqual({ number: 4 });
  await db.resume(issueNumberSequence({ repo }), [{ repo, number: 10 }]);
  await db.resume(pullNumberSequence({ repoId: repo }), [{ repoId: repo, number: 7 }]);
  expect(await openIssue()).toEqual({ number: 11 });
});
