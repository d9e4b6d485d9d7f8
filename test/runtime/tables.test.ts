import { CreateTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, resolveTableNames, type TableDefinition } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { resolveTableName } from '../../src/runtime/tables/definition.js';
import { openEndpoint } from '../support/endpoint.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { definition } from './support/domain.js';

const engine = openEngine();

test('a physical name is its template with the variables filled in', () => {
  expect(resolveTableName('${PREFIX}-${STAGE}.x', { PREFIX: 'app', STAGE: 'dev' })).toBe('app-dev.x');
  expect(resolveTableNames([definition], { PREFIX: 'app' })).toEqual({ main: 'app-main' });
  expect(() => resolveTableName('${PREFIX}-main', { PREFIX: '' })).toThrow(
    'needs the environment variable PREFIX, which is not set. Set it, or change `name`',
  );
  expect(() => resolveTableName('${PREFIX}', { PREFIX: 'a b' })).toThrow('becomes "a b"');
  expect(() => resolveTableName('a', {})).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION' }) as Error,
  );
});

test('tables are made with their indexes and expiry; making them again, also twice at once, changes nothing', async () => {
  const { client } = await engine;
  const names = { main: uniqueName('tables') };
  await Promise.all([createTables(client, [definition], names), createTables(client, [definition], names)]);
  await createTables(client, [definition], names);
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: names.main }),
  );
  expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
});

test('a table without sort key and indexes will do, too', async () => {
  const { client } = await engine;
  const plain: TableDefinition = { table: 'plain', name: 'plain', key: { partition: 'id' }, indexes: [] };
  await createTables(client, [plain], { plain: uniqueName('plain') });
});

test('a table that is there and differs is refused with the first difference', async () => {
  const { client } = await engine;
  const name = uniqueName('mismatch');
  await createTables(client, [definition], { main: name });
  const [first, second] = definition.indexes;
  if (first === undefined || second === undefined) throw new Error('the definition has two indexes');
  const cases: [Partial<TableDefinition>, string][] = [
    [{ key: { partition: 'PK', sort: 'Other' } }, 'has the key [PK, SK], not [PK, Other]'],
    [
      { indexes: [{ ...first, name: 'GSI9' }] },
      'has no global index GSI9. Add the index to the table: `tableloom deploy` does.',
    ],
    [
      { indexes: [{ ...first, kind: 'local' }] },
      'has no local index GSI1. A local index is only created with its table',
    ],
    [
      { indexes: [{ ...first, sort: 'Other' }] },
      'has the index GSI1 on [GSI1PK, GSI1SK], not [GSI1PK, Other]',
    ],
    [
      { indexes: [{ ...second, project: { kind: 'all' } }] },
      'has the index GSI2, which does not project all attributes',
    ],
    [
      { indexes: [{ ...second, project: { kind: 'include', attributes: ['id', 'note'] } }] },
      'has the index GSI2, which does not project note',
    ],
    [{ ttl: 'expires' }, 'expires its items by ttl, not expires'],
  ];
  for (const [values, message] of cases) {
    await expect(createTables(client, [{ ...definition, ...values }], { main: name })).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(message),
    });
  }
  await createTables(client, [{ ...definition, indexes: [{ ...second, project: { kind: 'keys' } }] }], {
    main: name,
  });
});

test('a key attribute that is a number is refused', async () => {
  const { client } = await engine;
  const TableName = uniqueName('numbers');
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const plain: TableDefinition = { table: 'plain', name: 'plain', key: { partition: 'id' }, indexes: [] };
  await expect(createTables(client, [plain], { plain: TableName })).rejects.toMatchObject({
    code: 'TABLE_MISMATCH',
    message: expect.stringContaining('the key attribute id, which is not text'),
  });
});

test('a table nobody named is a mistake of configuration', async () => {
  const { client } = await engine;
  await expect(createTables(client, [definition], {})).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('storage that does not answer is told, and keeps nobody waiting', async () => {
  const endpoint = await openEndpoint((await engine).clientConfig);
  const client = new DynamoDBClient({ ...endpoint.clientConfig, maxAttempts: 1 });
  endpoint.hang(/DescribeTable/);
  await expect(createTables(client, [definition], { main: uniqueName('hung') })).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  });
  client.destroy();
  await endpoint.close();
});
