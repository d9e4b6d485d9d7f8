/** `@allow`: who gets what, what is read for it, and how often the viewer's rule is called. */

import { buildSchema, parse } from 'graphql';
import { budgetOf, forbidden, unauthenticated } from 'tableloom/runtime';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { costs } from '../fixtures/ok/access/generated/costs.js';
import { createLoaders } from '../fixtures/ok/access/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/access/generated/resolvers.js';
import type { CallerRule, Rules } from '../fixtures/ok/access/generated/rules.js';
import { typeDefs } from '../fixtures/ok/access/generated/schema.js';
import { tables } from '../fixtures/ok/access/generated/tables.js';
import { authorWrites, noteWrites } from '../fixtures/ok/access/generated/writes.js';
import { openProject, type Project } from '../support/running.js';

type Viewer = Awaited<ReturnType<CallerRule>>;

const writer: Viewer = { id: 'w', roles: ['WRITER'] };
const reader: Viewer = { id: 'r', roles: ['READER'] };
const guest: Viewer = { id: 'ada', roles: ['GUEST'] };

let viewer: () => Viewer | Promise<Viewer> = () => null;
let calls = 0;
let mayRead: Rules['mayRead'];
let project: Project;

beforeAll(async () => {
  const ends: (() => Promise<void>)[] = [];
  project = await openProject(
    {
      typeDefs,
      tables,
      createLoaders,
      resolvers: createResolvers({
        caller: () => {
          calls += 1;
          return viewer();
        },
        mayRead: (call) => mayRead(call),
        notLocked: () => undefined,
        words: ({ parent }) => parent.text?.length ?? 0,
      }),
    },
    (end) => ends.push(end),
  );
  const db = project.database.session();
  await db.write(authorWrites.create({ id: 'ada', name: 'Ada', email: 'ada@example.com' }));
  for (const id of ['1', '2'])
    await db.write(
      noteWrites.create({
        id,
        title: `Note ${id}`,
        authorId: 'ada',
        text: 'secret',
        place: { city: 'Bremen', street: 'Am Wall' },
      }),
    );
  return async () => {
    for (const end of ends) await end();
  };
});

beforeEach(() => {
  calls = 0;
  mayRead = () => {
    throw forbidden('The rule refuses.');
  };
});

async function ask(query: string, as: Viewer | (() => Viewer)) {
  viewer = typeof as === 'function' ? as : () => as;
  const { data, errors = [], requests } = await project.ask(query);
  const refused = errors.map(({ path, message, extensions }) => [path?.join('.'), extensions?.code, message]);
  return { data, refused, requests };
}

describe('a role', () => {
  test('lets use a field, or the fields of a type', async () => {
    const query = '{ note(id: "1") { title words place { city street } } }';
    expect((await ask(query, writer)).data).toEqual({
      note: { title: 'Note 1', words: 6, place: { city: 'Bremen', street: 'Am Wall' } },
    });
    expect(await ask(query, reader)).toMatchObject({
      data: { note: { place: { city: 'Bremen', street: null } } },
      refused: [['note.place.street', 'FORBIDDEN', 'This is for WRITER.']],
    });
  });

  test('refuses before anything is read', async () => {
    const query = '{ note(id: "1") { title } }';
    expect(await ask(query, guest)).toMatchObject({
      data: { note: null },
      refused: [['note', 'FORBIDDEN', 'This is for WRITER and READER.']],
      requests: [],
    });
    expect(await ask(query, null)).toMatchObject({
      refused: [['note', 'UNAUTHENTICATED', 'Sign in first.']],
      requests: [],
    });
  });

  test('refuses a part of a connection', async () => {
    const query =
      '{ author(id: "ada") { notes(first: 1) { edges { node { id } } pageInfo { hasNextPage } } } }';
    expect((await ask(query, guest)).refused).toEqual([
      ['author.notes.pageInfo', 'FORBIDDEN', 'This is for WRITER.'],
    ]);
  });
});

