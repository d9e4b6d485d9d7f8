/**
 * What generated code imports: `tableloom/runtime/generated`. It changes with the generator, so that nobody else
 * imports it; people find the names meant for them in `tableloom/runtime`.
 */
export type { Costs, FieldCost, RuleCost } from '../budget/costs.js';
export { allowing, type ViewerRule } from './access.js';
export { naming } from './argument-names.js';
export { eventType } from './events/event-type.js';
export { subscription } from './events/subscription.js';
export type { EventDocument, EventLog, EventRecord, EventType } from './events/types.js';
export {
  type AnyEncoding,
  day,
  decimal,
  declared,
  type Encoding,
  encoded,
  enumValue,
  flag,
  fold,
  hour,
  integer,
  invertedDecimal,
  invertedFlag,
  invertedInteger,
  invertedSafeInteger,
  invertedTime,
  invertedTimeEnd,
  invertedTimePrefix,
  month,
  pad,
  reverse,
  safeInteger,
  text,
  time,
  timeEnd,
  timePrefix,
  wholeText,
  year,
} from './keys/encodings.js';
export { type KeyTemplates, keyParser } from './keys/key-parser.js';
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
  bindingOf,
  bucketList,
  bucketsOf,
  inList,
  partsOf,
  shardKeys,
  shardOf,
  shards,
} from './keys/partitions.js';
export { type Bounds, compareKeys, type RangeShape, rangeOf, spanOf } from './keys/ranges.js';
export { indexRef, sortedBy, tableRef } from './keys/refs.js';
export { type Holes, type Template, unpack } from './keys/templates.js';
export type { LanguageDate, LanguagePick } from './language.js';
export { held, query } from './read/covering.js';
export {
  type AttributeOperand,
  allOf,
  anyOf,
  atLeast,
  atMost,
  attribute,
  beginsWith,
  between,
  type Comparable,
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
  type Operand,
  type Operator,
  oneOf,
  otherwise,
  size,
  type Test,
  underAnyName,
} from './read/filters.js';
export {
  firstFound,
  type KeyLoader,
  type KeyReader,
  keyLoader,
  loadByKind,
  loadEach,
  loadPresent,
  referencedRecord,
} from './read/loaders.js';
export { anyEntity } from './read/mixed.js';
export { limitOf, type PageOptions, type Wants } from './read/pages.js';
export { type PrefetchInfo, prefetch, prefetchAllowed } from './read/prefetch/prefetch.js';
export { attributeOf, attributesOf, fieldsOf, type SelectionInfo } from './read/selection.js';
export { type UniqueLookup, uniqueLookup } from './read/unique.js';
export type { AnyCodec } from './reindex/types.js';
export {
  type AllowRule,
  type AlongsideChange,
  type AlongsideRule,
  type AppContext,
  allowedBy,
  answeredBy,
  type ComputeRule,
  type FieldRule,
  type PrepareRule,
  type RuleOf,
  type ValidateRule,
  type VisibleRule,
} from './rules.js';
export type { ParentRecord } from './session/memory.js';
export type { Session, WithParent } from './session/session.js';
export type { TableDefinition } from './tables/definition.js';
export type {
  Aggregate,
  Attributes,
  Conditions,
  Connection,
  Counted,
  EntityCodec,
  EntityReader,
  Filter,
  Guard,
  IndexQuery,
  IndexRef,
  Item,
  Keep,
  Key,
  NumberKind,
  Optional,
  Partitions,
  RangeBounds,
  Reference,
  ReferencedBy,
  SequenceRef,
  SortRange,
  SumRange,
  TableRef,
  Validation,
} from './types.js';
export { distinct, documentValue, epochSeconds, listOf, lowercase, picked, setOf, trim } from './values.js';
export type { Premise } from './write/action.js';
export { type AnyDeletion, type Cascaded, type Deletion, removeTree } from './write/cascade/cascade.js';
export {
  type DeletableRecord,
  type Dependents,
  type DependentsOf,
  dependents,
} from './write/cascade/tree.js';
export { type Changes, type ChangesOf, changed, computed, type Upserts } from './write/entity/changing.js';
export {
  cascadeWrites,
  createWrites,
  deleteWrites,
  putWrites,
  updateWrites,
  writesOf,
} from './write/entity/entity-writes.js';
export { appended, later, notNull, without } from './write/entity/field-updates.js';
export {
  anyNumber,
  anyText,
  eachOf,
  formed,
  orNull,
  trueOrFalse,
  wholeNumber,
  withForms,
} from './write/entity/forms.js';
export { entry } from './write/entity/item-parts.js';
export { addAt, altered, appendAt, mapEntry, removeAt, setAt } from './write/entity/parts.js';
export { subtracted } from './write/entity/sums.js';
export type { IdempotencyStore } from './write/idempotency.js';
export type {
  Alongside,
  CreateOptions,
  DeleteIfPresentOptions,
  DeleteOptions,
  DirectUpdate,
  FoundItems,
  Planned,
  Requirements,
  UpdateOptions,
  UpsertOptions,
  Write,
  WriteEnvironment,
} from './write/write.js';
export { following, step, writeEach } from './write/write.js';
export { create, remove, update, upsert } from './write/writes.js';
