/** Tables are such as DynamoDB creates, and no attribute has two meanings. */

import type { IndexModel, PatternModel, TableModel, Word } from '../../../model.js';
import type { ResolvedEntity, ResolvedModel } from '../../../resolve/resolved-model.js';
import { type Check, type Finding, listed } from '../../row.js';

/** "Quotas in Amazon DynamoDB": the default quota of global indexes, the limit of local ones. */
const mostIndexes = { global: 20, local: 5 } as const;

/** What the runtime stores in items of records besides their attributes; a test holds it against the runtime's own names. */
export const ownAttributes: ReadonlySet<string> = new Set([
  '_type',
  '_event',
  '_next',
  '_counted',
  '_deleting',
  '_guards',
  '_counts',
  '_source',
  '_row',
]);

export const tableChecks: readonly Check<ResolvedModel>[] = [
  {
    code: 'key-attribute-reused',
    *check({ model }) {
      for (const table of model.tables) {
        const seen = new Map<string, Word>();
        for (const word of keyAttributes(table)) {
          const earlier = seen.get(word.text);
          seen.set(word.text, earlier ?? word);
          if (!earlier) continue;
          yield {
            at: word.at,
            message: `\`${word.text}\` is used for two keys of table \`${table.name.text}\`, but an attribute holds one value.`,
            notes: [{ message: 'first used here', at: earlier.at }],
            hint: `Give each key its own attribute, as in \`${table.indexes[0]?.name.text ?? 'GSI1'}PK\`.`,
          };
        }
      }
    },
  },
  {
    code: 'table-name-reused',
    *check({ model }) {
      const seen = new Map<string, TableModel>();
      for (const table of model.tables) {
        const { name, physicalName } = table;
        const earlier = seen.get(physicalName.text);
        seen.set(physicalName.text, earlier ?? table);
        if (!earlier) continue;
        yield {
          at: physicalName.at,
          message: `\`${earlier.name.text}\` and \`${name.text}\` are one table of DynamoDB, \`${physicalName.text}\`: their keys are not checked against each other.`,
          notes: [{ message: 'first here', at: earlier.physicalName.at }],
          hint: `Give one of them another name, or let the entities of both use \`${earlier.name.text}\`.`,
        };
      }
    },
  },
  {
    code: 'cache-table',
    check: cacheTables,
  },
  {
    code: 'attribute-clash',
    *check({ model: { patterns }, entities }) {
      for (const entity of entities.values()) {
        const { name, attributes, table, type, model } = entity;
        if (!table) continue;
        const keys = new Map(keyAttributes(table).map((word) => [word.text, word]));
        for (const attribute of attributes.keys()) {
          const key = keys.get(attribute);
          if (!key && !ownAttributes.has(attribute)) continue;
          const isField = key !== undefined && isOwnField(entity, key);
          const other = isField ? patterns.find((one) => hasOther(one, name, table, key)) : undefined;
          if (isField && !other) continue;
          const why = other
            ? `the entries of \`${other.name.text}\` use for another value`
            : key
              ? `the table \`${table.name.text}\` uses itself`
              : attribute === '_type'
                ? 'every item uses for its type'
                : 'Tableloom uses in its items';
          const field = type.fields.find((one) => one.name === attribute);
          const stored = model.stored.find((one) => one.name.text === attribute);
          yield {
            at: field?.at ?? stored?.name.at ?? model.name.at,
            message: `\`${name}.${attribute}\` has a name that ${why}.`,
            ...(key ? { notes: [{ message: 'the table', at: key.at }] } : {}),
            hint: key ? hintFor(entity, key) : 'Rename it.',
          };
        }
      }
    },
  },
  {
    code: 'local-index',
    *check({ model }) {
      for (const table of model.tables) {
        if (table.sort) continue;
        for (const { name } of table.indexes.filter(isLocal)) {
          yield {
            at: name.at,
            message: `Table \`${table.name.text}\` has no sort key, so it cannot have a local index.`,
            notes: [{ message: "the table's key", at: table.partition.at }],
            hint: 'Give the table a sort key, or the index a `key` of its own.',
          };
        }
      }
    },
  },
  {
    code: 'too-many-indexes',
    *check({ model }) {
      for (const table of model.tables) {
        for (const kind of ['global', 'local'] as const) {
          const most = mostIndexes[kind];
          const indexes = table.indexes.filter((index) => isLocal(index) === (kind === 'local'));
          const [first] = indexes.slice(most);
          if (!first) continue;
          yield {
            at: first.name.at,
            message: `Table \`${table.name.text}\` has ${indexes.length} ${kind} indexes, but DynamoDB allows ${most}.`,
            hint: `Remove ${listed(indexes.slice(most).map((index) => index.name.text))}. Several patterns can share an index.`,
          };
        }
      }
    },
  },
];

