/** Tables of random projects are altered at random: a verification finds every fault, nothing else, and repairs what follows from the records. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, type TableDefinition, TableloomError, type VerifiedProject } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { DiagnosticsError } from '../../../src/generator/diagnostics/print.js';
import { storedTypes } from '../../../src/generator/plan/lookup/stored-types.js';
import { itemId, keyOfItem } from '../../../src/runtime/keys/item-key.js';
import { drawProject } from '../../fuzz/draw/draw.js';
import { now } from '../../fuzz/draw/pools.js';
import { textsOf } from '../../fuzz/draw/project.js';
import { drawWrites } from '../../fuzz/draw/steps.js';
import { emptyTally, Play } from '../../fuzz/play/play.js';
import { Dice } from '../../support/dice.js';
import { runs, seed } from '../../support/runs.js';
import {
  type Alteration,
  drawAlterations,
  lasting,
  type Names,
  repairable,
  type Stored,
  store,
} from './support/altered.js';

const { TABLELOOM_PATH, TABLELOOM_RUNS } = process.env;
const parts = [0, 1];
/** How often each alteration was made. */
const sums: Record<string, number> = {};

test.each(parts)(
  'every fault is found, nothing else is, and what the records say is repaired: part %i',
  async (part) => {
    const count = runs(TABLELOOM_RUNS === undefined ? 30 : 200);
    const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
    for (const number of numbers) if (number % parts.length === part) await corrupted(number);
    if (TABLELOOM_PATH || part !== parts.at(-1)) return;
    console.info(sums);
    expect(Object.keys(sums).length).toBeGreaterThan(12);
  },
);

async function corrupted(number: number): Promise<void> {
  const { project, pools } = drawProject(number);
  const ends: (() => Promise<void>)[] = [];
  try {
    const play = await Play.open(textsOf(project), emptyTally(), (close) => ends.push(close));
    const dice = new Dice(number + 5);
    for (const step of drawWrites(dice, play.declared, pools)) await play.write(step);
    await verified(play, dice);
  } catch (error) {
    if (error instanceof DiagnosticsError) return;
    const { sdl, yaml } = textsOf(project);
    const named = `TABLELOOM_SEED=${seed} TABLELOOM_PATH=${number}`;
    throw new Error(`${named}\n${sdl}\n${yaml}\n${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    for (const end of ends) await end();
  }
}

async function verified(play: Play, dice: Dice): Promise<void> {
  const types = storedTypes(play.loaded.run.plan);
  const project = { ...play.loaded.module('index'), types } as unknown as VerifiedProject;
  const verify = async (repair = false) => {
    const { findings, unchecked, ...report } = await play.project.database.verify(project, { repair });
    const told = findings.map(({ kind, table, key }) => [idOf(project, table, key), kind]);
    return { ...report, unchecked, findings, told: Object.fromEntries(told) as Record<string, string> };
  };
  await play.stored();
  expect(await verify()).toMatchObject({ told: {}, found: 0, unchecked: [], isComplete: true });
  const names: Names = {
    required: Object.fromEntries(
      Object.entries(types).map(([entity, { attributes }]) => [
        entity,
        Object.keys(attributes).filter((name) => 'required' in (attributes[name] ?? {})),
      ]),
    ),
    aggregates: [],
  };

  const alterations = drawAlterations(dice, await alive(play, project), { of: repairable, names, count: 6 });
  for (const one of alterations) await store(play.project, one, one.item);
  const first = await verify();
  expect(first.told, shown(alterations)).toEqual(expectedOf(project, alterations));
  expect(first).toMatchObject({ found: alterations.length, repaired: 0, more: 0, unchecked: [] });
  expect(first.findings.every(({ isRepairable }) => isRepairable)).toBe(true);
  const repaired = await verify(true);
  expect(repaired.findings.filter(({ isRepaired }) => !isRepaired)).toEqual([]);
  expect(await verify(), shown(alterations)).toMatchObject({ told: {}, found: 0 });
  await play.stored();

  const rest = drawAlterations(dice, await alive(play, project), { of: lasting, names, count: 3 });
  for (const one of rest) await store(play.project, one, one.item);
  for (const repair of [false, true, false]) {
    const left = await verify(repair);
    expect(left.told, shown(rest)).toEqual(expectedOf(project, rest));
    expect(left).toMatchObject({ found: rest.length, repaired: 0 });
  }
  for (const one of rest) await store(play.project, one, one.before);
  await play.stored();
  for (const { name } of [...alterations, ...rest]) sums[name] = (sums[name] ?? 0) + 1;
}

function expectedOf({ tables }: VerifiedProject, alterations: readonly Alteration[]): Record<string, string> {
  return Object.fromEntries(
    alterations.map(({ table, key, kind }) => [idOf({ tables }, table.table, key), kind]),
  );
}

function idOf({ tables }: Pick<VerifiedProject, 'tables'>, name: string, key: Item): string {
  const table = tables.find((one) => one.table === name);
  if (!table) throw new TableloomError('CONFIGURATION', `no table ${name}`);
  const ref = { name, ...table.key };
  return itemId(ref, keyOfItem(ref, key));
}

/** All items that have not expired. A number that came back to nothing says the same as none. */
async function alive({ project }: Play, { tables }: VerifiedProject): Promise<Stored[]> {
  const all: Stored[] = [];
  for (const table of tables) {
    const { Items = [] } = await project.documents.send(
      new ScanCommand({ TableName: project.tableName(table.table), ConsistentRead: true }),
    );
    for (const item of Items as Item[])
      if (item._number !== 0 && !hasExpired(table, item))
        all.push({ id: idOf({ tables }, table.table, item), table, item });
  }
  return all;
}

function hasExpired({ ttl }: TableDefinition, item: Item): boolean {
  const expiry = ttl === undefined ? undefined : item[ttl];
  return typeof expiry === 'number' && expiry * 1000 <= now.getTime();
}

function shown(alterations: readonly Alteration[]): string {
  return JSON.stringify(
    alterations.map(({ name, key, item, before }) => ({ name, key, item, before })),
    (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
    1,
  );
}
