/** From what a client sends to a subscription that may be executed. */
import type { FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Costs } from 'tableloom/runtime';
import { refuseCostly } from '../cost/cost.js';
import type { DocumentParameters, TrustedDocuments } from '../documents/documents.js';
import { errorsOf, parseDocument } from '../limits/documents.js';
import { hideSchema } from '../limits/introspection.js';
import type { Toll } from '../limits/toll.js';
import type { ServerLimits } from '../options.js';
import type { Caller } from './caller.js';

export interface SubscribeParameters extends DocumentParameters {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface OperationRules {
  readonly schema: () => GraphQLSchema;
  readonly costs: Costs;
  readonly limits: ServerLimits;
  readonly documents: TrustedDocuments | undefined;
  readonly toll: Toll;
  /** Whether callers without a principal may not read the schema. */
  readonly isHidden: boolean;
  /** Whether there are principals at all. */
  readonly canSignIn: boolean;
}

/** How many documents are remembered as valid, and how long they may be: clients that reconnect all send the same few. */
const [mostDocuments, longestRemembered] = [200, 8192];

/** What `prepare` returns is executable, or the errors that a client gets instead. */
export type Prepare = (
  parameters: SubscribeParameters,
  caller: Pick<Caller, 'principal' | 'payer'>,
) => Promise<ExecutionArgs | readonly GraphQLError[]>;

/** The rules are those of requests over HTTP, to which subscriptions add that there is nothing else. */
export function preparation(rules: OperationRules): Prepare {
  const { costs, limits, documents, toll, isHidden, canSignIn } = rules;
  const valid = new ValidDocuments(limits, isHidden);
  return async (parameters, { principal, payer }) => {
    const { operationName, variables } = parameters;
    const schema = rules.schema();
    try {
      // Over a WebSocket a client that names a document sends an empty text besides, which the protocol requires.
      const query = documents === undefined ? parameters.query : String(documents.textOf(parameters));
      const document = await valid.read(query, schema, (unread) => toll.document(unread, () => payer));
      if ('kind' in document) {
        const operation = getOperationAST(document, operationName);
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
          return [operation ? notServed(onlySubscriptions) : unknownOperation(operationName)];
        if (mayBeLeftOut(operation)) return [notServed(neverLeftOut)];
        if (isHidden) hideSchema(document, principal, canSignIn);
        refuseCostly(costs, schema, document, variables ?? {}, limits.requests);
        return { schema, document, operationName: operationName ?? null, variableValues: variables ?? null };
      }
      return document;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  };
}

const neverLeftOut = 'The field of a subscription cannot be left out by @skip or @include.';

/** graphql-js fails where nothing is left of a subscription. */
function mayBeLeftOut({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.some(({ directives = [] }) =>
    directives.some(({ name }) => name.value === 'skip' || name.value === 'include'),
  );
}

const onlySubscriptions =
  'Only subscriptions are served here: send queries and mutations to /graphql by HTTP.';

class ValidDocuments {
  readonly #limits: ServerLimits;
  readonly #hideSuggestions: boolean;
  readonly #known = new Map<string, DocumentNode>();
  #schema: GraphQLSchema | undefined;

  constructor(limits: ServerLimits, hideSuggestions: boolean) {
    this.#limits = limits;
    this.#hideSuggestions = hideSuggestions;
  }

  /**
   * The document, or what is wrong with it. Throws a GraphQLError where it does not parse.
   *
   * @param admit is called before one that is not remembered is validated
   */
  async read(
    query: string,
    schema: GraphQLSchema,
    admit: (unread: DocumentNode) => Promise<void>,
  ): Promise<DocumentNode | readonly GraphQLError[]> {
    if (schema !== this.#schema) this.#known.clear();
    this.#schema = schema;
    const known = this.#known.get(query);
    if (known !== undefined) return known;
    const document = parseDocument(query, this.#limits);
    await admit(document);
    const errors = errorsOf(document, schema, this.#limits, this.#hideSuggestions);
    if (errors.length > 0) return errors;
    if (query.length <= longestRemembered) this.#remember(query, document);
    return document;
  }

  #remember(query: string, document: DocumentNode): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostDocuments && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(query, document);
  }
}

/** Throws where a request over HTTP asks for a subscription: graphql-js would execute it as a query. */
export function refuseSubscription(document: DocumentNode, request: FastifyRequest | undefined): void {
  const { operationName } = (request?.body ?? request?.query ?? {}) as Partial<SubscribeParameters>;
  if (getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION)
    throw notServed('Subscriptions are served over WebSocket, and at /graphql/stream.');
}

function notServed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_NOT_SERVED' } });
}

function unknownOperation(name: string | null | undefined): GraphQLError {
  return new GraphQLError(name ? `There is no operation "${name}".` : 'Name one operation of the document.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