function* cacheTables({ model, entities }: ResolvedModel): Generator<Finding> {
  const caches = model.tables.filter(({ cache }) => cache);
  const [first] = caches;
  for (const { name, cache } of model.patterns)
    if (!first && cache?.shared)
      yield {
        at: cache.shared.at,
        message: `Processes are to share answers of pattern \`${name.text}\`, but no table stores them.`,
        hint: 'Declare one: `cache: { name: app-cache, key: PK, ttl: ttl, cache: true }` under `tables`.',
      };
  for (const {
    model: { name, cache },
  } of entities.values())
    if (cache?.shared)
      yield {
        at: cache.shared.at,
        message: `Processes share answers of patterns, not records of \`${name.text}\`: one get reads a record as well.`,
        hint: 'Remove `shared`.',
      };
  for (const table of caches) {
    const { name, sort, ttl, indexes, cache } = table;
    const at = cache?.at ?? name.at;
    const its = `Table \`${name.text}\` stores answers of patterns`;
    const surplus = sort ?? indexes[0]?.name;
    if (surplus)
      yield {
        at: surplus.at,
        message: `${its}, which are found by a partition key alone.`,
        hint: `Write \`key: ${table.partition.text}\`, without \`indexes\`.`,
      };
    if (!ttl) yield { at, message: `${its}, and would keep them for ever.`, hint: 'Add `ttl: ttl`.' };
    if (first && table !== first)
      yield {
        at,
        message: `${its}, as \`${first.name.text}\` does.`,
        notes: [{ message: 'the first', at: first.name.at }],
        hint: 'Declare one such table.',
      };
    if (!model.patterns.some((pattern) => pattern.cache?.shared))
      yield {
        at,
        message: `${its}, but no pattern has a \`cache\` with \`shared: true\`.`,
        hint: 'Remove the table.',
      };
    for (const entity of entities.values())
      if (entity.table === table)
        yield {
          at: entity.model.table?.at ?? entity.model.name.at,
          message: `${its}, so it cannot store \`${entity.name}\`.`,
          hint: 'Name another table.',
        };
  }
}

/** Whether an attribute of the table's key is a field of the record: the key is the value of the field, as an existing table has it. */
function isOwnField({ attributes, model }: ResolvedEntity, key: Word): boolean {
  const { encoding, encode } = attributes.get(key.text) ?? {};
  const template = model.key.find(({ attribute }) => attribute.text === key.text)?.template.text;
  const isItself = encoding === 'text' || encoding === 'enum' || encoding === 'time';
  return isItself && encode === undefined && template === `{${key.text}}`;
}

/** Whether a pattern has entries with another value there. */
function hasOther({ entry, target }: PatternModel, entity: string, { sort }: TableModel, key: Word): boolean {
  if (!entry || target.text !== entity) return false;
  const pinned = entry.key.find(({ attribute }) => attribute.text === key.text)?.template.text;
  return pinned === undefined ? sort?.text === key.text : pinned !== `{${key.text}}`;
}

function hintFor({ table, attributes, model }: ResolvedEntity, key: Word): string {
  const isOwn = key.text === table?.partition.text || key.text === table?.sort?.text;
  const isText = ['text', 'enum', 'time'].includes(attributes.get(key.text)?.encoding ?? '');
  const isPinned = model.key.some(({ template }) => template.text === `{${key.text}}`);
  const isThere = attributes.get(key.text)?.nullable === false;
  return isOwn && isText && isThere && !isPinned
    ? `Make the field the key itself, \`key: { ${key.text}: "{${key.text}}" }\`, or rename the attribute of the table.`
    : 'Rename the attribute of the table: clients never see it.';
}

function isLocal(index: IndexModel): boolean {
  return index.kind === 'local';
}

/** Every attribute the table itself writes; a local index shares the partition key. */
function keyAttributes(table: TableModel): Word[] {
  return [
    table.partition,
    ...(table.sort ? [table.sort] : []),
    ...table.indexes
      .filter(({ multiAttribute }) => !multiAttribute)
      .flatMap((index) => [
        ...(isLocal(index) ? [] : [index.partition]),
        ...(index.sort ? [index.sort] : []),
      ]),
    ...(table.ttl ? [table.ttl] : []),
  ];
}
