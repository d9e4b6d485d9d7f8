/*
 * A process that deletes a customer with all that belongs to it, for cascade-crash.test.ts: `cascader.ts <folder>`.
 * It says each write before it is sent.
 */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { Database } from 'tableloom/runtime';
import { customerWrites } from '../../fixtures/ok/references/generated/writes.js';

const [path = ''] = process.argv.slice(2);
const engine = await openEmbedded({ path });
const database = new Database({
  client: new DynamoDBClient({ ...engine.clientConfig }),
  tables: { shop: 'shop', visits: 'visits' },
  cursorSecrets: ['a secret of the tests, long enough'],
  onRequest: ({ operation }) => {
    if (operation === 'TransactWriteItems' || operation === 'UpdateItem') process.stdout.write('write\n');
  },
});
await database.session().cascade(customerWrites.delete({ id: 'a' }), { steps: 1000 });
process.stdout.write('done\n');
await engine.close();
process.exit(0);
