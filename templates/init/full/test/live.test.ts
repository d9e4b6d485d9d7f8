/** What subscribers receive, over a WebSocket. */
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openGarden } from './garden.js';

const addPlant = 'mutation ($input: AddPlantInput!) { addPlant(input: $input) { id } }';
const plantChanged = `subscription ($since: String) {
  plantChanged(room: KITCHEN, since: $since) { cursor event { type } plant { name } }
}`;

test('a subscriber hears of the plants of a room, and later of those added meanwhile', async () => {
  const { app, ask } = await openGarden();
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`.replace('http', 'ws');
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const add = (name: string, room: string) => ask(addPlant, { input: { name, room } });
  const added = (name: string) => ({ event: { type: 'PLANT_ADDED' }, plant: { name } });

  const first = client.iterate({ query: plantChanged });
  // Its first delivery has a cursor only.
  await first.next();
  await add('Fern', 'BATHROOM');
  await add('Aloe', 'KITCHEN');
  const { value } = await first.next();
  expect(value.data.plantChanged).toMatchObject(added('Aloe'));
  await first.return?.();

  await add('Basil', 'KITCHEN');
  const { cursor: since } = value.data.plantChanged;
  const second = client.iterate({ query: plantChanged, variables: { since } });
  await second.next();
  expect((await second.next()).value.data.plantChanged).toMatchObject(added('Basil'));
  await client.dispose();
});
