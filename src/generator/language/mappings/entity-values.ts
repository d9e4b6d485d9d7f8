/** Mappings within an entity: constraints, bounds, sequences, references. */

import { each, type Keys, mapping, type Section } from '../shape.js';
import { name, someConstant, text, words } from '../values.js';

const constraintKeys = {
  name: {
    ...name,
    title: 'Name',
    description:
      'All entities that declare a constraint with this name share it: only one record among them can have a value. If left out, it is of this entity alone.',
    example: { name: 'login', fields: 'email' },
  },
  fields: {
    ...words,
    title: 'Attributes',
    description:
      'The attributes of this entity. Their number and types are the same in every entity that shares the constraint.',
    example: { name: 'login', fields: ['tenantId', 'email'] },
    isRequired: true,
  },
  when: {
    ...each({ anyOf: [someConstant, { type: 'array', items: someConstant }] }),
    title: 'Condition',
    description:
      'Only records whose field has this value, one of these values, or, with `present`, any value, with `absent`, none, hold their value. Others may have the same.',
    example: { fields: ['doctorId', 'at'], when: { cancelledAt: 'absent' } },
  },
  message: {
    ...text,
    title: 'Message',
    description: 'The message of the error where a value is taken. The code stays UNIQUE_VIOLATION.',
    example: { fields: ['doctorId', 'at'], message: 'The doctor has another appointment then.' },
  },
} as const satisfies Keys;

const boundsKeys = {
  min: {
    type: 'number',
    title: 'Minimum',
    description: 'The minimum of a number, of the length of a text, or of the number of elements of a list.',
    example: { min: 1 },
  },
  max: {
    type: 'number',
    title: 'Maximum',
    description: 'The maximum of a number, of the length of a text, or of the number of elements of a list.',
    example: { max: 254 },
  },
  pattern: {
    ...text,
    title: 'Pattern',
    description:
      'A JavaScript regular expression (with the `u` flag) that the whole text must match. It requires `max`, which is checked first.',
    example: { max: 80, pattern: '[a-z0-9]+(-[a-z0-9]+)*' },
  },
  message: {
    ...text,
    title: 'Message',
    description: 'The message of the error where a value is not valid. The code stays VALUE_INVALID.',
    example: { max: 5, pattern: '[0-9]{5}', message: 'A postcode has five digits.' },
  },
} as const satisfies Keys;

const generatedKeys = {
  sequence: {
    ...words,
    title: 'Sequence',
    description:
      'Numbers records from 1, without gaps, separately for each combination of values of these fields. `[]` numbers the whole entity. The transaction that creates the record takes the number, so no number is skipped or used twice. Deleting a record does not free its number.',
    example: { sequence: 'projectId' },
    isRequired: true,
  },
  name: {
    ...name,
    title: 'Name',
    description:
      'All entities that declare a sequence with this name share it: their records take consecutive numbers. The number and types of the fields are the same in each.',
    example: { sequence: 'projectId', name: 'ticketNumber' },
  },
} as const satisfies Keys;

const referenceKeys = {
  to: {
    ...text,
    title: 'Referenced entity',
    description: 'The entity that the reference points to.',
    example: { to: 'Customer', onDelete: 'restrict' },
    isRequired: true,
  },
  fields: {
    ...each(text),
    title: 'Fields',
    description:
      'For each field of the referenced entity’s key, the field of this entity that contains it. If left out, the name of the reference is its only field.',
    example: { to: 'User', fields: { tenantId: 'tenantId', id: 'ownerId' } },
  },
  onDelete: {
    type: 'string',
    enum: ['leave', 'restrict', 'cascade'],
    default: 'leave',
    title: 'When the referenced record is deleted',
    description:
      '`leave` keeps this record as it is. `restrict` refuses the deletion while a record references it. `cascade` deletes this record as well.',
    example: { to: 'Customer', onDelete: 'cascade' },
  },
} as const satisfies Keys;

export const constraint = mapping(constraintKeys, { noun: 'constraint' });
export const bounds = mapping(boundsKeys, { noun: 'validation', type: 'object' });
export const generated = mapping(generatedKeys);
export const reference = mapping(referenceKeys);

export const constraintSection = {
  heading: 'A constraint',
  intro: 'Under `unique` of an entity, alone or in its list, along with attributes and lists of attributes.',
  keys: constraintKeys,
  path: ['entities', 'User', 'unique'],
  shown: 1,
} as const satisfies Section;

export const boundsSection = {
  heading: 'Bounds of a value',
  intro: 'Under a field of `validate` of an entity.',
  keys: boundsKeys,
  path: ['entities', 'User', 'validate', 'email'],
  shown: 2,
} as const satisfies Section;

export const generatedSection = {
  heading: 'A generated number',
  intro: 'Under a field of `generate` of an entity.',
  keys: generatedKeys,
  path: ['entities', 'User', 'generate', 'number'],
  shown: 2,
} as const satisfies Section;

export const referenceSection = {
  heading: 'A reference',
  intro: 'Under `references` of an entity, by its only field or by a name.',
  keys: referenceKeys,
  path: ['entities', 'Order', 'references', 'customerId'],
  shown: 3,
} as const satisfies Section;
