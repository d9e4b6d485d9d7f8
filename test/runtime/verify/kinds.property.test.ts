/** Every kind of item that is stored is altered at random: what is wrong is found, and what was there before comes back. */

import { expect, test } from 'vitest';
import { Dice } from '../../support/dice.js';
import { runs, seed } from '../../support/runs.js';
import { lasting, mislabelled, repairable } from './support/alterations.js';
import {
  type Alter,
  type Alteration,
  alive,
  drawAlterations,
  expectedOf,
  shown,
  store,
  storeAll,
} from './support/altered.js';
import { type Company, moment, openCompany } from './support/company.js';
import { ofEvents, sequences, versions } from './support/kept.js';

/** How often each alteration was made. */
const sums: Record<string, number> = {};

async function itemsOf({ project, stored }: Company): Promise<Record<string, unknown>> {
  const all = await alive(project, stored, moment);
  return Object.fromEntries(all.map(({ id, item }) => [id, item]));
}

async function altered(
  company: Company,
  dice: Dice,
  of: readonly Alter[],
  count: number,
): Promise<Alteration[]> {
  const { project, stored } = company;
  const drawn = drawAlterations(dice, await alive(project, stored, moment), {
    of,
    types: stored.types ?? {},
    now: moment.getTime() / 1000,
    count,
  });
  await storeAll(project, drawn);
  for (const { name } of drawn) sums[name] = (sums[name] ?? 0) + 1;
  return drawn;
}

test('guards that entities share, versions, sequences, events and all else: each fault is found, and what the records say comes back', async () => {
  for (let number = 0; number < runs(2); number++) {
    const dice = new Dice(number + 31);
    const company = await openCompany();
    await company.write(dice, 60, 8);
    const before = await itemsOf(company);
    const whole = { told: {}, found: 0, unchecked: [], cursor: null, isComplete: true };
    expect(await company.verify()).toMatchObject(whole);

    const { codecs } = company.stored;
    const drawn = await altered(company, dice, [...repairable, ...versions(codecs), ...sequences], 12);
    const what = `TABLELOOM_SEED=${seed} run ${number} ${shown(drawn)}`;
    const expected = expectedOf(company.stored, drawn);
    expect((await company.verify()).told, what).toEqual(expected);
    const repaired = await company.verify({ repair: true });
    expect(
      repaired.findings.filter(({ isRepaired }) => !isRepaired),
      what,
    ).toEqual([]);
    expect(await itemsOf(company), what).toEqual(before);
    expect(await company.verify(), what).toMatchObject(whole);

    const wrong = await altered(company, dice, mislabelled, 3);
    expect((await company.verify()).told, shown(wrong)).toEqual(expectedOf(company.stored, wrong));
    await company.verify({ repair: true });
    expect(await itemsOf(company), shown(wrong)).toEqual(before);

    const rest = await altered(company, dice, [...lasting, ...ofEvents], 5);
    for (const repair of [false, true, false]) {
      const left = await company.verify({ repair });
      expect(left.told, shown(rest)).toEqual(expectedOf(company.stored, rest));
      expect(
        left.findings.filter(({ why, remedy }) => !why || !remedy),
        shown(rest),
      ).toEqual([]);
    }
    for (const one of rest) await store(company.project, one, one.before);
    expect(await itemsOf(company), shown(rest)).toEqual(before);
  }
  expect(Object.keys(sums).length).toBeGreaterThan(15);
});
