/** tables.ts: table definitions. */

import type { Plan } from '../../plan/types/plan.js';
import type { IndexPlan, MultiAttributeKey, TablePlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { assigned, code, generic, json, list, object, property, quote, typeFrom } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';

export function tablesFile(plan: Plan): SourceFile {
  const tables = list(plan.tables.map((table) => tableExpression(table, rulesOf(plan, table))));
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

function tableExpression(
  { name, physicalName, partition, sort, indexes, ttl }: TablePlan,
  rules: readonly string[],
): Doc {
  return object([
    property('table', quote(name)),
    property('name', quote(physicalName)),
    property('key', json({ partition, ...(sort === null ? {} : { sort }) })),
    property('indexes', list(indexes.map(indexExpression))),
    ...(ttl === null ? [] : [property('ttl', quote(ttl))]),
    ...(rules.length === 0 ? [] : [property('rules', list(rules.map(quote)))]),
  ]);
}

function indexExpression({ name, kind, partition, sort, multiAttribute, project }: IndexPlan): Doc {
  const keys = multiAttribute && {
    partition: keyTypes(multiAttribute.partition),
    sort: keyTypes(multiAttribute.sort),
  };
  return json({
    name,
    kind,
    partition,
    ...(sort === null ? {} : { sort }),
    ...(keys ? { multiAttribute: keys } : {}),
    project:
      project.kind === 'include'
        ? { kind: 'include', attributes: project.attributes }
        : { kind: project.kind },
  });
}

/** `{ city: 'S', rating: 'N' }`, in the order of the key. */
function keyTypes(keys: readonly MultiAttributeKey[]): Record<string, string> {
  return Object.fromEntries(keys.map(({ name, type }) => [name, type]));
}
