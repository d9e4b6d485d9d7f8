/** The partitions that consume the most: one of DynamoDB's takes 3,000 read and 1,000 write units a second. */
import type { ObservedRequest, TableDefinition } from 'tableloom/runtime';
import { type Partition, type Places, partitionsOf, placesOf, type Units } from './capacity.js';
import { HeavyHitters } from './heavy-hitters.js';
import type { Registry } from './registry.js';

/** For how long units are added up, in milliseconds. */
const windowMs = 60_000;

/** How many partitions are counted; none is over-counted by more than a hundredth of all units. */
const sketchSize = 100;

/** How many are reported, each of which has at least this share of the minute's units. */
const [mostReported, leastShare] = [10, 0.05];

interface Place extends Partition {
  readonly pattern: string;
}

type Kind = 'read' | 'write';
type Window = Readonly<Record<Kind, HeavyHitters<Place>>>;

export class HotPartitions {
  readonly #places: ReadonlyMap<string, Places>;
  readonly #pseudonym: (key: string) => string;
  /** Ascending minutes: which one `#now` is of. */
  #minute = 0;
  #now = fresh();
  #last = fresh();

  /** @param pseudonym what a key is called: it may hold an e-mail address */
  constructor(tables: readonly TableDefinition[], pseudonym: (key: string) => string) {
    this.#places = new Map(tables.map((table) => [table.table, placesOf(table)]));
    this.#pseudonym = pseudonym;
  }

  /** @param now in milliseconds */
  add(kind: Kind, request: ObservedRequest, units: readonly Units[], now: number): void {
    if (units.length === 0) return;
    this.#turn(now);
    const partitions = partitionsOf(request, this.#places);
    for (const { table, index, units: consumed } of units) {
      const own = partitions.filter((one) => one.table === table && one.index === index);
      for (const one of own)
        this.#now[kind].add(`${table} ${index} ${one.key}`, consumed / own.length, () => ({
          ...one,
          index,
          pattern: request.pattern,
        }));
    }
  }

  /** Those of the last full minute. */
  report(registry: Registry, now: number): void {
    this.#turn(now);
    registry.clear('hot');
    for (const kind of ['read', 'write'] as const) {
      const window = this.#last[kind];
      for (const { place, weight, error } of window.top(mostReported)) {
        if (weight - error < window.total * leastShare) continue;
        const { table, index, pattern, key } = place;
        registry.set('hot', [kind, table, index, pattern, this.#pseudonym(key)], weight);
      }
    }
  }

  #turn(now: number): void {
    const minute = Math.floor(now / windowMs);
    if (minute === this.#minute) return;
    this.#last = minute === this.#minute + 1 ? this.#now : fresh();
    this.#now = fresh();
    this.#minute = minute;
  }
}

function fresh(): Window {
  return { read: new HeavyHitters(sketchSize), write: new HeavyHitters(sketchSize) };
}
