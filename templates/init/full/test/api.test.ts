/** The API as clients see it: over HTTP, with everything but the network. */
import { expect, test, vi } from 'vitest';
import { openGarden } from './garden.js';

const addPlant = 'mutation ($input: AddPlantInput!) { addPlant(input: $input) { id isThirsty } }';
const removePlant = 'mutation ($id: ID!) { removePlant(id: $id) { name } }';

test('plants of a room are listed by name', async () => {
  const { ask } = await openGarden();
  for (const name of ['Fern', 'Aloe']) await ask(addPlant, { input: { name, room: 'KITCHEN' } });
  expect(await ask('{ plantsInRoom(room: KITCHEN) { nodes { name } } }')).toEqual({
    status: 200,
    data: { plantsInRoom: { nodes: [{ name: 'Aloe' }, { name: 'Fern' }] } },
  });
});

test('a photo is a web address', async () => {
  const { ask } = await openGarden();
  const { errors } = await ask(addPlant, { input: { name: 'Aloe', room: 'KITCHEN', photo: 'fern.jpg' } });
  expect(errors[0].message).toContain('at "input.photo"');
});

test('only gardeners remove plants', async () => {
  vi.stubEnv('GARDENERS', 'ada:secret-of-ada');
  const { ask } = await openGarden();
  const { data } = await ask(addPlant, { input: { name: 'Aloe', room: 'KITCHEN' } });
  const { id } = data.addPlant;
  expect((await ask(removePlant, { id })).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect((await ask(removePlant, { id }, 'guessed')).status).toBe(401);
  expect(await ask(removePlant, { id }, 'secret-of-ada')).toEqual({
    status: 200,
    data: { removePlant: { name: 'Aloe' } },
  });
});
