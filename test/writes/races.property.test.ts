/** Writers side by side, each in a process of its own as far as the database can tell. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { userWrites } from '../../generated/writes.js';
import { engineKind } from '../support/engines.js';
import { runs } from '../support/runs.js';
import { type Application, withApplication } from './support/database.js';
import { type Operation, start, userTransaction } from './support/operations.js';
import { allItems, applied, empty, type State, same } from './support/oracle.js';
import { checkProperty } from './support/replay.js';
import { codeOf, recomputed } from './support/storage.js';

const writers = 64;
const each = Array.from({ length: writers }, (_, n) => n);

const user = (id: string, email: string) => ({ id, email, name: `Name of ${id}`, passwordHash: 'hash' });

/** Nothing lies in the table that does not follow from its records. */
async function expectConsistent(application: Application): Promise<void> {
  const items = await application.items();
  expect(items).toEqual(recomputed(items));
}

/** Who holds an email, by its guard and by the records: the ids of its users. */
async function owners(
  application: Application,
  email: string,
): Promise<{ guard: unknown[]; records: unknown[] }> {
  const items = [...(await application.items()).values()];
  return {
    guard: items
      .filter(({ _guards, PK }) => _guards === 'User' && PK === `UNIQUE#User.email#${email}`)
      .map(({ _owner }) => _owner),
    records: items
      .filter((item) => item._type === 'User' && item.email === email)
      .map(({ PK, SK }) => JSON.stringify([PK, SK])),
  };
}

test('of 64 creators and changers of one email one wins, and the others are told the field', async () => {
  await withApplication(async (application) => {
    const changers = each.filter((n) => n % 2 === 0);
    for (const n of changers) {
      await application.database.session().write(userWrites.create(user(`u${n}`, `${n}@example.com`)));
    }
    const outcomes = await Promise.allSettled(
      each.map((n) =>
        application
          .open()
          .session()
          .write(
            n % 2 === 0
              ? userWrites.update({ id: `u${n}` }, { email: 'One@example.com' })
              : userWrites.create(user(`u${n}`, 'one@example.com')),
          ),
      ),
    );
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(lost).toHaveLength(writers - 1);
    for (const error of lost) {
      expect(error).toMatchObject({
        code: 'UNIQUE_VIOLATION',
        extensions: { entity: 'User', field: 'email' },
      });
    }
    const { guard, records } = await owners(application, 'one@example.com');
    expect(guard).toHaveLength(1);
    expect(records).toEqual(guard);
    await expectConsistent(application);
  });
});

