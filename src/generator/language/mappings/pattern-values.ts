/** Mappings within a pattern: lookups, joins, ranges, entries, pages. */

import { each, type Keys, mapping, type Section, type Shape } from '../shape.js';
import { count, source, templates, text, words } from '../values.js';

/** A constant, where an argument is not allowed. */
const fixed = {
  type: ['string', 'number', 'boolean'],
  pattern: '^(?!\\$)',
  refusal: {
    message: 'A list under `in` contains only constants.',
    hint: 'Write `in: $values` to take the list from an argument.',
  },
} as const satisfies Shape;

const lookupKeys = {
  in: {
    anyOf: [
      source,
      {
        type: 'array',
        items: fixed,
        minItems: 1,
        refusal: {
          message: 'The list under `in` is empty.',
          hint: 'Write `in: [OPEN, HELD]` or `in: $values`.',
        },
      },
    ],
    title: 'Any of several values',
    description:
      'An argument that is a list, or a list of constants. Each value takes one query, and the results are merged in order (at most 100 partitions). For a whole key, one batch get reads all records, in the caller’s order.',
    example: { in: ['OPEN', 'HELD'] },
    isRequired: true,
  },
} as const satisfies Keys;

/** Equalities by field. */
export const lookups = each({
  anyOf: [source, mapping(lookupKeys)],
  refusal: {
    message: source.refusal.message,
    hint: 'Write `$argument`, `$parent.field`, a constant, or `{ in: … }` for several values.',
  },
});

const throughKeys = {
  one: {
    ...text,
    title: 'First record of the join',
    description: 'The join entity. Only its first record is read. For a `one` pattern.',
    example: { one: 'Alias', where: { alias: '$alias' } },
    around: { one: 'User', where: { id: '$through.userId' } },
  },
  many: {
    ...text,
    title: 'All records of the join',
    description:
      'The join entity. One query reads its records, and batch gets read their targets. For a `many` pattern.',
    example: { many: 'Participation', where: { username: '$parent.username' } },
  },
  where: {
    ...lookups,
    title: 'Equality',
    description: 'The values that fields of the join must equal, as in a pattern.',
    example: { many: 'Participation', where: { username: '$parent.username' } },
  },
} as const satisfies Keys;

const rangeKeys = {
  from: {
    ...source,
    title: 'From',
    description: 'The field is greater than or equal to this value.',
    example: { from: '$since' },
  },
  to: {
    ...source,
    title: 'To',
    description: 'The field is less than or equal to this value.',
    example: { to: '$until' },
  },
  after: {
    ...source,
    title: 'After',
    description: 'The field is greater than this value.',
    example: { after: '$since' },
  },
  before: {
    ...source,
    title: 'Before',
    description: 'The field is less than this value.',
    example: { before: '$until' },
  },
  prefix: {
    ...source,
    title: 'Begins with',
    description: 'The text field begins with this value.',
    example: { prefix: '$text' },
  },
  suffix: {
    ...source,
    title: 'Ends with',
    description:
      'The text field ends with this value. The key contains it as `{reverse(field)}`. In no order.',
    example: { suffix: '$text' },
  },
} as const satisfies Keys;

const entryKeys = {
  key: {
    ...templates,
    title: 'Primary key of the entry',
    description: 'Pins the templates of the entry’s primary key.',
    example: { key: { PK: 'USER#{id}', SK: 'ENTRY#STATUS' } },
  },
  include: {
    ...words,
    title: 'Copied fields',
    description: 'Fields that are copied into the entry. A batch get fetches the others when needed.',
    example: { include: ['name', 'email'] },
  },
} as const satisfies Keys;

const pageKeys = {
  default: {
    ...count(1000),
    default: 20,
    title: 'Default size',
    description: 'The page size if the caller does not request one.',
    example: { default: 10 },
  },
  max: {
    ...count(1000),
    default: 100,
    title: 'Maximum size',
    description:
      'The largest page that a caller may request. It also limits the length of a list field, and of the list that `exists` takes.',
    example: { max: 50 },
  },
} as const satisfies Keys;

export const through = mapping(throughKeys);
export const range = mapping(rangeKeys, { noun: 'range of' });
export const entry = mapping(entryKeys);
export const page = mapping(pageKeys);

export const lookupSection = {
  heading: 'An equality with several values',
  intro: 'Under a field of `where` of a pattern.',
  keys: lookupKeys,
  path: ['patterns', 'example', 'where', 'status'],
  shown: 2,
  around: { many: 'User' },
} as const satisfies Section;

export const throughSection = {
  heading: 'A join',
  intro: 'Under `through` of a pattern: `where`, and `one` or `many`, whichever the pattern itself has.',
  keys: throughKeys,
  path: ['patterns', 'example', 'through'],
  shown: 1,
  around: { many: 'User', where: { id: '$through.userId' } },
} as const satisfies Section;

export const rangeSection = {
  heading: 'A range',
  intro: 'Under `range` of a pattern, by field.',
  keys: rangeKeys,
  path: ['patterns', 'example', 'range', 'createdAt'],
  shown: 2,
  around: { many: 'User' },
} as const satisfies Section;

export const entrySection = {
  heading: 'An index entry',
  intro: 'Under `entry` of a pattern.',
  keys: entryKeys,
  path: ['patterns', 'example', 'entry'],
  shown: 1,
  around: { many: 'User' },
} as const satisfies Section;

export const pageSection = {
  heading: 'A page',
  intro: 'Under `page` of a pattern.',
  keys: pageKeys,
  path: ['patterns', 'example', 'page'],
  shown: 1,
  around: { many: 'User' },
} as const satisfies Section;
