/** `encode`: what it says holds for every key of the entity, its history's included. */
import { expect, test } from 'vitest';
import { emptyLock, type Lock, printLock, seal } from '../../src/generator/lock.js';
import { checked } from './support.js';

const sdl = `
  scalar DateTime
  type Query { part(id: Int!): Part }
  type Part { id: Int! kind: String! weight: Float! at: DateTime! version: Int! }
  type PartVersion { id: Int! kind: String! version: Int! }
`;

function project(...patterns: string[]) {
  return checked(
    [
      'version: 1',
      'tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } } }',
      'entities:',
      '  Part:',
      '    encode: { id: pad(8), version: pad(4), weight: invert, at: day }',
      '    generate: { version: revision }',
      '  PartVersion: { historyOf: Part, key: { PK: "PART#{id}", SK: "VERSION#{version}" } }',
      'patterns:',
      '  part: { one: Part, for: Query.part, where: { id: $id } }',
      ...patterns.map((pattern) => `  ${pattern}`),
    ].join('\n'),
    sdl,
  );
}

test('a record and its versions lie in one partition', () => {
  const { diagnostics, plan } = project();
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const holes = plan?.entities.map((entity) =>
    entity.items[0]?.slots[0]?.partition.parts.map((part) =>
      part.kind === 'hole' ? part.encode : part.kind,
    ),
  );
  expect(holes).toEqual([
    ['literal', 'pad(8)'],
    ['literal', 'pad(8)'],
  ]);
});

test('a function that says the same as `encode` makes the same key', () => {
  const { diagnostics, plan } = project(
    'byKind: { many: Part, where: { kind: $kind }, sort: -weight, index: GSI1, key: { GSI1PK: "KIND#{kind}", GSI1SK: "{invert(weight)}#{pad(id, 8)}" } }',
    'again: { many: Part, where: { kind: $kind }, sort: weight, index: GSI1, key: { GSI1PK: "KIND#{kind}", GSI1SK: "{weight}#{id}" } }',
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const reads = plan?.patterns.flatMap(({ access }) =>
    access.kind === 'query' ? [[access.order.descending, access.isInverted]] : [],
  );
  expect(reads).toEqual([
    [true, true],
    [false, true],
  ]);
});

test('what is cut short or runs the other way does not serve an order', () => {
  const pinned = (sort: string, key: string) =>
    project(
      `pinned: { many: Part, where: { kind: $kind }, sort: ${sort}, index: GSI1, key: { GSI1PK: "KIND#{kind}", GSI1SK: "${key}#{id}" } }`,
    )
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);
  expect(pinned('at', '{at}')).toEqual(['key-does-not-serve']);
  expect(pinned('at', '{plain(at)}')).toEqual([]);
  expect(pinned('[weight, id]', '{weight}')).toEqual(['key-does-not-serve']);
  expect(pinned('[-weight, id]', '{weight}')).toEqual([]);
  expect(pinned('[weight, id]', '{plain(weight)}')).toEqual([]);
});

/** Of an enum in its order: the warnings that the next values lead to. */
function reordered(before: string, after: string, key = 'sort: state, where: { kind: $kind }') {
  const at = (values: string, lock?: Lock) =>
    checked(
      `version: 1
entities: { Part: { encode: { state: declared } } }
patterns:
  part: { one: Part, for: Query.part, where: { id: $id } }
  parts: { many: Part, ${key} }
`,
      `type Query { part(id: ID!): Part }  enum State { ${values} }  type Part { id: ID! kind: String! state: State! }`,
      lock,
    );
  const first = at(before);
  const second = at(after, seal(first.lock ?? emptyLock));
  const codes = second.diagnostics.map(({ code }) => code);
  return { codes, lock: second.lock ? printLock(second.lock) : '' };
}

test('the lock has the order of an enum that keys hold', () => {
  expect(reordered('OPEN HELD DONE', 'OPEN HELD DONE').codes).toEqual([]);
  // What is added at the end moves nothing.
  const { codes, lock } = reordered('OPEN HELD', 'OPEN HELD DONE');
  expect(codes).toEqual([]);
  expect(lock).toContain('in keys declared(OPEN HELD DONE)');
  for (const now of ['NEW OPEN HELD DONE', 'OPEN DONE HELD', 'OPEN DONE'])
    expect(reordered('OPEN HELD DONE', now).codes, now).toContain('key-moved');
  expect(reordered('OPEN HELD', 'HELD OPEN', 'sort: kind, where: { state: $state }').codes).toContain(
    'key-moved',
  );
});
