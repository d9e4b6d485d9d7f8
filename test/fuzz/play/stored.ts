/** What lies in the tables, and what the records say should lie there. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { EntityCodec, Item, TableDefinition } from 'tableloom/runtime';
import { itemId, keyOfItem } from '../../../src/runtime/keys/item-key.js';
import type { Project } from '../../support/running.js';
import type { GeneratedProject, StoredEntity, Values } from '../../writes/support/project.js';
import { itemsOf } from '../../writes/support/random-writes.js';
import type { State } from '../oracle/answers.js';
import type { Declarations } from '../oracle/declarations.js';
import type { Loaded } from './load.js';

type Items = Readonly<Record<string, Item>>;

export async function storedItems(project: Project, tables: readonly TableDefinition[]): Promise<Items> {
  const items: Record<string, Item> = {};
  for (const table of tables) {
    const ref = { name: table.table, ...table.key };
    const input = { TableName: project.tableName(table.table), ConsistentRead: true };
    let after: Record<string, unknown> | undefined;
    do {
      const page = await project.documents.send(new ScanCommand({ ...input, ExclusiveStartKey: after }));
      after = page.LastEvaluatedKey;
      // A number that came back to nothing says the same as none.
      for (const item of page.Items ?? [])
        if (item._number !== 0) items[itemId(ref, keyOfItem(ref, item))] = plain(item);
    } while (after !== undefined);
  }
  return items;
}

/** Every item that the records of the oracle make: themselves, entries, guards, aggregates. */
export function expectedItems(loaded: Loaded, declared: Declarations, state: State, now: Date): Items {
  const codecs = loaded.module('items') as Readonly<Record<string, EntityCodec<Values>>>;
  const entities = loaded.run.plan.entities.flatMap((plan): Pick<StoredEntity, 'plan' | 'codec'>[] => {
    const codec = codecs[plan.names.codec];
    return codec && plan.historyOf === null ? [{ plan, codec }] : [];
  });
  const records = new Map(
    entities.map(({ plan }) => {
      const { identity } = declared.entity(plan.name);
      const id = (record: Values) => JSON.stringify(identity.map((field) => record[field]));
      return [
        plan.name,
        new Map((state.get(plan.name) ?? []).map((record) => [id(record), record])),
      ] as const;
    }),
  );
  const project = { entities } as unknown as GeneratedProject;
  const items = [...itemsOf(project, { records, versions: new Map() }, now)];
  const isLapsed = ([, item]: (typeof items)[number]) => isLapsedGuard(item, now);
  // What has expired gives way to what is alive.
  const ordered = [...items.filter(isLapsed), ...items.filter((one) => !isLapsed(one))];
  return Object.fromEntries(ordered.filter(([, item]) => item._number !== 0));
}

/** A guard of a record that has expired: another record may have taken it, and given it up. */
export function isLapsedGuard({ _guards, ttl }: Item, now: Date): boolean {
  return _guards !== undefined && typeof ttl === 'number' && ttl * 1000 <= now.getTime();
}

/** The SDK reads whole numbers beyond 2^53 as bigint. A revision that nobody declared is no concern of clients. */
function plain({ _revision, ...item }: Item): Item {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}
