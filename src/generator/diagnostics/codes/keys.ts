import type { CodeRows } from './row.js';

export const keyCodes = {
  'bad-template': {
    meaning:
      'A key template breaks the grammar that keeps keys unambiguous: it contains `$` or `}` as text, an unclosed hole, two holes without `#` between them, an unknown function, or nothing at all. Or `encode` names an unknown encoding.',
    remedy: 'Separate holes with `#`, as in `USER#{id}`.',
  },
  'template-attribute': {
    meaning:
      'A pinned key names an attribute that is not a key attribute of its table or index, pins only half of an index key, or names no index.',
    remedy: 'Pin the attributes that the hint names.',
  },
  'key-hole-nullable': {
    meaning: 'A nullable attribute is part of the key of every record.',
    remedy: 'Make the attribute non-null.',
  },
  'key-hole-document': {
    meaning: 'A list or document is used in a key, a lookup, an order or a range.',
    remedy:
      'Store the part that is looked up in an attribute of its own. For the elements of a list, use `filter: { contains: … }`.',
  },
  'hole-type': {
    meaning:
      'The function of a hole, or `encode`, does not apply to the attribute’s type. The message says which types it takes.',
    remedy: 'Write the plain hole.',
  },
  'key-hole-truncated': {
    meaning:
      'A record’s key contains only a part of a value, or its folded form, so two records could have the same key.',
    remedy: 'Add the whole value to the key, or normalize the attribute instead of folding it.',
  },
  'entry-key-incomplete': {
    meaning:
      'The key of an index entry does not contain the record’s whole key, so entries of two records could have the same key.',
    remedy: 'Add the missing holes to the entry’s sort key.',
  },
  'shard-mismatch': {
    meaning:
      'A pattern has `shards` but its key has no `{shard}`, or the reverse, or `{shard}` is outside the partition key of an index.',
    remedy: 'Use both or neither.',
  },
  'bucket-mismatch': {
    meaning: 'The `bucket` of a pattern differs from the one in its partition key.',
    remedy: 'Use the same bucket in both.',
  },
  'keys-collide': {
    meaning:
      'Two kinds of items can have the same primary key, so one would overwrite the other. The message shows a pair of records that collide. Where one value is used twice in a key, such a pair may not exist, and none is shown.',
    remedy: 'Begin one of the keys with a word that no other key begins with.',
  },
  'keys-overlap': {
    meaning: 'A query would also read items of another kind.',
    remedy:
      'Begin one of the partition keys, or one of the sort keys within a shared partition, with a word that no other key begins with.',
  },
  'identity-mismatch': {
    meaning: 'An entity declares an `identity` and pins a key of other fields.',
    remedy: 'Use the same fields in both, or remove one of them.',
  },
  'key-too-long': {
    meaning:
      'The literal text of a key template exceeds DynamoDB’s limit: 2048 bytes for a partition key, 1024 for a sort key. Values are measured when they are written.',
    remedy: 'Shorten the template.',
  },
} as const satisfies CodeRows;

/** Of the choice of an index and its key for a pattern. */
export const indexCodes = {
  'consistent-index': {
    meaning: 'A pattern requests consistent reads of a global index, which DynamoDB does not offer.',
    remedy: 'Read the table or a local index.',
  },
  'index-slot-taken': {
    meaning: 'An item has one key per index, and another pattern of the entity already uses this one.',
    remedy:
      'Add `entry: true`, use another index, or give both patterns a `when` on the same field without a common value.',
  },
  'key-does-not-serve': {
    meaning:
      'The pinned key, or the key of the pinned index, cannot answer the pattern without reading more than the answer.',
    remedy:
      'Build the partition key from exactly the equalities, bucket and shard, and begin the sort key with the order.',
  },
  'multi-attribute-index': {
    meaning:
      'A pattern needs something of a multi-attribute index that only a template key provides (shards, buckets, a condition, a pinned key), filters by one of the index’s keys, or reads an entity that lacks one of them.',
    remedy: 'Use an index with template keys, or remove what does not fit.',
  },
  'filter-on-key': {
    meaning: 'A filter compares a key attribute of what the pattern reads, which DynamoDB does not do.',
    remedy: 'Bind it with `where` or `range`.',
  },
  'multi-attribute-shared': {
    meaning:
      'Two entities have every attribute of a multi-attribute index, but the index does not project `_type`, which tells them apart.',
    remedy: 'Project all attributes into the index, or rename an attribute.',
  },
  'no-free-index': {
    meaning:
      'A pattern needs an index, and the entity already uses every index of the table that could serve it. A local index serves only patterns that bind the table’s partition key; one that projects a part has to contain what the pattern filters by.',
    remedy: 'Declare another index, or store an index entry with `entry: true`.',
  },
} as const satisfies CodeRows;

