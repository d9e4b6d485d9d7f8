/** Several keys of one entity on one index: which conditions may stand side by side, and what their queries read. */
import { describe, expect, test } from 'vitest';
import { checked } from './support.js';

const sdl = `
  type Query { ticket(id: ID!): Ticket }
  enum State { NEW OPEN HELD }
  type Ticket { id: ID! state: State! kind: String! holder: String! urgent: Boolean! }
`;

function found(...patterns: string[]) {
  const yaml = [
    'version: 1',
    'tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }',
    'entities: { Ticket: { immutable: true } }',
    'patterns:',
    '  ticket: { one: Ticket, for: Query.ticket, where: { id: $id } }',
    ...patterns.map((pattern) => `  ${pattern}`),
  ].join('\n');
  return checked(yaml, sdl).diagnostics.map(({ code }) => code);
}

const key = (partition: string) => `key: { GSI1PK: "${partition}", GSI1SK: "{id}" }`;
const kinds = (when: string, partition = 'KIND#{kind}') =>
  `kinds: { many: Ticket, where: { kind: $kind }, index: GSI1, ${key(partition)}, when: ${when} }`;
const holders = (when: string, partition = 'HOLDER#{holder}') =>
  `holders: { many: Ticket, where: { holder: $holder }, index: GSI1, ${key(partition)}, when: ${when} }`;

describe('two keys on one index', () => {
  test.each([
    ['{ state: NEW }', '{ state: HELD }'],
    ['{ state: [NEW, OPEN] }', '{ state: HELD }'],
    ['{ state: NEW, urgent: true }', '{ state: NEW, urgent: false }'],
  ])('%s and %s exclude one another', (one, other) => {
    expect(found(kinds(one), holders(other))).toEqual([]);
  });

  test.each([
    ['{ state: NEW }', '{ state: NEW }'],
    ['{ state: [NEW, OPEN] }', '{ state: [OPEN, HELD] }'],
    ['{ state: NEW }', '{ urgent: true }'],
    ['{ state: NEW }', '{ state: present }'],
  ])('%s and %s may both hold', (one, other) => {
    expect(found(kinds(one), holders(other))).toEqual(['index-slot-taken']);
  });

  test('are not to be mixed by a query: values of one could be taken for values of the other', () => {
    expect(found(kinds('{ state: NEW }', 'BY#{kind}'), holders('{ state: HELD }', 'BY#{holder}'))).toEqual([
      'keys-overlap',
    ]);
  });

  test('a third has to exclude both', () => {
    const third = (when: string) =>
      `all: { many: Ticket, sort: kind, index: GSI1, key: { GSI1PK: ALL, GSI1SK: "{kind}#{id}" }, when: ${when} }`;
    expect(found(kinds('{ state: NEW }'), holders('{ state: OPEN }'), third('{ state: HELD }'))).toEqual([]);
    expect(found(kinds('{ state: NEW }'), holders('{ state: OPEN }'), third('{ state: OPEN }'))).toEqual([
      'index-slot-taken',
    ]);
  });
});
