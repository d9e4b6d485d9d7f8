/** costs.ts: what each field asks of DynamoDB. */

import type { Costs, FieldCost } from '../../../budget/costs.js';
import { assigned, code, json, object, property, texts } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';

export function costsFile({ fields, rules, cached, access }: Costs): SourceFile {
  const rows = Object.entries(fields).map(([field, cost]) =>
    property(field, json(withoutUsual(field, cost))),
  );
  const value = object([
    property('fields', object(rows)),
    property('rules', json(rules)),
    ...(cached ? [property('cached', texts(cached))] : []),
    ...(access ? [property('access', json(access))] : []),
  ]);
  const declaration = assigned(code`export const costs: ${runtimeType('Costs')} =`, value);
  return { name: 'costs.ts', data: { declaration }, declared: ['costs'] };
}

/** What a field costs, but for what is so unless it is said: connections, pages of 20 and at most 100, the name of the field. */
function withoutUsual(field: string, cost: FieldCost): object {
  const name = field.slice(field.indexOf('.') + 1);
  return Object.fromEntries(
    Object.entries(cost).filter(([key, value]) => {
      if (key === 'pattern' || key === 'mutation') return value !== name;
      if (key === 'gives') return value !== 'connection';
      return key !== 'page' || value.default !== 20 || value.max !== 100;
    }),
  );
}
