/** Tables of random projects are altered at random: a verification finds every fault, nothing else, and repairs what follows from the records. */

import type { VerifiedProject } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { DiagnosticsError } from '../../../src/generator/diagnostics/print.js';
import { storedTypes } from '../../../src/generator/plan/lookup/stored-types.js';
import { drawProject } from '../../fuzz/draw/draw.js';
import { now } from '../../fuzz/draw/pools.js';
import { textsOf } from '../../fuzz/draw/project.js';
import { drawWrites } from '../../fuzz/draw/steps.js';
import { emptyTally, Play } from '../../fuzz/play/play.js';
import { Dice } from '../../support/dice.js';
import { isLong, runs, seed } from '../../support/runs.js';
import { lasting, mislabelled, repairable } from './support/alterations.js';
import {
  type Alter,
  alive,
  drawAlterations,
  expectedOf,
  idOf,
  shown,
  store,
  storeAll,
} from './support/altered.js';

const { TABLELOOM_PATH } = process.env;
const parts = [0, 1];
/** How often each alteration was made. */
const sums: Record<string, number> = {};

test.each(parts)(
  'every fault is found, nothing else is, and what the records say is repaired: part %i',
  async (part) => {
    const count = runs(isLong ? 100 : 30);
    const numbers = TABLELOOM_PATH ? [Number(TABLELOOM_PATH)] : Array.from({ length: count }, (_, at) => at);
    for (const number of numbers) if (number % parts.length === part) await corrupted(number);
    if (TABLELOOM_PATH || part !== parts.at(-1)) return;
    console.info(sums);
    expect(Object.keys(sums).length).toBeGreaterThan(40);
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

  const draw = async (of: readonly Alter[], count: number) => {
    const stored = await alive(play.project, project, now);
    const drawn = drawAlterations(dice, stored, { of, types, now: now.getTime() / 1000, count });
    for (const { name } of drawn) sums[name] = (sums[name] ?? 0) + 1;
    await storeAll(play.project, drawn);
    return drawn;
  };
  const alterations = await draw(repairable, 6);
  const first = await verify();
  expect(first.told, shown(alterations)).toEqual(expectedOf(project, alterations));
  expect(first).toMatchObject({ found: alterations.length, repaired: 0, more: 0, unchecked: [] });
  expect(first.findings.every(({ isRepairable }) => isRepairable)).toBe(true);
  const repaired = await verify(true);
  expect(repaired.findings.filter(({ isRepaired }) => !isRepaired)).toEqual([]);
  expect(await verify(), shown(alterations)).toMatchObject({ told: {}, found: 0 });
  await play.stored();

  // The counts of an entity are not compared while one of its records is not known as one.
  const wrong = await draw(mislabelled, 2);
  expect((await verify()).told, shown(wrong)).toEqual(expectedOf(project, wrong));
  await verify(true);
  expect(await verify(), shown(wrong)).toMatchObject({ told: {}, found: 0, unchecked: [] });
  await play.stored();

  const rest = await draw(lasting, 3);
  for (const repair of [false, true, false]) {
    const left = await verify(repair);
    expect(left.told, shown(rest)).toEqual(expectedOf(project, rest));
    expect(left).toMatchObject({ found: rest.length, repaired: 0 });
    expect(left.findings.filter(({ why, remedy }) => !why || !remedy)).toEqual([]);
  }
  for (const one of rest) await store(play.project, one, one.before);
  await play.stored();
}
