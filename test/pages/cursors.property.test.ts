/** Cursors of every kind of connection: good for what they were given for, refused everywhere else. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Refused } from '../support/examples.js';
import { runs, seed } from '../support/runs.js';
import { type Kind, kinds } from './support/kinds.js';
import { everything, Library, World } from './support/library.js';
import { listing } from './support/pages.js';
import { type Draft, draft, type Values } from './support/stock.js';

let library: Library;
let foreign: readonly { readonly field: string; readonly cursor: string }[];
beforeAll(async () => {
  library = await Library.open();
  // One cursor of each kind, of its first answer that is not empty.
  foreign = await Promise.all(
    kinds.map(async (kind) => {
      const world = new World(library, kind);
      await world.create(fc.sample(draft, { numRuns: 30, seed: seed + 7 }).map(lasting));
      for (const args of fc.sample(kind.args, { numRuns: 100, seed: seed + 7 })) {
        const [cursor] = (await listing(library, kind, world, args)).cursors;
        if (cursor !== undefined) return { field: kind.field, cursor };
      }
      throw new Error(`${kind.field} had no answer`);
    }),
  );
});

const lasting = (one: Draft): Draft => ({ ...one, until: null, isThere: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ';

/** What a connection says to a cursor. */
async function answerTo(field: string, args: Values, database = library.database): Promise<unknown> {
  try {
    await library.ask(field, args, everything, database);
    return 'an answer';
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

function expectRefused(kind: Kind, args: Values, cursor: string, database = library.database) {
  return Promise.all(
    [
      { first: 2, after: cursor },
      { last: 2, before: cursor },
      { first: 2, before: cursor },
    ].map(async (window) => {
      const asked = { ...args, ...window };
      expect(await answerTo(kind.field, asked, database), JSON.stringify([kind.field, asked])).toBe(
        'BAD_CURSOR',
      );
    }),
  );
}

describe('a cursor is good for its own connection, arguments, owner and secret only, and as it was given', () => {
  for (const kind of kinds) {
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(draft.map(lasting), { minLength: 12, maxLength: 16, size: 'max' }),
          kind.args,
          kind.args,
          fc.array(fc.tuple(fc.nat(), fc.nat(alphabet.length - 1)), { minLength: 5, maxLength: 5 }),
          async (values, args, others, changes) => {
            const world = new World(library, kind);
            await world.create(values);
            const { cursors } = await listing(library, kind, world, args);
            const [cursor] = cursors;
            if (cursor === undefined) return;
            const asked = { ...args, [kind.owner]: world.owner };
            for (const [at, by] of changes) {
              const where = at % cursor.length;
              const other = alphabet[by] as string;
              const altered: string = cursor.slice(0, where) + other + cursor.slice(where + 1);
              if (altered !== cursor) await expectRefused(kind, asked, altered);
              await expectRefused(kind, asked, cursor.slice(0, where));
              await expectRefused(kind, asked, cursor.slice(where + 1));
            }
            for (const one of foreign) await expectRefused(kind, asked, one.cursor);
            await expectRefused(kind, { ...args, [kind.owner]: 'another' }, cursor);
            const secret = library.open({ cursorSecrets: ['quite another secret, long enough'] });
            await expectRefused(kind, asked, cursor, secret);
            if (meaning(kind, others) !== meaning(kind, args))
              await expectRefused(kind, { ...others, [kind.owner]: world.owner }, cursor);
          },
        ),
        { numRuns: runs(2) },
      );
    });
  }
});

/** What arguments ask: order left out is the declared one, and lists have no order. */
function meaning({ chosen, field }: Kind, { order, ...args }: Values): string {
  // Bounds that hold the same part of the keys ask the same.
  if (field === 'booksAt' && args.city === null) return JSON.stringify([args.country]);
  return JSON.stringify([order ?? chosen, args]);
}

test('of keys of normal size, cursors have at most 220 characters', async () => {
  const longest = new Map<string, number>();
  for (const kind of kinds) {
    const world = new World(library, kind, '0198f2a4-6c1e-7b3a-9d55-0c2f6f1b8e21');
    await world.create(
      fc
        .sample(draft, { numRuns: 30, seed: seed + 11 })
        .map((one) => ({ ...lasting(one), title: 'The Left Hand of Darkness' })),
    );
    for (const args of fc.sample(kind.args, { numRuns: 8, seed: seed + 11 })) {
      const { cursors } = await listing(library, kind, world, args);
      for (const { length } of cursors)
        longest.set(kind.field, Math.max(length, longest.get(kind.field) ?? 0));
    }
  }
  expect([...longest].filter(([, length]) => length > 220)).toEqual([]);
});
