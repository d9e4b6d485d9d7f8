/** The data of tables.ts.hbs: table definitions. */

import type { Plan } from '../../plan/types/plan.js';
import type { MultiAttributeKey } from '../../plan/types/storage.js';
import { quote } from '../code.js';

export function tablesView(plan: Plan) {
  return {
    tables: plan.tables.map((table) => ({
      name: quote(table.name),
      physicalName: quote(table.physicalName),
      partition: quote(table.partition),
      sort: table.sort === null ? null : quote(table.sort),
      ttl: table.ttl === null ? null : quote(table.ttl),
      indexes: table.indexes.map((index) => ({
        name: quote(index.name),
        kind: quote(index.kind),
        partition: quote(index.partition),
        sort: index.sort === null ? null : quote(index.sort),
        multiAttribute: index.multiAttribute
          ? `{ partition: ${keyTypes(index.multiAttribute.partition)}, sort: ${keyTypes(index.multiAttribute.sort)} }`
          : null,
        project:
          index.project.kind === 'include'
            ? `{ kind: 'include', attributes: [${index.project.attributes.map(quote).join(', ')}] }`
            : `{ kind: ${quote(index.project.kind)} }`,
      })),
    })),
  };
}

/** `{ city: 'S', rating: 'N' }`, in the order of the key. */
function keyTypes(keys: readonly MultiAttributeKey[]): string {
  return keys.length === 0 ? '{}' : `{ ${keys.map(({ name, type }) => `${name}: '${type}'`).join(', ')} }`;
}
