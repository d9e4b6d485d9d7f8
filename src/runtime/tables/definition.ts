/** Tables as generated code describes them, and their names. */
import { TableloomError } from '../errors.js';
import { neededRules, type RuleNames } from '../rules.js';
import type { TableRef } from '../types.js';

/** One table, as generated code describes it. Key attributes are text, except those of multi-attribute keys. */
export interface TableDefinition<Rules = unknown> {
  /** Logical name, the key of `tables` in access-patterns.yaml. */
  readonly table: string;
  /** The physical name, in which `${VARIABLE}` is replaced by an environment variable. */
  readonly name: string;
  readonly key: { readonly partition: string; readonly sort?: string };
  readonly indexes: readonly IndexDefinition[];
  /** The attribute DynamoDB expires items by, in epoch seconds. */
  readonly ttl?: string;
  /** Of each entity that it stores, a hash of how: code with another one stores its records otherwise. */
  readonly forms?: Readonly<Record<string, string>>;
  /** The rules that compute or validate attributes of its records. */
  readonly rules?: RuleNames<Rules>;
}

/** Where the names of tables keep what is stored in them. */
export const storedTables: unique symbol = Symbol('tables');

/** A table, and of each entity that it stores a hash of how. */
export interface StoredTable {
  readonly table: TableRef;
  readonly forms: Readonly<Record<string, string>>;
}

/** Where the names of tables keep by which attributes the tables and their indexes are partitioned. */
export const partitionKeys: unique symbol = Symbol('partition keys');

/** Physical table names by logical ones, with the rules that writes to the tables need, and what is stored in them. */
export interface TableNames<Rules = unknown> extends Readonly<Record<string, string>> {
  readonly [neededRules]?: RuleNames<Rules>;
  /** @internal */
  readonly [storedTables]?: readonly StoredTable[];
  /** @internal */
  readonly [partitionKeys]?: readonly string[];
}

export interface IndexDefinition {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: string;
  readonly sort?: string;
  /**
   * Multi-attribute keys: the attributes in their order, with DynamoDB's types; up to four for each part
   * (Amazon DynamoDB Developer Guide, "Multi-attribute keys pattern").
   */
  readonly multiAttribute?: {
    readonly partition: Readonly<Record<string, 'S' | 'N'>>;
    readonly sort: Readonly<Record<string, 'S' | 'N'>>;
  };
  readonly project:
    | { readonly kind: 'all' }
    | { readonly kind: 'keys' }
    | { readonly kind: 'include'; readonly attributes: readonly string[] };
}

/** The table as requests refer to it. */
export function tableRefOf({ table: name, key }: TableDefinition): TableRef {
  return { name, ...key };
}

/** "CreateTable", API reference: 3 to 255 characters of these. */
const nameForm = /^[a-zA-Z0-9_.-]{3,255}$/;

/**
 * A physical table name from its template. CONFIGURATION where a variable is missing or empty, or the name is not a
 * valid table name.
 *
 * @param template for instance `${TABLE_PREFIX}-entities`
 * @param env for instance `process.env`
 */
export function resolveTableName(
  template: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const name = template.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    const value = env[variable];
    if (value) return value;
    throw new TableloomError(
      'CONFIGURATION',
      `The table name ${template} needs the environment variable ${variable}, which is not set. Set it, or change \`name\` of the table in access-patterns.yaml.`,
      { variable },
    );
  });
  if (nameForm.test(name)) return name;
  const rule = 'a table name has 3 to 255 letters, digits, dots, hyphens and underscores';
  throw new TableloomError('CONFIGURATION', `The table name ${template} becomes "${name}"; ${rule}.`, {
    name,
  });
}

/** The physical names of all tables, by logical name; see {@link resolveTableName}. */
export function resolveTableNames<Rules>(
  definitions: readonly TableDefinition<Rules>[],
  env: Readonly<Record<string, string | undefined>>,
): TableNames<Rules> {
  const names = Object.fromEntries(
    definitions.map(({ table, name }) => [table, resolveTableName(name, env)]),
  );
  const rules = [...new Set(definitions.flatMap(({ rules = [] }) => [...rules]))];
  const keys = definitions.flatMap(({ key, indexes }) => [key, ...indexes].map(({ partition }) => partition));
  return Object.defineProperties(names, {
    [neededRules]: { value: rules },
    [storedTables]: { value: storedIn(definitions) },
    [partitionKeys]: { value: [...new Set(keys)] },
  });
}

/** The tables that records are stored in. */
export function storedIn(definitions: readonly TableDefinition[]): StoredTable[] {
  return definitions.flatMap((one) =>
    one.forms && Object.keys(one.forms).length > 0 ? [{ table: tableRefOf(one), forms: one.forms }] : [],
  );
}

export function physicalName({ table }: TableDefinition, names: Readonly<Record<string, string>>): string {
  const name = names[table];
  if (name !== undefined) return name;
  throw new TableloomError(
    'CONFIGURATION',
    `\`names\` has no physical name for the table "${table}"; resolveTableNames returns them.`,
  );
}
