/** One stored entity beside a schema of a thousand types that other resolvers answer, by the real Codegen host. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { generateProject } from '../support/projects.js';
import { temporaryFolder } from '../support/temporary.js';

const objects = 600;
const fields = 16;

test('a large schema beside one stored entity', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'schema'));
  writeFileSync(join(folder, 'schema/api.graphql'), largeSchema());
  writeFileSync(
    join(folder, 'schema/note.graphql'),
    'type StoredNote {\n  id: ID!\n  text: String!\n}\n\nextend type Query {\n  storedNote(id: ID!): StoredNote\n}\n',
  );
  writeFileSync(
    join(folder, 'access-patterns.yaml'),
    [
      'version: 1',
      'tables: { notes: { name: notes, key: [PK, SK] } }',
      'entities: { StoredNote: { generate: { id: uuidv7 } } }',
      'patterns:',
      '  storedNote: { one: StoredNote, for: Query.storedNote, where: { id: $id } }',
      'external: [Query.*, Mutation.*]',
      '',
    ].join('\n'),
  );
  const { run, files } = await generateProject(relative(process.cwd(), folder));
  const types = [...run.model.sdl.types.values()];
  expect(types.length).toBeGreaterThan(900);
  expect(types.reduce((sum, type) => sum + type.fields.length, 0)).toBeGreaterThan(10_000);
  expect(run.warnings).toEqual([]);
  expect(run.plan.entities.map((entity) => entity.name)).toEqual(['StoredNote']);
  const resolvers = files.get('generated/resolvers.ts') ?? '';
  expect(resolvers.match(/^ {2}\w+: \{$/gm)).toEqual(['  Query: {']);
  expect(files.get('generated/graphql.ts')).toContain('Type599Resolvers');
});

/** Interfaces, unions, enums, inputs within inputs, directives, connections, descriptions, arguments with defaults. */
function largeSchema(): string {
  const at = (kind: string, number: number) => `${kind}${number}`;
  const aggregates = (count: number) => Array.from({ length: count }, (_, number) => number);
  const field = (type: number) => (number: number) => {
    const to = at('Type', (type * 7 + number * 31) % objects);
    const union = at('Union', (type + number) % 40);
    const kinds = [
      `"""\n  What it is called.\n  """\n  field${number}: String!`,
      `field${number}(first: Int = 10, after: String, filter: Input${(type + number) % 150} = {flag: true}): [${to}!]!`,
      `field${number}: ${to} @audited(by: ["a", "b"])`,
      `field${number}(kinds: [Kind${type % 100}!] = [A, B]): Float @deprecated(reason: "See field0.")`,
      `field${number}: ${union}`,
      `field${number}: Scalar${number % 10}`,
    ];
    return `  ${kinds[number % kinds.length]}`;
  };
  return [
    'directive @audited(by: [String!]!) on FIELD_DEFINITION | OBJECT',
    'interface Named {\n  id: ID!\n  field0: String!\n}',
    ...aggregates(10).map((number) => `scalar Scalar${number}`),
    ...aggregates(100).map((number) => `enum Kind${number} {\n  "The first."\n  A\n  B\n  C\n}`),
    ...aggregates(150).map(
      (number) =>
        `input Input${number} {\n  flag: Boolean = false\n  and: [Input${(number + 1) % 150}!]\n  not: Input${number}\n  kind: Kind${number % 100}\n}`,
    ),
    ...aggregates(40).map(
      (number) => `union Union${number} = Type${number} | Type${number + 1} | Type${number + 200}`,
    ),
    ...aggregates(objects).map(
      (number) =>
        `"""\nOne of many.\nIt has "quotes" and \`ticks\`.\n"""\ntype Type${number} implements Named @audited(by: []) {\n  id: ID!\n${aggregates(fields).map(field(number)).join('\n')}\n}`,
    ),
    `type Query {\n  named(id: ID!): Named\n${aggregates(100)
      .map((number) => `  type${number}(id: ID!): Type${number}`)
      .join('\n')}\n}`,
    `type Mutation {\n${aggregates(200)
      .map((number) => `  change${number}(input: Input${number % 150}!): Type${number}`)
      .join('\n')}\n}`,
  ].join('\n\n');
}
