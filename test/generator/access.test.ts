/** What counts as `@allow`, and of which fields the plan knows it. */

import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checked } from './support.js';

const yaml = `
version: 1
entities:
  Note: {}
patterns:
  note: { one: Note, for: Query.note, where: { id: $id } }
access: { roles: [Role, GUEST], viewer: caller }
`;

function planned(sdl: string, patterns = yaml) {
  const { diagnostics, plan } = checked(patterns, sdl);
  const types = new Map(plan?.authorization?.types.map((type) => [type.name, type]));
  const fieldOf = (type: string, field: string) =>
    types.get(type)?.fields.find(({ name }) => name === field)?.allowed;
  return { diagnostics, plan, types, fieldOf };
}

const schema = `
type Query { note(id: ID!): Note @allow(roles: [GUEST]) }
type Note { id: ID! text: String! }
enum Role { WRITER READER }
`;

describe('what @allow says', () => {
  test('is in the order of the declared roles, one role without brackets too', () => {
    const { fieldOf, diagnostics } = planned(
      schema
        .replace('[GUEST]', '[GUEST, READER, WRITER]')
        .replace('text: String!', 'text: String! @allow(roles: READER)'),
    );
    expect(diagnostics).toEqual([]);
    expect(fieldOf('Query', 'note')?.roles).toEqual(['WRITER', 'READER', 'GUEST']);
    expect(fieldOf('Note', 'text')?.roles).toEqual(['READER']);
  });

  test('of an extension is for the whole type, that of a field replaces it', () => {
    const { fieldOf } = planned(`${schema}
      extend type Note @allow(roles: [WRITER]) { title: String! @allow(roles: [ANYONE]) }`);
    expect(fieldOf('Note', 'text')).toMatchObject({ roles: ['WRITER'] });
    expect(fieldOf('Note', 'title')).toEqual({ roles: [], owner: [], rule: null });
  });

  test('holds for types that nothing in the schema leads to: a server may serve more', () => {
    const { types } = planned(`${schema} type Report @allow(roles: [WRITER]) { sum: Int! }`);
    expect(types.get('Report')).toMatchObject({ open: null, reachedBy: [], fields: [{ name: 'sum' }] });
  });

  test('of a directive of the project’s own is not ours, unless access is declared', () => {
    const own = `directive @allow(scope: String!) on FIELD_DEFINITION
      type Query { note(id: ID!): Note @allow(scope: "notes") }
      type Note { id: ID! text: String! }`;
    const withoutAccess = yaml.replace(/^access:.*$/m, '');
    // Built as it is: the definition is there.
    const { diagnostics, plan } = checked(withoutAccess, buildSchema(own));
    expect(diagnostics).toEqual([]);
    expect(plan?.authorization).toBeUndefined();
    expect(checked(yaml, buildSchema(`${own} enum Role { WRITER }`)).diagnostics).toMatchObject([
      { code: 'access-arguments', message: '`@allow` has no argument `scope`.' },
    ]);
  });
});

test('who comes to a type, and by which way past no field that may refuse', () => {
  const { types } = planned(
    `
    type Query { note(id: ID!): Note @allow(roles: [ANYONE]) drafts: [Draft!]! @allow(roles: [READER]) }
    type Note { id: ID! text: String! author: Author! }
    type Author { name: String! }
    type Draft { text: String! }
    enum Role { WRITER READER }
  `,
    `${yaml}rules: { drafts: { for: Query.drafts }, author: { for: Note.author } }\n`,
  );
  expect(types.get('Author')).toMatchObject({
    open: 'Query.note.author',
    reachedBy: ['WRITER', 'READER', 'GUEST', null],
  });
  expect(types.get('Draft')).toMatchObject({ open: null, reachedBy: ['READER'] });
});
