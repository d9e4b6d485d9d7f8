/** A verification that is ended after each page, and resumed by its cursor. */

import { expect, test } from 'vitest';
import { openShop, type Shop } from './support/shop.js';

/** Some 240 items, more than two pages within a rate. Some of each kind are wrong. */
async function damagedShop(): Promise<Shop> {
  const shop = await openShop();
  const { writes, write } = shop;
  for (let at = 0; at < 34; at++) {
    const id = `c${at}`;
    await write(
      writes.customer.create({ id, email: `${id}@example.org`, plan: 'FREE', name: 'n' }),
      writes.order.create({ id, customerId: id, total: at }),
      writes.ticket.create({ id, project: `p${at % 3}` }),
    );
  }
  for (const [at, item] of (await shop.items()).entries()) {
    const key = { PK: String(item.PK), SK: String(item.SK) };
    if (item._counts === 'number') await shop.set(key, { _number: 1 });
    else if (at % 5 > 0) continue;
    else if (item._guards !== undefined) await shop.put({ ...item, PK: `${key.PK}~` });
    else if (item._counts !== undefined) await shop.set(key, { _number: 77 });
    else if (item._type === 'Order') await shop.set(key, { GSI1PK: 'NOWHERE' });
  }
  await shop.set({ PK: 'CUSTOMER#c7', SK: 'METADATA' }, { plan: 'GOLD' });
  return shop;
}

/** Runs until it is complete, each run ended after its next page. */
async function inPieces(shop: Shop, repair: boolean) {
  let resume: string | null = null;
  const listed: string[] = [];
  for (let runs = 1; ; runs++) {
    const abort = new AbortController();
    const report = await shop.verify({
      repair,
      rate: 1_000_000,
      segments: 2,
      signal: abort.signal,
      onProgress: ({ phase }) => phase === 'items' && abort.abort(),
      ...(resume !== null && { resume }),
    });
    listed.push(
      ...report.findings.map(({ part, kind, key }) => `${kind} ${part} ${Object.values(key).join()}`),
    );
    if (report.cursor === null) return { report, runs, listed: [...new Set(listed)].sort() };
    expect(report.isComplete).toBe(false);
    resume = report.cursor;
  }
}

test('in pieces it finds what it finds in one run, and its totals are those of all runs', async () => {
  const shop = await damagedShop();
  const whole = await shop.verify();
  const { report, runs, listed } = await inPieces(shop, false);
  expect(runs).toBeGreaterThan(2);
  const { found, kinds, records, uncheckedCount } = whole;
  expect(found).toBeGreaterThan(20);
  expect(report).toMatchObject({ found, kinds, records, uncheckedCount });
  expect(listed).toEqual(
    whole.findings.map(({ part, kind, key }) => `${kind} ${part} ${Object.values(key).join()}`).sort(),
  );
  expect(report.earlier + report.findings.length).toBe(found);
});

test('in pieces it repairs; a guard that waited for the end when it was ended is left to the next run', async () => {
  const shop = await damagedShop();
  await inPieces(shop, true);
  await shop.verify({ repair: true });
  const { findings } = await shop.verify();
  expect(findings.map(({ key }) => key.PK)).toEqual(['CUSTOMER#c7']);
});

test('a migration that begins meanwhile ends a repair; once that is over, the last cursor resumes it', async () => {
  const shop = await damagedShop();
  const { plan } = shop;
  const next = { ...plan, fingerprint: 'next', hashes: { ...plan.hashes, Order: 'next' } };
  const migration = shop.project.database.migration({ settleMs: 0 });
  await migration.note(plan);
  let begun: Promise<void> | undefined;
  let resume = '';
  const ended = shop.verify({
    repair: true,
    segments: 1,
    // Some seconds for a page: longer than it may not know of the migration.
    rate: 15,
    onProgress: ({ cursor }) => {
      resume = cursor;
      begun ??= migration.expand(next);
    },
  });
  await expect(ended).rejects.toMatchObject({
    code: 'PLAN_MISMATCH',
    message: expect.stringMatching(/A migration of the table main is under way .*roll it back, then verify/),
  });
  await begun;
  await migration.rollBack();
  const rest = await shop.verify();
  const { repaired, earlier, found } = await shop.verify({ repair: true, segments: 1, resume });
  expect(earlier).toBeGreaterThan(0);
  expect(repaired).toBeGreaterThan(earlier);
  expect(rest.found).toBeLessThan(found);
});

test('the counts of records that an earlier run could not read are not compared', async () => {
  const shop = await damagedShop();
  await shop.set({ PK: 'ORDER#c1', SK: 'METADATA' }, { total: 'much' });
  const { report } = await inPieces(shop, true);
  expect(report.unchecked.map(({ entity }) => entity)).toContain('spent');
  const spent = (await shop.items()).filter(({ _counts, _number }) => _counts === 'spent' && _number === 77);
  expect(spent.length).toBeGreaterThan(0);
});

test('the cursor of another call is refused', async () => {
  const shop = await openShop();
  const abort = new AbortController();
  const { cursor } = await shop.verify({ signal: abort.signal, onProgress: () => abort.abort() });
  const resume = String(cursor);
  for (const options of [{ repair: true }, { entities: ['Order'] }, { resume: 'nonsense' }])
    await expect(shop.verify({ resume, ...options })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('The cursor was made by another call of verify'),
    });
});
