/** What servers, hand-written rules and tests import: `tableloom/runtime`. Generated code has a door of its own, generated.ts. */
export {
  type Budget,
  type BudgetField,
  type BudgetOptions,
  budgetOf,
  type Figures,
} from '../budget/budget.js';
export type { Limits } from './client/limits.js';
export type { RequestReport, Statistics } from './client/requests.js';
export type { Operation } from './client/sdk.js';
export {
  createTables,
  type IndexDefinition,
  resolveTableNames,
  type TableDefinition,
} from './client/tables.js';
export {
  alreadyExists,
  type ErrorCode,
  errorCodes,
  forbidden,
  KeyError,
  notFound,
  ruleMissing,
  TableloomError,
  unauthenticated,
} from './errors.js';
export { type Read, read } from './read/transact-read.js';
export type {
  AllowRule,
  AlongsideRule,
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
  Connection,
  Edge,
  EntityCodec,
  IndexQuery,
  Item,
  Key,
  PageArguments,
  PageInfo,
} from './types.js';
export type { PutAllReport } from './write/bulk/bulk.js';
export type { CascadeOptions, Deletion } from './write/cascade/cascade.js';
export type { Idempotency, IdempotencyStore } from './write/idempotency.js';
export { step } from './write/steps.js';
export {
  type CreateOptions,
  check,
  create,
  type DeleteOptions,
  remove,
  type UpdateOptions,
  type UpsertOptions,
  update,
  upsert,
  type Write,
} from './write/writes.js';
