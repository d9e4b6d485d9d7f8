/** The reference application's own inputs. */

import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checked } from './support.js';

const yaml = readFileSync('access-patterns.yaml', 'utf8');
const sdl = readdirSync('schema')
  .map((name) => readFileSync(`schema/${name}`, 'utf8'))
  .join('\n');

describe('the reference application', () => {
  test('passes all checks', () => {
    expect(checked(yaml, sdl).diagnostics).toEqual([]);
  });

  test('passes all checks at a hundred times as many entities', () => {
    const entities = Array.from({ length: 100 }, (_, at) => `E${at}x`);
    const big = [
      'version: 1',
      'tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } } }',
      `entities: { ${entities.map((name) => `${name}: { table: main, unique: [email] }`).join(', ')} }`,
      'patterns:',
      ...entities.flatMap((name) => [
        `  ${name}One: { one: ${name}, for: Query.${name}One, where: { id: $id } }`,
        `  ${name}Many: { many: ${name}, for: Query.${name}Many, where: { kind: $kind }, sort: -at }`,
        `  ${name}All: { many: ${name}, sort: at, shards: 4 }`,
        `  ${name}Mail: { one: ${name}, where: { email: $email }, index: GSI1, entry: true }`,
      ]),
    ].join('\n');
    const types = [
      'scalar DateTime',
      `type Query { ${entities.map((name) => `${name}One(id: ID!): ${name} ${name}Many(kind: String!): [${name}!]!`).join(' ')} }`,
      ...entities.map((name) => `type ${name} { id: ID! kind: String! at: DateTime! email: String! }`),
    ].join('\n');
    expect(checked(big, buildSchema(types)).diagnostics).toEqual([]);
  });
});

test('a project with a bit of everything that is right passes all checks', () => {
  const folder = 'test/generator/accepted';
  const accepted = checked(
    readFileSync(`${folder}/access-patterns.yaml`, 'utf8'),
    readFileSync(`${folder}/schema/schema.graphql`, 'utf8'),
  );
  expect(accepted.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(accepted.plan).toBeDefined();
});
