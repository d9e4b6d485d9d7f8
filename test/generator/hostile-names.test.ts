/**
 * Whatever things are called, generated code compiles, or the name is refused with its place and the reason. The names
 * are those that generated code might need itself: what the runtime exports, what TypeScript and GraphQL Codegen
 * declare, and the words of JavaScript.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiagnosticsError } from '../../src/generator/diagnostics/print.js';
import { outputBelow } from '../support/fixtures.js';
import { generateProject } from '../support/projects.js';
import { runs } from '../support/runs.js';

const words =
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function ' +
  'if implements import in instanceof interface let new null package private protected public return static super switch ' +
  'this throw true try typeof undefined var void while with yield arguments eval async of get set as from type';
/** Without those of `Object.prototype`: GraphQL Tools, which Codegen reads the schema with, fails on them. */
const globals =
  'Array Boolean Date Error Exclude Extract Function JSON Map Math Number Object Omit Partial Pick Promise PropertyKey Proxy ' +
  'Readonly ReadonlyArray Record Required ReturnType Set String Symbol any bigint boolean never number object string symbol ' +
  'unknown prototype then length name';
const codegen =
  'Maybe InputMaybe RequireFields Scalars Resolver Resolvers ResolverFn ResolversTypes ResolversParentTypes ResolverTypeWrapper ' +
  'GraphQLResolveInfo QueryResolvers UserRecord ContextType ParentType TResult T K';
const own =
  'parent args context info rules record values through node value current change changes env item key by bucket shard session ' +
  'loaders loader queries keys items entities graphql Context Loaders Rules Answers Fields createResolvers typeDefs tables costs ' +
  'status geo_point URL Url';

/** Names that a module exports. */
function exportsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
}

const hostile = [
  ...exportsOf('src/runtime/index.ts'),
  ...exportsOf('src/runtime/generated.ts'),
  ...`${words} ${globals} ${codegen} ${own}`.split(' '),
].filter((name) => /^\w+$/.test(name) && name !== '');

const refusedWords = new Set(
  `${words} any bigint boolean never number object string symbol unknown`.split(' '),
);

/** Mostly what can be called so: one in forty that has to be refused. */
const mostlyFree = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...hostile.filter((name) => !refusedWords.has(name))) },
  { weight: 1, arbitrary: fc.constantFrom(...hostile) },
);

/** Names of every kind of thing, each other than the rest of its kind. */
const names = fc.record({
  types: fc.uniqueArray(mostlyFree, { minLength: 6, maxLength: 6 }),
  fields: fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 10, maxLength: 10 }),
  patterns: fc.uniqueArray(mostlyFree, { minLength: 8, maxLength: 8 }),
  roots: fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 8, maxLength: 8 }),
  mutations: fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 4, maxLength: 4 }),
  rules: fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 3, maxLength: 3 }),
  values: fc.uniqueArray(fc.constantFrom(...hostile.filter((one) => !/^(true|false|null)$/.test(one))), {
    minLength: 3,
    maxLength: 3,
  }),
  args: fc.uniqueArray(fc.constantFrom(...hostile), { minLength: 5, maxLength: 5 }),
});

type Names = typeof names extends fc.Arbitrary<infer N> ? N : never;

function schemaOf({ types, fields, roots, mutations, values, args }: Names): string {
  const [record, other, kind, embedded, input, inner] = types;
  const [id, text, count, at, state, place, list, flag, grid, note] = fields;
  return `
scalar DateTime
enum ${kind} { ${values.join(' ')} }
type ${embedded} { ${id}: String! ${text}: [DateTime!] ${grid}: [[Int!]]! }
type ${inner} { ${flag}: Boolean }
type ${record} {
  ${id}: ID! ${text}: String! ${count}: Int! ${at}: DateTime! ${state}: ${kind}! ${place}: ${embedded} ${list}: [String!]!
  ${flag}: Boolean ${grid}: [[Int!]!]! ${note}: ${inner}!
}
type ${other} { ${text}: ID! ${id}: ID! ${count}: Int ${note}: String }
input ${input} {
  ${text}: String! ${count}: Int! = 3 ${state}: ${kind}! = ${values[0]} ${list}: [String!]! ${grid}: [[Int!]!]! ${flag}: Boolean
}
type Query {
  ${roots[0]}(${args[0]}: ID!): ${record}
  ${roots[1]}(${args[0]}: String!, ${args[1]}: ${kind}!, ${args[2]}: Int, ${args[3]}: String, ${args[4]}: Boolean): [${record}!]!
  ${roots[2]}(${args[0]}: ID!, ${args[1]}: DateTime, ${args[2]}: DateTime): [${record}!]!
  ${roots[3]}(${args[0]}: ID!, ${args[1]}: ID!): ${other}
  ${roots[4]}(${args[0]}: ID!): Int!
  ${roots[5]}(${args[0]}: ID!, ${args[1]}: ID!): Boolean!
}
type Mutation {
  ${mutations[0]}(${args[0]}: ${input}!): ${record}!
  ${mutations[1]}(${args[0]}: ID!, ${args[1]}: ${input}!): ${record}!
  ${mutations[2]}(${args[0]}: ID!): ${record}!
}
`;
}

