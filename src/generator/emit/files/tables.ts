/** tables.ts: table definitions. */

import { formHash } from '../../plan/lookup/stored-forms.js';
import { tableDefinition } from '../../plan/lookup/table-definition.js';
import type { Plan } from '../../plan/types/plan.js';
import type { TablePlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { assigned, code, generic, json, list, object, property, quote, typeFrom } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';

export function tablesFile(plan: Plan): SourceFile {
  const tables = list(plan.tables.map((table) => tableExpression(plan, table)));
  const definition = runtimeType('TableDefinition');
  const hasRules = plan.tables.some((table) => rulesOf(plan, table).length > 0);
  const type = hasRules ? generic(definition, [typeFrom('./rules.js', 'ComputeRules')]) : definition;
  const declaration = assigned(code`export const tables: readonly ${type}[] =`, tables);
  return { name: 'tables.ts', data: { declaration }, declared: ['tables'] };
}

/** The rules that writes of the table's records ask. */
function rulesOf({ rules, entities }: Plan, { name }: TablePlan): string[] {
  const isHere = (one: string) => entities.some((entity) => entity.name === one && entity.table === name);
  return rules.flatMap(({ name: rule, use }) => {
    const asks = use.kind === 'compute' || use.kind === 'validate';
    return asks && use.attributes.some(({ entity }) => isHere(entity)) ? [rule] : [];
  });
}

function tableExpression(plan: Plan, one: TablePlan): Doc {
  const { table, name, key, indexes, ttl } = tableDefinition(one);
  const rules = rulesOf(plan, one);
  const forms = plan.entities
    .filter((entity) => entity.table === table)
    .map((entity) => property(entity.name, quote(formHash(plan, entity))));
  return object([
    property('table', quote(table)),
    property('name', quote(name)),
    property('key', json(key)),
    property('indexes', list(indexes.map(json))),
    ...(ttl === undefined ? [] : [property('ttl', quote(ttl))]),
    ...(forms.length === 0 ? [] : [property('forms', object(forms))]),
    ...(rules.length === 0 ? [] : [property('rules', list(rules.map(quote)))]),
  ]);
}
