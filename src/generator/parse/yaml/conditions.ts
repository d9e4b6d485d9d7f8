/** Filters and conditions. */

import { isMap, isSeq, type Node } from 'yaml';
import {
  type Comparison,
  comparisons,
  type FilterModel,
  type FilterOperator,
  filterOperators,
} from '../../model.js';
import { type Entry, fieldsOf, type Reading } from './nodes.js';
import { sourceOf } from './values.js';

/** `{ field: $arg, other: { gte: $arg }, or: [ … ], not: { … } }`: all conditions of a mapping must be true. */
export function filterOf(reading: Reading, entry: Entry | undefined): FilterModel | undefined {
  if (!entry) return undefined;
  const of = fieldsOf(reading, entry).flatMap((field): FilterModel[] => {
    switch (field.key.text) {
      case 'and':
      case 'or': {
        const alternatives = isSeq(field.value) ? field.value.items : [];
        const parts = alternatives.flatMap(
          (item) => filterOf(reading, { key: field.key, value: item as Node }) ?? [],
        );
        return [{ kind: field.key.text === 'or' ? 'any' : 'all', of: parts }];
      }
      case 'not': {
        const condition = filterOf(reading, field);
        return condition ? [{ kind: 'not', of: condition }] : [];
      }
      default:
        return comparisonsOf(reading, field);
    }
  });
  const [first] = of;
  return first && of.length === 1 ? first : { kind: 'all', of };
}

function comparisonsOf(reading: Reading, entry: Entry): FilterModel[] {
  const field = entry.key;
  if (!isMap(entry.value)) {
    const source = sourceOf(reading, entry);
    return source ? [{ kind: 'compare', field, operator: 'eq', values: [source], isList: false }] : [];
  }
  return fieldsOf(reading, entry).flatMap((operand): FilterModel[] => {
    const operator = operand.key.text;
    if (operator === 'size') {
      return fieldsOf(reading, operand).flatMap((one): FilterModel[] => {
        const source = sourceOf(reading, one);
        if (!isComparison(one.key.text)) return [];
        return source
          ? [{ kind: 'compare', field, operator: `size ${one.key.text}`, values: [source], isList: false }]
          : [];
      });
    }
    if (!isFilterOperator(operator)) return [];
    const isList = isSeq(operand.value);
    const values = isSeq(operand.value)
      ? operand.value.items.flatMap(
          (item) => sourceOf(reading, { key: operand.key, value: item as Node }) ?? [],
        )
      : [sourceOf(reading, operand)].flatMap((source) => source ?? []);
    return values.length > 0 ? [{ kind: 'compare', field, operator, values, isList }] : [];
  });
}

function isComparison(text: string): text is Comparison {
  return (comparisons as readonly string[]).includes(text);
}

function isFilterOperator(text: string): text is (typeof filterOperators)[number] & FilterOperator {
  return (filterOperators as readonly string[]).includes(text);
}
