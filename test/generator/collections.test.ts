/** Primary keys of entities that are read together: one partition, as far as nothing else asks for another. */

import { describe, expect, test } from 'vitest';
import { type Lock, seal } from '../../src/generator/lock.js';
import { checked } from './support.js';

const sdl = `
  type Query { repo(o: ID!, n: ID!): [Item!]! }
  union Item = Repo | Issue | Star | Fork
  type Repo { owner: ID! name: ID! }
  type Issue { owner: ID! repo: ID! number: Int! }
  type Star { owner: ID! repo: ID! user: ID! }
  type Fork { owner: ID! repo: ID! at: ID! }
`;

const all = {
  Repo: 'identity: [owner, name]',
  Issue: 'identity: [owner, repo, number]',
  Star: 'identity: [owner, repo, user]',
};

interface Project {
  readonly entities?: Readonly<Record<string, string>>;
  /** What else the mixed pattern says. */
  readonly more?: string;
  readonly patterns?: readonly string[];
}

/** Each entity's primary key, and the queries and the parents beside them that answer `repo`. */
function laidOut({ entities = all, more = '', patterns = [] }: Project, lock?: Lock) {
  const members = Object.keys(entities).map((name) =>
    name === 'Repo' ? 'Repo: { name: repo }' : `${name}: {}`,
  );
  const yaml = [
    'version: 1',
    'entities:',
    ...Object.entries(entities).map(([name, text]) => `  ${name}: { ${text} }`),
    'patterns:',
    ...patterns.map((pattern) => `  ${pattern}`),
    `  repo: { mixed: Item, for: Query.repo, where: { owner: $o, repo: $n }, members: { ${members.join(', ')} }${more} }`,
  ].join('\n');
  const {
    plan,
    lock: next,
    diagnostics,
  } = checked(yaml, sdl.replace(/ \| Fork/, 'Fork' in entities ? ' | Fork' : ''), lock);
  if (!plan || !next) throw new Error(JSON.stringify(diagnostics));
  const keys = plan.entities.map(({ name, items }) => {
    const [{ partition, sort } = { partition: { text: '' }, sort: null }] = items[0]?.slots ?? [];
    return [name, `${partition.text} / ${sort?.text}`];
  });
  const access = plan.patterns.find(({ name }) => name === 'repo')?.access;
  if (access?.kind !== 'mixed') throw new Error('no mixed pattern');
  const beside = access.parents.filter(({ read }) => read === 'alone').length;
  return { keys: Object.fromEntries(keys), queries: access.spans.length, beside, lock: next };
}

const children = {
  Issue: 'REPO#{owner}#{repo} / ISSUE#{number}',
  Star: 'REPO#{owner}#{repo} / STAR#{user}',
};

describe('a parent and its children', () => {
  test.each([
    [', parent: Repo', '#'],
    [', parent: Repo, order: DESC', '~'],
  ])('are one partition, read by one query that begins with the parent%s', (more, sort) => {
    const { keys, queries, beside } = laidOut({ more });
    expect(keys).toEqual({ ...children, Repo: `REPO#{owner}#{name} / ${sort}` });
    expect([queries, beside]).toEqual([1, 0]);
  });

  test('the parent keeps its usual key where that comes first', () => {
    const { Issue: _issue, ...entities } = all;
    const { keys } = laidOut({ entities, more: ', parent: Repo' });
    expect(keys.Repo).toBe('REPO#{owner}#{name} / METADATA');
  });

  test('the parent stays apart where another pattern needs that, and is read beside the others', () => {
    const found = laidOut({
      more: ', parent: Repo',
      patterns: ['repos: { many: Repo, where: { owner: $owner } }'],
    });
    expect(found.keys).toEqual({ ...children, Repo: 'REPO#{owner} / REPO#{name}' });
    expect([found.queries, found.beside]).toEqual([1, 1]);
  });

  test('are what a pinned key begins', () => {
    const pinned = 'key: { PK: "GIT#{owner}#{repo}", SK: "ISSUE#{number}" }, identity: [owner, repo, number]';
    const { keys } = laidOut({ entities: { ...all, Issue: pinned }, more: ', parent: Repo' });
    expect(keys).toEqual({
      Repo: 'GIT#{owner}#{name} / #',
      Issue: 'GIT#{owner}#{repo} / ISSUE#{number}',
      Star: 'GIT#{owner}#{repo} / STAR#{user}',
    });
  });
});

test('members without a parent are one partition', () => {
  const { Repo: _repo, ...entities } = all;
  const { keys, queries } = laidOut({ entities });
  expect(keys).toEqual({
    Issue: 'ITEM#{owner}#{repo} / ISSUE#{number}',
    Star: 'ITEM#{owner}#{repo} / STAR#{user}',
  });
  expect(queries).toBe(1);
});

describe('with a lock', () => {
  test('a new member joins the others', () => {
    const before = laidOut({ more: ', parent: Repo' });
    const entities = { ...all, Fork: 'identity: [owner, repo, at]' };
    const after = laidOut({ entities, more: ', parent: Repo' }, before.lock);
    expect(after.keys).toEqual({ ...before.keys, Fork: 'REPO#{owner}#{repo} / FORK#{at}' });
    expect(after.queries).toBe(1);
  });

  test('keys that were chosen before stay', () => {
    const { Repo: _repo, ...entities } = all;
    const before = laidOut({ entities });
    const after = laidOut({ more: ', parent: Repo' }, before.lock);
    expect(after.keys).toEqual({ ...before.keys, Repo: 'ITEM#{owner}#{name} / #' });
  });

  test('the word of a member that is gone is not joined again', () => {
    const before = laidOut({ more: ', parent: Repo' });
    const { Star: _star, ...entities } = all;
    const without = laidOut({ entities, more: ', parent: Repo' }, before.lock && seal(before.lock));
    const again = { ...entities, Fork: 'identity: [owner, repo, at]' };
    const after = laidOut({ entities: again, more: ', parent: Repo' }, without.lock);
    expect(after.keys).toEqual({ ...without.keys, Fork: 'FORK#{owner}#{repo} / FORK#{at}' });
  });
});
