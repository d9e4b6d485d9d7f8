import { type Keys, mapping, type Section, type Shape } from '../shape.js';
import { fieldPath, name, words } from '../values.js';

/** A number of reads or requests of a rule. */
const amount = { type: 'integer', minimum: 0, maximum: 1000 } as const satisfies Shape;

const ruleWriteKeys = {
  create: {
    ...words,
    title: 'Created',
    description: 'The entity of each record that the rule creates.',
    example: { create: ['Session', 'AuditLog'] },
  },
  update: {
    ...words,
    title: 'Updated',
    description: 'The entity of each record that the rule changes.',
    example: { update: 'User' },
  },
  upsert: {
    ...words,
    title: 'Created or updated',
    description: 'The entity of each record that the rule changes or creates.',
    example: { upsert: 'Config' },
  },
  delete: {
    ...words,
    title: 'Deleted',
    description: 'The entity of each record that the rule deletes.',
    example: { delete: 'Session' },
  },
  publish: {
    ...words,
    title: 'Published',
    description: 'The type of each event that the rule publishes.',
    example: { update: 'User', publish: 'USER_UPDATED' },
  },
} as const satisfies Keys;

const ruleKeys = {
  for: {
    ...fieldPath,
    title: 'Answered field',
    description:
      'The SDL field that the rule answers. If left out, a pattern, a mutation, `compute` or `validate` names the rule.',
    example: { for: 'Mutation.signIn' },
  },
  in: {
    type: 'string',
    pattern: '^[A-Za-z_][\\w-]*$',
    refusal: {
      message: '`{}` is not a file of `src/rules/`.',
      hint: 'Write the file’s name without its folder and extension, as in `in: access`.',
    },
    default: 'rules',
    title: 'File',
    description: 'The file of `src/rules/` that contains the rule, without its extension.',
    example: { in: 'access' },
  },
  gets: {
    ...amount,
    title: 'Records read',
    description:
      'How many records one call reads by key through loaders, in parallel, so that they share batch gets. Used for the budgets of operations.',
    example: { for: 'Session.status', gets: 2 },
  },
  once: {
    ...name,
    title: 'Shared reads',
    description:
      'A name for the records of `gets`. Rules with the same name read the same records, which are read only once per operation.',
    example: { in: 'access', gets: 1, once: 'viewer' },
  },
  requests: {
    ...amount,
    title: 'Requests',
    description:
      'How many other requests one call sends, one after another, when no conflict makes it retry. 0 declares that it sends none. Used for the budgets of operations.',
    example: { for: 'Mutation.signIn', requests: 3 },
  },
  writes: {
    ...mapping(ruleWriteKeys),
    title: 'Writes',
    description:
      'For a rule that answers a mutation or is named by `alongside`: the entities that it creates, updates, upserts and deletes, once for each record. Used only for the write units on the generated page. If left out, the page notes that the rule’s writes are not included.',
    example: { for: 'Mutation.signIn', writes: { update: 'User', create: ['Session', 'AuditLog'] } },
  },
  dependsOn: {
    ...words,
    title: 'Depended on',
    description:
      'The entity of each record that the rule passes to `db.dependOn`, so that the mutation takes place only if the record has not changed. Each adds a condition check to the mutation. Used only for the write units on the generated page and for the size of transactions.',
    example: { in: 'access', gets: 1, once: 'viewer', dependsOn: 'User' },
  },
} as const satisfies Keys;

export const rule = mapping(ruleKeys, { noun: 'rule' });

export const ruleSection = {
  heading: 'A rule',
  intro: 'Under `rules`, by name.',
  keys: ruleKeys,
  path: ['rules', 'example'],
  shown: 1,
} as const satisfies Section;

export const ruleWritesSection = {
  heading: 'What a rule writes',
  intro: 'Under `writes` of a rule.',
  keys: ruleWriteKeys,
  path: ['rules', 'example', 'writes'],
  shown: 1,
} as const satisfies Section;
