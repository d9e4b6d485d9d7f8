import type { CodeRows } from './row.js';

export const entityCodes = {
  'entity-without-key': {
    meaning:
      'An entity has neither an `id` nor an `identity` nor a pinned key, or its pinned key has no holes.',
    remedy: 'Declare its `identity`, or pin a key with a hole for each field that identifies a record.',
  },
  'stored-in-schema': {
    meaning: '`stored` repeats a field of the SDL type, which is stored already.',
    remedy: 'Remove it, or answer the field with a pattern or rule and keep the attribute for it to read.',
  },
  'secret-exposed': {
    meaning: 'A secret attribute is a field that every client can select, or a field of the history.',
    remedy: 'Remove it from the SDL type, or answer the field with a rule.',
  },
  'secret-copied': {
    meaning: 'A secret attribute is copied into an index entry, by `include` or in its key.',
    remedy: 'Leave it out of the entry. The key of the record itself may contain it.',
  },
  'generate-type': {
    meaning: '`generate` produces a value of another type than the attribute.',
    remedy: 'Change the type of the attribute, or what is generated.',
  },
  'revision-twice': {
    meaning: 'Two attributes of one entity count the writes of a record.',
    remedy: 'Keep one of them.',
  },
  'generated-set': {
    meaning:
      '`default`, `set` or an input sets a generated attribute. (An input may set an `id`: `uuidv7` fills it in only when it is absent.)',
    remedy: 'Remove the value, or stop generating the attribute.',
  },
  'computed-set': {
    meaning:
      'An input, `set`, `default`, `generate`, `normalize` or `immutable` applies to a computed attribute, whose value comes from its rule alone.',
    remedy: 'Remove it there. The rule takes what it needs from the other attributes.',
  },
  'computed-key': {
    meaning:
      'A computed attribute is part of the key of a record that can change. A new value would move the record.',
    remedy: 'Use it in the key of an index instead, or make the entity append-only.',
  },
  'literal-type': {
    meaning: 'A constant under `default`, `set`, `where`, `when` or `filter` is not of the attribute’s type.',
    remedy: 'Write a value of that type. A DateTime includes its time zone.',
  },
  'renamed-attribute': {
    meaning:
      '`renamed` names a former attribute that still is one, a new name under which stored records have another attribute, or an attribute that DynamoDB itself compares or indexes under its name: the revision, or a key of a multi-attribute index.',
    remedy: 'Remove it, or keep the former name.',
  },
  'read-default': {
    meaning:
      '`readDefault` names an attribute without a constant default, one that may be null or an empty set, or one that a filter or `require` compares, which DynamoDB does in the stored records.',
    remedy: 'Declare a `default`, or remove the attribute from `readDefault`.',
  },
  'normalize-type': {
    meaning: '`normalize` is applied to an attribute that is not text.',
    remedy: 'Remove it.',
  },
  'set-type': {
    meaning: 'An attribute under `sets` is not a list of text or numbers, or its elements may be null.',
    remedy: 'Make its elements non-null text or numbers, or remove it from `sets`.',
  },
  'unique-attribute': {
    meaning: 'A list or document is declared unique, or the same attributes are declared unique twice.',
    remedy: 'Remove it.',
  },
  'immutable-generated': {
    meaning: 'An attribute, or the whole entity, is immutable but generated anew on every write.',
    remedy: 'Remove one of the two declarations.',
  },
  'immutable-set': {
    meaning: 'A mutation changes an immutable attribute or a part of the key.',
    remedy: 'Remove the attribute from `set` or from the input.',
  },
  'unique-shared': {
    meaning:
      'Entities share a named unique constraint, but their values cannot be compared: they differ in number, type, normalization or table.',
    remedy: 'Make them alike, or give the constraints different names.',
  },
  'unique-lookup': {
    meaning:
      'A pattern reads by the guard of a unique value (`index: unique`), but no constraint of the entity has exactly the fields in `where`, or the pattern is not a `one` of single values.',
    remedy: 'Bind the fields of one constraint with `one:`, or read by an index.',
  },
  'transition-field': {
    meaning: '`transitions` names an attribute that is not an enum, or that never changes.',
    remedy: 'Name an enum attribute that is not immutable.',
  },
  'validate-type': {
    meaning: 'A bound or pattern does not apply to the attribute’s type, or no value satisfies it.',
    remedy:
      '`min` and `max` bound numbers, the length of a text and the length of a list. `pattern` is for text. Validate anything else with a rule.',
  },
  'validate-pattern': {
    meaning:
      'A `pattern` is not a valid regular expression, or an attacker could choose a text that keeps the server busy, since JavaScript tries one way to match after another. A pattern therefore needs `max`, which is checked first. It must not repeat a part that can match the same text in several ways, and must not use backreferences or lookaround.',
    remedy:
      'Write each repetition so that one character decides where it continues, as in `[a-z]+(-[a-z]+)*`.',
  },
  'movable-field': {
    meaning: '`movable` names a field that is not part of the key, or that never changes.',
    remedy: 'Name a field of the key that the caller sets.',
  },
  'ttl-type': {
    meaning: '`ttl` names an attribute that is not a `DateTime`.',
    remedy: 'Name a `DateTime` attribute. The table stores it as epoch seconds.',
  },
  'ttl-table': {
    meaning: 'An entity expires, but its table has no `ttl` attribute.',
    remedy: 'Add `ttl: ttl` to the table.',
  },
  'sequence-attribute': {
    meaning:
      'A sequence numbers records by an attribute that may be null, may change, or has no value when the number is taken, or an upsert would set the number of a new record.',
    remedy:
      'Name attributes that the caller sets on creation and that never change: attributes of the key, or under `immutable`.',
  },
} as const satisfies CodeRows;

