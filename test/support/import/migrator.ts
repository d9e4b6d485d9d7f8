/** A process that imports: killed at any moment, and started again. Prints a line for each hundred rows or so. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Database, type ImportMapping, resolveTableNames, type Transforms } from 'tableloom/runtime';
import { codecs, tables } from '../../../generated/index.js';
import * as own from '../../../src/import/legacy.js';

const { ENDPOINT: endpoint = '', MAPPING = '{}', CONCURRENCY = '8', RATE = '' } = process.env;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
const database = new Database({
  client,
  tables: resolveTableNames(tables, process.env),
  cursorSecrets: ['a secret of the tests, long enough'],
});
const mapping = JSON.parse(MAPPING) as ImportMapping;
const importer = database.importer({ mapping, generated: { tables, codecs }, transforms: own as Transforms });
const report = await importer.run({
  concurrency: Number(CONCURRENCY),
  ...(RATE !== '' && { rate: Number(RATE) }),
  onProgress: ({ source, rows }) => process.stdout.write(`${source} ${rows}\n`),
});
process.stdout.write(`done ${JSON.stringify(report)}\n`);
client.destroy();
