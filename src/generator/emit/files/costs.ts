/** costs.ts: what each field asks of DynamoDB. */

import type { Costs } from '../../../budget/costs.js';
import { assigned, code, json, object, property } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';

export function costsFile({ fields, rules }: Costs): SourceFile {
  const value = object([property('fields', json(fields)), property('rules', json(rules))]);
  const declaration = assigned(code`export const costs: ${runtimeType('Costs')} =`, value);
  return { name: 'costs.ts', data: { declaration }, declared: ['costs'] };
}
