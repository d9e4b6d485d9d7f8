/** The rules of storage: what becomes of records that were stored before. Those of the lock have its codes. */

export const storageRules = {
  'index-new': {
    section: 'storage',
    severity: 'warning',
    class: 'new index',
    title: 'A table needs an index that it does not have.',
    meaning:
      'A server does not start on a table that lacks it. DynamoDB adds it online and fills it with the items that have its key attributes; from then on, writes of these items cost more.',
    remedy: 'Run `tableloom deploy` before you deploy the code.',
  },
  'backfill-needed': {
    section: 'storage',
    severity: 'warning',
    class: 'needs backfill',
    title: 'Records stored before are not in something that is new.',
    meaning:
      'A pattern, an entry, a unique value, a count, an expiry or the count of a reference is kept up by writes. Records written before do not have it, and what reads it answers without them.',
    remedy:
      'Run `tableloom migrate run`, deploy the code, then `tableloom migrate complete`; where no server runs, `tableloom reindex ENTITY`.',
  },
  'key-moved': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'A pattern reads another key than records were stored under.',
    meaning:
      'The pattern does not find records written before until they are written again: fewer shards, another order, bucket, encoding or condition.',
    remedy:
      'Run `tableloom migrate run`, deploy the code, then `tableloom migrate complete`; where no server runs, `tableloom reindex ENTITY`.',
  },
  'identity-changed': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'The key of an entity is another one.',
    meaning: 'Records written before keep the old key. Nothing finds them until they are moved.',
    remedy:
      'Keep the old key as `key` or `identity`, or run `tableloom migrate run`, deploy the code, then `tableloom migrate complete`; where no server runs, `tableloom reindex ENTITY`.',
  },
  'attribute-required': {
    section: 'storage',
    severity: 'error',
    class: 'needs backfill',
    title: 'Something is required that records stored before may lack.',
    meaning: 'Reading such a record is an error at that field.',
    remedy: 'Declare `default` and `readDefault` of it, or leave it nullable.',
  },
  'attribute-renamed': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'An attribute is gone, and one of the same type is new.',
    meaning:
      'If it is the same attribute, records written before have its value under the former name, where nothing reads it.',
    remedy: 'Declare `renamed` if it is the same.',
  },
  'attribute-retyped': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'A value has another type than it was stored with.',
    meaning:
      'Records are not converted: reading one written before gives an error or a wrong value, in lists and embedded types as well.',
    remedy: 'Add an attribute with another name, and fill it by a rule or by your own writes.',
  },
  'enum-value-gone': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'An enum lost a value that records stored before may have.',
    meaning: 'Reading such a record is an error at that field.',
    remedy: 'Keep the value, marked `@deprecated`, until no record has it.',
  },
  'event-lanes': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'An event type is spread over fewer shards than its stored events.',
    meaning:
      'Events in the shards that are gone are not read: subscribers that resume miss them, and patterns over events lack them.',
    remedy: 'Keep `shards` until the stored events have expired. Raising it needs nothing.',
  },
  'table-new': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'There is a new table.',
    meaning: 'A server does not start before the table is there.',
    remedy: 'Run `tableloom deploy` before you deploy the code.',
  },
  'table-gone': {
    section: 'storage',
    severity: 'error',
    class: 'loses data',
    title: 'A table is no longer declared.',
    meaning: 'Nothing reads what is stored in it. Nothing deletes it either, and it is billed.',
    remedy: 'Delete the table in DynamoDB once nobody needs its data.',
  },
  'table-renamed': {
    section: 'storage',
    severity: 'error',
    class: 'not in place',
    title: 'A table has another name in DynamoDB.',
    meaning:
      'DynamoDB does not rename tables: the new name is a new, empty table, and all records stay in the old one.',
    remedy: 'Keep `name`, or copy the data to the new table before you deploy.',
  },
  'table-key-changed': {
    section: 'storage',
    severity: 'error',
    class: 'not in place',
    title: 'A table has other key attributes.',
    meaning: 'DynamoDB does not change the key of a table. A server does not start on the old one.',
    remedy: 'Keep `key`, or copy the data to a new table before you deploy.',
  },
  'index-changed': {
    section: 'storage',
    severity: 'error',
    class: 'not in place',
    title: 'An index has other key attributes, projects others, or is of another kind.',
    meaning:
      'DynamoDB does not change an index. A server does not start on a table whose index has other keys or projects less than it has to.',
    remedy: 'Declare it under another name, deploy, and delete the old one when nothing reads it any more.',
  },
  'index-gone': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'An index is no longer declared.',
    meaning:
      'It stays in the table. Writes of items that have its key attributes cost units until it is deleted.',
    remedy: 'Delete the index in DynamoDB once no deployed code reads it.',
  },
  'table-expiry-changed': {
    section: 'storage',
    severity: 'error',
    class: 'needs backfill',
    title: 'A table expires its items by another attribute.',
    meaning:
      'Records written before have their time under the old attribute: they do not expire until they are written again.',
    remedy:
      'Keep `ttl` of the table, or change it in DynamoDB, deploy, and run `tableloom reindex` of each entity that expires.',
  },
  'entity-new': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'There is a new entity.',
    meaning: 'No record of it is stored yet.',
    remedy: 'Nothing.',
  },
  'entity-gone': {
    section: 'storage',
    severity: 'error',
    class: 'loses data',
    title: 'An entity is no longer declared.',
    meaning: 'Its records, entries and unique values stay in the table, and nothing reads them.',
    remedy: 'Delete or export the records first, or waive the finding with the reason why nobody needs them.',
  },
  'expiry-gone': {
    section: 'storage',
    severity: 'error',
    class: 'loses data',
    title: 'Records of an entity no longer expire.',
    meaning:
      'Records written before have their time of expiry. DynamoDB deletes them when it comes, also those that are updated meanwhile.',
    remedy: 'Keep `ttl` of the table, deploy, and run `tableloom reindex ENTITY`, which takes the time away.',
  },
  'history-keep-changed': {
    section: 'storage',
    severity: 'warning',
    class: 'code only',
    title: 'A history keeps more or fewer versions.',
    meaning:
      'Each write deletes the one version that falls out of what is kept. Versions that are older already stay stored; versions that were deleted stay deleted; a time of expiry stays as it was written.',
    remedy: 'Delete older versions by a script of your own where they must go.',
  },
  'revision-moved': {
    section: 'storage',
    severity: 'error',
    class: 'changes stored records',
    title: 'The revision of an entity is in another attribute.',
    meaning:
      'Records written before have their revision in the old one, and are read as revision 0. A client that expects the revision that it read before is refused.',
    remedy: 'Keep the attribute of the revision.',
  },
  'attribute-new': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'There is a new attribute.',
    meaning: 'Records written before have no value there, and read as null or empty.',
    remedy: 'Nothing.',
  },
  'attribute-gone': {
    section: 'storage',
    severity: 'error',
    class: 'loses data',
    title: 'An attribute, or a field of an embedded type, is no longer declared.',
    meaning:
      'Stored records keep the value, and nothing reads it. Updates and `tableloom reindex` leave it, a `put` of the record drops it, and writing an embedded value again drops its field.',
    remedy:
      'Keep the attribute, marked `@deprecated` or under `stored`, or waive the finding with the reason why nobody needs the values.',
  },
  'normalize-changed': {
    section: 'storage',
    severity: 'warning',
    class: 'needs backfill',
    title: 'An attribute is normalized otherwise.',
    meaning:
      'Records written before have the text as it was stored then. Conditions compare it with values that are normalized as declared now, and do not find it. Where a step is gone, only the spelling that is stored is found.',
    remedy: 'Deploy the code, then run `tableloom reindex ENTITY`.',
  },
  'computed-changed': {
    section: 'storage',
    severity: 'warning',
    class: 'needs backfill',
    title: 'An attribute is computed by another rule.',
    meaning: 'Records written before have the value that the old rule gave, or none, until they are written.',
    remedy: 'Deploy the code, then run `tableloom reindex ENTITY`, which computes it again.',
  },
  'read-default-changed': {
    section: 'storage',
    severity: 'warning',
    class: 'code only',
    title: 'Records without a value read as another default.',
    meaning:
      'The default of an attribute with `readDefault` is what records written before it read as. They change without being written.',
    remedy: 'Run `tableloom reindex ENTITY` with the old default first, which stores it.',
  },
  'reference-new': {
    section: 'storage',
    severity: 'warning',
    class: 'code only',
    title: 'Records have to name one that exists, and did not have to before.',
    meaning:
      'Writes check it from now on. Records written before may name one that is not there; they are read as before.',
    remedy: 'Nothing, unless code relies on it.',
  },
  'cap-lowered': {
    section: 'storage',
    severity: 'warning',
    class: 'code only',
    title: 'Fewer records may count than before.',
    meaning: 'Where more are stored, none can be added until enough of them are gone. None is deleted.',
    remedy: 'Count what is stored before you deploy.',
  },
  'guard-gone': {
    section: 'storage',
    severity: 'warning',
    class: 'code only',
    title: 'Values need not be unique any more.',
    meaning:
      'The items that guard them stay stored, and nothing reads them. Once two records have the same value, the attribute cannot be unique again for both.',
    remedy: '`tableloom reindex ENTITY` deletes the items.',
  },
  'shards-grown': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'A pattern is spread over more shards.',
    meaning:
      'Records written before stay in their shards, which are among the new ones, and are found. Each page queries all shards; writes spread over all of them only as records are written.',
    remedy: 'Nothing. `tableloom reindex ENTITY` spreads those that are stored.',
  },
  'items-gone': {
    section: 'storage',
    severity: 'note',
    class: 'code only',
    title: 'Entries, index keys or counts of an entity are no longer written.',
    meaning: 'Those of records written before stay stored, and nothing reads them.',
    remedy: '`tableloom reindex ENTITY` deletes entries and index keys.',
  },
} as const;
