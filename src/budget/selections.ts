/**
 * What an operation selects, from its document. Of graphql-js only types are used: the caller may have loaded
 * another copy of it than this package would.
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
import { type Arguments, type ArgumentValue, Open } from './arguments.js';

type Sets = readonly (SelectionSetNode | undefined)[];

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

  /** The selected fields of an object type, grouped by response name. */
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

  /** The type of a field, as SDL writes it: `[User!]!`. Undefined where the type has no such field. */
  typeOf(typeName: string, field: string): string | undefined {
    const type = this.#schema.getType(typeName);
    return type && 'getFields' in type ? type.getFields()[field]?.type.toString() : undefined;
  }

  /** The values of a field's arguments, or their defaults. */
  argumentsOf(typeName: string, node: FieldNode): Arguments {
    const type = this.#schema.getType(typeName);
    const field = type && 'getFields' in type ? type.getFields()[node.name.value] : undefined;
    const values = new Map<string, ArgumentValue>();
    for (const { name, defaultValue } of field && 'args' in field ? field.args : []) {
      const given = node.arguments?.find((one) => one.name.value === name);
      const value = given && this.#argument(given);
      values.set(name, value === undefined ? defaultValue : value);
    }
    return values;
  }

  #argument({ value }: ArgumentNode): ArgumentValue {
    return this.#value(value);
  }

  #value(node: ValueNode): ArgumentValue {
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

  #variable(name: string): ArgumentValue {
    const definition = this.operation.variableDefinitions?.find((one) => one.variable.name.value === name);
    const given = this.#variables?.[name];
    if (given !== undefined) return given;
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
    return (node.directives ?? []).every(({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return true;
      const condition = given?.find((argument) => argument.name.value === 'if');
      const value = condition && this.#argument(condition);
      return value instanceof Open || (value === true) === (name.value === 'include');
    });
  }
}

/** The operation that is meant; undefined where there is none, or it is not said which. */
export function operationOf(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((one) => one.kind === 'OperationDefinition');
  if (name === null || name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((one) => one.name?.value === name);
}