export const lockCodes = {
  'lock-invalid': {
    meaning:
      'The lock is not JSON, or contains something the generator does not write, or two lines for one thing that differ, as a merge may leave.',
    remedy: 'Restore the file from version control. Of two lines for one thing, delete one.',
  },
  'prefix-retired': {
    meaning:
      'A pinned key begins like a retired one. Items stored under the retired key may still exist, and would be read as items of the new key. Keys that the planner builds get a number instead.',
    remedy:
      'Begin the key with another word. If nothing was ever stored under the retired key, delete its line from the lock.',
  },
} as const satisfies CodeRows;

/** What stored records need after a change. */
export const storedCodes = {
  'key-moved': {
    meaning:
      'A pattern has another key than the lock has, or an attribute in a key is normalized otherwise: records stored before are not found by it. Shards, bucket, order, condition, encoding, index or text changed. More shards are no such change.',
    remedy:
      'Keep what made the old key, or run `tableloom migrate`, while servers of both versions run; where none does, `tableloom reindex` of the entity.',
  },
  'backfill-needed': {
    meaning:
      'Something new is kept up by writes, and records stored before are not in it yet: the key or entry that a new pattern reads, what an entry includes, a maintained count or sum, unique values, references that are counted, or when records expire.',
    remedy:
      'Run `tableloom migrate`, while servers of both versions run; where none does, `tableloom reindex` of the entity.',
  },
  'attribute-required': {
    meaning:
      'An attribute is required that records stored before may not have, because it is new or was nullable. Reading such a record fails.',
    remedy: 'Declare `default` and `readDefault`, or leave it nullable until every record has a value.',
  },
  'attribute-renamed': {
    meaning: 'An attribute is gone and another of the same type is new, so that it may have been renamed.',
    remedy: 'Declare `renamed` if it is the same attribute. Otherwise accept that it is not.',
  },
  'attribute-retyped': {
    meaning:
      'The type of an attribute changed, and stored records have the old one. It is an error where the attribute has the name of a retired one.',
    remedy: 'Give the attribute another name, or convert the records first.',
  },
  'enum-value-gone': {
    meaning: 'An enum lost a value that stored records may have. Reading such a record fails.',
    remedy: 'Keep the value, marked `@deprecated`, until no record has it.',
  },
  'event-lanes': {
    meaning:
      'An event type has fewer `shards` than when events were stored. Those in the shards that are gone are not read any more.',
    remedy: 'Keep the number until the stored events have expired. Raising it needs nothing.',
  },
  'identity-changed': {
    meaning:
      'The key of an entity’s records changed: its identity, its text, or its table. Stored records keep the old key, under which nothing finds them.',
    remedy:
      'Keep the old key, or run `tableloom migrate`, while servers of both versions run; where none does, `tableloom reindex` of the entity.',
  },
  'index-new': {
    meaning:
      'A table that the lock knows has an index that is new or has other key attributes. A server does not start on a table that lacks it (TABLE_MISMATCH).',
    remedy: 'Run `tableloom deploy`. A local index needs a new table.',
  },
} as const satisfies CodeRows;
