import type { CodeRows } from './row.js';

export const accessCodes = {
  'access-undeclared': {
    meaning:
      'The schema has `@allow`, and access-patterns.yaml has no `access`, so that there are no roles and nobody to ask for.',
    remedy: 'Add `access` with the roles and the rule that says who asks.',
  },
  'access-role': {
    meaning:
      '`@allow` names a role that `access` does not declare, `ANYONE` is next to something that it includes, or `access` declares roles that cannot be.',
    remedy: 'Name a role of `access`: a value of its enum, or one that is listed. `ANYONE` is everybody.',
  },
  'access-arguments': {
    meaning: '`@allow` names nobody, or has an argument that it does not take.',
    remedy: 'Pass `roles` (names without quotes), `owner` or `rule` (names in quotes).',
  },
  'access-owner': {
    meaning:
      '`owner` of `@allow` is not an attribute of the parent or, with a `$`, an argument of the field, or can never equal the id of a viewer.',
    remedy: 'Name a stored attribute or an argument of type `ID` or `String`.',
  },
  'access-rule': {
    meaning: '`@allow` names a rule that is not listed under `rules`.',
    remedy: 'List the rule, or name one that is listed.',
  },
  'access-place': {
    meaning:
      '`@allow` is where nothing generated resolves a field: behind a field of an interface, or of fields that are external.',
    remedy:
      'Write it behind fields of object types. A resolver of your own decides by itself; `@allow(roles: [ANYONE])` says so.',
  },
  'access-unused': {
    meaning: 'A warning: `access` is declared, and no field or type of the schema has `@allow`.',
    remedy: 'Add `@allow`, or remove `access`.',
  },
  'access-open': {
    meaning:
      'A warning: in a project with `@allow`, a field of Query, Mutation or Subscription has neither `@allow` nor `allow` or `visible` of a pattern, so that everybody may use it, and reaches what is behind it.',
    remedy: 'Say who may use it; `@allow(roles: [ANYONE])` if everybody may.',
  },
} as const satisfies CodeRows;
