/** A table of which a share of all items is altered at once, by somebody who knows nothing of the project. */

import type { Item } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { keyOfItem } from '../../../src/runtime/keys/item-key.js';
import { Dice } from '../../support/dice.js';
import { runs, seed } from '../../support/runs.js';
import { alive, idOf, type Stored } from './support/altered.js';
import { attack } from './support/attacks.js';
import { type Company, moment, openCompany, type Verified } from './support/company.js';

/** Writes before the attack: a table of 20,000 records takes about 40,000. */
const { TABLELOOM_WRITES } = process.env;

async function storedIn({ project, stored }: Company): Promise<Stored[]> {
  return alive(project, stored, moment);
}

/** What is still wrong by the codecs alone, and not reported: entries and guards of records that can be read. */
function unreported({ stored }: Company, items: readonly Stored[], { told, findings }: Verified): string[] {
  const byId = new Map(items.map(({ id, item }) => [id, item]));
  const isReported = (id: string) => id in told;
  const uncertain = new Set(findings.map(({ entity }) => entity));
  return items
    .flatMap(({ id, table, item }) => {
      const codec = stored.codecs.find(({ name }) => name === item._type);
      if (!codec || codec.table.name !== table.table || isReported(id) || item._deleting) return [];
      const record = codec.read(item);
      const owner = JSON.stringify(Object.values(keyOfItem(codec.table, item)));
      const main = Object.entries(codec.item(record)).filter(([name, value]) => differs(item[name], value));
      const entries = (codec.entries?.(record) ?? []).flatMap((entry) => {
        const place = entry && idOf(stored, table.table, entry);
        const there = place === undefined ? undefined : byId.get(place);
        const isRight = Object.entries(entry ?? {}).every(([name, value]) => !differs(there?.[name], value));
        return place === undefined || isRight || isReported(place) ? [] : [`entry ${place}`];
      });
      const guards = (codec.guards?.(record) ?? []).flatMap(({ key }) => {
        const place = key && idOf(stored, table.table, key);
        const there = place === undefined ? undefined : byId.get(place);
        const isRight = there?._owner === owner && there._guards === codec.name;
        return place === undefined || isRight || isReported(place) ? [] : [`guard ${place}`];
      });
      return [...main.map(([name]) => `${name} of ${id}`), ...entries, ...guards];
    })
    .concat(miscounted({ items, uncertain, stored }));
}

/** Counts and sums that the records do not give, of entities whose records can all be read. */
function miscounted({
  items,
  uncertain,
  stored,
}: Pick<Company, 'stored'> & {
  readonly items: readonly Stored[];
  readonly uncertain: ReadonlySet<string>;
}): string[] {
  const sums = new Map<string, number>();
  if ([...uncertain].some((name) => name === 'Task' || name === '')) return [];
  for (const { item } of items) {
    const codec = stored.codecs.find(({ name }) => name === item._type);
    if (item._deleting) continue;
    for (const { key, by } of codec?.counters?.(codec.read(item)) ?? []) {
      const id = key && idOf(stored, 'main', key);
      if (id) sums.set(id, (sums.get(id) ?? 0) + by);
    }
  }
  const numbers = new Map(items.map(({ id, item }) => [id, item._number]));
  return [...sums].flatMap(([id, sum]) => (sum === 0 || numbers.get(id) === sum ? [] : [`number ${id}`]));
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(plain(a)) !== JSON.stringify(plain(b));
}

function plain(value: unknown): unknown {
  if (value instanceof Set) return [...(value as Set<unknown>)].sort();
  return value === null ? undefined : value;
}

function textOf(all: readonly Stored[]): string {
  const items = all.map(({ id, item }): [string, Item] => [id, item]).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(items, (_name, value: unknown) => plain(value));
}

test('all that follows from the records is repaired at once; what is left is reported, with a reason and a remedy', async () => {
  const count = Number(TABLELOOM_WRITES ?? 150);
  const rounds = TABLELOOM_WRITES ? 1 : runs(2);
  const sums: Record<string, number> = {};
  for (let number = 0; number < rounds; number++) {
    const dice = new Dice(number + 71);
    const company = await openCompany();
    await company.write(dice, count, Math.ceil(count / 6));
    const before = await storedIn(company);
    const altered = Math.ceil(before.length * (count > 1000 ? 0.01 : 0.05));
    const attacks: object[] = [];
    for (let at = 0; at < altered; at++) attacks.push(await attack(company.project, dice, before));
    const what = `TABLELOOM_SEED=${seed} run ${number}\n${attacks.map((one) => JSON.stringify(one, (_name, value: unknown) => plain(value))).join('\n')}`;

    const first = await company.verify();
    const repair = await company.verify({ repair: true });
    // Of many, some have swapped their contents with others that did: what one repair makes possible, the next one does.
    for (let more = count > 1000 ? 3 : 0; more > 0; more--) await company.verify({ repair: true });
    const left = await company.verify();
    expect(first.found, what).toBeGreaterThan(0);
    expect(
      left.findings.filter(({ isRepairable, why, remedy }) => isRepairable || !why || !remedy),
      what,
    ).toEqual([]);
    const after = await storedIn(company);
    expect(unreported(company, after, left), what).toEqual([]);
    // Nothing changes by another repair.
    expect(await company.verify({ repair: true }), what).toMatchObject({ told: left.told, repaired: 0 });
    expect(textOf(await storedIn(company)), what).toBe(textOf(after));
    for (const [name, value] of Object.entries({
      records: first.records,
      items: before.length,
      altered,
      found: first.found,
      repaired: repair.repaired,
      left: left.found,
    }))
      sums[name] = (sums[name] ?? 0) + value;
  }
  console.info(sums);
});
