/** Filters, bounds, orders and changes within inputs that may be left out, asked of a real engine. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/optional-inputs/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/optional-inputs/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/optional-inputs/generated/schema.js';
import { tables } from '../fixtures/ok/optional-inputs/generated/tables.js';
import { openProject } from '../support/running.js';

const generated = { typeDefs, tables, createLoaders, resolvers: createResolvers({}) };

async function open() {
  const project = await openProject(generated);
  const todos = [
    ['a', 'Buy bread', 1, ''],
    ['b', 'Buy milk', 2, 'place: { city: "Rome" }, city: "Rome"'],
    ['c', 'Call Ada', 3, 'place: {}'],
  ] as const;
  for (const [at, [id, title, priority, more]] of todos.entries())
    await project.data(`mutation { addTodo(input: {
      list: "l", id: "${id}", due: "2026-03-0${at + 1}T00:00:00Z", title: "${title}", priority: ${priority}, ${more}
    }) { id } }`);
  return {
    ...project,
    async ids(given: string): Promise<string> {
      const { todos } = await project.data(`{ todos(list: "l"${given && `, ${given}`}) { id } }`);
      return (todos as { id: string }[]).map(({ id }) => id).join('');
    },
  };
}

test('what is absent or null at any step asks nothing', async () => {
  const { ids } = await open();
  for (const nothing of [
    '',
    'filter: null, window: null, page: null',
    'filter: {}, window: {}, page: {}',
    'filter: { title: null, priority: {} }',
    'filter: { title: { eq: null }, priority: { gt: null, low: null } }',
  ])
    expect(await ids(nothing), nothing).toBe('abc');
});

test('what is there is asked, each value of its own comparison', async () => {
  const { ids } = await open();
  expect(await ids('filter: { title: { eq: "Buy milk" } }')).toBe('b');
  expect(await ids('filter: { priority: { eq: 3 } }')).toBe('c');
  expect(await ids('filter: { title: { eq: "Buy milk" }, priority: { eq: 3 } }')).toBe('');
  expect(await ids('filter: { title: { begins: "Buy" }, priority: { gt: 1 } }')).toBe('b');
  expect(await ids('filter: { title: { in: ["Buy bread", "Call Ada"] } }')).toBe('ac');
  expect(await ids('filter: { priority: { low: 2 } }')).toBe('bc');
  expect(await ids('filter: { list: true }')).toBe('bc');
  expect(await ids('window: { from: "2026-03-02T00:00:00Z" }')).toBe('bc');
  expect(await ids('page: { order: DESC }')).toBe('cba');
  expect(await ids('page: { order: DESC, size: 1 }')).toBe('c');
});

test('a change changes what it has, and nothing else', async () => {
  const { data } = await open();
  const change = async (given: string) => {
    const { changeTodo } = await data(
      `mutation { changeTodo(list: "l", id: "a"${given}) { note priority } }`,
    );
    return changeTodo;
  };
  expect(await change('')).toEqual({ note: null, priority: 1 });
  expect(await change(', change: { text: { note: "soon" } }')).toEqual({ note: 'soon', priority: 1 });
  expect(await change(', change: { by: 4, text: null }')).toEqual({ note: 'soon', priority: 5 });
  expect(await change(', change: { text: { note: null } }')).toEqual({ note: null, priority: 5 });
});

test('a parent that lacks the object or the field of it has no relation', async () => {
  const { data } = await open();
  expect(await data('{ todos(list: "l") { near { id } } }')).toEqual({
    todos: [{ near: null }, { near: [{ id: 'b' }] }, { near: null }],
  });
});
