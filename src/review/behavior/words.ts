/** Values and conditions in words. */

import type { ThroughValue } from '../../generator/plan/types/access.js';
import type { ConditionTree } from '../../generator/plan/types/values.js';
import type { WrittenValue } from '../../generator/plan/types/writes.js';

/** As declared, where there is a word for it. */
export function valueText(value: WrittenValue | ThroughValue['value']): string {
  switch (value.kind) {
    case 'argument':
      return `\`$${value.path.join('.')}\``;
    case 'parent':
      return `\`$${['parent', ...value.path].join('.')}\``;
    case 'each':
      return `\`$${['each', ...value.path].join('.')}\``;
    case 'made':
      return `\`$${value.name}\``;
    case 'literal':
      return listText([value.value]);
    case 'null':
      return '`null`';
    case 'current':
      return `what \`${value.field}\` is`;
    case 'result':
      return `\`${value.field}\` of what \`${value.variable}\` is`;
    case 'through':
      return `\`$through.${value.attribute}\``;
    case 'later':
      return `\`now + ${value.count} ${value.unit}\``;
    case 'list':
      return `[${value.of.map(valueText).join(', ')}]`;
    case 'document':
      return `{ ${value.fields.map((one) => `${one.name}: ${valueText(one.value)}`).join(', ')} }`;
  }
}

const operators: Readonly<Record<string, string>> = { eq: 'is', ne: 'is not', in: 'is one of' };

export function conditionText<Value>(tree: ConditionTree<Value>, textOf: (value: Value) => string): string {
  switch (tree.kind) {
    case 'all':
    case 'any': {
      const parts = tree.of.map((one) => conditionText(one, textOf));
      return parts.length === 1 ? parts.join('') : `(${parts.join(tree.kind === 'all' ? ' and ' : ' or ')})`;
    }
    case 'not':
      return `not ${conditionText(tree.of, textOf)}`;
    case 'compare': {
      const { field, operator, values } = tree;
      return [`\`${field}\``, operators[operator] ?? operator, values.map(textOf).join(', ')]
        .filter((word) => word !== '')
        .join(' ');
    }
  }
}

/** Each of the conditions that all have to hold. */
export function conjuncts<Value>(tree: ConditionTree<Value>): ConditionTree<Value>[] {
  return tree.kind === 'all' ? tree.of.flatMap((one) => conjuncts(one)) : [tree];
}

export function valuesIn<Value>(tree: ConditionTree<Value>): Value[] {
  switch (tree.kind) {
    case 'all':
    case 'any':
      return tree.of.flatMap((one) => valuesIn(one));
    case 'not':
      return valuesIn(tree.of);
    case 'compare':
      return [...tree.values];
  }
}

/** The arguments that a value needs, as paths. @param each the list whose elements are gone through */
export function argumentsIn(value: WrittenValue, each: WrittenValue | undefined): (readonly string[])[] {
  switch (value.kind) {
    case 'argument':
      return [value.path];
    case 'each':
      return each?.kind === 'argument' ? [[...each.path, ...value.path]] : [];
    case 'list':
      return value.of.flatMap((one) => argumentsIn(one, each));
    case 'document':
      return value.fields.flatMap((one) => argumentsIn(one.value, each));
    default:
      return [];
  }
}

/** Text in quotes, unless it is a word. */
export function listText(values: readonly unknown[]): string {
  return values
    .map((one) => `\`${typeof one === 'string' && /^\w+$/.test(one) ? one : JSON.stringify(one)}\``)
    .join(', ');
}
