/** One record of a union, whose members are found by keys of their own names. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../fixtures/ok/keys-of-members/generated/costs.js';
import { createLoaders } from '../fixtures/ok/keys-of-members/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/keys-of-members/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/keys-of-members/generated/schema.js';
import { tables } from '../fixtures/ok/keys-of-members/generated/tables.js';
import { bookWrites, filmWrites, reactionWrites } from '../fixtures/ok/keys-of-members/generated/writes.js';
import { serve } from './serve.js';

async function filled() {
  const project = await serve({ typeDefs, tables, loaders: createLoaders, resolvers: createResolvers({}) });
  const db = project.database.session();
  const reaction = { repo: 'r', number: 1, targetType: 'ISSUE' } as const;
  await db.write(
    bookWrites.create({ isbn: 'b', title: 'Kelm' }),
    filmWrites.create({ eidr: 'f', title: 'Kelm, the film' }),
    filmWrites.create({ eidr: 'b', title: 'Another' }),
    reactionWrites.create({ ...reaction, id: '1', code: 'b', workType: 'BOOK' }),
    reactionWrites.create({ ...reaction, id: '2', code: 'b', workType: 'FILM' }),
    reactionWrites.create({ ...reaction, id: '3', code: 'f', workType: 'BOOK' }),
    reactionWrites.create({ ...reaction, id: '4', code: null, workType: 'BOOK' }),
  );
  return project;
}

const fields = '__typename ... on Book { isbn title } ... on Film { eidr title }';

test('every member is asked for the key, or the one that a value names', async () => {
  const project = await filled();
  const kelm = { __typename: 'Book', isbn: 'b', title: 'Kelm' };
  for (const [call, right, requests] of [
    ['work(code: "b")', kelm, 1],
    ['work(code: "f")', { __typename: 'Film', eidr: 'f', title: 'Kelm, the film' }, 1],
    ['work(code: "none")', null, 1],
  ] as const) {
    expect(await project.ask(`{ ${call} { ${fields} } }`), call).toEqual({ work: right });
    expect(project.operations).toHaveLength(requests);
  }
  for (const [id, right] of [
    ['1', kelm],
    ['2', { __typename: 'Film', eidr: 'b', title: 'Another' }],
    ['3', null],
    ['4', null],
  ] as const) {
    const document = `{ reaction(id: "${id}") { work { ${fields} } } }`;
    expect(await project.ask(document), id).toEqual({ reaction: { work: right } });
    const budget = budgetOf(costs, buildSchema(typeDefs), parse(document));
    expect(project.operations.length).toBeLessThanOrEqual(budget?.most.requests ?? 0);
  }
});
