/** The project of these tests on an engine, asked by GraphQL, beside what it should hold. */

import {
  type DocumentNode,
  execute,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isUnionType,
  parse,
} from 'graphql';
import type { Database, DatabaseOptions, Session, Write } from 'tableloom/runtime';
import { createLoaders } from '../../fixtures/ok/every-connection/generated/loaders.js';
import { createResolvers } from '../../fixtures/ok/every-connection/generated/resolvers.js';
import { typeDefs } from '../../fixtures/ok/every-connection/generated/schema.js';
import { tables } from '../../fixtures/ok/every-connection/generated/tables.js';
import { openTables } from '../../support/databases.js';
import { openEngine } from '../../support/engines.js';
import { Refused } from '../../support/examples.js';
import { answeringSchema } from '../../support/schemas.js';
import { compareOf, type Kind } from './kinds.js';
import { type Change, clock, type Draft, isExpired, stocks, type Thing, type Values } from './stock.js';

/** What is asked of a connection besides its arguments. Left out: everything. */
export interface Wanted {
  readonly edges: boolean;
  readonly nodes: boolean;
  readonly next: boolean;
  readonly previous: boolean;
  readonly cursors: boolean;
  /** One field only of each node. */
  readonly slim: boolean;
}

export const everything: Wanted = {
  edges: true,
  nodes: true,
  next: true,
  previous: true,
  cursors: true,
  slim: false,
};

/** A connection as it was answered; what was not asked is not there. */
export interface Answer {
  readonly edges?: readonly {
    readonly cursor: string;
    readonly node: Values;
    readonly [name: string]: unknown;
  }[];
  readonly nodes?: readonly Values[];
  readonly pageInfo: {
    readonly hasNextPage?: boolean;
    readonly hasPreviousPage?: boolean;
    readonly startCursor?: string | null;
    readonly endCursor?: string | null;
  };
}

/** Relay's arguments. */
export interface Window {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

const schema: GraphQLSchema = answeringSchema(typeDefs, createResolvers({}));
const engine = openEngine();

export class Library {
  readonly database: Database;
  /** The same tables with other limits or secrets. */
  readonly open: (options?: Partial<DatabaseOptions>) => Database;

  private constructor(open: (options?: Partial<DatabaseOptions>) => Database) {
    this.open = (options) => open({ now: () => clock, ...options });
    // Whatever the filter drops, these pages are full; test/pages/budget.test.ts is about smaller budgets.
    this.database = this.open({ limits: { readBudget: 10_000 } });
  }

  static async open(): Promise<Library> {
    const { client } = await engine;
    return new Library((await openTables(client, tables)).open);
  }

  async write(writes: readonly Write<unknown>[]): Promise<void> {
    if (writes.length > 0) await this.database.session().write(...writes);
  }

