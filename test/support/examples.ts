/** An example project on a real engine, asked by GraphQL, with documents made from its own schema. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type DocumentNode,
  execute,
  type GraphQLOutputType,
  getNamedType,
  isLeafType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { Database, Session, TableDefinition, Write } from 'tableloom/runtime';
import { expect } from 'vitest';
import { openTables } from './databases.js';
import { byText, type Dice } from './dice.js';
import { openEngine } from './engines.js';
import { answeringSchema } from './schemas.js';

export type Values = Readonly<Record<string, unknown>>;

/** What a project generates, with its rules in its resolvers. */
export interface Example {
  readonly typeDefs: string;
  readonly tables: readonly TableDefinition[];
  readonly resolvers: object;
  readonly createLoaders: (session: Session) => object;
}

export interface Page {
  readonly nodes: readonly Values[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** An error a client got: its code, and what the code tells. */
export class Refused extends Error {
  readonly code: unknown;
  constructor(message: string, code: unknown) {
    super(message);
    this.code = code;
  }
}

export interface ExampleServer {
  readonly database: Database;
  readonly client: DynamoDBClient;
  /** The physical name of a table. */
  tableName(table: string): string;
  /** The operations of the last question. */
  readonly operations: readonly string[];
  /** Writes of this project's `create`, in bulk. */
  load(writes: readonly Write<unknown>[]): Promise<void>;
  /** The answer of one field of Query or Mutation, all of its leaves; Refused where it is an error. */
  ask(field: string, args?: Values, fields?: readonly string[]): Promise<unknown>;
  /** The code of the error it answers. */
  codeOf(field: string, args?: Values): Promise<unknown>;
  page(field: string, args: Values, fields?: readonly string[]): Promise<Page>;
  /** Every node of a connection, page by page; all pages but the last have to be full. */
  walk(field: string, args: Values, size: number, backward?: boolean): Promise<Values[]>;
  close(): Promise<void>;
}

export async function openExample(
  example: Example,
  options: { readonly now?: () => Date } = {},
): Promise<ExampleServer> {
  const engine = await openEngine();
  const { names, open } = await openTables(engine.client, example.tables);
  const schema = answeringSchema(example.typeDefs, example.resolvers);
  const operations: string[] = [];
  const database = open({ onRequest: ({ operation }) => operations.push(operation), ...options });

  const documents = new Map<string, DocumentNode>();
  const documentOf = (name: string, fields?: readonly string[]) => {
    const id = JSON.stringify([name, fields]);
    const known = documents.get(id);
    if (known) return known;
    const [kind, root] =
      schema.getQueryType()?.getFields()[name] !== undefined
        ? (['query', schema.getQueryType()] as const)
        : (['mutation', schema.getMutationType()] as const);
    const field = root?.getFields()[name];
    if (!field) throw new Error(`the schema has no field ${name}`);
    const variables = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
    const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    const text = `${kind}${variables && `(${variables})`} { ${name}${args && `(${args})`} ${leavesOf(field.type, fields)} }`;
    const document = parse(text);
    const [mistake] = validate(schema, document);
    if (mistake) throw mistake;
    documents.set(id, document);
    return document;
  };
  const ask: ExampleServer['ask'] = async (field, variableValues = {}, fields) => {
    operations.length = 0;
    const db = database.session();
    const { data, errors } = await execute({
      schema,
      document: documentOf(field, fields),
      contextValue: { db, loaders: example.createLoaders(db) },
      variableValues,
    });
    if (errors?.[0]) {
      const { message, extensions } = errors[0];
      throw new Refused(message, extensions.code);
    }
    return (JSON.parse(JSON.stringify(data)) as Values)[field];
  };
  const page: ExampleServer['page'] = async (field, args, fields) => {
    const { edges, pageInfo } = (await ask(field, args, fields)) as {
      readonly edges: readonly { readonly node: Values }[];
      readonly pageInfo: Omit<Page, 'nodes'>;
    };
    return { ...pageInfo, nodes: edges.map(({ node }) => node) };
  };
  return {
    database,
    client: engine.client,
    tableName: (table) => names[table] ?? '',
    operations,
    ask,
    page,
    async load(writes) {
      const { unwritten } = await database.session().putAll(writes);
      const [first] = unwritten;
      if (first) throw first.error;
    },
    codeOf: (field, args) =>
      ask(field, args).then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof Refused) return error.code ?? error.message;
          throw error;
        },
      ),
    async walk(field, args, size, backward = false) {
      const nodes: Values[] = [];
      let cursor: string | null = null;
      for (;;) {
        const window: Values = backward ? { last: size, before: cursor } : { first: size, after: cursor };
        const one: Page = await page(field, { ...args, ...window });
        if (backward) nodes.unshift(...one.nodes);
        else nodes.push(...one.nodes);
        if (!(backward ? one.hasPreviousPage : one.hasNextPage)) return nodes;
        expect(one.nodes, `a page of ${field} that is not the last`).toHaveLength(size);
        cursor = backward ? one.startCursor : one.endCursor;
      }
    },
    close: () => engine.close(),
  };
}

