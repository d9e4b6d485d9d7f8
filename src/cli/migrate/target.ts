/** What a migration works on: the tables of the project that are there, and the plan that they are to be stored by. */

import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  Database,
  deployTables,
  resolveTableNames,
  type TableChanges,
  type TableDefinition,
  type TableStep,
} from 'tableloom/runtime';
import type { TableloomRun } from '../../generator/preset.js';
import type { Migration } from '../../runtime/migrate/migration.js';
import type { PlanRecord, StoredPlan } from '../../runtime/migrate/plan-record.js';
import { Mistake } from '../mistakes.js';
import { currentRun } from '../project/current.js';
import { asMistake, type EndpointOptions, endpointOf } from '../project/endpoint.js';
import { stepText } from '../project/index-text.js';
import { itemCount } from '../project/sizes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, terminal } from '../verbs.js';
import { definitionsOf, storedPlanOf } from './stored-plan.js';

export interface TargetOptions extends Options, EndpointOptions {
  /** How long each step waits until all servers know of it, in milliseconds: for tests. */
  readonly settleMs?: number;
}

export interface Opened {
  readonly database: Database;
  readonly migration: Migration;
  /** Of its tables that are there, by what DynamoDB counted some six hours ago. */
  readonly items: number;
  /** Whether any of the tables that store records is there. */
  readonly isThere: boolean;
  /** Names of those that are not. */
  readonly missing: readonly string[];
}

export class Target {
  readonly run: TableloomRun;
  /** The plan of the working tree. */
  readonly to: StoredPlan;
  readonly client: DynamoDBClient;
  readonly place: string;
  readonly #options: TargetOptions;

  private constructor(run: TableloomRun, options: TargetOptions) {
    this.run = run;
    this.to = storedPlanOf(run.plan);
    const { client, place } = endpointOf(options);
    this.client = client;
    this.place = place;
    this.#options = options;
  }

  /** Runs something with it; what the runtime raises on purpose is a mistake. */
  static async use(
    options: TargetOptions,
    stages: Stages,
    use: (target: Target) => Promise<number>,
  ): Promise<number> {
    enter(options.root);
    terminal.progress('Generating in memory …');
    const target = new Target(await currentRun(options.config, stages), options);
    try {
      terminal.progress(`Looking at ${target.place} …`);
      return await use(target);
    } catch (error) {
      throw asMistake(error);
    } finally {
      target.client.destroy();
    }
  }

  /** The tables of a plan, those that are there. */
  async open(plan: StoredPlan = this.to): Promise<Opened> {
    const definitions = definitionsOf(plan).filter(({ forms }) => forms !== undefined);
    const names = namesIn(definitions);
    const counts = await Promise.all(
      definitions.map(async (one) => ({ one, items: await itemCount(this.client, names[one.table] ?? '') })),
    );
    const there = counts.flatMap(({ one, items }) => (items === undefined ? [] : [one]));
    const missing = counts.flatMap(({ one, items }) => (items === undefined ? [names[one.table] ?? ''] : []));
    const database = new Database({
      client: this.client,
      tables: resolveTableNames(there, process.env),
      cursorSecrets: [randomUUID()],
      planMs: false,
    });
    const { settleMs } = this.#options;
    const migration = database.migration(settleMs === undefined ? {} : { settleMs });
    const items = counts.reduce((sum, one) => sum + (one.items ?? 0), 0);
    return { database, migration, items, isThere: there.length > 0, missing };
  }

  /** The same, of which one is there at least. */
  async openStored(plan?: StoredPlan): Promise<Opened> {
    const opened = await this.open(plan);
    if (opened.isThere) return opened;
    const [first = 'that stores records'] = opened.missing;
    throw new Mistake(
      `There is no table ${first} at ${this.place}.`,
      'Run `tableloom deploy`: nothing is stored yet.',
    );
  }

  /** The tables of this plan, and of the one that records were stored by before. */
  openBoth(from: StoredPlan): Promise<Opened> {
    return this.openStored(union(from, this.to));
  }

  /** The same, as the tables of this plan note the former one; and what all of them say. */
  async openNoted(): Promise<{ readonly opened: Opened; readonly record: PlanRecord | null }> {
    const own = await this.openStored();
    const known = await own.migration.status();
    if (known === null) return { opened: own, record: null };
    const opened = await this.openBoth(union(known.from, known.to ?? this.to));
    return { opened, record: await opened.migration.status() };
  }

  /** Takes steps of tables. @param told what each was, once it is done */
  async deploy(
    changes: readonly TableChanges[],
    told: (text: string, name: string, step: TableStep) => void,
  ): Promise<void> {
    const definitions = definitionsOf(this.to);
    await deployTables(this.client, definitions, changes, ({ name, step, state }) => {
      const table = changes.find((one) => one.name === name)?.table;
      const text = `${name}: ${stepText(
        step,
        definitions.find((one) => one.table === table),
      )}`;
      if (state === 'done') told(text, name, step);
      else terminal.progress(`${text} …`);
    });
  }
}

function namesIn(definitions: readonly TableDefinition[]): Readonly<Record<string, string>> {
  return resolveTableNames(definitions, process.env);
}

/** Tables and forms of both, where they differ those of the later. */
function union(from: StoredPlan, to: StoredPlan): StoredPlan {
  const merged = <T>(list: (plan: StoredPlan) => readonly T[], nameOf: (one: T) => string): T[] => [
    ...new Map([...list(from), ...list(to)].map((one) => [nameOf(one), one])).values(),
  ];
  return {
    fingerprint: to.fingerprint,
    hashes: { ...from.hashes, ...to.hashes },
    forms: merged(
      ({ forms }) => forms,
      ({ name }) => name,
    ),
    tables: merged(
      ({ tables }) => tables,
      ({ table }) => table,
    ),
  };
}