function patternsOf({ types, fields, patterns, roots, mutations, rules, args }: Names): string {
  const [record, other] = types;
  const [id, text, count, at, state, , , flag] = fields;
  const show = (value: unknown) => JSON.stringify(value);
  return `
version: 1
tables: { main: { name: hostile, key: [PK, SK] } }
entities:
  ${record}:
    key: { PK: "A#{${id}}", SK: "#" }
    generate: { ${id}: uuidv7, ${at}: now }
  ${other}: { key: { PK: "B#{${text}}", SK: "C#{${id}}" } }
patterns:
  ${patterns[0]}: { one: ${record}, for: Query.${roots[0]}, where: ${show({ [id ?? '']: `$${args[0]}` })} }
  ${patterns[1]}:
    many: ${record}
    for: Query.${roots[1]}
    where: ${show({ [text ?? '']: `$${args[0]}`, [state ?? '']: `$${args[1]}` })}
    sort: ${at}
    filter: { ${show(count ?? '')}: { gte: $${args[2]} }, ${show(flag ?? '')}: { eq: $${args[4]} }, not: { ${show(text ?? '')}: { contains: $${args[3]} } } }
    allow: ${rules[0]}
  ${patterns[2]}:
    many: ${record}
    for: Query.${roots[2]}
    where: ${show({ [text ?? '']: `$${args[0]}` })}
    range: { ${show(at ?? '')}: { from: $${args[1]}, to: $${args[2]} } }
  ${patterns[3]}: { one: ${other}, for: Query.${roots[3]}, where: ${show({ [text ?? '']: `$${args[0]}`, [id ?? '']: `$${args[1]}` })} }
  ${patterns[4]}: { count: ${other}, for: Query.${roots[4]}, where: ${show({ [text ?? '']: `$${args[0]}` })} }
  ${patterns[5]}: { exists: ${other}, for: Query.${roots[5]}, where: ${show({ [text ?? '']: `$${args[0]}`, [id ?? '']: `$${args[1]}` })} }
mutations:
  ${mutations[0]}: { create: ${record}, for: Mutation.${mutations[0]}, prepare: ${rules[1]} }
  ${mutations[1]}: { create: ${record}, for: Mutation.${mutations[1]}, prepare: ${rules[1]}, alongside: ${rules[2]} }
  ${mutations[2]}: { delete: ${record}, for: Mutation.${mutations[2]}, where: ${show({ [id ?? '']: `$${args[0]}` })}, alongside: ${rules[2]}, allow: ${rules[0]} }
`;
}

const root = '.cache/hostile';
const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

test('generated code compiles, or a name is refused', { timeout: 600_000 }, async () => {
  rmSync(root, { recursive: true, force: true });
  const refused: string[] = [];
  const drawn = fc.sample(names, { numRuns: runs(30), seed: 11 });
  for (const [at, drawnNames] of drawn.entries()) {
    const folder = `${root}/${at}`;
    write(`${folder}/schema/schema.graphql`, schemaOf(drawnNames));
    write(`${folder}/access-patterns.yaml`, patternsOf(drawnNames));
    try {
      const { files } = await generateProject(folder);
      for (const [path, text] of outputBelow(files, 'generated/'))
        write(join(folder, 'generated', path), text);
    } catch (error) {
      if (!(error instanceof DiagnosticsError)) throw error;
      for (const { code, message, at: place } of error.diagnostics) {
        expect(place.file, message).not.toBe('');
        refused.push(`${code}: ${message}`);
      }
    }
  }
  write(`${root}/refused.txt`, refused.join('\n'));
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { noPropertyAccessFromIndexSignature: true },
    include: ['*/generated/*.ts'],
    exclude: [],
  };
  write(`${root}/tsconfig.json`, JSON.stringify(config));
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', `${root}/tsconfig.json`], { encoding: 'utf8' });
  // With that option the runtime's own sources are not written; they are compiled before they are published.
  expect(stdout.split('\n').filter((line) => line.startsWith(root) || line.startsWith('error'))).toEqual([]);
});
