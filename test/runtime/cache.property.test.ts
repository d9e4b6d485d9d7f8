/** One process, or two, that cache, random reads and writes, a table of the cache that goes away: against all that was ever stored. */
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import {
  create,
  Database,
  type IndexQuery,
  type Observer,
  remove,
  type Session,
  update,
  type Waker,
  type Write,
} from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { openProject } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import {
  collectionOf,
  definitions,
  namesOf,
  type Product,
  product,
  productKey,
  products,
  productsOf,
  productsReviewedBy,
  type Review,
  ratingsOf,
  review,
  reviewKey,
  reviews,
  reviewsOf,
} from './support/cached.js';

const second = 1000;
const minute = 60 * second;
const ids = ['a', 'b', 'cc'];
const categories = ['books', 'games'];
const authors = ['ann', 'bob'];
const actors = ['USER#1', 'USER#2', 'USER#3'];

/** All that is stored. */
interface State {
  readonly products: readonly Product[];
  readonly reviews: readonly Review[];
}

/** All states, each with the moment from which on it was stored. */
class History {
  readonly #states: { readonly at: number; readonly by: string | undefined; readonly all: State }[] = [];

  get now(): State {
    return this.#states.at(-1)?.all ?? { products: [], reviews: [] };
  }

  write(at: number, change: Partial<State>, by?: string): void {
    this.#states.push({ at, by, all: { ...this.now, ...change } });
  }

  /** What could have been read at some moment from one on by who misses nothing of what they wrote. */
  since(moment: number, by: string, of: (state: State) => unknown): readonly unknown[] {
    const all = this.#states.map((state) => JSON.stringify(of(state.all)));
    const own = this.#states.findLastIndex((state, at) => state.by === by && all[at] !== all[at - 1]);
    const last = this.#states.findLastIndex(({ at }) => at < moment);
    return this.#states.slice(Math.max(0, own, last)).map((state) => of(state.all));
  }
}

/** A pattern with its arguments, and what it gives of a state. */
interface Pattern {
  readonly read: (db: Session) => Promise<readonly unknown[]>;
  readonly of: (state: State) => readonly unknown[];
}

function patternOf(dice: Dice): Pattern {
  const [category, id, author, stars] = [dice.of(categories), dice.of(ids), dice.of(authors), dice.below(2)];
  const by = (sortKey: (one: Review) => string) => (a: Review, b: Review) =>
    sortKey(a) < sortKey(b) ? -1 : 1;
  const reviewsIn = (state: State) =>
    state.reviews.filter((one) => one.product === id).sort(by((one) => one.id));
  const of = <R extends object>(db: Session, query: IndexQuery<R>) =>
    db.connection(query).then(({ nodes }) => [...nodes]);
  const all: readonly Pattern[] = [
    {
      read: (db) => of(db, productsOf(category)),
      of: (state) =>
        state.products
          .filter((one) => one.category === category)
          .sort((a, b) => (`${a.name}#${a.id}` < `${b.name}#${b.id}` ? -1 : 1)),
    },
    { read: (db) => of(db, reviewsOf(id)), of: reviewsIn },
    {
      read: (db) => of(db, ratingsOf(stars)),
      of: (state) =>
        state.reviews
          .filter((one) => one.stars === stars)
          .sort(by((one) => `${one.product}#${one.id}`))
          .map(({ id, product, stars }) => ({ id, product, stars })),
    },
    {
      read: (db) => of(db, collectionOf(id)),
      of: (state) => [...state.products.filter((one) => one.id === id), ...reviewsIn(state)],
    },
    {
      read: (db) => of(db, productsReviewedBy(author)),
      of: (state) =>
        state.reviews
          .filter((one) => one.author === author)
          .sort(by((one) => one.id))
          .flatMap(({ product }) => state.products.find((one) => one.id === product) ?? []),
    },
  ];
  return dice.of(all);
}

/** A write of something, and what it makes of a state. */
interface Change {
  readonly write: Write<unknown>;
  readonly after: Partial<State>;
}

