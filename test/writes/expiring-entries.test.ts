import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { tables } from '../fixtures/ok/every-connection/generated/tables.js';
import { cardWrites } from '../fixtures/ok/every-connection/generated/writes.js';
import { openProject } from '../support/databases.js';

test('index entries expire with their record, and follow when its time is moved', async () => {
  const { database, engine, names } = await openProject(tables);
  const documents = DynamoDBDocumentClient.from(engine.client);
  const times = async () => {
    const scans = Object.values(names).map((TableName) => documents.send(new ScanCommand({ TableName })));
    return (await Promise.all(scans)).flatMap(({ Items = [] }) => Items.map(({ ttl }) => ttl as unknown));
  };
  const seconds = (moment: string) => Date.parse(moment) / 1000;
  const session = database.session();
  const [card] = await session.write(
    cardWrites.create({
      id: 'c',
      shelf: 's',
      title: 't',
      score: 1,
      at: '2125-01-01T00:00:00Z',
      until: '2130-01-01T00:00:00Z',
    }),
  );
  expect(new Set(await times())).toEqual(new Set([seconds('2130-01-01T00:00:00Z')]));
  expect((await times()).length).toBeGreaterThan(1);
  await session.write(cardWrites.update({ id: card.id }, { until: '2131-01-01T00:00:00Z' }));
  expect(new Set(await times())).toEqual(new Set([seconds('2131-01-01T00:00:00Z')]));
  await session.write(cardWrites.update({ id: card.id }, { until: null }));
  expect(new Set(await times())).toEqual(new Set([undefined]));
});
