import { buildSchema, execute, type GraphQLResolveInfo, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { PageOptions } from '../../src/runtime/read/pages.js';
import { fieldsOf, selection } from '../../src/runtime/read/selection.js';

const schema = buildSchema(`
  interface Node { id: ID! }
  type User implements Node { id: ID!  name: String  friend: User }
  type UserEdge { node: User  cursor: String }
  type PageInfo { hasNextPage: Boolean  hasPreviousPage: Boolean  startCursor: String  endCursor: String }
  type UserConnection { edges: [UserEdge]  nodes: [User]  pageInfo: PageInfo }
  type Query { users: UserConnection  user: User }
`);

const documents = new Map<string, ReturnType<typeof parse>>();

/** Parsed once, as a server that keeps its documents has it. */
function document(source: string) {
  const known = documents.get(source) ?? parse(source);
  documents.set(source, known);
  return known;
}

/** What the resolver of the field is told. */
async function told<T>(
  look: (info: GraphQLResolveInfo) => T,
  source: string,
  variableValues: Record<string, unknown> = {},
): Promise<T> {
  let answer: T | undefined;
  const resolve = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
    answer = look(info);
    return null;
  };
  const rootValue = { users: resolve, user: resolve };
  const { errors } = await execute({ schema, document: document(source), variableValues, rootValue });
  expect(errors).toBeUndefined();
  return answer as T;
}

const asked = async (source: string, variables?: Record<string, unknown>) => {
  const { fields, wants } = await told<PageOptions>(selection, source, variables);
  const { edges = false, ...flags } = wants ?? {};
  return {
    fields: [...(fields ?? [])].sort(),
    edges,
    flags: Object.entries(flags).flatMap(([name, wanted]) => (wanted ? [name] : [])),
  };
};

test('the fields of nodes are found through nodes and edges, aliases and fragments', async () => {
  expect(await asked('{ users { nodes { id } } }')).toEqual({ fields: ['id'], edges: true, flags: [] });
  expect(
    await asked(`
      { people: users { all: edges { user: node { called: name ...Ids } } nodes { ... on Node { __typename } ... { friend { name } } } ...Page } }
      fragment Ids on User { id }
      fragment Page on UserConnection { pageInfo { ...Info } }
      fragment Info on PageInfo { more: hasNextPage endCursor }
    `),
  ).toEqual({
    fields: ['__typename', 'friend', 'id', 'name'],
    edges: true,
    flags: ['hasNextPage', 'cursors'],
  });
});

test('a page may be asked for its flags or cursors alone', async () => {
  expect(await asked('{ users { pageInfo { hasPreviousPage } } }')).toEqual({
    fields: [],
    edges: false,
    flags: ['hasPreviousPage'],
  });
  expect(await asked('{ users { edges { cursor } } }')).toEqual({ fields: [], edges: true, flags: [] });
  expect(await asked('{ users { __typename } }')).toEqual({ fields: [], edges: false, flags: [] });
});

test('what @skip and @include leave out does not count, each time anew', async () => {
  const source = `query ($with: Boolean = true) {
    users { nodes { id @skip(if: $with) name @include(if: $with) friend @include(if: false) { id } } pageInfo @skip(if: true) { endCursor } }
  }`;
  expect(await asked(source)).toEqual({ fields: ['name'], edges: true, flags: [] });
  expect(await asked(source, { with: false })).toEqual({ fields: ['id'], edges: true, flags: [] });
  expect(await asked(source, { with: true })).toEqual({ fields: ['name'], edges: true, flags: [] });
});

test('a field asked twice is one selection', async () => {
  expect(await asked('{ users { nodes { id } } users { nodes { name } pageInfo { startCursor } } }')).toEqual(
    {
      fields: ['id', 'name'],
      edges: true,
      flags: ['cursors'],
    },
  );
});

test('the fields of an object are found the same way', async () => {
  const fields = await told(fieldsOf, '{ user { id ... on Node { __typename } } user { called: name } }');
  expect([...fields].sort()).toEqual(['__typename', 'id', 'name']);
});
