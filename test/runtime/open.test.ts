import { openEmbedded } from 'tableloom/embedded';
import { Database, openDatabase } from 'tableloom/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { definition } from './support/domain.js';

const named = { ...definition, name: '${OPEN_TEST_PREFIX}-main' };

test('a database is opened with its tables, and again where they are there', async () => {
  process.env.OPEN_TEST_PREFIX = 'app';
  const engine = await openEmbedded();
  onTestFinished(async () => {
    delete process.env.OPEN_TEST_PREFIX;
    await engine.close();
  });
  const options = { tables: [named], client: engine.clientConfig };
  expect(await openDatabase(options)).toBeInstanceOf(Database);
  const now = new Date('2026-01-31T09:30:00.000Z');
  const again = await openDatabase({
    ...options,
    cursorSecrets: ['a secret of some length'],
    now: () => now,
  });
  expect(again.session().now()).toEqual(now);
});

test('what is missing is told before anything is sent', async () => {
  const opening = openDatabase({ tables: [named], client: { region: 'local' } });
  await expect(opening).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('a cursor secret that is too short is refused', async () => {
  const engine = await openEmbedded();
  onTestFinished(() => engine.close());
  const opening = openDatabase({
    tables: [definition],
    client: engine.clientConfig,
    cursorSecrets: ['short'],
  });
  await expect(opening).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
