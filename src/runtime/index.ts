/** The runtime of generated code and of hand-written rules: `tableloom/runtime`. */
export {
  type Budget,
  type BudgetField,
  type BudgetOptions,
  budgetOf,
  type Figures,
} from '../budget/budget.js';
export type { Costs, FieldCost, RuleCost } from '../budget/costs.js';
export { type AheadInfo, ahead } from './ahead.js';
export type { PutAllReport, Unwritten } from './bulk.js';
export { type CascadeOptions, type Deletion, removeTree } from './cascade.js';
export type { Requirements } from './demands.js';
export { addedDecimal, addedInt, addedInteger, appended, bytesOf, later, without } from './elements.js';
export {
  cascadeWrites,
  changed,
  createWrites,
  deleteWrites,
  putWrites,
  updateWrites,
  upsertWrites,
} from './entity-writes.js';
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
} from './filters.js';
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
  loadByKind,
  lowercase,
  notNull,
  putting,
  shardKeys,
  sortedBy,
  tableRef,
  trim,
  type Upserts,
  upserting,
} from './generated.js';
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
} from './keys.js';
export { checkKey, keyLimits } from './keysize.js';
export type { LanguageDate, LanguagePick } from './language.js';
export type { Limits } from './limits.js';
export { distinct, inList, limitOf, listOf, loadEach, loadPresent, setOf } from './lists.js';
export { anyEntity, parentFirst } from './mixed.js';
export { type NarrowOptions, type NarrowPart, narrowed } from './narrowing.js';
export type { Once, TokenStore } from './once.js';
export { type OpenOptions, openDatabase } from './open.js';
export type { PageOptions, Wants } from './pages.js';
export {
  type BucketUnit,
  type BucketWindow,
  bindingOf,
  bucketList,
  bucketsOf,
  shardOf,
  shards,
} from './partitions.js';
export { type Bounds, compareKeys, type RangeShape, rangeOf } from './ranges.js';
export { keyNumber, keyText, type RawBounds, rawRange } from './raw.js';
export type { RequestReport, Statistics } from './requests.js';
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
export type { InputOf, Operation } from './sdk.js';
export { fieldsOf, type SelectionInfo, selection } from './selection.js';
export {
  Database,
  type DatabaseOptions,
  type Session,
  type SessionOptions,
  type WriteResults,
} from './session.js';
export { type Step, step } from './steps.js';
export { entry, held, keyParser, picked, query, stored } from './stored.js';
export {
  createTables,
  type IndexDefinition,
  resolveTableName,
  resolveTableNames,
  type TableDefinition,
} from './tables.js';
export { type Holes, type Template, unpack } from './templates.js';
export { type Read, type ReadResults, read } from './together.js';
export { type Dependents, type DependentsOf, dependents } from './trees.js';
export type {
  AttributeValue,
  Connection,
  Counted,
  Demands,
  Edge,
  EntityCodec,
  EntityReader,
  Filter,
  Guard,
  IndexQuery,
  IndexRef,
  Item,
  Keep,
  KeptNumber,
  Key,
  PageArguments,
  PageInfo,
  Partitions,
  Reference,
  ReferencedBy,
  SequenceRef,
  SortRange,
  TableRef,
  ValueDemand,
} from './types.js';
export { canonicalTime, documentValue, epochSeconds } from './values.js';
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
} from './writes.js';
