/** Where a generated function takes its values from. */

import type { Binding, FieldPath, Source } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { typedValue } from '../resolve/value-paths.js';
import type { FieldRef, NamedValue, ValuePlan } from './types/values.js';

/** Plans a value that the field at `path` takes. */
export function valuePlan(resolved: ResolvedModel, path: FieldPath | undefined, source: Source): ValuePlan {
  if (source.kind === 'literal') return { kind: 'literal', value: source.value };
  if (source.kind === 'through' || source.kind === 'step' || source.kind === 'current')
    throw new Error(`unchecked $${source.kind}`);
  const { isNullable: nullable = false, optional = [] } = typedValue(resolved, path, source) ?? {};
  return { kind: source.kind, path: source.path, nullable, ...(optional.length > 0 ? { optional } : {}) };
}

export function namedValues(
  bindings: readonly Binding[],
  value: (source: Source) => ValuePlan,
): NamedValue[] {
  return bindings.map((binding) => ({ name: binding.field.text, value: value(binding.source) }));
}

export function fieldRef(path: FieldPath | undefined): FieldRef | null {
  return path ? { type: path.type, field: path.field } : null;
}
