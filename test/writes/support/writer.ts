/*
 * A process that writes users, settings and audit logs to a folder until it is killed, for crash.test.ts:
 *   writer.ts <folder> <first steps, one for each lane>
 * Each lane goes through its steps one after the other, beside the other lanes, and says every step that was answered.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { createTables, Database, type Write } from 'tableloom/runtime';
import { tables } from '../../../generated/tables.js';
import { auditLogWrites, configWrites, userWrites } from '../../../generated/writes.js';

export const tableName = 'survivors';
export const lanes = 3;

/** So many steps make a user's life: it is created, changed, and deleted in the last of them. */
const life = 5;

/** What is there after a step, besides the audit logs of all steps so far. */
export interface After {
  readonly user: { readonly id: string; readonly email: string; readonly version: number } | null;
  readonly config: { readonly key: string; readonly value: number };
}

export function after(lane: number, step: number): After {
  const age = step % life;
  const id = `user ${lane}#${Math.floor(step / life)}`;
  return {
    // Two users of a lane have the same addresses, one after the other.
    user: age === life - 1 ? null : { id, email: `${age}@lane-${lane}.example.com`, version: age + 1 },
    config: { key: `lane#${lane}`, value: step },
  };
}

export const logId = (lane: number, step: number): string => `log ${lane}#${step}`;

/** One transaction: a user with its entries, guard and version, a setting, and an audit log. */
function writes(lane: number, step: number): Write<unknown>[] {
  const { user, config } = after(lane, step);
  const log = auditLogWrites.create({
    id: logId(lane, step),
    action: 'STEP',
    actorId: `lane ${lane}`,
    actorType: 'USER',
    targetId: config.key,
    targetType: 'CONFIG',
  });
  const set = configWrites.upsert(
    { key: config.key },
    { key: config.key, value: step, category: `${step % 3}` },
  );
  if (user === null) {
    const previous = after(lane, step - 1).user;
    return [userWrites.delete({ id: previous?.id ?? '' }), set, log];
  }
  const { id, email, version } = user;
  const values = {
    email,
    name: `Name ${step}`,
    status: step % 2 === 0 ? ('ACTIVE' as const) : ('SUSPENDED' as const),
  };
  const write =
    version === 1
      ? userWrites.create({ ...values, id, passwordHash: 'hash' })
      : userWrites.update({ id }, values);
  return [write, set, log];
}

async function go(database: Database, lane: number, first: number): Promise<never> {
  for (let step = first; ; step++) {
    await database.session().write(...writes(lane, step));
    process.stdout.write(`${lane} ${step}\n`);
    // The folder is read whole after each kill: it should not grow much faster than it is killed.
    await sleep(1);
  }
}

async function main([path = '', ...first]: readonly string[]): Promise<void> {
  const engine = await openEmbedded({ path });
  const client = new DynamoDBClient({ ...engine.clientConfig });
  const names = { entities: tableName, events: `${tableName}-events`, cache: `${tableName}-cache` };
  await createTables(client, tables, names);
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  await Promise.all(first.map((step, lane) => go(database, lane, Number(step))));
}

if (process.argv[1]?.endsWith('writer.ts')) await main(process.argv.slice(2));
