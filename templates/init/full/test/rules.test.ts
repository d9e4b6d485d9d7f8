/** A rule in a session of its own, over real tables and with a clock of the test. */
import { expect, test } from 'vitest';
import { createLoaders } from '../generated/index.js';
import { plantWrites, wateringWrites } from '../generated/writes.js';
import { isThirsty } from '../src/rules/index.js';
import { openGarden } from './garden.js';

test('a plant is thirsty when its last watering is longer ago than it likes', async () => {
  let now = new Date('2026-03-01T08:00:00Z');
  const { database } = await openGarden(() => now);
  const db = database.session();
  const [parent] = await db.write(plantWrites.create({ name: 'Fern', room: 'KITCHEN', waterEvery: 3 }));
  const answer = () => {
    const session = database.session();
    const context = { db: session, loaders: createLoaders(session), principal: null };
    return isThirsty({ parent, args: {}, context, info: {} as never });
  };

  expect(await answer()).toBe(true);
  await db.write(wateringWrites.create({ plantId: parent.id, millilitres: 200 }));
  expect(await answer()).toBe(false);
  now = new Date('2026-03-04T08:00:01Z');
  expect(await answer()).toBe(true);
});