function changeOf(dice: Dice, { products: known, reviews: given }: State, step: number): Change {
  const id = dice.of(ids);
  if (dice.below(3) === 0) {
    const others = known.filter((one) => one.id !== id);
    const before = known.find((one) => one.id === id);
    const values = { name: `name ${step}`, category: dice.of(categories) };
    if (before === undefined) {
      const one = product(id, values);
      return { write: create(products, () => one), after: { products: [...others, one] } };
    }
    if (dice.below(3) === 0)
      return { write: remove(products, productKey({ id })), after: { products: others } };
    const one = { ...before, ...values, version: before.version + 1 };
    const write = update(products, productKey({ id }), (stored) => ({ ...stored, ...values }));
    return { write, after: { products: [...others, one] } };
  }
  const values = { author: dice.of(authors), stars: dice.below(2) };
  if (given.length === 0 || dice.below(2) === 0) {
    const one = review(`${step}`, { product: id, ...values });
    return { write: create(reviews, () => one), after: { reviews: [...given, one] } };
  }
  const before = dice.of(given);
  const others = given.filter((one) => one !== before);
  if (others.length > 6 || dice.below(3) === 0)
    return { write: remove(reviews, reviewKey(before)), after: { reviews: others } };
  const isSame = before.author === values.author && before.stars === values.stars;
  const one = isSame ? before : { ...before, ...values, version: before.version + 1 };
  const write = update(reviews, reviewKey(before), (stored) => ({ ...stored, ...values }));
  return { write, after: { reviews: [...others, one] } };
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
    const tables = namesOf(names);
    const wakersOf = wakers();
    let hits = 0;
    // One process knows by itself what it wrote for whom.
    const isAlone = at % 2 === 1;
    const processes = (isAlone ? [0] : [0, 1]).map(
      (one) =>
        new Database({
          client: engine.client,
          tables,
          cursorSecrets: ['a secret of the tests, long enough'],
          now: () => new Date(moment),
          live: { waker: wakersOf[one] as Waker },
        }),
    );
    const cacheRead: Observer['cacheRead'] = ({ result, name }) => {
      if (result === 'hit' && name !== products.name) hits += 1;
    };
    for (const one of processes) one.observe({ cacheRead });
    const history = new History();
    const written = new Map<string, number>();
    const first = ids.map((id) => product(id));
    await processes[0]?.session().write(...first.map((one) => create(products, () => one)));
    history.write(moment, { products: first });
    moment += minute;

    /** By what an actor knows of their own writes: a client tells every server when it wrote. */
    const sessionOf = (actor: string): Session => {
      const database = dice.of(processes);
      return database.session({ actor, freshFrom: isAlone ? 0 : (written.get(actor) ?? 0) });
    };
    for (let step = 0; step < 300; step++) {
      moment += dice.below(10) * second;
      const actor = dice.of(actors);
      const id = dice.of(ids);
      const db = sessionOf(actor);
      const choice = dice.below(10);
      if (choice === 0) {
        const { write, after } = changeOf(dice, history.now, step);
        await db.writeOne(write);
        history.write(moment, after, actor);
        written.set(actor, db.writtenAt ?? 0);
        const { read, of } = patternOf(dice);
        expect(await read(db), `step ${step}: what was written`).toEqual(of(history.now));
      } else if (choice < 3) {
        const read = await db.get(products, productKey({ id }));
        const of = (state: State) => state.products.find((one) => one.id === id) ?? null;
        const possible = history.since(moment - 6 * minute, actor, of);
        expect(possible, `step ${step}: ${id}`).toContainEqual(read);
      } else {
        const { read, of } = patternOf(dice);
        const possible = history.since(moment - 2 * minute, actor, of);
        expect(possible, `step ${step}`).toContainEqual(await read(db));
      }
      if (step === 200) await engine.client.send(new DeleteTableCommand({ TableName: names.cache }));
    }
    // It has cached answers.
    expect(hits).toBeGreaterThan(30);
  },
);