describe('an owner', () => {
  test('is told by an argument', async () => {
    const query = (id: string) => `{ author(id: "${id}") { name email } }`;
    expect((await ask(query('ada'), guest)).data).toEqual({
      author: { name: 'Ada', email: 'ada@example.com' },
    });
    expect((await ask(query('bo'), guest)).refused).toEqual([
      ['author', 'FORBIDDEN', 'This is for WRITER and the owner.'],
    ]);
    const add = 'mutation { addNote(input: { authorId: "ada", title: "New" }) { title } }';
    expect((await ask(add, guest)).data).toEqual({ addNote: { title: 'New' } });
    expect((await ask(add, { ...guest, id: 'bo' })).refused).toHaveLength(1);
  });

  test('is told by an attribute of the record, which is read where an index does not hold it', async () => {
    const query = '{ author(id: "ada") { notes(first: 1) { edges { node { title } } } } }';
    const answer = { author: { notes: { edges: [{ node: { title: 'New' } }] } } };
    expect((await ask(query, guest)).data).toEqual(answer);
    expect((await ask(query, { ...writer, roles: ['WRITER'] })).data).toEqual(answer);
  });
});

describe('a rule', () => {
  test('decides where it is the only one, about nobody as well', async () => {
    const query = '{ note(id: "1") { text } }';
    expect((await ask(query, writer)).refused).toEqual([['note.text', 'FORBIDDEN', 'The rule refuses.']]);
    mayRead = ({ parent }) => {
      if (parent.title !== 'Note 1') throw forbidden();
    };
    expect((await ask(query, reader)).data).toEqual({ note: { text: 'secret' } });
  });
});

describe('a child that is prefetched', () => {
  const query = '{ author(id: "ada") { name notes(first: 2) { edges { node { id } } } } }';

  test('begins before its parent is there for those who may, with the requests of the budget', async () => {
    const budget = budgetOf(costs, buildSchema(typeDefs), parse(query));
    // That of `caller`, who is a constant here.
    const ofViewer = 1;
    for (const one of [writer, guest]) {
      const { requests, refused } = await ask(query, one);
      expect(refused).toEqual([]);
      expect(requests).toEqual(['Query', 'GetItem']);
      expect(budget?.most).toMatchObject({ requests: requests.length + ofViewer, steps: 1 + ofViewer });
    }
  });

  test('is not read for others', async () => {
    const byNote = '{ note(id: "1") { author { name notes(first: 2) { edges { node { id } } } } } }';
    const { requests, refused } = await ask(byNote, reader);
    expect(refused).toEqual([['note.author.notes', 'FORBIDDEN', 'This is for WRITER and the owner.']]);
    expect(requests).toEqual(['GetItem', 'GetItem']);
  });
});

describe("the viewer's rule", () => {
  test('is called once for each request', async () => {
    await ask('{ a: note(id: "1") { title version } b: note(id: "2") { title place { street } } }', writer);
    expect(calls).toBe(1);
    await ask('{ note(id: "1") { title } }', writer);
    expect(calls).toBe(2);
  });

  test('is called again once the request has written: the viewer may be somebody else then', async () => {
    const twice = `mutation {
      a: addNote(input: { authorId: "x", title: "Once" }) { id }
      b: addNote(input: { authorId: "x", title: "Twice" }) { id }
    }`;
    const { data, refused } = await ask(twice, () => (calls === 1 ? writer : null));
    expect(data).toBeNull();
    expect(refused).toEqual([['b', 'UNAUTHENTICATED', 'Sign in first.']]);
    expect(calls).toBe(2);
  });

  test.each([
    ['UNAUTHENTICATED', unauthenticated('The session has ended.')],
    ['INTERNAL_SERVER_ERROR', new Error('broken')],
  ])('passes on what it throws: %s', async (_code, error) => {
    onTestFinished(() => {
      viewer = () => null;
    });
    const { refused } = await ask('{ a: note(id: "1") { id } b: note(id: "2") { id } }', () => {
      throw error;
    });
    expect(refused.map(([path, , message]) => [path, message])).toEqual([
      ['a', error.message],
      ['b', error.message],
    ]);
    expect(calls).toBe(1);
  });
});
