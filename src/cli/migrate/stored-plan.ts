/** How a plan stores records, as tables note it. */

import { createHash } from 'node:crypto';
import type { TableDefinition } from 'tableloom/runtime';
import { formHash, storedForms } from '../../generator/plan/lookup/stored-forms.js';
import { tableDefinition } from '../../generator/plan/lookup/table-definition.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { StoredPlan } from '../../runtime/migrate/plan-record.js';

export function storedPlanOf(plan: Plan): StoredPlan {
  const tables = plan.tables.map(tableDefinition);
  const hashes = Object.fromEntries(plan.entities.map((entity) => [entity.name, formHash(plan, entity)]));
  const names = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([names, tables]);
  return {
    fingerprint: createHash('sha256').update(text).digest('base64url').slice(0, 12),
    hashes,
    forms: storedForms(plan),
    tables,
  };
}

/** Its tables, with what is stored in each, as generated code has them. */
export function definitionsOf({ tables, forms, hashes }: StoredPlan): TableDefinition[] {
  return tables.map((table) => {
    const own = forms.filter((form) => form.table.name === table.table).map(({ name }) => name);
    return own.length === 0
      ? table
      : { ...table, forms: Object.fromEntries(own.map((name) => [name, hashes[name] ?? ''])) };
  });
}
