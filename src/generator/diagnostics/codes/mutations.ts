import type { CodeRows } from './row.js';

export const mutationCodes = {
  'incomplete-key': {
    meaning: 'The `where` of a mutation does not bind exactly the key of the record.',
    remedy: 'Bind all fields of the key, and no others.',
  },
  'mutable-append-only': {
    meaning: 'A mutation changes or deletes records of an immutable entity.',
    remedy: 'Remove the mutation, or `immutable: true`.',
  },
  'no-revision': {
    meaning: 'A mutation takes the revision that the caller expects, but no field of the entity shows it.',
    remedy: 'Add a field for the revision.',
  },
  'attribute-without-value': {
    meaning: 'A new record would lack a required value.',
    remedy: 'Add a default, a value under `set`, or a non-null field of the input.',
  },
  'step-name': {
    meaning: 'A step of a transaction has the name of an argument, so `$name` would be ambiguous.',
    remedy: 'Rename the step.',
  },
  'transaction-returns': {
    meaning:
      'A transaction does not provide what its field returns: `returns` names no step or a step of another type, or the object type has a field that is not a step.',
    remedy: 'Name a step with `returns`, or return an object type with a field for each step.',
  },
  'idempotent-table': {
    meaning: 'A mutation stores idempotency keys in a table without a `ttl`, which would keep them forever.',
    remedy: 'Add a `ttl` attribute to the table.',
  },
  'transaction-size': {
    meaning:
      'A warning: a mutation may write more items than DynamoDB accepts in one transaction. Each record counts with its index entries, unique values and version. A changed entry or unique value counts twice.',
    remedy: 'Split the mutation if it can reach that size.',
  },
  'element-type': {
    meaning:
      '`add` is used on something that is not a number, `append` on something that is not a list, or `remove` on something that has neither elements nor entries.',
    remedy: 'Set the value under `set`, or compute it in a `prepare` rule.',
  },
  'attribute-part': {
    meaning:
      'A path such as `address.city` or `lines[sku=$sku]` leads to a part that the attribute does not have.',
    remedy:
      'Name a field of its type, an entry of JSON as in `labels[$key]`, or elements of a list by a field of theirs.',
  },
  'written-twice': {
    meaning:
      'A mutation gives an attribute two values: those of `from`, `set`, `add`, `append` and `remove` exclude one another.',
    remedy:
      'Keep one. An input field that provides the elements of `append` is not also used as the attribute’s value.',
  },
  'delete-pattern': {
    meaning:
      '`all` of a mutation names no pattern, or one that does not return exactly the records with the values of `where`.',
    remedy: 'Name a `many` pattern of the entity, and bind all of its equalities.',
  },
  'each-list': {
    meaning:
      '`each` of a mutation does not name an argument that is a list of non-null elements, or a `prepare` rule is next to it.',
    remedy: 'Name a list, as in `each: $ids` for the argument `ids: [ID!]!`.',
  },
  'touch-expiry': {
    meaning: 'A `touch` names an entity without `ttl`, or has not exactly one of `to` and `extend`.',
    remedy: 'Use one of the two, on an entity that expires.',
  },
} as const satisfies CodeRows;

export const ruleCodes = {
  'rule-unused': {
    meaning: 'Nothing uses a declared rule.',
    remedy: 'Use it or remove it.',
  },
  'rule-writes': {
    meaning:
      'A rule declares writes that it cannot perform, or dependencies of writes that it has no part in: it takes no part in a mutation, or the entity is immutable or a history.',
    remedy: 'Remove `writes` or `dependsOn`, or the entities that the rule cannot write.',
  },
  'rule-conflict': {
    meaning: 'A rule has two roles, and each role has its own type.',
    remedy: 'Write two rules.',
  },
} as const satisfies CodeRows;

export const coverageCodes = {
  'field-answered-twice': {
    meaning: 'Two declarations answer one field, or one answers a field that the connection itself provides.',
    remedy: 'Keep one.',
  },
  'field-unanswered': {
    meaning:
      'Nothing answers a field that clients can select. Stored attributes, fields that a pattern, mutation or rule names, fields without arguments of types that a rule returns, and the fields of connections are answered.',
    remedy:
      'Store the field, or answer it with a pattern, mutation or rule. List it under `external` if a resolver of your own answers it.',
  },
  'external-without-effect': {
    meaning:
      '`external` lists a field twice, a field that this project answers, or all fields of a stored type.',
    remedy: 'Remove it. Name the fields of a stored type one by one.',
  },
} as const satisfies CodeRows;
