import type { CodeRows } from './row.js';

/** Reported by `tableloom import`. */
export const importCodes = {
  'import-entity': {
    meaning:
      'A source names an entity that does not exist, or one whose records other writes make: a history, or events.',
    remedy: 'Name an entity of `access-patterns.yaml`.',
  },
  'import-field': {
    meaning: 'A source names a field that the entity lacks, or one that every write sets by itself.',
    remedy: 'Correct the name, or remove the field.',
  },
  'import-required': {
    meaning: 'A field that cannot be null has no attribute, constant or default.',
    remedy: 'Say what the field is made of.',
  },
  'import-key': {
    meaning:
      'A part of the record’s key is not made of the row’s key alone. A run that is resumed would create a second record.',
    remedy: 'Make the field of the key’s attributes.',
  },
  'import-transform': {
    meaning: 'A transform does not exist, or a function of the project has the name of a built-in one.',
    remedy: 'Correct the name, or export the function from the module of `transforms`.',
  },
  'import-type': {
    meaning:
      'A constant, a default, a value of a map or what a transform gives does not have the type of the field.',
    remedy: 'Correct the value, or map it.',
  },
  'import-secret': {
    meaning: 'The value of a secret attribute would be stored as it is.',
    remedy: 'Hash it, or derive an id of it with `uuid`.',
  },
  'import-source': {
    meaning:
      'A reference names a source that does not exist or whose rows no single attribute names, or sources refer to one another in a circle.',
    remedy: 'Correct the name, or leave `references` out.',
  },
  'import-one-way': {
    meaning:
      'A transform has no inverse, so that rows cannot follow records once these are written first. As a warning: no key of a map gives a value back, so that rows keep what they have.',
    remedy:
      'Declare that the field or the source is one-way, or give the function a `back` and the value a key.',
  },
  'import-unique': {
    meaning:
      'A collision policy names what is not unique. As a warning: a source has no policy for a unique field of its entity, so that rows after the first are rejected.',
    remedy: 'Correct the name; say which row wins.',
  },
  'import-rejection': {
    meaning: 'A rejection has no condition, or two.',
    remedy: 'Write `when: past`, or `in` with values.',
  },
} as const satisfies CodeRows;
