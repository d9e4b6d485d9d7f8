/** Tables with their indexes, and who uses them. */

import { bothKeys } from '../../plan/lookup/key-conditions.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan, IndexPlan, TablePlan } from '../../plan/types/storage.js';
import { itemName } from './entities.js';

export function tableViews(plan: Plan) {
  return plan.tables.map((table) => ({
    name: table.name,
    physicalName: table.physicalName,
    why: [whyIndexes(plan, table), localLimit(table)].filter((text) => text !== '').join(' '),
    key: [table.partition, table.sort].filter((one) => one !== null).join(' / '),
    indexes: table.indexes.map((index) => ({
      name: index.name,
      key: indexKey(index),
      project: projection(index),
      users: users(plan, table, index),
    })),
  }));
}

function indexKey({ partition, sort, multiAttribute }: IndexPlan): string {
  if (!multiAttribute) return [partition, sort].filter((one) => one !== null).join(' / ');
  return [multiAttribute.partition, multiAttribute.sort]
    .filter((keys) => keys.length > 0)
    .map((keys) => keys.map(({ name }) => name).join(', '))
    .join(' / ');
}

function projection({ project }: IndexPlan): string {
  if (project.kind === 'include') return project.attributes.join(', ');
  return project.kind === 'keys' ? 'keys only' : 'all';
}

function users(plan: Plan, table: TablePlan, index: IndexPlan): string {
  return plan.entities
    .filter((entity) => entity.table === table.name)
    .flatMap((entity) => {
      if (isInMultiAttribute(entity, index)) return [entity.name];
      return entity.items
        .filter(({ role }) => role !== 'version')
        .flatMap((item) =>
          item.slots
            .filter((slot) => slot.index === index.name)
            .map((slot) => `${itemName(entity, item)} \`${bothKeys(slot)}\``),
        );
    })
    .join('<br>');
}

function isInMultiAttribute(entity: EntityPlan, { multiAttribute }: IndexPlan): boolean {
  const keys = multiAttribute && [...multiAttribute.partition, ...multiAttribute.sort];
  return keys?.every(({ name }) => entity.attributes.some((one) => one.name === name)) ?? false;
}

/** What a local index costs: "Local secondary indexes" of the Amazon DynamoDB Developer Guide, "Item collection size limit". */
function localLimit({ indexes }: TablePlan): string {
  const names = indexes.filter(({ kind }) => kind === 'local').map(({ name }) => name);
  if (names.length === 0) return '';
  return `Local (${names.join(', ')}): created with the table and never later; the items under one partition key of the table, with their copies in local indexes, are at most 10 GB.`;
}

/** Why a table has as many indexes as were made for it. */
function whyIndexes(plan: Plan, table: TablePlan): string {
  if (!table.isMade) return '';
  const needs = plan.entities
    .filter((entity) => entity.table === table.name)
    .map(({ name, items }) => ({ name, keys: (items[0]?.slots.length ?? 1) - 1 }));
  const most = Math.max(...needs.map(({ keys }) => keys));
  const neediest = needs.find(({ keys }) => keys === most);
  const kept = table.indexes.length - most;
  const keys = most === 1 ? '1 key' : `${most} keys`;
  const indexes = kept === 0 ? String(most) : `${most}, and the lock keeps ${kept} more`;
  return `An item has one key per index, and \`${neediest?.name}\` has ${keys} besides its own; indexes: ${indexes}.`;
}
