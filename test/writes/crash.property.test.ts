/** A process that is killed in the midst of writes of many items: each is there wholly or not at all. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { expect, test } from 'vitest';
import { configKey } from '../../generated/keys.js';
import { run } from '../server/support/process.js';
import { Dice } from '../support/dice.js';
import { isLong, runs } from '../support/runs.js';
import { type Items, itemsIn, recomputed } from './support/storage.js';
import { after, lanes, logId, tableName } from './support/writer.js';

const each = Array.from({ length: lanes }, (_, lane) => lane);
/** So many folders at once, and so many kills until a folder is begun anew. */
const [folders, perFolder] = [3, 10];
const writer = fileURLToPath(new URL('support/writer.ts', import.meta.url));

/** Lets a writer go on from `done`, kills it, and gives the last step of each lane that was answered. */
async function killed(path: string, done: readonly number[], moment: number): Promise<number[]> {
  const program = run(process.cwd(), writer, {}, [path, ...done.map((step) => `${step + 1}`)]);
  try {
    await program.saw(/\n/);
    await sleep(moment);
  } finally {
    await program.stop('SIGKILL');
  }
  const answered = [...done];
  // The last line may have been cut off.
  for (const line of program.output().split('\n').slice(0, -1)) {
    const [lane, step] = line.split(' ').map(Number);
    if (lane !== undefined && step !== undefined) answered[lane] = step;
  }
  return answered;
}

async function itemsAt(path: string): Promise<Items> {
  const engine = await openEmbedded({ path });
  const client = new DynamoDBClient({ ...engine.clientConfig });
  try {
    return await itemsIn(client, tableName);
  } finally {
    client.destroy();
    await engine.close();
  }
}

/** The last step of a lane that is there, if it is there wholly. */
function stepOf(items: Items, lane: number): number {
  const { PK, SK } = configKey({ key: after(lane, 0).config.key });
  const step = items.get(JSON.stringify([PK, SK]))?.value;
  return typeof step === 'number' ? step : -1;
}

interface Survived {
  readonly done: readonly number[];
  /** How many writes were answered, and how many stood that nobody had been told of. */
  readonly answered: number;
  readonly unanswered: number;
}

async function survive(path: string, done: readonly number[], moment: number): Promise<Survived> {
  const answered = await killed(path, done, moment);
  const items = await itemsAt(path);
  expect(items).toEqual(recomputed(items));
  const stored = each.map((lane) => stepOf(items, lane));
  const ofType = (type: string) => [...items.values()].filter((item) => item._type === type);
  for (const [lane, step] of stored.entries()) {
    // All that was answered, and at most the one write that was under way.
    expect([answered[lane], (answered[lane] ?? 0) + 1]).toContain(step);
  }
  const users = stored.flatMap((step, lane) => after(lane, step).user ?? []);
  expect(
    ofType('User')
      .map(({ id, email, version }) => ({ id, email, version }))
      .toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)),
  ).toEqual(users);
  const logs = stored.flatMap((step, lane) => Array.from({ length: step + 1 }, (_, at) => logId(lane, at)));
  expect(new Set(ofType('AuditLog').map(({ id }) => id))).toEqual(new Set(logs));
  const guards = [...items.values()].filter(({ _guards }) => _guards !== undefined);
  expect(guards).toHaveLength(users.length);
  // A version for each write of a user, up to the one that deletes it.
  const versions = stored.reduce((sum, step) => sum + step + 1 - Math.floor((step + 1) / 5), 0);
  expect(ofType('UserVersion')).toHaveLength(versions);
  const sum = (steps: readonly number[]) => steps.reduce((total, step) => total + step, 0);
  return { done: stored, answered: sum(answered) - sum(done), unanswered: sum(stored) - sum(answered) };
}

/** 8 kills, or 200 in the long run. */
const kills = isLong ? Math.min(200, runs(20)) : 8;

test(`after ${kills} kills in the midst of writes nothing is half-written, and what was answered is there`, async () => {
  const dice = new Dice(1);
  const moments = Array.from({ length: kills }, () => dice.below(150));
  let answered = 0;
  let unanswered = 0;
  const inFolder = async () => {
    for (;;) {
      const path = await mkdtemp(join(tmpdir(), 'tableloom-crash-'));
      try {
        let done: readonly number[] = each.map(() => -1);
        for (let at = 0; at < perFolder; at++) {
          const moment = moments.pop();
          if (moment === undefined) return;
          const survived = await survive(path, done, moment);
          done = survived.done;
          answered += survived.answered;
          unanswered += survived.unanswered;
        }
      } finally {
        await rm(path, { recursive: true, force: true });
      }
    }
  };
  await Promise.all(Array.from({ length: folders }, inFolder));
  expect(answered).toBeGreaterThan(kills);
  process.stdout.write(`${kills} kills, ${answered} writes answered, ${unanswered} more were there\n`);
});
