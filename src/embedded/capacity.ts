import { equalItems, type Item } from './items/attributes.js';
import { itemSize, writeUnits } from './items/sizes.js';
import { entryOf, type Index, type Table } from './store/table.js';

/** Whether a request wants to know its consumed capacity. */
export type CapacityMode = 'INDEXES' | 'TOTAL' | 'NONE' | undefined;

type UnitKind = 'ReadCapacityUnits' | 'WriteCapacityUnits';

interface TableUsage {
  table: number;
  readonly local: Map<string, number>;
  readonly global: Map<string, number>;
}

/** Adds up what a request consumes, by table and index, in capacity units. */
export class Meter {
  readonly wanted: boolean;
  readonly #mode: CapacityMode;
  readonly #factor: number;
  readonly #usage = new Map<string, TableUsage>();

  /** @param factor 2 within a transaction, which DynamoDB bills twice */
  constructor(mode: CapacityMode, factor: 1 | 2 = 1) {
    this.#mode = mode;
    this.#factor = factor;
    this.wanted = mode === 'TOTAL' || mode === 'INDEXES';
  }

  add(table: Table, units: number, index?: Index): void {
    const usage = this.#usage.get(table.name) ?? { table: 0, local: new Map(), global: new Map() };
    this.#usage.set(table.name, usage);
    const billed = units * this.#factor;
    if (index === undefined) usage.table += billed;
    else usage[index.kind].set(index.name, (usage[index.kind].get(index.name) ?? 0) + billed);
  }

  /** Adds the write of an item and of every index entry it changes. */
  addWrite(table: Table, old: Item | undefined, next: Item | undefined): void {
    if (!this.wanted) return;
    this.add(table, Math.max(unitsOf(old), unitsOf(next), 1));
    for (const index of table.indexes) {
      const units = entryUnits(entryOf(index, old), entryOf(index, next), index);
      if (units > 0) this.add(table, units, index);
    }
  }

  /** The `ConsumedCapacity` member of an answer about one table: `{}` if it is not wanted. */
  single(): { ConsumedCapacity?: object } {
    const [first] = this.#all();
    return first === undefined ? {} : { ConsumedCapacity: first };
  }

  /** The `ConsumedCapacity` member of an answer about several tables. */
  several(kind?: UnitKind): { ConsumedCapacity?: object[] } {
    return this.wanted ? { ConsumedCapacity: this.#all(kind) } : {};
  }

  #all(kind?: UnitKind): object[] {
    if (!this.wanted) return [];
    const units = (value: number) =>
      kind === undefined ? { CapacityUnits: value } : { CapacityUnits: value, [kind]: value };
    return [...this.#usage].map(([TableName, usage]) => {
      const total = [usage.table, ...usage.local.values(), ...usage.global.values()];
      const answer = { TableName, ...units(total.reduce((sum, value) => sum + value, 0)) };
      if (this.#mode !== 'INDEXES') return answer;
      const byIndex = (indexes: ReadonlyMap<string, number>) =>
        Object.fromEntries([...indexes].map(([name, value]) => [name, units(value)] as const));
      return {
        ...answer,
        Table: units(usage.table),
        ...(usage.local.size === 0 ? {} : { LocalSecondaryIndexes: byIndex(usage.local) }),
        ...(usage.global.size === 0 ? {} : { GlobalSecondaryIndexes: byIndex(usage.global) }),
      };
    });
  }
}

function unitsOf(item: Item | undefined): number {
  return item === undefined ? 0 : writeUnits(itemSize(item));
}

/** An entry that moves is removed and written; one that stays as it is costs nothing. */
function entryUnits(old: Item | undefined, next: Item | undefined, index: Index): number {
  if (old === undefined || next === undefined) return unitsOf(old) + unitsOf(next);
  if (equalItems(old, next)) return 0;
  const moves = index.key.attributes.some(
    ({ name }) => JSON.stringify(old[name]) !== JSON.stringify(next[name]),
  );
  return moves ? unitsOf(old) + unitsOf(next) : Math.max(unitsOf(old), unitsOf(next));
}
