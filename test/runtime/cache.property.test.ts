/** One process, or two, that cache, random reads and writes, a table of the cache that goes away: against all that was ever stored. */
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { create, Database, type Session, update, type Waker } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { openProject } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import { definitions, type Product, product, productKey, products, productsOf } from './support/cached.js';

const second = 1000;
const minute = 60 * second;
const ids = ['a', 'b', 'cc', 'dd', 'e'];
const categories = ['books', 'games'];
const actors = ['USER#1', 'USER#2', 'USER#3'];

/** All states of all products, each with the moment from which on it was stored. */
class History {
  readonly #states: { readonly at: number; readonly all: ReadonlyMap<string, Product> }[] = [];

  write(at: number, one: Product): void {
    const all = new Map(this.#states.at(-1)?.all);
    this.#states.push({ at, all: all.set(one.id, one) });
  }

  /** What could have been read at some moment from one on. */
  since(moment: number): readonly ReadonlyMap<string, Product>[] {
    const last = this.#states.findLastIndex(({ at }) => at <= moment);
    return this.#states.slice(Math.max(0, last)).map(({ all }) => all);
  }
}

/** Tells two processes of one another. */
function wakers(): [Waker, Waker] {
  const heard: ((wakes: Parameters<Waker['wake']>[0]) => void)[][] = [[], []];
  const one = (to: number): Waker => ({
    isConnected: true,
    wake: (wakes) => {
      for (const tell of heard[1 - to] ?? []) tell(wakes);
    },
    listen: (tell) => void heard[to]?.push(tell),
    close: async () => {},
  });
  return [one(0), one(1)];
}

test.each(Array.from({ length: runs(4) }, (_, at) => at))(
  'no answer is older than declared, and everybody reads what they wrote (%i)',
  async (at) => {
    const dice = new Dice(1500 + at);
    let moment = Date.parse('2026-03-01T10:00:00.000Z');
    const { engine, names } = await openProject(definitions);
    const wakersOf = wakers();
    let requests = 0;
    // One process knows by itself what it wrote for whom.
    const isAlone = at % 2 === 1;
    const processes = (isAlone ? [0] : [0, 1]).map(
      (one) =>
        new Database({
          client: engine.client,
          tables: names,
          cursorSecrets: ['a secret of the tests, long enough'],
          now: () => new Date(moment),
          live: { waker: wakersOf[one] as Waker },
          onRequest: () => {
            requests += 1;
          },
        }),
    );
    const history = new History();
    const written = new Map<string, number>();
    for (const id of ids) {
      const one = product(id);
      await processes[0]?.session().writeOne(create(products, () => one));
      history.write(moment, one);
    }
    moment += minute;

    /** By what an actor knows of their own writes: a client tells every server when it wrote. */
    const sessionOf = (actor: string): Session => {
      const database = dice.of(processes);
      return database.session({ actor, freshFrom: isAlone ? 0 : (written.get(actor) ?? 0) });
    };
    const oldest = (actor: string, age: number) => Math.max(moment - age, written.get(actor) ?? 0);
    let reads = 0;
    let changes = 0;
    for (let step = 0; step < 300; step++) {
      moment += dice.below(20) * second;
      const actor = dice.of(actors);
      const id = dice.of(ids);
      const category = dice.of(categories);
      const db = sessionOf(actor);
      const choice = dice.below(10);
      if (choice === 0) {
        changes += 1;
        const name = `name ${step}`;
        const changed = await db.writeOne(
          update(products, productKey({ id }), (one) => ({ ...one, name, category })),
        );
        written.set(actor, db.writtenAt ?? 0);
        history.write(moment, changed);
        expect(await db.get(products, productKey({ id }))).toEqual(changed);
      } else if (choice < 6) {
        reads += 1;
        const read = await db.get(products, productKey({ id }));
        const possible = history.since(oldest(actor, 6 * minute)).map((all) => all.get(id));
        expect(possible, `step ${step}: ${id}`).toContainEqual(read);
      } else {
        reads += 1;
        const { nodes } = await db.connection(productsOf(category));
        const possible = history
          .since(oldest(actor, 2 * minute))
          .map((all) =>
            [...all.values()]
              .filter((one) => one.category === category)
              .sort((a, b) => (`${a.name}#${a.id}` < `${b.name}#${b.id}` ? -1 : 1)),
          );
        expect(possible, `step ${step}: ${category}`).toContainEqual([...nodes]);
      }
      if (step === 200) await engine.client.send(new DeleteTableCommand({ TableName: names.cache }));
    }
    // It has cached something: a list alone takes two requests.
    expect(requests).toBeLessThan(reads + 4 * changes);
  },
);
