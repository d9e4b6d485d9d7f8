import { type Keys, mapping, type Section } from '../shape.js';
import { name } from '../values.js';

const example = { roles: ['Role', 'CONTRACTOR'], viewer: 'caller' };

const accessKeys = {
  roles: {
    anyOf: [
      name,
      {
        type: 'array',
        items: name,
        minItems: 1,
        refusal: { message: 'There are no roles.', hint: 'Name an enum of the schema, or a role.' },
      },
    ],
    title: 'Roles',
    description:
      'The roles that `@allow` of the schema may name: the name of an enum of the schema, whose values are roles, or a role by itself. Everybody has the role `ANYONE`.',
    example,
    isRequired: true,
  },
  viewer: {
    ...name,
    title: 'Viewer',
    description:
      'The rule that says who sends a request: their id and roles, or null for nobody. It is called once per request, and again after the request has written something.',
    example,
    isRequired: true,
  },
} as const satisfies Keys;

export const access = mapping(accessKeys);

export const accessSection = {
  heading: 'Access',
  intro:
    'Under `access`. The directive `@allow` of the schema says who may use a field or the fields of a type.',
  keys: accessKeys,
  path: ['access'],
  shown: 1,
} as const satisfies Section;
