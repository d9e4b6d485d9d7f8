/** Names that identify in any case: one record for all spellings, with the spelling it was given. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/names-in-any-case/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/names-in-any-case/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/names-in-any-case/generated/schema.js';
import { tables } from '../fixtures/ok/names-in-any-case/generated/tables.js';
import { openProject, type Project } from '../support/running.js';

const addClub = (name: string) => `addClub(input: { name: "${name}", city: "Bremen" }) { name }`;
const addPlayer = (club: string, nick: string) =>
  `addPlayer(input: { club: "${club}", nick: "${nick}" }) { nick }`;

async function opened(): Promise<Project> {
  const project = await openProject({ typeDefs, tables, resolvers: createResolvers({}), createLoaders });
  for (const write of [
    addClub('SV Nord'),
    addClub('Ärger'),
    addPlayer('sv nord', 'Zoe'),
    addPlayer('SV NORD', 'ann'),
  ])
    await project.data(`mutation { ${write} }`);
  return project;
}

test('any spelling finds the record, and the answer has its own', async () => {
  const project = await opened();
  const answer = await project.data(`{
    club(name: "SV NORD") { name players { nick home { name } } }
    clubs(names: ["ÄRGER", "nobody", "sv nord"]) { name }
    byCity(city: "Bremen") { name }
    player(club: "Sv Nord", nick: "ZOE") { nick club }
  }`);
  expect(answer).toEqual({
    club: {
      name: 'SV Nord',
      players: [
        { nick: 'ann', home: { name: 'SV Nord' } },
        { nick: 'Zoe', home: { name: 'SV Nord' } },
      ],
    },
    clubs: [{ name: 'Ärger' }, null, { name: 'SV Nord' }],
    byCity: [{ name: 'SV Nord' }, { name: 'Ärger' }],
    player: { nick: 'Zoe', club: 'sv nord' },
  });
});

test('another spelling is no other record', async () => {
  const project = await opened();
  const { errors } = await project.ask(`mutation { ${addClub('sv NORD')} }`);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['ALREADY_EXISTS']);
  await project.data('mutation { renameClub(name: "sv nord", as: "SV NORD") { name } }');
  expect(await project.data('{ club(name: "sv nord") { name players { nick } } }')).toEqual({
    club: { name: 'SV NORD', players: [{ nick: 'ann' }, { nick: 'Zoe' }] },
  });
});

test('what references a record in another spelling goes with it', async () => {
  const project = await opened();
  await project.data('mutation { dropClub(name: "SV nord") { name } }');
  expect(
    await project.data('{ club(name: "SV Nord") { name } player(club: "sv nord", nick: "zoe") { nick } }'),
  ).toEqual({
    club: null,
    player: null,
  });
});
