/** What a process knows of the plans of its tables, never older than a lease. */
import { TableloomError } from '../errors.js';
import type { StoredTable } from '../tables/definition.js';
import type { TableRef } from '../types.js';
import type { Sharing } from '../write/changes.js';
import { Pair, type Side } from './join.js';
import type { MigrationPhase, PlanRecord, StoredPlan } from './plan-record.js';
import { type Presence, sharing } from './sharing.js';

/**
 * How old a process's knowledge of the plan may be when it begins a request, in milliseconds. A migration waits longer
 * than that after each of its steps, so that no two processes are more than one step apart (see `Presence`).
 */
export const planLeaseMs = 5000;

/** What a version of the code may do with the records of an entity: change them next to another version, alone, or not at all. */
type Standing = Sharing | null | TableloomError;

interface Known {
  readonly plan: PlanRecord | null;
  readonly standings: ReadonlyMap<string, Standing>;
}

export class PlanWatch {
  readonly #tables: readonly StoredTable[];
  readonly #read: (table: TableRef) => Promise<PlanRecord | null>;
  readonly #leaseMs: number;
  readonly #known = new Map<string, Known>();
  /** How often what it knows has become another. */
  changes = 0;
  #at = Number.NEGATIVE_INFINITY;
  #refusal: TableloomError | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(
    tables: readonly StoredTable[],
    read: (table: TableRef) => Promise<PlanRecord | null>,
    leaseMs: number = planLeaseMs,
  ) {
    this.#tables = tables;
    this.#read = read;
    this.#leaseMs = Math.min(leaseMs, planLeaseMs);
  }

  /**
   * Undefined where a request may be sent: from half of the lease on, the plan is read again meanwhile. Otherwise a promise of
   * that; PLAN_MISMATCH where the tables are stored by a plan that this code does not know.
   */
  ready(): Promise<void> | undefined {
    const age = performance.now() - this.#at;
    if (age < this.#leaseMs / 2) return this.#refusal && Promise.reject(this.#refusal);
    const refreshed = this.#refresh();
    if (age >= this.#leaseMs || this.#refusal) return refreshed;
    // Who needs it newer waits for the next.
    refreshed.catch(() => undefined);
    return undefined;
  }

  /** Why requests are refused at present, as far as it is known; asking is reason enough to read the plan again. */
  get refusal(): TableloomError | undefined {
    this.ready()?.catch(() => undefined);
    return this.#refusal;
  }

  /** How changes keep up the items of another version; undefined where there is no other. */
  sharing(entity: string): Sharing | undefined {
    for (const { standings } of this.#known.values()) {
      const standing = standings.get(entity);
      if (typeof standing === 'function') return standing;
    }
    return undefined;
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    const at = performance.now();
    await Promise.all(this.#tables.map((one) => this.#readOne(one)));
    this.#at = at;
    const standings = [...this.#known.values()].flatMap((known) => [...known.standings.values()]);
    this.#refusal = standings.find((one) => one instanceof TableloomError);
    if (this.#refusal) throw this.#refusal;
  }

  async #readOne({ table, forms }: StoredTable): Promise<void> {
    const plan = await this.#read(table);
    const before = this.#known.get(table.name);
    if (before && before.plan?.revision === plan?.revision) return;
    const standings = Object.entries(forms).map(
      ([entity, form]) => [entity, plan && standingOf(plan, entity, form)] as const,
    );
    this.changes += 1;
    this.#known.set(table.name, { plan, standings: new Map(standings) });
  }
}

/** Who is served in each phase, and how they treat the other version's items. */
const roles: Readonly<
  Record<MigrationPhase, { readonly [S in Side]: Presence | 'alone' | 'early' | 'late' }>
> = {
  settled: { from: 'alone', to: 'early' },
  'delete-only': { from: 'leaving', to: 'early' },
  'write-only': { from: 'shared', to: 'early' },
  both: { from: 'filled', to: 'filled' },
  contracting: { from: 'late', to: 'leaving' },
  'rolling-back': { from: 'leaving', to: 'early' },
};

function standingOf({ phase, from, to }: PlanRecord, entity: string, form: string): Standing {
  const isOf = (plan: StoredPlan | null) => plan?.hashes[entity] === form;
  // An entity that the table has no records of yet, or that both versions store in the same way.
  if (from.hashes[entity] === undefined && (to === null || to.hashes[entity] === undefined)) return null;
  if (isOf(from) && (to === null || isOf(to) || to.hashes[entity] === undefined)) return null;
  const side: Side | undefined = isOf(to) ? 'to' : isOf(from) ? 'from' : undefined;
  if (side === undefined)
    return mismatch(
      entity,
      'neither the one that its records are stored by nor the next one',
      'Deploy the version that the table notes (`tableloom migrate status`), or bring the records to this one by `tableloom migrate run`.',
    );
  const role = roles[phase][side];
  if (role === 'early')
    return mismatch(
      entity,
      `the next one, for which the records are not ready (${phase})`,
      'It is served once `tableloom migrate run` has completed.',
    );
  if (role === 'late')
    return mismatch(
      entity,
      'the former one, whose keys are gone',
      'Replace it by a server of the new version.',
    );
  const [first, second] = [from, to].map((plan) => plan?.forms.find(({ name }) => name === entity));
  if (role === 'alone' || !first || !second) return null;
  return sharing(new Pair(first, second), side, role);
}

function mismatch(entity: string, which: string, remedy: string): TableloomError {
  const message = `This server's version of ${entity} is ${which}. ${remedy}`;
  return new TableloomError('PLAN_MISMATCH', message, { entity });
}