/** A selection of a type's fields that take no arguments, all the way down; of a connection its nodes. */
function leavesOf(output: GraphQLOutputType, fields?: readonly string[]): string {
  const type = getNamedType(output);
  if (isLeafType(type)) return '';
  if (isUnionType(type)) {
    const members = type.getTypes().map((one) => `... on ${one.name} ${leavesOf(one, fields)}`);
    return `{ __typename ${members.join(' ')} }`;
  }
  if (!isObjectType(type)) throw new Error(`no selection is known for ${type.name}`);
  const { edges, ...own } = type.getFields();
  if (edges !== undefined) {
    const edge = getNamedType(edges.type);
    const node = isObjectType(edge) ? edge.getFields().node : undefined;
    if (!node) throw new Error(`${type.name} has no nodes`);
    const info = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
    return `{ edges { node ${leavesOf(node.type, fields)} } ${info} }`;
  }
  const leaves = Object.values(own)
    .filter(({ name, args }) => args.length === 0 && (fields === undefined || fields.includes(name)))
    .map(({ name, type: inner }) => `${name} ${leavesOf(inner)}`);
  return `{ ${leaves.join(' ')} }`;
}

/** Texts that key delimiters, escapes and orders are tried with. */
export const awkwardTexts = [
  '',
  ' ',
  '#',
  '##',
  '$',
  '$S',
  'a',
  'a#',
  'a#b',
  'a$Sb',
  'ab',
  'A',
  'MENU#a',
  '{shard}',
  '~',
  '\u0000',
  'é',
  'e\u0301',
  'ß',
  '日本',
  '\uffff',
  '😀',
  '😀😀',
  '\u{10ffff}',
] as const;

/** Few, so that many are equal: ends of months and years, leap days, before 1970. */
export const moments = [
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2023-12-31T23:59:59.999Z',
  '2024-01-01T00:00:00.000Z',
  '2024-01-31T23:59:59.999Z',
  '2024-02-29T00:00:00.000Z',
  '2024-02-29T23:59:59.999Z',
  '2024-03-01T00:00:00.000Z',
  '2025-02-28T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
] as const;

/** Negative, large, tiny, and equal ones. */
export const decimals = [
  -1e21,
  -123456.75,
  -2,
  -1.5,
  -1,
  -0.001,
  -1e-7,
  0,
  0,
  1e-7,
  0.1,
  0.25,
  1,
  1.5,
  2,
  4.5,
  4.5,
  4.75,
  5,
  10,
  99.99,
  123456.75,
  2 ** 53,
  1e21,
] as const;

export const integers = [
  -2147483648, -100, -10, -9, -2, -1, 0, 1, 2, 9, 10, 11, 99, 100, 1000, 2147483647,
] as const;

type Order<T> = (a: T, b: T) => number;

/** By these fields, each `field` or `-field`. Texts are compared as texts, numbers and booleans by value. */
export function by<T extends object>(...names: readonly string[]): Order<T> {
  const parts = names.map((name) => ({
    field: name.replace(/^-/, '') as keyof T,
    sign: name.startsWith('-') ? -1 : 1,
  }));
  return (a, b) => {
    for (const { field, sign } of parts) {
      const [one, other]: [unknown, unknown] = [a[field], b[field]];
      const order =
        typeof one === 'string' && typeof other === 'string'
          ? byText(one, other)
          : Number(one) - Number(other);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/**
 * Asks a connection for everything, forwards and backwards, in pages of two sizes, and holds it against what is
 * right: the same records with the same values in the same order.
 */
export async function expectConnection(
  server: ExampleServer,
  field: string,
  args: Values,
  right: readonly object[],
  dice: Dice,
): Promise<void> {
  const asked = `${field} ${JSON.stringify(args)}`;
  const size = () => (dice.below(3) === 0 ? 1 + dice.below(7) : 20 + dice.below(80));
  expect(await server.walk(field, args, size()), `${asked} forwards`).toEqual(right);
  expect(await server.walk(field, args, size(), true), `${asked} backwards`).toEqual(right);
}
