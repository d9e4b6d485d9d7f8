/** The digest that cursors are bound to: it changes with the keys a query reads by, and with nothing else. */
import { expect, test } from 'vitest';
import { layoutOf } from '../../src/generator/emit/files/queries/layout.js';
import { checked } from './support.js';

const sdl = `
  scalar DateTime
  type Query { parts(first: Int, after: String): PartConnection! }
  type Part { id: ID! name: String! weight: Float! at: DateTime! version: Int! }
  type PartConnection { edges: [PartEdge!]! pageInfo: PageInfo! }
  type PartEdge { node: Part! cursor: String! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

interface Declared {
  readonly key?: string;
  readonly by?: string;
  readonly sort?: string;
  readonly shards?: number;
  readonly page?: number;
  readonly filter?: string;
}

function layout({ key = 'PART#{id}', by = 'name', sort, shards = 2, page = 20, filter = '' }: Declared = {}) {
  const { plan, diagnostics } = checked(
    `version: 1
tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities:
  Part: { key: { PK: "${key}", SK: METADATA }, generate: { version: revision } }
patterns:
  parts:
    many: Part
    for: Query.parts
    sort: ${by}
    shards: ${shards}
    index: GSI1
    key: { GSI1PK: "PARTS#{shard}", GSI1SK: "${sort ?? `{${by}}#{id}`}" }
    page: { default: ${page} }
    ${filter}
`,
    sdl,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [pattern] = plan?.patterns ?? [];
  return plan && pattern && layoutOf(plan, pattern);
}

test('another order, encoding, table key or number of shards is another layout', () => {
  const usual = layout();
  expect(usual).toMatch(/^'[0-9a-f]{8}'$/);
  const others = [
    layout({ by: 'at' }),
    layout({ by: 'weight' }),
    layout({ sort: '{name}#{weight}#{id}' }),
    layout({ by: 'weight', sort: '{invert(weight)}#{id}' }),
    layout({ key: 'THE_PART#{id}' }),
    layout({ shards: 3 }),
  ];
  expect(new Set([usual, ...others]).size).toBe(7);
});

test('sizes and filters are not of the layout', () => {
  expect(layout({ page: 10 })).toBe(layout());
  expect(layout({ filter: 'filter: { weight: { gt: 1 } }' })).toBe(layout());
});
