import { createRequire } from 'node:module';

/*
 * The only door to dynalite 4 (CommonJS, no types). We use its store (a level database in memory or in a
 * folder), its request type checks, its expression parsers and its key encoding. What happens to items is
 * decided in this folder: dynalite's own actions write an item and its index records one after the other,
 * know no transactions, and differ from DynamoDB in the places docs of each file here name.
 */

/** A tree of dynalite's, describing and limiting one request member. */
export type TypeTree = string | { readonly [rule: string]: unknown };
export type Types = Readonly<Record<string, TypeTree>>;

/** dynalite's error: an answer DynamoDB would give. */
export interface DynaliteError extends Error {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

interface Validations {
  /** Copies known members, throws a `DynaliteError` (SerializationException) for wrong JSON types. */
  checkTypes(data: object, types: Types): object;
  /** Throws a `DynaliteError` (ValidationException) for broken limits. */
  checkValidations(data: object, types: Types, custom?: CustomCheck, store?: object): void;
  /** A message, or undefined. Normalizes the text of numbers in place. */
  validateAttributeValue(value: object): string | undefined;
  /** A message, or undefined. Sets `_condition`, `_updates`, `_keyCondition`, `_filter`, `_projection`. */
  validateExpressions(data: object): string | undefined;
  validateExpressionParams(data: object, expressions: string[], others: string[]): string | undefined;
  /** Conditions by key attribute, or a message. */
  convertKeyCondition(expression: object): Readonly<Record<string, MultiAttributeKeyCondition>> | string;
  findDuplicate(values: readonly string[]): string | null | undefined;
}

export type CustomCheck = (data: object, store?: object) => string | undefined;

export interface MultiAttributeKeyCondition {
  readonly ComparisonOperator: 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'BETWEEN' | 'BEGINS_WITH';
  readonly AttributeValueList: readonly object[];
}

/** An entry for `LevelDatabase.batch`. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export interface LevelRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/** A frozen view of the database. */
export interface LevelSnapshot {
  close(): Promise<void>;
}

export interface LevelIterator {
  /** Up to `size` further entries; an empty array at the end. */
  nextv(size: number): Promise<[string, string][]>;
  close(): Promise<void>;
}

/** The part of abstract-level 3 we use. Values are JSON text. */
export interface LevelDatabase {
  open(options?: { readonly errorIfExists?: boolean }): Promise<void>;
  close(): Promise<void>;
  batch(operations: readonly LevelOperation[]): Promise<void>;
  getSync(key: string, options: { valueEncoding: 'utf8'; snapshot?: LevelSnapshot }): string | undefined;
  iterator(options: LevelRange & { valueEncoding: 'utf8'; snapshot?: LevelSnapshot }): LevelIterator;
  clear(range: LevelRange): Promise<void>;
  snapshot(): LevelSnapshot;
}

interface Db {
  create(options: { path?: string }): { readonly db: LevelDatabase };
  /** Hex text that sorts as the value does: UTF-8 bytes, numbers by value, binary by bytes. */
  toRangeStr(value: string, type: string): string;
  /** Six hex digits that scatter partitions, as DynamoDB's hash does. */
  hashPrefix(hash: string, hashType: string, range?: string, rangeType?: string): string;
}

/** An arbitrary-precision decimal of big.js, which dynalite depends on. */
export interface Decimal {
  /** Significant digits. */
  readonly c: readonly number[];
  /** Exponent of the first digit. */
  readonly e: number;
  readonly s: 1 | -1;
  plus(other: Decimal): Decimal;
  minus(other: Decimal): Decimal;
  cmp(other: Decimal): -1 | 0 | 1;
  toFixed(): string;
}

const here = createRequire(import.meta.url);
const inside = createRequire(here.resolve('dynalite'));

export const validations = here('dynalite/validations') as Validations;
export const db = here('dynalite/db') as Db;
export const decimal = inside('big.js') as (text: string) => Decimal;

interface Parser {
  parse(text: string, options: { readonly context: object }): unknown;
}

/** Where a parser stopped in an expression that it does not understand; undefined where it understands it. */
export function syntaxErrorIn(
  text: string,
  grammar: 'condition' | 'projection' | 'update',
  placeholders: { readonly attrNames: object | undefined; readonly attrVals: object | undefined },
): number | undefined {
  const parser = here(`dynalite/db/${grammar}Parser`) as Parser;
  const context = {
    ...placeholders,
    unusedAttrNames: {},
    unusedAttrVals: {},
    isReserved: () => false,
    compare: () => true,
  };
  try {
    parser.parse(text, { context });
    return undefined;
  } catch (error) {
    return (error as { readonly location?: { readonly start: { readonly offset: number } } }).location?.start
      .offset;
  }
}

/** Types and the custom check dynalite has for an operation, by its file name (`putItem`). */
export function checksOf(operation: string): { readonly types: Types; readonly custom?: CustomCheck } {
  return here(`dynalite/validations/${operation}`) as { types: Types; custom?: CustomCheck };
}