test('of 64 writers who saw one version one wins, and the others have a version conflict', async () => {
  await withApplication(async (application) => {
    await application.database.session().write(userWrites.create(user('a', 'a@example.com')));
    const outcomes = await Promise.all(
      each.map((n) =>
        application
          .open()
          .session()
          .write(
            n % 4 === 0
              ? userWrites.delete({ id: 'a' }, { expect: 1 })
              : userWrites.update({ id: 'a' }, { name: `Name ${n}` }, { expect: 1 }),
          )
          .then(() => 'won', codeOf),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    // Where a deleter won, there is no version any more.
    const gone = (await owners(application, 'a@example.com')).records.length === 0;
    const others = outcomes.filter((outcome) => outcome !== 'won');
    expect(others.filter((code) => code !== 'VERSION_CONFLICT' && !(gone && code === 'NOT_FOUND'))).toEqual(
      [],
    );
    await expectConsistent(application);
  });
});

test('of 64 changes of one version one wins', async () => {
  await withApplication(async (application) => {
    await application.database.session().write(userWrites.create(user('a', 'a@example.com')));
    const outcomes = await Promise.all(
      each.map((n) =>
        application
          .open()
          .session()
          .write(userWrites.update({ id: 'a' }, { name: `Name ${n}` }, { expect: 1 }))
          .then(() => 'won', codeOf),
      ),
    );
    expect(outcomes.toSorted()).toEqual([...each.slice(1).map(() => 'VERSION_CONFLICT'), 'won']);
    await expectConsistent(application);
  });
});

test('creators, changers and deleters of one email leave one owner or none, on whom guard and record agree', async () => {
  const allowed = ['won', 'UNIQUE_VIOLATION', 'NOT_FOUND', 'ALREADY_EXISTS', 'CONFLICT'];
  await withApplication(async (application) => {
    for (let round = 0; round < runs(4); round++) {
      const outcomes = await Promise.all(
        each.map((n) => {
          const id = `u${n % 8}`;
          const own = userWrites.update({ id }, { email: `${id}@example.com` });
          const take = userWrites.update({ id }, { email: 'one@example.com' });
          const write = [
            userWrites.create(user(id, 'one@example.com')),
            take,
            userWrites.delete({ id }),
            own,
            userWrites.upsert({ id }, user(id, 'one@example.com')),
          ][(n + round) % 5];
          if (write === undefined) throw new Error('there are five');
          return application
            .open()
            .session()
            .write(write)
            .then(() => 'won', codeOf);
        }),
      );
      expect(outcomes.filter((outcome) => !allowed.includes(outcome))).toEqual([]);
      expect(outcomes).toContain('won');
      const { guard, records } = await owners(application, 'one@example.com');
      expect(records.length).toBeLessThanOrEqual(1);
      expect(guard).toEqual(records);
      await expectConsistent(application);
    }
  });
});

test('an email that is changed and given back at once is never nobody’s and somebody’s', async () => {
  await withApplication(async (application) => {
    const { database } = application;
    await database.session().write(userWrites.create(user('a', 'old@example.com')));
    // While a gives its email up, others want the old and the new one, and a is deleted.
    const outcomes = await Promise.all([
      application
        .open()
        .session()
        .write(userWrites.update({ id: 'a' }, { email: 'new@example.com' }))
        .then(() => 'won', codeOf),
      ...['b', 'c', 'd'].flatMap((id) =>
        ['old@example.com', 'new@example.com'].map((email) =>
          application
            .open()
            .session()
            .write(userWrites.create(user(`${id} ${email}`, email)))
            .then(() => 'won', codeOf),
        ),
      ),
      application
        .open()
        .session()
        .write(userWrites.delete({ id: 'a' }))
        .then(() => 'won', codeOf),
    ]);
    expect(outcomes).toContain('won');
    for (const email of ['old@example.com', 'new@example.com']) {
      const { guard, records } = await owners(application, email);
      expect(records.length).toBeLessThanOrEqual(1);
      expect(guard).toEqual(records);
    }
    await expectConsistent(application);
  });
});

test('an address that a record gives up which somebody created meanwhile is free', async () => {
  await withApplication(async (application) => {
    let tries = 0;
    await application.database.session().write(
      userWrites.create(user('b', 'one@example.com')),
      userWrites.upsert({ id: 'a' }, async () => {
        tries += 1;
        if (tries === 1)
          await application
            .open()
            .session()
            .write(userWrites.create(user('a', 'one@example.com')));
        return user('a', 'two@example.com');
      }),
    );
    expect(tries).toBe(2);
    expect((await owners(application, 'one@example.com')).records).toEqual(['["USER#b","METADATA"]']);
    await expectConsistent(application);
  });
});

/** All orders of some things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((first, at) =>
    orders([...things.slice(0, at), ...things.slice(at + 1)]).map((rest) => [first, ...rest]),
  );
}

type Outcome = { readonly results: readonly unknown[] } | { readonly code: string };

/** A version that somebody deleted meanwhile is a conflict as well as nothing to be found. */
function isTold(errors: ReadonlySet<string>, code: string): boolean {
  return errors.has(code) || (code === 'VERSION_CONFLICT' && errors.has('NOT_FOUND'));
}

/** The state after transactions at once, if it is one they could have left one after the other; else undefined. */
function explained(
  state: State,
  transactions: readonly { readonly operations: readonly Operation[]; readonly outcome: Outcome }[],
  items: ReadonlyMap<string, unknown>,
): State | undefined {
  for (const order of orders(transactions)) {
    let next: State | undefined = state;
    for (const { operations, outcome } of order) {
      const expected = applied(next, operations, start);
      if (expected.kind === 'refused') {
        if (!('code' in outcome && isTold(expected.errors, outcome.code))) next = undefined;
      } else if ('results' in outcome && same(outcome.results, expected.results)) next = expected.state;
      else next = undefined;
      if (next === undefined) break;
    }
    if (next !== undefined && same(items, allItems(next))) return next;
  }
  return undefined;
}

test('transactions at once end as if they had come one after the other', async () => {
  const atOnce = fc.array(userTransaction, { minLength: 1, maxLength: 3 });
  await checkProperty(
    fc.asyncProperty(fc.array(atOnce, { minLength: 2, maxLength: 6, size: 'max' }), (steps) =>
      withApplication(async (application) => {
        let state = empty();
        for (const step of steps) {
          const drawn = step.map((operations) => operations.map((each) => each.aimed(state, start)));
          const transactions = await Promise.all(
            drawn.map(async (operations) => {
              const outcome: Outcome = await application
                .open()
                .session()
                .write(...operations.map((operation) => operation.write()))
                .then(
                  (results) => ({ results }),
                  (error: unknown) => ({ code: codeOf(error) }),
                );
              return { operations, outcome };
            }),
          );
          const items = await application.items();
          const next = explained(state, transactions, items);
          if (next === undefined)
            expect({ before: state, outcomes: transactions.map(({ outcome }) => outcome), items }).toBe(
              'some order',
            );
          else state = next;
        }
        await expectConsistent(application);
      }),
    ),
    runs(engineKind() === 'embedded' ? 70 : 10),
  );
});
