import type { CodeRows } from './row.js';

/** Reading access-patterns.yaml. */
export const readingCodes = {
  'no-patterns': {
    meaning: 'The folder of codegen.ts has no `access-patterns.yaml`, or the file cannot be read.',
    remedy: 'Create the file, or set `presetConfig.patterns` in codegen.ts.',
  },
  'yaml-syntax': {
    meaning: 'The text is not YAML, or uses an alias or a merge (`<<`).',
    remedy:
      'Correct the text at the place shown, where the parser stopped. Write out aliased values and merged keys.',
  },
  'unknown-key': {
    meaning: 'A mapping has a key that the language does not define there.',
    remedy: 'Use the suggested key. [reference.md](reference.md) lists the keys of each mapping.',
  },
  'renamed-key': {
    meaning: 'A mapping uses the old name of a key.',
    remedy: 'Use the new name. The meaning of the key has not changed.',
  },
  'missing-key': {
    meaning: 'A mapping lacks a required key.',
    remedy: 'Add the key.',
  },
  'duplicate-key': {
    meaning: 'A mapping contains the same key twice. YAML would silently keep the last one.',
    remedy: 'Rename or remove one of them.',
  },
  'wrong-type': {
    meaning: 'A value is text, a list or a mapping where another of these is expected.',
    remedy: 'Write a value of the expected type. Text that looks like a number needs quotes.',
  },
  'wrong-value': {
    meaning: 'A value is not one that the key accepts: a name, a number within bounds, a bucket, a type.',
    remedy: 'Write one of the values that the hint names.',
  },
  'pattern-kind': {
    meaning:
      'A pattern has none or several of `one`, `many`, `mixed`, `count`, `sum` and `exists`, or its `through` uses another kind than the pattern itself.',
    remedy: 'Keep exactly one. A `one` pattern goes through `one`, a `many` pattern through `many`.',
  },
  'mutation-kind': {
    meaning:
      'A mutation has none or several of `create`, `update`, `upsert`, `put`, `touch`, `delete` and `transaction`, or a key that belongs to a single write is next to `transaction`.',
    remedy: 'Keep exactly one. Move keys of a single write into the step they belong to.',
  },
  'range-fields': {
    meaning: 'A range bounds two fields. DynamoDB accepts one condition on a sort key.',
    remedy: 'Bound one field, and test the other with `filter`.',
  },
} as const satisfies CodeRows;

/** Reading the SDL. */
export const sdlCodes = {
  'sdl-syntax': {
    meaning: 'A file of the schema is not valid GraphQL syntax.',
    remedy: 'Correct the text at the place shown.',
  },
  'sdl-invalid': {
    meaning:
      'The schema breaks a rule of GraphQL: a field is defined twice, a type is unknown, an interface is not implemented.',
    remedy: 'Correct the schema. Notes show the other places involved.',
  },
} as const satisfies CodeRows;
