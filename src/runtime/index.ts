/** The runtime of generated code and of hand-written rules: `tableloom/runtime`. */
export {
  type Budget,
  type BudgetField,
  type BudgetOptions,
  budgetOf,
  type Figures,
} from '../budget/budget.js';
export type { Costs, FieldCost, RuleCost } from '../budget/costs.js';
export type { Limits } from './client/limits.js';
export type { RequestReport, Statistics } from './client/requests.js';
export type { InputOf, Operation } from './client/sdk.js';
export {
  createTables,
  type IndexDefinition,
  resolveTableName,
  resolveTableNames,
  type TableDefinition,
} from './client/tables.js';
export {
  alreadyExists,
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  forbidden,
  fromAws,
  guardFailed,
  KeyError,
  notFound,
  ruleMissing,
  TableloomError,
  unauthenticated,
  uniqueViolation,
  versionConflict,
} from './errors.js';
export {
  type AnyEncoding,
  day,
  decimal,
  type Encoding,
  enumValue,
  flag,
  fold,
  hour,
  integer,
  invertedDecimal,
  invertedFlag,
  invertedInteger,
  invertedTime,
  invertedTimePrefix,
  month,
  pad,
  safeInteger,
  text,
  time,
  timePrefix,
  year,
} from './keys/encodings.js';
export { checkKey, keyLimits } from './keys/limits.js';
export {
  keyNumber,
  keyText,
  type MultiAttributeBounds,
  multiAttributeRange,
} from './keys/multi-attribute.js';
export { type NarrowOptions, type NarrowPart, narrowed } from './keys/narrowing.js';
export {
  type BucketUnit,
  type BucketWindow,
  bucketList,
  bucketsOf,
  shardOf,
  shards,
} from './keys/partitions.js';
export { type Bounds, compareKeys, type RangeShape, rangeOf } from './keys/ranges.js';
export { type Holes, type Template, unpack } from './keys/templates.js';
export {
  allOf,
  anyOf,
  atLeast,
  atMost,
  beginsWith,
  between,
  type Condition,
  contains,
  equal,
  exceptFor,
  exists,
  filterOf,
  greaterThan,
  lessThan,
  not,
  notEqual,
  oneOf,
  size,
} from './read/filters.js';
export { distinct, inList, limitOf, listOf, loadEach, loadPresent, setOf } from './read/lists.js';
export {
  type Changes,
  changing,
  computed,
  encoded,
  firstFound,
  indexRef,
  type KeyLoader,
  type KeyReader,
  keyLoader,
  lowercase,
  notNull,
  putting,
  shardKeys,
  sortedBy,
  tableRef,
  trim,
  type Upserts,
  upserting,
} from './read/loaders.js';
export { anyEntity, parentFirst } from './read/mixed.js';
export type { PageOptions, Wants } from './read/pages.js';
export { type PrefetchInfo, prefetch } from './read/prefetch/prefetch.js';
export { fieldsOf, type SelectionInfo, selection } from './read/selection.js';
export { type Read, type ReadResults, read } from './read/transact-read.js';
export type {
  AllowRule,
  AlongsideChange,
  AlongsideRule,
  Answer,
  AppContext,
  ComputeRule,
  ComputeRulesByName,
  FieldRule,
  PrepareRule,
  ValidateRule,
  VisibleRule,
} from './rules.js';
export { type OpenOptions, openDatabase } from './session/open.js';
export {
  Database,
  type DatabaseOptions,
  type Session,
  type SessionOptions,
  type WriteResults,
} from './session/session.js';
export type {
  Aggregate,
  AttributeValue,
  Conditions,
  Connection,
  Counted,
  Edge,
  EntityCodec,
  EntityReader,
  Filter,
  Guard,
  IndexQuery,
  IndexRef,
  Item,
  Keep,
  Key,
  PageArguments,
  PageInfo,
  Partitions,
  Reference,
  ReferencedBy,
  SequenceRef,
  SortRange,
  TableRef,
  Validation,
} from './types.js';
export { canonicalTime, documentValue, epochSeconds } from './values.js';
export type { PutAllReport, Unwritten } from './write/bulk/bulk.js';
export { type CascadeOptions, type Deletion, removeTree } from './write/cascade/cascade.js';
export { type Dependents, type DependentsOf, dependents } from './write/cascade/tree.js';
export type { Requirements } from './write/conditions.js';
export {
  addedDecimal,
  addedInt,
  addedInteger,
  appended,
  bytesOf,
  later,
  without,
} from './write/field-updates.js';
export type { Idempotency, IdempotencyStore } from './write/idempotency.js';
export { type Step, step } from './write/steps.js';
export {
  type Alongside,
  type CreateOptions,
  check,
  create,
  type DeleteIfPresentOptions,
  type DeleteOptions,
  remove,
  type UpdateOptions,
  type UpsertOptions,
  update,
  upsert,
  type Write,
  type WriteEnvironment,
} from './write/writes.js';
