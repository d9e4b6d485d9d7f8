import type { CodeRows } from './row.js';

export const nameCodes = {
  'unknown-type': {
    meaning: 'A name is not a type of the schema, or is a type of a kind that is not allowed there.',
    remedy:
      'Write the name of an existing type. Attributes under `stored` are scalars, enums or plain object types.',
  },
  'unknown-entity': {
    meaning: 'A pattern, mutation or history names a type that is not listed under `entities`.',
    remedy: 'Declare the entity, or name a declared one.',
  },
  'unknown-field': {
    meaning:
      '`for` names a field that the schema does not have, or a field of a type that has no resolvers, such as an interface or an input.',
    remedy: 'Write `Type.field` for a field of an object type.',
  },
  'unknown-table': {
    meaning: 'An entity names a table that is not listed under `tables`.',
    remedy: 'Name a declared table.',
  },
  'missing-table': {
    meaning:
      'The project has several tables, or none, and an entity does not name the table it is stored in.',
    remedy: 'Add `table:` to the entity.',
  },
  'unknown-index': {
    meaning: 'A pattern pins an index that its table does not have.',
    remedy: 'Name an index of the table, or `table` for the table’s own key.',
  },
  'unknown-attribute': {
    meaning:
      'A name is not a stored attribute of the entity: the attribute does not exist, or a pattern, mutation or rule answers the field.',
    remedy: 'Name a stored attribute, or add one under `stored`.',
  },
  'unknown-argument': {
    meaning:
      '`$name` is not an argument of the field, `$input.name` is not a field of the input type, or `$parent.name` is not an attribute of the parent, or the field has no parent.',
    remedy: 'Take the value from an existing argument, field or attribute.',
  },
  'unknown-value': {
    meaning: 'A constant is not a value of the attribute’s enum.',
    remedy: 'Write one of the values of the enum.',
  },
  'unknown-size': {
    meaning: 'A name under `sizes` is not an entity.',
    remedy: 'Name an entity.',
  },
  'unknown-rate': {
    meaning: 'A name under `rates` is not a pattern, a mutation or a rule that answers a field.',
    remedy: 'Name one of them as it is declared.',
  },
  'name-clash': {
    meaning:
      'Generated code would declare one name twice, or reuse a name that it needs. Names of entities, patterns and rules become names of types and functions.',
    remedy: 'Rename one of the two. Renaming a pattern or a rule does not change the SDL.',
  },
  'prototype-name': {
    meaning:
      'An attribute, a field of an embedded type or of an input, or an argument has a name that every JavaScript object already has, such as `constructor` or `toString`: where there is no value, one would be found.',
    remedy: 'Rename it, as in `constructorName`.',
  },
} as const satisfies CodeRows;
