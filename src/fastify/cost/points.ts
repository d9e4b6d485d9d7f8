/** What an operation takes of the points of its caller, and how much of the schema one answer may have. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { type Costs, usualRequests } from 'tableloom/runtime';
import { type Alike, alikeOf } from './alike.js';
import { introspectedFields } from './introspection.js';

/** Fields about the schema that take as long of a processor as one request to DynamoDB. */
const fieldsPerPoint = 100;

/** Prices of one operation that are remembered. */
const mostPrices = 100;

/** Of one operation: its prices by what its variables have in common. */
interface Known {
  readonly alike: Alike;
  readonly prices: Map<string, number>;
}

export interface Sent {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Prices of operations of one schema. Documents are kept, so that most is counted once. */
export class Prices {
  readonly #costs: Costs;
  readonly #schema: GraphQLSchema;
  readonly #mostFields: number;
  readonly #fields = new WeakMap<OperationDefinitionNode, number>();
  readonly #known = new WeakMap<OperationDefinitionNode, Known>();

  /** @param mostPoints what an answer about the schema may take, unless the usual query of tools takes more */
  constructor(costs: Costs, schema: GraphQLSchema, mostPoints: number) {
    this.#costs = costs;
    this.#schema = schema;
    const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
    const operation = getOperationAST(document);
    const whole =
      operation === null || operation === undefined
        ? 0
        : introspectedFields(schema, document, operation, Number.POSITIVE_INFINITY);
    this.#mostFields = Math.max(whole, mostPoints * fieldsPerPoint);
  }

  /** Throws QUERY_TOO_COSTLY where the answer would have the schema many times over. */
  refuseIntrospection({ document, operationName }: Sent): void {
    const operation = getOperationAST(document, operationName);
    if (!operation || this.#introspected(document, operation) <= this.#mostFields) return;
    throw new GraphQLError(
      `The answer would have more than ${this.#mostFields} fields about the schema. Request them in parts.`,
      { extensions: { code: 'QUERY_TOO_COSTLY', limit: this.#mostFields } },
    );
  }

  /** Requests to DynamoDB that a valid operation usually sends, and what it reads of the schema; at least 1. */
  of(sent: Sent): number {
    const operation = getOperationAST(sent.document, sent.operationName);
    if (!operation) return 1;
    const { alike, prices } = this.#knownOf(sent.document, operation);
    const key = alike.keyOf(sent.variables ?? {});
    const known = key === undefined ? undefined : prices.get(key);
    if (known !== undefined) return known;
    const about = Math.ceil(this.#introspected(sent.document, operation) / fieldsPerPoint);
    const points = Math.max(1, about + this.#requests(sent));
    if (key !== undefined && prices.size < mostPrices) prices.set(key, points);
    return points;
  }

  #knownOf(document: DocumentNode, operation: OperationDefinitionNode): Known {
    const known = this.#known.get(operation) ?? {
      alike: alikeOf(this.#schema, document, operation),
      prices: new Map(),
    };
    this.#known.set(operation, known);
    return known;
  }

  #requests({ document, operationName, variables }: Sent): number {
    const options = { operationName, variables: variables ?? {} };
    return usualRequests(this.#costs, this.#schema, document, options) ?? 0;
  }

  #introspected(document: DocumentNode, operation: OperationDefinitionNode): number {
    const known = this.#fields.get(operation);
    if (known !== undefined) return known;
    const fields = introspectedFields(this.#schema, document, operation, this.#mostFields);
    this.#fields.set(operation, fields);
    return fields;
  }
}
