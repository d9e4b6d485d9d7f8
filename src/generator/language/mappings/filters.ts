/** Filters: conditions on attributes. */

import { type Keys, mapping, type Section, type Shape } from '../shape.js';
import { source } from '../values.js';

const sizeKeys = {
  eq: { ...source, title: 'Equal', description: 'The number of elements is equal.', example: { eq: 0 } },
  ne: {
    ...source,
    title: 'Not equal',
    description: 'The number of elements is different.',
    example: { ne: 0 },
  },
  lt: {
    ...source,
    title: 'Less',
    description: 'The number of elements is less.',
    example: { lt: '$count' },
  },
  lte: {
    ...source,
    title: 'Less or equal',
    description: 'The number of elements is less or equal.',
    example: { lte: '$count' },
  },
  gt: {
    ...source,
    title: 'Greater',
    description: 'The number of elements is greater.',
    example: { gt: '$count' },
  },
  gte: {
    ...source,
    title: 'Greater or equal',
    description: 'The number of elements is greater or equal.',
    example: { gte: '$count' },
  },
} as const satisfies Keys;

const conditionKeys = {
  eq: {
    ...source,
    title: 'Equal',
    description: 'The attribute is equal to this value. `status: $status` is the short form.',
    example: { eq: '$status' },
  },
  ne: {
    ...source,
    title: 'Not equal',
    description: 'The attribute is not equal to this value.',
    example: { ne: 'CLOSED' },
  },
  lt: {
    ...source,
    title: 'Less',
    description: 'The attribute is less than this value.',
    example: { lt: '$max' },
  },
  lte: {
    ...source,
    title: 'Less or equal',
    description: 'The attribute is less than or equal to this value.',
    example: { lte: '$max' },
  },
  gt: {
    ...source,
    title: 'Greater',
    description: 'The attribute is greater than this value.',
    example: { gt: 0 },
  },
  gte: {
    ...source,
    title: 'Greater or equal',
    description: 'The attribute is greater than or equal to this value.',
    example: { gte: '$min' },
  },
  between: {
    type: 'array',
    items: source,
    minItems: 2,
    maxItems: 2,
    refusal: { message: '`between` takes a list of two values.', hint: 'Write `between: [$low, $high]`.' },
    title: 'Between',
    description: 'The attribute is between two values, inclusive.',
    example: { between: ['$low', '$high'] },
  },
  in: {
    anyOf: [source, { type: 'array', items: source }],
    title: 'One of',
    description:
      'The attribute is equal to an element of a list: of an argument that is a list, or of the values written here.',
    example: { in: ['OPEN', '$other'] },
  },
  exists: {
    ...source,
    title: 'Has a value',
    description: 'Whether the attribute has a value.',
    example: { exists: true },
  },
  contains: {
    ...source,
    title: 'Contains',
    description: 'The list or set contains this element, or the text contains this substring.',
    example: { contains: '$tag' },
  },
  begins: {
    ...source,
    title: 'Begins with',
    description: 'The text attribute begins with this value.',
    example: { begins: '$prefix' },
  },
  size: {
    ...mapping(sizeKeys, {
      unknown: '`{}` is not a comparison of a size.',
      type: 'object',
      minProperties: 1,
    }),
    title: 'Number of elements',
    description: 'Compares the number of elements of a list, set or map.',
    example: { size: { gt: '$count' } },
  },
} as const satisfies Keys;

const condition = {
  anyOf: [
    source,
    mapping(conditionKeys, { unknown: '`{}` is not a filter operator.', type: 'object', minProperties: 1 }),
  ],
} as const satisfies Shape;

const filterKeys = {
  and: {
    type: 'array',
    items: { $ref: '#/definitions/filter' },
    minItems: 1,
    refusal: { message: '`and` is a list of conditions.', hint: 'Write `- { field: … }` for each.' },
    title: 'All of',
    description: 'All conditions of the list are true.',
    example: { and: [{ total: { gte: '$min' } }, { total: { lt: '$max' } }] },
  },
  or: {
    type: 'array',
    items: { $ref: '#/definitions/filter' },
    minItems: 1,
    refusal: { message: '`or` is a list of conditions.', hint: 'Write `- { field: … }` for each.' },
    title: 'Any of',
    description: 'At least one condition of the list is true.',
    example: { or: [{ total: { gte: '$total' } }, { tip: { gte: '$tip' } }] },
  },
  not: {
    $ref: '#/definitions/filter',
    title: 'Not',
    description: 'The condition is false.',
    example: { not: { cancelledAt: { exists: true } } },
  },
} as const satisfies Keys;

export const filter = {
  type: 'object',
  properties: filterKeys,
  additionalProperties: condition,
  minProperties: 1,
} as const satisfies Shape;

export const filterSection = {
  heading: 'A filter',
  intro: 'Under `filter` of a pattern: these keys, and conditions by field.',
  keys: filterKeys,
  path: ['patterns', 'example', 'filter'],
  shown: 1,
  around: { many: 'User' },
} as const satisfies Section;

export const conditionSection = {
  heading: 'A condition of a filter',
  intro: 'Under a field of a filter.',
  keys: conditionKeys,
  path: ['patterns', 'example', 'filter', 'total'],
  shown: 2,
  around: { many: 'User' },
} as const satisfies Section;

export const sizeSection = {
  heading: 'A size',
  intro: 'Under `size` of a condition.',
  keys: sizeKeys,
  path: ['patterns', 'example', 'filter', 'items', 'size'],
  shown: 2,
  around: { many: 'User' },
} as const satisfies Section;
