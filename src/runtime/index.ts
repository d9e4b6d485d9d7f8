/** What servers, hand-written rules and tests import: `tableloom/runtime`. Generated code has a door of its own, generated.ts. */
export { budgetOf, usualRequests } from '../budget/budget.js';
export type { AccessCost, Costs } from '../budget/costs.js';
export type { Budget, BudgetField, BudgetOptions, Figures, Sizes } from '../budget/figures.js';
export type { CacheSettings } from './cache/cache.js';
export type { DaxReads, DaxSettings } from './client/dax.js';
export type {
  DocumentCommand,
  DocumentCommands,
  DocumentOutput,
  DocumentRequests,
} from './client/document.js';
export type { Limits } from './client/limits.js';
export type { AllOperations, InputOf, Operation, OutputOf } from './client/operations.js';
export { Places } from './client/places.js';
export type { RequestReport, Statistics } from './client/requests.js';
export type { Operations } from './client/sdk.js';
export type { StorageState } from './client/traffic.js';
export {
  alreadyExists,
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  KeyError,
  notFound,
  ruleMissing,
  TableloomError,
} from './errors.js';
export { deliveryContext, renewContext } from './events/delivery.js';
export type {
  EventDocument,
  EventLog,
  EventRecord,
  EventType,
  LiveSettings,
  Wake,
  Waker,
} from './events/types.js';
export type { Bridge, BridgeOptions, ShadowDifference } from './import/bridge.js';
export type { ImportProject } from './import/context.js';
export type { Importer, ImportStatus } from './import/importer.js';
export type { LedgerEntry } from './import/ledger.js';
export type {
  CollisionPolicy,
  ConstantValue,
  Fallback,
  FieldMapping,
  FieldType,
  ImportMapping,
  InvertibleTransform,
  Rejection,
  SourceMapping,
  SourceReference,
  Transform,
  TransformContext,
  Transforms,
} from './import/mapping.js';
export type { Row } from './import/rows/rows.js';
export type { Landed } from './import/run/reconcile.js';
export type { RetryReport } from './import/run/retry.js';
export type { PhaseOptions, Switch } from './import/switch.js';
export type {
  ImportFinding,
  ImportFindingKind,
  ImportOptions,
  ImportPhase,
  ImportProgress,
  ImportReport,
  ImportVerifyOptions,
  ImportVerifyReport,
  RejectedRow,
  ReverseFinding,
  ReverseOptions,
  ReverseReport,
  SourceAccount,
} from './import/types.js';
export { importPhases } from './import/types.js';
export type { ItemKey } from './keys/item-key.js';
export type {
  AttributeForm,
  CounterForm,
  EncodeForm,
  EntryForm,
  Existence,
  GuardForm,
  KeyForm,
  PartForm,
  ReferencedByForm,
  ReferenceForm,
  StoredForm,
  VersionForm,
} from './migrate/form.js';
export type { Migration, MigrationClaim, MigrationOptions, MigrationSettings } from './migrate/migration.js';
export { type Obstacle, obstacles } from './migrate/obstacles.js';
export type { MigrationPhase, PlanRecord, StoredPlan } from './migrate/plan-record.js';
export type { KeptRun, MigrationRun, RunProgress, RunStep } from './migrate/run-record.js';
export type {
  CacheRead,
  ObservedDelivery,
  ObservedPattern,
  ObservedRequest,
  Observer,
  Outcome,
  RequestOutcome,
  Watch,
} from './observe/observer.js';
export {
  allOf,
  anyOf,
  atLeast,
  atMost,
  attribute,
  beginsWith,
  type Condition,
  contains,
  equal,
  exists,
  greaterThan,
  lessThan,
  not,
  notEqual,
  oneOf,
  size,
} from './read/filters.js';
export type { PageOptions } from './read/pages.js';
export { type Read, type ReadResults, read } from './read/transact-read.js';
export type { UniqueLookup } from './read/unique.js';
export { forbidden, tokenExpired, tokenInvalid, unauthenticated } from './refusals.js';
export type {
  AnyCodec,
  Phase,
  ReindexCounts,
  ReindexOptions,
  ReindexProblem,
  ReindexProgress,
  ReindexReport,
  StoredProject,
} from './reindex/types.js';
export {
  type AllowRule,
  type AlongsideRule,
  type AppContext,
  type ComputeRule,
  type ComputeRulesByName,
  type FieldRule,
  neededRules,
  type PrepareRule,
  type RuleNames,
  type ValidateRule,
  type VisibleRule,
} from './rules.js';
export {
  Database,
  type DatabaseOptions,
  type DatabaseSettings,
  type RulesOption,
  type SessionOptions,
} from './session/database.js';
export { type OpenOptions, type OpenSettings, openDatabase } from './session/open.js';
export type { Session, WithParent } from './session/session.js';
export { createTables } from './tables/create.js';
export {
  type IndexDefinition,
  resolveTableName,
  resolveTableNames,
  type TableDefinition,
  type TableNames,
} from './tables/definition.js';
export {
  type DeployOptions,
  type DeployProgress,
  deployTables,
  type TableChanges,
  type TableStep,
  tableChanges,
} from './tables/deploy.js';
export type {
  Aggregate,
  AttributeValue,
  CachePolicy,
  Computation,
  Connection,
  Edge,
  EntityCodec,
  EntityReader,
  IndexQuery,
  Item,
  Key,
  PageArguments,
  PageInfo,
  SequenceRef,
  SharedCache,
  TableRef,
} from './types.js';
export { canonicalTime } from './values.js';
export type {
  AttributeType,
  EntityTypes,
  Finding,
  FindingKind,
  FindingPart,
  StoredTypes,
  Unchecked,
  VerifiedProject,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
} from './verify/types.js';
export type { PutAllReport, Unwritten } from './write/bulk/bulk.js';
export type { CascadeOptions, Deletion } from './write/cascade/cascade.js';
export { clearing, type Each, type Erased, removing, type Trace } from './write/erase.js';
export type { Idempotency, IdempotencyStore } from './write/idempotency.js';
export type { Dependence } from './write/premises.js';
export type {
  Alongside,
  CallEnvironment,
  CreateOptions,
  DeleteIfPresentOptions,
  DeleteOptions,
  MaybePromise,
  Requirements,
  UpdateOptions,
  UpsertOptions,
  Write,
  WriteEnvironment,
  WriteKind,
  WriteResults,
} from './write/write.js';
export { following, step, writeEach } from './write/write.js';
export { check, create, remove, update, upsert } from './write/writes.js';
