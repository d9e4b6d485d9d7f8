/** The tables with their indexes, and where they keep idempotency tokens. */

import { tokenKey } from '../layout/items.js';
import { multiAttributeKeys } from '../layout/multi-attribute.js';
import type { Layout } from '../layout/types.js';
import type { IndexModel, TableModel } from '../model.js';
import type { IndexPlan, TablePlan } from './types/storage.js';

/** @param keepers the tables that keep tokens */
export function tablePlans(layout: Layout, keepers: ReadonlySet<string>): TablePlan[] {
  return layout.tables.map((table) => ({
    name: table.name.text,
    physicalName: table.physicalName.text,
    partition: table.partition.text,
    sort: table.sort?.text ?? null,
    indexes: table.indexes.map((index) => indexPlan(layout, table, index)),
    ...(table.isOpen && table.indexes.length > 0 ? { isMade: true } : {}),
    ttl: table.ttl?.text ?? null,
    ...(table.cache ? { cache: true as const } : {}),
    ...(keepers.has(table.name.text) ? { tokens: tokenKey(table) } : {}),
  }));
}

function indexPlan({ entities }: Layout, table: TableModel, index: IndexModel): IndexPlan {
  const { name, kind, partition, sort, project, multiAttribute } = index;
  const stored = [...entities.values()].filter((entity) => entity.table === table);
  return {
    name: name.text,
    kind: kind === 'local' ? 'local' : 'global',
    partition: partition.text,
    sort: sort?.text ?? null,
    project:
      project.kind === 'include'
        ? { kind: 'include', attributes: project.fields.map((word) => word.text) }
        : { kind: project.kind },
    ...(multiAttribute
      ? {
          multiAttribute: multiAttributeKeys(
            multiAttribute,
            stored.map(({ attributes }) => attributes),
          ),
        }
      : {}),
  };
}
