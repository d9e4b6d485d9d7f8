/** Where requests go on the map: the tables, indexes and collections whose keys they name. */

import type { RequestReport } from 'tableloom/runtime';
import type { MapSlot, TableMap } from '../../../review/map/table-map.js';
import { collectionOf } from './collections.js';
import type { LivePlace, LiveRequest } from './live.js';

type Values = Readonly<Record<string, unknown>>;

/** What a request names of one item or, of a query, of one item collection. */
interface Named {
  /** The physical name. */
  readonly table: string;
  /** Undefined where it is not said: whatever has the attributes. */
  readonly index?: string | null;
  readonly attributes: Values;
  readonly condition?: string;
}

/** @param names physical table names by logical ones */
export function liveRequest(
  map: TableMap,
  names: Readonly<Record<string, string>>,
  { operation, input }: Pick<RequestReport, 'operation' | 'input'>,
): LiveRequest {
  const places = namedIn(input as Values).flatMap((named) => placesOf(map, names, named));
  return { operation, places };
}

function namedIn(input: Values): Named[] {
  const { TableName: table, KeyConditionExpression: condition, RequestItems: batch, TransactItems } = input;
  if (Array.isArray(TransactItems))
    return TransactItems.flatMap((item: Values) =>
      Object.values(item).flatMap((one) => namedIn(one as Values)),
    );
  if (isValues(batch))
    return Object.entries(batch).flatMap(([name, of]) =>
      inBatch(of).map((attributes) => ({ table: name, attributes })),
    );
  if (typeof table !== 'string') return [];
  if (typeof condition === 'string') return [queried(table, condition, input)];
  const attributes = input.Item ?? input.Key;
  return isValues(attributes) ? [{ table, attributes }] : [];
}

/** Keys that are read; items and keys that are written. */
function inBatch(of: unknown): Values[] {
  const all: readonly unknown[] = Array.isArray(of)
    ? of
    : isValues(of) && Array.isArray(of.Keys)
      ? of.Keys
      : [];
  return all.filter(isValues).map((one) => {
    const { PutRequest, DeleteRequest } = one as Readonly<Record<string, Values | undefined>>;
    const written = PutRequest?.Item ?? DeleteRequest?.Key;
    return isValues(written) ? written : one;
  });
}

function queried(table: string, expression: string, input: Values): Named {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values, IndexName: index } = input;
  const nameOf = (word: string) => (isValues(names) ? String(names[word] ?? word) : word);
  const boundTo = (word: string) => (isValues(values) ? values[word] : undefined);
  const bound = [...expression.matchAll(/(#?\w+) = (:\w+)/g)].map(
    ([, name = '', value = '']) => [nameOf(name), boundTo(value)] as const,
  );
  return {
    table,
    index: typeof index === 'string' ? index : null,
    attributes: Object.fromEntries(bound),
    condition: expression.replaceAll(/[#:]\w+/g, (word) =>
      word.startsWith('#') ? nameOf(word) : String(boundTo(word)),
    ),
  };
}

/** A query has one place; an item is in each index whose key it has. */
function placesOf(
  { tables }: TableMap,
  names: Readonly<Record<string, string>>,
  { table, index, attributes, condition }: Named,
): LivePlace[] {
  const found = tables.find(({ name }) => names[name] === table);
  if (!found) return [];
  const slots = found.slots.filter((slot) =>
    index === undefined ? hasKey(slot, attributes) : slot.index === index,
  );
  return slots.map((slot) => {
    const partition = slot.partition.map((name) => attributes[name]).join(' ');
    return {
      table: found.name,
      index: slot.index,
      // Of an earlier plan, it is nowhere on the map.
      partition: collectionOf(slot, partition)?.partition ?? '',
      condition: condition ?? equalities([...slot.partition, ...slot.sort], attributes),
    };
  });
}

function hasKey({ partition, sort }: MapSlot, attributes: Values): boolean {
  return [...partition, ...sort].every((name) => name in attributes);
}

function equalities(names: readonly string[], attributes: Values): string {
  return names.map((name) => `${name} = ${attributes[name]}`).join(' and ');
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
