/** The types of fields, as far as values of rows are concerned, and the transforms that every mapping may name. */

import type { Plan } from '../plan/types/plan.js';
import type { AttributePlan } from '../plan/types/storage.js';
import type { FieldTypePlan, ImportConstant } from './model.js';

export interface BuiltIn {
  readonly isInvertible: boolean;
  readonly gives: 'text' | 'moment' | 'any';
  /** The value can be seen in what it gives. */
  readonly isClear?: true;
}

/** As in the runtime: a test compares them. */
export const builtInTransforms: Readonly<Record<string, BuiltIn>> = {
  trim: { isInvertible: true, gives: 'text', isClear: true },
  lowercase: { isInvertible: true, gives: 'text', isClear: true },
  uppercase: { isInvertible: true, gives: 'text', isClear: true },
  text: { isInvertible: true, gives: 'text', isClear: true },
  moment: { isInvertible: true, gives: 'moment', isClear: true },
  json: { isInvertible: true, gives: 'any', isClear: true },
  hash: { isInvertible: false, gives: 'text' },
  uuid: { isInvertible: false, gives: 'text' },
};

export function fieldType(attribute: AttributePlan, enums: Plan['enums']): FieldTypePlan {
  const { list, elements, element, encoding, of, any } = attribute;
  if (!list) return plainType(any ? 'document' : encoding, of, enums);
  if (elements?.kind === 'list') return { kind: 'json' };
  return { kind: 'list', of: plainType(any ? 'document' : element, of, enums) };
}

function plainType(encoding: AttributePlan['encoding'], of: string, enums: Plan['enums']): FieldTypePlan {
  switch (encoding) {
    case 'enum':
      return { kind: 'enum', values: enums[of] ?? [] };
    case 'integer':
    case 'safeInteger':
      return { kind: 'integer' };
    case 'decimal':
      return { kind: 'number' };
    case 'time':
      return { kind: 'moment' };
    case 'document':
      return { kind: 'json' };
    default:
      return { kind: encoding };
  }
}

export function accepts(type: FieldTypePlan, value: ImportConstant): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'json':
      return true;
    case 'text':
      return typeof value === 'string';
    case 'moment':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'enum':
      return typeof value === 'string' && type.values.includes(value);
    case 'list':
      return Array.isArray(value) && value.every((one) => accepts(type.of, one as ImportConstant));
  }
}

export function typeName(type: FieldTypePlan): string {
  switch (type.kind) {
    case 'enum':
      return `one of ${type.values.join(', ')}`;
    case 'list':
      return 'a list';
    case 'integer':
      return 'a whole number';
    case 'json':
      return 'any value';
    case 'text':
      return 'text';
    default:
      return `a ${type.kind}`;
  }
}
