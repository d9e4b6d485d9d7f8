/** What is declared, read from the two texts themselves: nothing here knows a key, an index or the plan. */

import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parseType,
  type TypeNode,
} from 'graphql';
import { parse } from 'yaml';
import type { Mapping, Texts } from '../draw/project.js';

export type Values = Readonly<Record<string, unknown>>;

export type ScalarKind = 'text' | 'integer' | 'decimal' | 'boolean' | 'time' | 'enum';

export interface Attribute {
  readonly name: string;
  readonly kind: ScalarKind;
  readonly isList: boolean;
  readonly isNullable: boolean;
}

export interface Entity {
  readonly name: string;
  readonly yaml: Mapping;
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The fields that identify a record. */
  readonly identity: readonly string[];
}

export type Kind = 'one' | 'many' | 'mixed' | 'count' | 'sum' | 'exists';
export const kinds = ['one', 'many', 'mixed', 'count', 'sum', 'exists'] as const satisfies readonly Kind[];

export interface Pattern {
  readonly name: string;
  readonly kind: Kind;
  /** The entities that it reads: one but for `mixed`. */
  readonly targets: readonly string[];
  readonly yaml: Mapping;
  readonly type: string;
  readonly field: string;
  /** Of a union: what is answered says its type. */
  readonly isUnion: boolean;
  readonly shape: 'one' | 'list' | 'connection' | 'scalar';
}

export interface Mutation {
  readonly name: string;
  readonly kind: 'create' | 'update' | 'upsert' | 'put' | 'delete';
  readonly entity: string;
  readonly yaml: Mapping;
  readonly field: string;
  /** Of a transaction, in order. */
  readonly steps?: readonly Mutation[];
}

export class Declarations {
  readonly schema: GraphQLSchema;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly mutations: ReadonlyMap<string, Mutation>;

  constructor({ sdl, yaml }: Texts) {
    this.schema = buildSchema(sdl);
    const file = parse(yaml) as Readonly<Record<'entities' | 'patterns' | 'mutations', Mapping | undefined>>;
    const each = <T>(section: Mapping | undefined, made: (name: string, yaml: Mapping) => T) =>
      new Map(
        Object.entries(section ?? {}).map(
          ([name, one]) => [name, made(name, (one ?? {}) as Mapping)] as const,
        ),
      );
    this.patterns = each(file.patterns, (name, one) => this.#pattern(name, one));
    this.entities = each(file.entities, (name, one) => this.#entity(name, one));
    this.mutations = each(file.mutations, mutationOf);
  }

  entity(name: string): Entity {
    return known(this.entities, name);
  }

  pattern(name: string): Pattern {
    return known(this.patterns, name);
  }

  mutation(name: string): Mutation {
    return known(this.mutations, name);
  }

  fieldOf(type: string, field: string): GraphQLField<unknown, unknown> {
    const found = this.#object(type)?.getFields()[field];
    if (!found) throw new Error(`nothing is called ${type}.${field}`);
    return found;
  }

  /** The attributes that clients see. */
  shown(entity: string): string[] {
    const fields = this.#object(entity)?.getFields() ?? {};
    return [...this.entity(entity).attributes.keys()].filter((name) => name in fields);
  }

  #entity(name: string, yaml: Mapping): Entity {
    const answered = new Set(
      [...this.patterns.values()].filter(({ type }) => type === name).map(({ field }) => field),
    );
    const fields = this.#object(name)?.getFields() ?? {};
    const shown = Object.values(fields)
      .filter((field) => !answered.has(field.name))
      .map((field) => this.#attribute(field.name, String(field.type)));
    const stored = Object.entries((yaml.stored ?? {}) as Readonly<Record<string, string>>).map(
      ([field, type]) => this.#attribute(field, type),
    );
    const attributes = new Map([...shown, ...stored].map((one) => [one.name, one]));
    return { name, yaml, attributes, identity: identityOf(yaml) };
  }

  #attribute(name: string, type: string): Attribute {
    const node = parseType(type);
    const isNullable = node.kind !== 'NonNullType';
    const inner = node.kind === 'NonNullType' ? node.type : node;
    return { name, kind: this.#kind(nameOf(inner)), isList: inner.kind === 'ListType', isNullable };
  }

  #kind(name: string): ScalarKind {
    if (isEnumType(this.schema.getType(name))) return 'enum';
    const named: Readonly<Record<string, ScalarKind>> = {
      Int: 'integer',
      Float: 'decimal',
      Boolean: 'boolean',
      DateTime: 'time',
    };
    return named[name] ?? 'text';
  }

  #object(name: string): GraphQLObjectType | undefined {
    const type = this.schema.getType(name);
    return isObjectType(type) ? type : undefined;
  }

  #pattern(name: string, yaml: Mapping): Pattern {
    const kind = kinds.find((one) => one in yaml) ?? 'one';
    const target = String(yaml[kind]);
    const [type = '', field = ''] = String(yaml.for).split('.');
    const answer = this.fieldOf(type, field).type;
    const named = this.schema.getType(target);
    const members = isUnionType(named) ? named.getTypes().map((one) => one.name) : [target];
    const targets = yaml.members ? Object.keys(yaml.members as Mapping) : members;
    const isNumber = kind === 'count' || kind === 'sum';
    return {
      name,
      kind,
      targets,
      yaml,
      type,
      field,
      isUnion: isUnionType(named),
      shape: isNumber ? 'scalar' : kind === 'one' ? 'one' : shapeOf(answer),
    };
  }
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (!one) throw new Error(`nothing is called ${name}`);
  return one;
}

function shapeOf(type: GraphQLOutputType): Pattern['shape'] {
  if (isListType(isNonNullType(type) ? type.ofType : type)) return 'list';
  const name = getNamedType(type).name;
  if (name.endsWith('Connection')) return 'connection';
  return ['Int', 'Boolean'].includes(name) ? 'scalar' : 'one';
}

function nameOf(node: TypeNode): string {
  return node.kind === 'NamedType' ? node.name.value : nameOf(node.type);
}

/** `key` names the fields that identify a record, where `identity` does not. */
function identityOf({ identity, key, singleton }: Mapping): readonly string[] {
  if (singleton) return [];
  if (identity !== undefined) return wordsOf(identity);
  if (key === undefined) return ['id'];
  const holes = Object.values(key as Readonly<Record<string, string>>).flatMap((template) => [
    ...template.matchAll(/\{(?:\w+\()?(\w+)[^}]*\}/g),
  ]);
  return [...new Set(holes.map(([, field = '']) => field))];
}

export function wordsOf(words: unknown): readonly string[] {
  return words === undefined ? [] : Array.isArray(words) ? words.map(String) : [String(words)];
}

/** A transaction is what its step is whose record it returns; `steps` has all of them. */
function mutationOf(name: string, yaml: Mapping): Mutation {
  const [, of = ''] = String(yaml.for).split('.');
  const transaction = yaml.transaction as Readonly<Record<string, Mapping>> | undefined;
  if (transaction) {
    const steps = Object.entries(transaction).map(([step, one]) => mutationOf(step, one));
    const returned = steps.find((one) => one.name === yaml.returns) ?? steps[0];
    if (!returned) throw new Error(`${name} has no steps`);
    return { ...returned, name, field: of, steps };
  }
  const kind =
    (['create', 'update', 'upsert', 'put', 'delete'] as const).find((one) => one in yaml) ?? 'create';
  const [, field = ''] = String(yaml.for).split('.');
  return { name, kind, entity: String(yaml[kind]), yaml, field };
}
