/** Codegen's resolvers plugin writes the same text with our way of finding mapped types as with its own. */

import { plugin, TypeScriptResolversVisitor } from '@graphql-codegen/typescript-resolvers';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { findMappedTypesOnce } from '../../src/generator/mapped-types.js';
import { runs } from '../support/runs.js';

const method = 'shouldMapType';
const own = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(TypeScriptResolversVisitor.prototype),
  method,
);

const count = 8;
/** For each type what its fields lead to, whether it is an interface, and whether it is mapped. */
const graphs = fc.array(
  fc.record({
    to: fc.array(fc.nat(count + 2), { minLength: 1, maxLength: 4 }),
    isInterface: fc.boolean(),
    isMapped: fc.boolean(),
  }),
  { minLength: count, maxLength: count },
);

describe('types that lead to mapped ones', () => {
  test('are those that Codegen finds', async () => {
    expect(own).toBeDefined();
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const targets = [...graph.map((_, at) => `T${at}`), 'U', 'S', 'String'];
        const types = graph.map(({ to, isInterface }, at) => {
          const fields = to.map((one, field) => `f${field}: [${targets[one]}!]`).join(' ');
          return `${isInterface ? 'interface' : 'type'} T${at} { ${fields} }`;
        });
        const schema = buildSchema(
          [...types, 'type Query { q: T0 }', 'scalar S', 'type O { o: T1 }', 'union U = O'].join('\n'),
        );
        const mappers = Object.fromEntries(
          graph.flatMap(({ isMapped }, at) => (isMapped ? [[`T${at}`, `./records.js#R${at}`]] : [])),
        );
        const text = async () => JSON.stringify(await plugin(schema, [], { mappers }, { outputFile: '' }));
        Reflect.deleteProperty(TypeScriptResolversVisitor.prototype, method);
        const theirs = await text();
        findMappedTypesOnce();
        expect(await text()).toBe(theirs);
      }),
      { numRuns: runs(100) },
    );
  });
});
