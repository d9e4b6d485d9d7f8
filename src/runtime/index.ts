/** What servers, hand-written rules and tests import: `tableloom/runtime`. Generated code has a door of its own, generated.ts. */
export { budgetOf } from '../budget/budget.js';
export type { Budget, BudgetField, BudgetOptions, Figures } from '../budget/figures.js';
export type { DocumentCommand, DocumentOutput, DocumentRequests } from './client/document.js';
export type { Limits } from './client/limits.js';
export type { Operation, RequestReport, Statistics } from './client/requests.js';
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
export type { UniqueLookup } from './read/unique.js';
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
export { Database, type DatabaseOptions, type SessionOptions } from './session/database.js';
export { type OpenOptions, openDatabase } from './session/open.js';
export type { Session, WriteResults } from './session/session.js';
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
export type { CreateOptions, DeleteOptions, UpdateOptions, UpsertOptions, Write } from './write/write.js';
export { following, step, writeEach } from './write/write.js';
export { check, create, remove, update, upsert } from './write/writes.js';
