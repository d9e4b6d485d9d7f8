/** tables.ts: table definitions. */

import type { Plan } from '../../plan/types/plan.js';
import type { IndexPlan, MultiAttributeKey, TablePlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { assigned, code, json, list, object, property, quote } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';

export function tablesFile(plan: Plan): SourceFile {
  const tables = list(plan.tables.map(tableExpression));
  const declaration = assigned(
    code`export const tables: readonly ${runtimeType('TableDefinition')}[] =`,
    tables,
  );
  return { name: 'tables.ts', data: { declaration }, declared: ['tables'] };
}

function tableExpression({ name, physicalName, partition, sort, indexes, ttl }: TablePlan): Doc {
  return object([
    property('table', quote(name)),
    property('name', quote(physicalName)),
    property('key', json({ partition, ...(sort === null ? {} : { sort }) })),
    property('indexes', list(indexes.map(indexExpression))),
    ...(ttl === null ? [] : [property('ttl', quote(ttl))]),
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