  /** One page. Refused where it is an error. */
  async ask(
    field: string,
    args: Values,
    wanted: Wanted = everything,
    database: Database = this.database,
  ): Promise<Answer> {
    const db: Session = database.session();
    const { data, errors } = await execute({
      schema,
      document: documentOf(field),
      contextValue: { db, loaders: createLoaders(db) },
      variableValues: { ...args, ...variablesOf(wanted) },
    });
    if (errors?.[0]) throw new Refused(errors[0].message, errors[0].extensions.code);
    return (JSON.parse(JSON.stringify(data)) as Record<string, Answer>)[field] as Answer;
  }
}

function variablesOf({ edges, nodes, next, previous, cursors, slim }: Wanted): Values {
  return { _edges: edges, _nodes: nodes, _next: next, _previous: previous, _cursors: cursors, _whole: !slim };
}

const documents = new Map<string, DocumentNode>();

function documentOf(name: string): DocumentNode {
  const known = documents.get(name);
  if (known) return known;
  const field = schema.getQueryType()?.getFields()[name];
  if (!field) throw new Error(`the schema has no field ${name}`);
  const variables = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const flags = Object.keys(variablesOf(everything))
    .map((flag) => `$${flag}: Boolean!`)
    .join(', ');
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const edge = edgeType(name);
  const node = nodeFields(edge);
  const document = parse(`query (${variables}, ${flags}) { ${name}(${args}) {
    edges @include(if: $_edges) { ${edgeFields(edge).join(' ')} node ${node} }
    nodes @include(if: $_nodes) ${node}
    pageInfo {
      __typename
      hasNextPage @include(if: $_next)
      hasPreviousPage @include(if: $_previous)
      startCursor @include(if: $_cursors)
      endCursor @include(if: $_cursors)
    } } }`);
  documents.set(name, document);
  return document;
}

function edgeType(field: string): GraphQLObjectType {
  const connection = getNamedType(schema.getQueryType()?.getFields()[field]?.type);
  const edge = isObjectType(connection) ? getNamedType(connection.getFields().edges?.type) : undefined;
  if (!isObjectType(edge)) throw new Error(`${field} is no connection`);
  return edge;
}

function edgeFields(edge: GraphQLObjectType): string[] {
  return Object.keys(edge.getFields()).filter((name) => name !== 'node');
}

function nodeFields(edge: GraphQLObjectType): string {
  const node = getNamedType(edge.getFields().node?.type);
  const types = isUnionType(node) ? node.getTypes() : isObjectType(node) ? [node] : [];
  const parts = types.map((type) => {
    const names = Object.values(type.getFields()).filter(({ type: leaf }) => isLeafType(getNamedType(leaf)));
    const rest = names.map(({ name }) => name).filter((name) => name !== slimField(type.name));
    return `... on ${type.name} { ${slimField(type.name)} ${rest.map((one) => `${one} @include(if: $_whole)`).join(' ')} }`;
  });
  return `{ __typename ${parts.join(' ')} }`;
}

/** The one field asked of a slim node: for cards it is one that two of their indexes hold. */
function slimField(type: string): string {
  return type === 'Card' || type === 'DraftVersion' ? 'title' : 'id';
}

/** A node as it is answered. */
export function shown({ node }: Thing, { slim }: Pick<Wanted, 'slim'>): Values {
  const { __typename } = node;
  const field = slimField(String(__typename));
  return slim ? { __typename, [field]: node[field] } : node;
}

let owners = 0;

/** One owner's records, in the tables and in memory. */
export class World {
  readonly owner: string;
  readonly #library: Library;
  readonly #kind: Kind;
  readonly #things = new Map<string, Thing>();
  #made = 0;

  constructor(library: Library, kind: Kind, owner = 'o') {
    this.owner = `${owner}${++owners}`;
    this.#library = library;
    this.#kind = kind;
  }

  /** Those that answer, in the declared order; equal ones in any. */
  answer(args: Values): Thing[] {
    const there = [...this.#things.values()].filter((one) => one.isThere && !isExpired(one));
    return there.filter((one) => this.#kind.matches(one, args)).sort(compareOf(this.#kind, args));
  }

  async create(drafts: readonly Draft[]): Promise<void> {
    const stock = stocks[this.#kind.stock];
    const changes = drafts.map((draft) => stock.create(this.owner, this.#made++, draft));
    // Versions are of one record, which can be written once at a time.
    if (stock.change === undefined) for (const change of changes) await this.#apply(change);
    else await Promise.all(changes.map((change) => this.#apply(change)));
  }

  async change(at: number, draft: Draft): Promise<void> {
    const [one, { change }] = [this.#at(at), stocks[this.#kind.stock]];
    if (one === undefined || change === undefined) await this.create([draft]);
    else await this.#apply(change(one, draft));
  }

  async remove(at: number): Promise<void> {
    const [one, { remove }] = [this.#at(at), stocks[this.#kind.stock]];
    if (one !== undefined && remove !== undefined) await this.#apply(remove(one));
  }

  #at(at: number): Thing | undefined {
    const things = [...this.#things.values()].filter((one) => !isExpired(one));
    return things[at % Math.max(1, things.length)];
  }

  async #apply({ writes, put, drop }: Change): Promise<void> {
    await this.#library.write(writes);
    for (const one of put) this.#things.set(one.key, one);
    for (const key of drop) this.#things.delete(key);
  }
}
