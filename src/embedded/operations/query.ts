import { tableNamed } from '../action.js';
import { type CapacityMode, Meter } from '../capacity.js';
import { db, type LevelRange, type MultiAttributeKeyCondition } from '../dynalite.js';
import { resourceNotFound, ValidationError } from '../errors.js';
import {
  type ConditionPlan,
  type ExpressionInput,
  type Expressions,
  parseExpressions,
} from '../expressions/expressions.js';
import { matches } from '../expressions/matches.js';
import { project } from '../expressions/project.js';
import { type AttributeValue, attribute, type Item, scalar } from '../items/attributes.js';
import { entryKey, itemKey, last, partitionStart, segmentRange, wholeRange } from '../items/keys.js';
import { itemSize, readUnits } from '../items/sizes.js';
import type { Store } from '../store/store.js';
import {
  checkNestedPaths,
  entryOf,
  type Index,
  type KeyAttribute,
  type KeySchema,
  type Table,
} from '../store/table.js';
import { checkExpressionMembers, checkValues, typesOf, validate } from '../validate.js';

interface ReadRequest extends ExpressionInput {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly Select?: 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT';
  readonly ExclusiveStartKey?: Item;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface QueryRequest extends ReadRequest {
  readonly ScanIndexForward?: boolean;
}

interface ScanRequest extends ReadRequest {
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** What is read: a table, or one of its indexes. */
interface Source {
  readonly table: Table;
  readonly index: Index | undefined;
  readonly key: KeySchema;
  /** Attributes of a start key, which are also those of a `LastEvaluatedKey`. */
  readonly startNames: readonly string[];
}

const queryTypes = typesOf('query');
const scanTypes = typesOf('scan');
const pageBytes = 1024 * 1024;

export function query(store: Store, input: object): Promise<object> {
  if ((input as { readonly Limit?: unknown }).Limit === 0)
    throw new ValidationError(
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: " +
        'Member must have value greater than or equal to 1',
    );
  const request = validate<QueryRequest>(input, queryTypes);
  checkExpressionMembers(request, ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression']);
  const expressions = parseExpressions(request);
  if (expressions.keyConditions === undefined) {
    throw new ValidationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const source = sourceOf(store, request);
  const reverse = request.ScanIndexForward === false;
  const range = queryRange(source, expressions.keyConditions, expressions.values);
  checkFilterNames(source, expressions.filter);
  return readPage(store, source, request, expressions, {
    ...continueFrom(source, request.ExclusiveStartKey, range, reverse),
    reverse,
  });
}

export function scan(store: Store, input: object): Promise<object> {
  const request = validate<ScanRequest>(input, scanTypes);
  checkExpressionMembers(request, ['ProjectionExpression', 'FilterExpression']);
  const { Segment = 0, TotalSegments = 1 } = request;
  if (request.Segment !== undefined && request.TotalSegments === undefined)
    throw new ValidationError(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  if (request.Segment === undefined && request.TotalSegments !== undefined)
    throw new ValidationError(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  if (Segment >= TotalSegments)
    throw new ValidationError(
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        `Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  const expressions = parseExpressions(request);
  const source = sourceOf(store, request);
  const range =
    TotalSegments === 1 ? wholeRange(source.key.id) : segmentRange(source.key.id, Segment, TotalSegments);
  return readPage(
    store,
    source,
    request,
    expressions,
    continueFrom(source, request.ExclusiveStartKey, range, false),
  );
}

function sourceOf(store: Store, request: ReadRequest): Source {
  const table = tableNamed(store, request.TableName);
  const tableNames = table.key.attributes.map(({ name }) => name);
  if (request.IndexName === undefined) {
    if (request.Select === 'ALL_PROJECTED_ATTRIBUTES') {
      throw new ValidationError('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
    }
    return { table, index: undefined, key: table.key, startNames: tableNames };
  }
  const index = table.indexes.find(({ name }) => name === request.IndexName);
  if (index === undefined) {
    throw new ValidationError(`The table does not have the specified index: ${request.IndexName}`);
  }
  if (!index.ready)
    throw resourceNotFound(`Cannot read from backfilling global secondary index: ${index.name}`);
  if (index.kind === 'global' && request.ConsistentRead === true) {
    throw new ValidationError('Consistent reads are not supported on global secondary indexes');
  }
  const names = new Set([...tableNames, ...index.key.attributes.map(({ name }) => name)]);
  return { table, index, key: index.key, startNames: [...names] };
}

function queryRange(
  { key }: Source,
  conditions: NonNullable<Expressions['keyConditions']>,
  values: Item,
): LevelRange {
  const onHash = conditions[key.hash.name];
  const onRange = key.range === undefined ? undefined : conditions[key.range.name];
  if (onHash === undefined) {
    throw new ValidationError(`Query condition missed key schema element: ${key.hash.name}`);
  }
  const used = onRange === undefined ? 1 : 2;
  if (Object.keys(conditions).length > used) {
    throw new ValidationError(
      key.range === undefined
        ? 'Query key condition not supported'
        : `Query condition missed key schema element: ${key.range.name}`,
    );
  }
  if (onHash.operator !== 'EQ') throw new ValidationError('Query key condition not supported');
  const [hash = ''] = onHash.operands.map(({ value }) => keyText(key.hash, attribute(values, value)));
  const start = partitionStart(key, hash);
  if (onRange === undefined || key.range === undefined) return { gte: start, lt: start + last };
  const { range } = key;
  const bounds = onRange.operands.map(({ value }) => keyText(range, attribute(values, value)));
  const [low = '', high = ''] = bounds.map((text) => start + db.toRangeStr(text, range.type));
  return sortRange(onRange.operator, start, low, high);
}

/** `low` and `high` are places without the '/' that ends a part of a key. */
function sortRange(
  operator: MultiAttributeKeyCondition['ComparisonOperator'],
  start: string,
  low: string,
  high: string,
): LevelRange {
  switch (operator) {
    case 'EQ':
      return { gte: `${low}/`, lt: `${low}/${last}` };
    case 'LT':
      return { gte: start, lt: `${low}/` };
    case 'LE':
      return { gte: start, lt: `${low}/${last}` };
    case 'GT':
      return { gte: `${low}/${last}`, lt: start + last };
    case 'GE':
      return { gte: `${low}/`, lt: start + last };
    case 'BETWEEN':
      return { gte: `${low}/`, lt: `${high}/${last}` };
    case 'BEGINS_WITH':
      return { gte: low, lt: low + last };
  }
}

function keyText(part: KeyAttribute, value: AttributeValue | undefined): string {
  const text = scalar(value, part.type);
  if (text === undefined) {
    throw new ValidationError(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  }
  if (text === '') {
    throw new ValidationError(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an ' +
        `empty ${part.type === 'B' ? 'binary' : 'string'} value. Key: ${part.name}`,
    );
  }
  return text;
}

/** The part of `range` that lies behind the start key. */
function continueFrom(
  source: Source,
  startKey: Item | undefined,
  range: LevelRange,
  reverse: boolean,
): LevelRange {
  if (startKey === undefined) return range;
  const { table, index, key, startNames } = source;
  const invalid = (why: string) => new ValidationError(`The provided starting key is ${why}`);
  checkValues(startKey);
  if (Object.keys(startKey).length !== startNames.length) throw invalid('invalid');
  for (const part of [...key.attributes, ...table.key.attributes]) {
    const text = scalar(attribute(startKey, part.name), part.type);
    if (text === undefined || text === '') throw invalid('invalid');
  }
  const start = index === undefined ? itemKey(table, startKey) : entryKey(table, index, startKey);
  const { gte = '', lt = '' } = range;
  if (start < gte || start >= lt) throw invalid('outside query boundaries based on provided conditions');
  return reverse ? { gte, lt: start } : { gt: start, lt };
}

function checkFilterNames({ key }: Source, filter: ConditionPlan | undefined): void {
  const name = key.attributes.find(
    (part) => filter !== undefined && Object.hasOwn(filter.pathHeads, part.name),
  )?.name;
  if (name === undefined) return;
  throw new ValidationError(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
  );
}

async function readPage(
  store: Store,
  source: Source,
  request: ReadRequest,
  expressions: Expressions,
  range: LevelRange,
): Promise<object> {
  const { table, index } = source;
  const { filter, projection, values } = expressions;
  checkNestedPaths(table, projection?.nestedPaths);
  checkNestedPaths(table, filter?.nestedPaths);
  checkSelect(request);
  const fetches = needsWholeItems(source, request, expressions);
  const consistent = request.ConsistentRead === true;
  const limit = request.Limit ?? Number.POSITIVE_INFINITY;
  const meter = new Meter(request.ReturnConsumedCapacity);

  const items: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let end: Item | undefined;
  let isMore = false;
  for await (const whole of itemsIn(store, source, range, Math.min(limit, 64))) {
    if (scanned >= limit || bytes >= pageBytes) {
      isMore = true;
      break;
    }
    const entry = index === undefined ? whole : entryOf(index, whole);
    if (entry === undefined) continue;
    scanned += 1;
    bytes += itemSize(entry);
    end = whole;
    const item = fetches ? whole : entry;
    if (fetches && meter.wanted) meter.add(table, readUnits(itemSize(whole), consistent));
    if (filter === undefined || matches(item, filter.expression, values)) items.push(item);
    // A page that is full by count ends here, and says so even if nothing follows.
    if (scanned >= limit) {
      isMore = true;
      break;
    }
  }

  meter.add(table, readUnits(bytes, consistent), index);
  if (index !== undefined) meter.add(table, 0);
  const shown = projection === undefined ? items : items.map((item) => project(item, projection.paths));
  return {
    ...(request.Select === 'COUNT' ? {} : { Items: shown }),
    Count: items.length,
    ScannedCount: scanned,
    ...(isMore && end !== undefined
      ? {
          LastEvaluatedKey: project(
            end,
            source.startNames.map((name) => [name]),
          ),
        }
      : {}),
    ...meter.single(),
  };
}

/** The items in a key range of a table, or behind a key range of an index, as of one moment. */
async function* itemsIn(
  store: Store,
  { index }: Source,
  range: LevelRange,
  chunk: number,
): AsyncGenerator<Item> {
  if (index === undefined) {
    for await (const [, text] of store.entries(range, undefined, chunk)) yield JSON.parse(text) as Item;
    return;
  }
  const snapshot = store.snapshot();
  try {
    for await (const [, text] of store.entries(range, snapshot, chunk)) {
      const item = store.committedItem(JSON.parse(text) as string, snapshot);
      if (item === undefined) throw new Error(`index ${index.name} holds an entry without an item`);
      yield item;
    }
  } finally {
    await snapshot.close();
  }
}

function checkSelect({ Select, ProjectionExpression }: ReadRequest): void {
  if (Select === 'SPECIFIC_ATTRIBUTES' && ProjectionExpression === undefined) {
    throw new ValidationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  if (ProjectionExpression !== undefined && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    const wish = Select === 'COUNT' ? 'only the Count' : Select;
    throw new ValidationError(`Cannot specify the ProjectionExpression when choosing to get ${wish}`);
  }
}

/**
 * Whether the answer needs attributes the index does not project: a local index fetches them from the table,
 * a global one cannot.
 */
function needsWholeItems(
  { index }: Source,
  request: ReadRequest,
  { filter, projection }: Expressions,
): boolean {
  const projects = index?.projects;
  if (index === undefined || projects === undefined) return false;
  const missing = (names: readonly (string | number | undefined)[]) =>
    names.filter((name) => typeof name === 'string' && !projects.has(name)).join(', ');
  const filtered = missing(Object.keys(filter?.pathHeads ?? {}));
  if (filtered !== '') {
    throw new ValidationError(
      `One or more parameter values were invalid: Secondary index ${index.name} does not project one or more ` +
        `filter attributes: [${filtered}]`,
    );
  }
  const shown = missing(projection?.paths.map(([head]) => head) ?? []);
  if (index.kind === 'local') return shown !== '' || request.Select === 'ALL_ATTRIBUTES';
  if (request.Select === 'ALL_ATTRIBUTES') {
    throw new ValidationError(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global ' +
        `secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  if (shown !== '') {
    throw new ValidationError(
      `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${shown}]`,
    );
  }
  return false;
}
