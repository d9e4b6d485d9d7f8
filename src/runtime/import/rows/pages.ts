/** Reads the rows of a source, segment by segment. */
import { DescribeTableCommand, type DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import { TableloomError } from '../../errors.js';
import { isKeyOf } from '../../reindex/belonging.js';
import { type Segment, scanPage } from '../../reindex/scan.js';
import type { Filter, Item, Key, TableRef } from '../../types.js';
import type { ImportContext, Source } from '../context.js';
import { stampAttributes, stampOf } from '../ledger.js';
import { patiently } from '../patiently.js';
import { namedRow, type Row, requireExactKey, sourceTable } from './rows.js';

const rowsInSegment = 500;
const mostSegments = 20_000;
export const segmentsAtOnce = 4;

interface PagesOptions {
  /** The attributes that are read of each row. Default: all. */
  readonly only?: readonly string[];
  /** Ends the wait for a storage that does not answer. */
  readonly signal?: AbortSignal | undefined;
}

/** Every page of a segment of a source, in its order. CONFIGURATION where several rows may have one key: see `requireExactKey`. */
export async function* pagesOf(
  context: ImportContext,
  source: Source,
  number: number,
  of: number,
  { only, signal }: PagesOptions = {},
): AsyncGenerator<readonly Row[]> {
  const { mapping } = source;
  const options = { signal, ...(only && { only }) };
  for await (const page of pages(context, sourceTable(mapping), { number, of }, options)) {
    for (const row of page) requireExactKey(mapping, row);
    yield page;
  }
}

/**
 * Every page of a segment of a target table, with the records of a source's entity: of most, little is left.
 *
 * @param imported whether only those are meant that rows of the source became
 */
export async function* recordPages(
  context: ImportContext,
  { mapping, codec }: Source,
  segment: Pick<Segment, 'number' | 'of'>,
  { imported, signal }: { readonly imported: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<readonly Item[]> {
  const ofEntity = { expression: '#t = :t', names: { '#t': '_type' }, values: { ':t': codec.name } };
  const filter: Filter = imported
    ? {
        expression: `${ofEntity.expression} AND begins_with(#s, :s)`,
        names: { ...ofEntity.names, '#s': stampAttributes.source },
        values: { ...ofEntity.values, ':s': stampOf(mapping, '') },
      }
    : ofEntity;
  // During a migration there may be what another version stores of a record.
  for await (const page of pages(context, codec.table, segment, { filter, signal }))
    yield page.filter((item) => isKeyOf(codec, codec.table, item));
}

/** Pages are small, so that each is answered in time. */
async function* pages(
  context: ImportContext,
  table: TableRef,
  { number, of }: Pick<Segment, 'number' | 'of'>,
  { signal, ...options }: PagesOptions & { readonly filter?: Filter },
): AsyncGenerator<readonly Row[]> {
  const { requester, scan } = context.environment;
  let after: Key | undefined;
  do {
    const segment: Segment = { number, of, after };
    const page = await patiently(signal, () =>
      scanPage(requester, scan, table, segment, { limit: 1000, consistent: true, ...options }),
    );
    yield page.items as readonly Row[];
    after = page.next;
  } while (after !== undefined);
}

/** How many rows a source has, as DynamoDB says; 0 where it does not. */
export async function sizeOf(
  context: ImportContext,
  client: DynamoDBClient,
  source: Source,
): Promise<number> {
  return (await describedTable(context, client, source))?.ItemCount ?? 0;
}

/** The types of a source's key attributes, by name. */
export type KeyTypes = Readonly<Record<string, string | undefined>>;

export async function keyTypesOf(
  context: ImportContext,
  client: DynamoDBClient,
  source: Source,
): Promise<KeyTypes> {
  const { AttributeDefinitions = [] } = (await describedTable(context, client, source)) ?? {};
  return Object.fromEntries(
    AttributeDefinitions.map(({ AttributeName = '', AttributeType }) => [AttributeName, AttributeType]),
  );
}

async function describedTable(
  context: ImportContext,
  client: DynamoDBClient,
  source: Source,
): Promise<TableDescription | undefined> {
  const TableName = context.environment.requester.tableName(sourceTable(source.mapping));
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw new TableloomError(
      'CONFIGURATION',
      `There is no table ${TableName}, which the source ${source.mapping.name} names. Correct its \`table\`, or the variables in it.`,
    );
  }
}

/**
 * Few rows each: as many are dealt with again after a run was killed. And DynamoDB Local takes the longer for a page, the more of
 * its segment is before it.
 */
export function segmentsFor(rows: number): number {
  return Math.min(mostSegments, Math.max(segmentsAtOnce, Math.ceil(rows / rowsInSegment)));
}

/** The key of a row by its name in the account; undefined where that is a digest. */
export function rowNamed({ mapping }: Source, text: string): Row | undefined {
  return namedRow(mapping, text);
}
