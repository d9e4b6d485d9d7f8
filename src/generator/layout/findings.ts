/** What laying out finds: patterns that their pinned key does not serve, and patterns for which there is no key left. */

import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { PatternModel, TableModel } from '../model.js';
import type { SlotPlan } from '../plan/types/storage.js';
import { holesOf } from '../resolve/templates.js';
import type { Basis } from './basis.js';
import { equalityFields, isByEnd, sortFields } from './serving.js';
import type { EntityKeys, PatternRead } from './types.js';

export function doesNotServe(pattern: PatternModel, slot: SlotPlan): Diagnostic {
  const unknown = unknownTo(pattern, slot);
  return {
    code: 'key-does-not-serve',
    severity: 'error',
    message: `The key ${keyText(slot)} does not answer pattern \`${pattern.name.text}\`.`,
    at: pattern.index?.at ?? pattern.name.at,
    notes: [
      { message: `the pattern has ${requested(pattern)}` },
      ...(unknown.length === 0
        ? []
        : [{ message: `without ${unknown.join(' and ')}, only a scan of every partition could answer it` }]),
    ],
    hint:
      unknown.length === 0
        ? 'Build the partition key from exactly the equality fields, bucket and shard. Begin the sort key with the remaining equality fields, then the order.'
        : `Add equality on ${unknown.join(' and ')}, or give the pattern its own key with \`shards: 4\`: a few known partitions, read in parallel and merged in order.`,
  };
}

export function slotTaken(
  pattern: PatternModel,
  { entity }: Basis,
  { index, taken, wanted }: { readonly index: string; readonly taken: SlotPlan; readonly wanted: SlotPlan },
): Diagnostic {
  return {
    code: 'index-slot-taken',
    severity: 'error',
    message: `\`${entity.name.text}\` already has a key on ${index}, and an item has one key per index.`,
    at: pattern.index?.at ?? pattern.name.at,
    notes: [
      { message: `already used for ${keyText(taken)}` },
      { message: `needed here for ${keyText(wanted)}` },
    ],
    hint: 'Add `entry: true` to store a separate index entry, name another index, or give both patterns a `when` with different values of one field.',
  };
}

export function noFreeIndex(
  { name }: PatternModel,
  { entity, table, primary }: Basis,
  { record }: Pick<EntityKeys, 'record'>,
): Diagnostic {
  const free = table.indexes.filter(
    (index) => index.kind !== 'multi-attribute' && !record.some((slot) => slot.index === index.name.text),
  );
  const bound = holesOf(primary.partition).map(({ field }) => quoted(field));
  return {
    code: 'no-free-index',
    severity: 'error',
    message: `Pattern \`${name.text}\` needs an index, and ${
      free.length === 0
        ? `every index of \`${table.name.text}\` is taken on \`${entity.name.text}\``
        : `none of \`${table.name.text}\` that is free on \`${entity.name.text}\` serves it`
    }.`,
    at: name.at,
    notes: free.map((index) => ({
      message:
        index.kind === 'local'
          ? `\`${index.name.text}\` is local: it serves patterns that bind ${bound.join(' and ') || 'nothing'} by equality`
          : `\`${index.name.text}\` does not contain every attribute that the pattern filters by or passes on`,
      at: index.name.at,
    })),
    hint: `Declare one more index under \`tables.${table.name.text}.indexes\`, or add \`entry: true\` and the \`index\` it uses.`,
  };
}

/** Of a table that lists its indexes. */
export function noCommonIndex({ name, target }: PatternModel, { name: table }: TableModel): Diagnostic {
  return {
    code: 'mixed-index',
    severity: 'error',
    message: `Pattern \`${name.text}\` reads the members of \`${target.text}\` from one index, and none of \`${table.text}\` is free for all of them.`,
    at: name.at,
    hint: `Declare one more index under \`tables.${table.text}.indexes\`, or give the members keys in one item collection.`,
  };
}

/** The default quota of global indexes ("Quotas in Amazon DynamoDB"), where they were made. */
const mostIndexes = 20;

export function tooManyIndexes(
  table: TableModel,
  patterns: readonly PatternModel[],
  reads: ReadonlyMap<string, PatternRead>,
): Diagnostic[] {
  const first = table.isOpen ? table.indexes[mostIndexes]?.name.text : undefined;
  const pattern = patterns.find(({ name }) => first && reads.get(name.text)?.slot.index === first);
  if (!pattern) return [];
  return [
    {
      code: 'too-many-indexes',
      severity: 'error',
      message: `\`${pattern.target.text}\` needs ${table.indexes.length} global indexes, but DynamoDB allows ${mostIndexes}.`,
      at: pattern.name.at,
      hint: 'Add `entry: true` to some of its patterns: an index entry is a separate item and needs no index of its own.',
    },
  ];
}

/** What a pattern needs of a key, in words. */
function requested(pattern: PatternModel): string {
  const fields = equalityFields(pattern).map(quoted);
  const sorts = sortFields(pattern).map(quoted);
  return [
    fields.length > 0 ? `equality on ${fields.join(', ')}` : 'no equality',
    ...(pattern.bucket
      ? [`a bucket per ${pattern.bucket.unit.text} of ${quoted(pattern.bucket.field.text)}`]
      : []),
    ...(pattern.shards ? [`${pattern.shards.count} shards`] : []),
    ...(pattern.narrow.length > 0
      ? [`then optionally ${pattern.narrow.map(({ field }) => quoted(field.text)).join(', ')}`]
      : []),
    ...(sorts.length > 0
      ? [
          isByEnd(pattern)
            ? `the end of ${sorts.join(', ')}, as \`{reverse(…)}\``
            : `order by ${sorts.join(', ')}`,
        ]
      : []),
  ].join(', ');
}

/** What a pattern would have to name to find the partition. */
function unknownTo(pattern: PatternModel, slot: SlotPlan): string[] {
  const known = new Set([...equalityFields(pattern), pattern.bucket?.field.text]);
  return holesOf(slot.partition)
    .filter(({ field }) => !known.has(field))
    .map(({ field }) => quoted(field));
}

function keyText(slot: SlotPlan): string {
  return `${quoted(slot.partition.text)}${slot.sort ? ` / ${quoted(slot.sort.text)}` : ''}`;
}

function quoted(text: string): string {
  return `\`${text}\``;
}
