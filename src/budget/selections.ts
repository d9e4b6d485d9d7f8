/**
 * What an operation selects, from its document. Imports only types of graphql-js: the caller's schema may come from
 * another copy of it.
 */

import type {
  ArgumentNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { type Arguments, Open, type Value } from './arguments.js';

export type Sets = readonly (SelectionSetNode | undefined)[];

/** One operation of a document, with its variables. */
export class Selections {
  readonly operation: OperationDefinitionNode;
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #variables: Readonly<Record<string, unknown>> | undefined;

  /**
   * @param variables left out: a variable may have any value, or its default where it has one
   */
  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>> | undefined,
  ) {
    this.#schema = schema;
    this.operation = operation;
    this.#variables = variables;
    for (const definition of document.definitions)
      if (definition.kind === 'FragmentDefinition') this.#fragments.set(definition.name.value, definition);
  }

  /** The names of the object types that a value of a type can have. */
  objectTypes(typeName: string): readonly string[] {
    const type = this.#schema.getType(typeName);
    if (type === undefined || type === null) return [];
    if ('getFields' in type && !('resolveType' in type)) return [typeName];
    return this.#schema.getPossibleTypes(type as GraphQLAbstractType).map(({ name }) => name);
  }

  /** The fields selected of an object type by response name, those that are selected several times together. */
  fieldsOf(typeName: string, sets: Sets): ReadonlyMap<string, readonly FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    this.#visit(sets, typeName, (node) => {
      const name = (node.alias ?? node.name).value;
      fields.set(name, [...(fields.get(name) ?? []), node]);
    });
    return fields;
  }

  /** The selections of the fields of a name, whatever type they are selected of. */
  within(sets: Sets, name: string): SelectionSetNode[] {
    const found: SelectionSetNode[] = [];
    this.#visit(sets, null, (node) => {
      if (node.name.value === name && node.selectionSet) found.push(node.selectionSet);
    });
    return found;
  }

  /** The names of the fields selected, whatever type they are selected of. */
  names(sets: Sets): ReadonlySet<string> {
    const names = new Set<string>();
    this.#visit(sets, null, (node) => names.add(node.name.value));
    return names;
  }

  /** The type of a field, without lists and non-null. Undefined where the type has no such field. */
  namedTypeOf(typeName: string, field: string): string | undefined {
    return this.#typeOf(typeName, field)?.replace(/[[\]!]/g, '');
  }

  isList(typeName: string, field: string): boolean {
    return this.#typeOf(typeName, field)?.startsWith('[') ?? false;
  }

  /** As SDL writes it: `[User!]!`. */
  #typeOf(typeName: string, field: string): string | undefined {
    const type = this.#schema.getType(typeName);
    return type && 'getFields' in type ? type.getFields()[field]?.type.toString() : undefined;
  }

  /** The values of a field's arguments: those of the document, or the defaults. */
  argumentsOf(typeName: string, node: FieldNode): Arguments {
    const type = this.#schema.getType(typeName);
    const field = type && 'getFields' in type ? type.getFields()[node.name.value] : undefined;
    const values = new Map<string, Value>();
    for (const { name, defaultValue } of field && 'args' in field ? field.args : []) {
      const argument = node.arguments?.find((one) => one.name.value === name);
      const value = argument && this.#argument(argument);
      values.set(name, value === undefined ? defaultValue : value);
    }
    return values;
  }

  #argument({ value }: ArgumentNode): Value {
    return this.#value(value);
  }

  #value(node: ValueNode): Value {
    switch (node.kind) {
      case 'Variable':
        return this.#variable(node.name.value);
      case 'IntValue':
      case 'FloatValue':
        return Number(node.value);
      case 'NullValue':
        return null;
      case 'ListValue':
        return node.values.map((value) => this.#value(value));
      case 'ObjectValue':
        return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, this.#value(value)]));
      default:
        return node.value;
    }
  }

  #variable(name: string): Value {
    const definition = this.operation.variableDefinitions?.find((one) => one.variable.name.value === name);
    // Callers name variables: `constructor` is none that was passed.
    const isPassed = this.#variables !== undefined && Object.hasOwn(this.#variables, name);
    const value = isPassed ? this.#variables?.[name] : undefined;
    if (value !== undefined) return value;
    if (definition?.defaultValue) return this.#value(definition.defaultValue);
    return this.#variables === undefined ? new Open(name) : undefined;
  }

  /** @param typeName null: whatever the type */
  #visit(sets: Sets, typeName: string | null, found: (node: FieldNode) => void): void {
    // A fragment adds nothing the second time.
    const spread = new Set<string>();
    const visit = (set: SelectionSetNode | undefined): void => {
      for (const node of set?.selections ?? []) {
        if (!this.#isIncluded(node)) continue;
        if (node.kind === 'Field') found(node);
        else if (node.kind === 'InlineFragment') {
          if (this.#applies(node.typeCondition?.name.value, typeName)) visit(node.selectionSet);
        } else if (!spread.has(node.name.value)) {
          spread.add(node.name.value);
          const fragment = this.#fragments.get(node.name.value);
          if (this.#applies(fragment?.typeCondition.name.value, typeName)) visit(fragment?.selectionSet);
        }
      }
    };
    for (const set of sets) visit(set);
  }

  #applies(condition: string | undefined, typeName: string | null): boolean {
    if (condition === undefined || typeName === null) return true;
    return this.objectTypes(condition).includes(typeName);
  }

  #isIncluded(node: SelectionNode): boolean {
    return (node.directives ?? []).every(({ name, arguments: inputs }) => {
      if (name.value !== 'skip' && name.value !== 'include') return true;
      const condition = inputs?.find((argument) => argument.name.value === 'if');
      const value = condition && this.#argument(condition);
      return value instanceof Open || (value === true) === (name.value === 'include');
    });
  }
}

/** The operation of a name, or the only one; undefined where there is none, or several and no name. */
export function operationOf(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((one) => one.kind === 'OperationDefinition');
  if (name === null || name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((one) => one.name?.value === name);
}