export const referenceCodes = {
  'reference-target': {
    meaning: 'A reference names a history, or an entity with only one record.',
    remedy: 'Name the entity itself, or remove the reference.',
  },
  'reference-key': {
    meaning: 'A reference does not provide exactly the fields of the other entity’s key.',
    remedy: 'List a field for each part of the other entity’s key, and no others.',
  },
  'reference-type': {
    meaning:
      'A field cannot hold the key of the entity it references: its type or its normalization differs.',
    remedy: 'Give both fields the same type and the same `normalize`.',
  },
  'reference-expiry': {
    meaning: '`restrict` or `cascade` applies to records that DynamoDB expires by itself.',
    remedy:
      'DynamoDB removes an expired record without a write of the application. References to expiring records can only be left. An expiring record is not counted, so it can be deleted by `cascade` but cannot `restrict`.',
  },
  'cascade-pattern': {
    meaning: 'Records are to be deleted with the record they reference, but no pattern finds them.',
    remedy:
      'Declare a `many` pattern with equality on the fields of the reference, and without `filter`, `bucket`, `order` or `when` (except `present`). Arguments of `range` and `narrow` must be optional. The pattern may answer a field or be for rules only.',
  },
} as const satisfies CodeRows;

export const historyCodes = {
  'history-original': {
    meaning:
      '`historyOf` names an entity that has no versions: a history, an immutable entity, or an entity of another table.',
    remedy: 'Name an entity that changes, and leave out `table`.',
  },
  'history-fields': {
    meaning: 'A field of the history’s type is not an attribute of the original, or has another type there.',
    remedy: 'Give both the same type, or remove the field.',
  },
  'history-key': {
    meaning:
      'The history’s key does not contain the original’s whole key and its revision, so versions would overwrite one another.',
    remedy: 'Pin a key with a hole for each.',
  },
  'history-keep': {
    meaning:
      '`keep` is set on an entity that is not a history, or old versions could not be removed: a number of versions needs a key of only the record’s key and revision, a duration needs a table with `ttl`.',
    remedy: 'Move `keep` to the history, or use the other form.',
  },
  'history-settings': {
    meaning: 'A history declares attributes, mutations or index entries, which only its original can have.',
    remedy: 'Declare them on the original.',
  },
} as const satisfies CodeRows;
