/** What keeps jobs that judge items by one version of the plan from a table that two versions share. */
import { TableloomError } from '../errors.js';
import type { StoredProject } from '../reindex/types.js';
import { type TableDefinition, tableRefOf } from '../tables/definition.js';
import type { TableRef } from '../types.js';
import type { PlanRecord } from './plan-record.js';
import { planLeaseMs } from './watch.js';

interface Job {
  /** As it is called: `verify`. */
  readonly name: string;
  /** Why it cannot work on records of another version. */
  readonly other: string;
  /** How it goes on where the tables store records by another version. */
  readonly remedy: string;
}

export const jobs = {
  verify: {
    name: 'verify',
    other: 'all of its records would look wrong',
    remedy: 'Verify with the code that is deployed, or migrate first.',
  },
  reindex: {
    name: 'reindex',
    other: 'servers of that would not find its records',
    remedy:
      'Bring the records to this version by `tableloom migrate run`; where no server runs, by `tableloom deploy --offline` and then `tableloom reindex`.',
  },
} as const satisfies Readonly<Record<string, Job>>;

/**
 * Lets the requests of a job through as long as one version alone stores the records of its tables. What it knows is never older than a
 * lease, as of servers: a migration waits longer before another version's items are made.
 */
export class Settled {
  readonly #job: Job;
  readonly #tables: readonly TableDefinition[];
  readonly #read: (table: TableRef) => Promise<PlanRecord | null>;
  readonly #isOfForms: boolean;
  #at = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /** @param isOfForms whether it has to be the version of the project */
  constructor(
    job: Job,
    { tables, codecs }: StoredProject,
    read: (table: TableRef) => Promise<PlanRecord | null>,
    { isOfForms = true } = {},
  ) {
    this.#job = job;
    this.#tables = tables.filter(({ table }) => codecs.some((one) => one.table.name === table));
    this.#read = read;
    this.#isOfForms = isOfForms;
  }

  /** Undefined where a request may be sent; otherwise a promise of that. PLAN_MISMATCH where none may be. */
  ready(): Promise<void> | undefined {
    if (performance.now() - this.#at < planLeaseMs / 2) return undefined;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const at = performance.now();
    await Promise.all(
      this.#tables.map(async (table) => this.#check(table, await this.#read(tableRefOf(table)))),
    );
    this.#at = at;
  }

  #check({ table, forms = {} }: TableDefinition, record: PlanRecord | null): void {
    if (record === null) return;
    const { name, other, remedy } = this.#job;
    if (record.phase !== 'settled')
      throw new TableloomError(
        'PLAN_MISMATCH',
        `A migration of the table ${table} is under way (${record.phase}): what is stored is not what one version says. Complete the migration or roll it back, then ${name}.`,
      );
    const { hashes } = record.from;
    const entity = Object.keys(forms).find((one) => hashes[one] !== undefined && hashes[one] !== forms[one]);
    if (entity === undefined || !this.#isOfForms) return;
    throw new TableloomError(
      'PLAN_MISMATCH',
      `The table ${table} stores ${entity} by another version of the plan than this one: ${other}. ${remedy}`,
      { entity },
    );
  }
}
